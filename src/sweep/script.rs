//! `subcloud sweep script`: the points of a sweep as an array of jobs.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use datasets::sweep::{self, Sweep};

use super::record::numbered;
use crate::failure::Failure;
use crate::memory;
use crate::run::print;

/// Print a script that runs the points of a sweep as jobs of their own. Each does what is missing, so it may be run
/// again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud sweep script slurm loss.toml > loss.sh
  subcloud sweep script parallel loss.toml --out out/loss > loss.sh")]
pub struct Arguments {
    /// What starts the jobs: the batch system Slurm, or GNU parallel on this machine.
    launcher: Launcher,
    /// The sweep file (TOML).
    sweep: PathBuf,
    /// Directory of the points [default: out/ and the sweep's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Launcher {
    Slurm,
    Parallel,
}

/// Jobs of an array that Slurm takes unless it is told otherwise.
const SLURM_ARRAY: usize = 1001;

/// Prints the script.
pub fn script(arguments: &Arguments) -> Result<(), Failure> {
    let sweep = sweep::read(&arguments.sweep)?;
    let out = super::out(&sweep, arguments.out.as_deref());
    let sweep = numbered(sweep, &out);
    let call = call(&arguments.sweep, &out)?;
    print(&match arguments.launcher {
        Launcher::Slurm => slurm(&sweep, &call),
        Launcher::Parallel => parallel(&sweep, &call),
    });
    Ok(())
}

/// The command, but for the number of the point and the threads.
fn call(sweep: &Path, out: &Path) -> Result<[String; 2], Failure> {
    let quoted = |path: &Path| match path.to_str() {
        Some(text) if !text.chars().any(char::is_control) => Ok(format!("'{}'", text.replace('\'', r"'\''"))),
        _ => {
            let message = format!("the path {} cannot stand in a script", path.display());
            Err(Failure::input(message, "give it a name of letters and digits"))
        }
    };
    Ok([quoted(out)?, quoted(sweep)?])
}

fn slurm(sweep: &Sweep, [out, path]: &[String; 2]) -> String {
    let points = sweep.points.len();
    let needed = sweep.points.iter().map(|point| memory::needed(&point.scenario, false)).max().unwrap_or(0);
    let megabytes = (needed / 10 * 11).div_ceil(1 << 20);
    let last = points - 1;
    let remark = if points > SLURM_ARRAY {
        format!("# Slurm's MaxArraySize must be above {last}; it is {SLURM_ARRAY} by default.\n")
    } else {
        String::new()
    };
    let name: String = sweep.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!(
        "#!/bin/sh
# Submit with sbatch, from the folder in which the paths below hold; submitted again it does what is missing.
# The job that finishes last writes the derived tables. SUBCLOUD names the program, if it is not in the PATH.
{remark}#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task=1
#SBATCH --mem={megabytes}M
exec \"${{SUBCLOUD:-subcloud}}\" sweep --quiet --out {out} --threads \"${{SLURM_CPUS_PER_TASK:-1}}\" \\
    --point \"${{SLURM_ARRAY_TASK_ID:?submit this script with sbatch}}\" -- {path}"
    )
}

fn parallel(sweep: &Sweep, [out, path]: &[String; 2]) -> String {
    let last = sweep.points.len() - 1;
    format!(
        "#!/bin/sh
# Run from the folder in which the paths below hold; run again it does what is missing. SUBCLOUD names the program, if it
# is not in the PATH; JOBS is the number of points at a time, on all machines of GNU parallel's --sshlogin if you add it.
seq 0 {last} | parallel --quote --jobs \"${{JOBS:-100%}}\" \\
    \"${{SUBCLOUD:-subcloud}}\" sweep --quiet --out {out} --threads 1 --point '{{}}' -- {path}"
    )
}
