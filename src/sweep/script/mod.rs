//! `subcloud sweep script`: the points of a sweep as jobs of their own.

mod jobs;
mod kubernetes;
mod parallel;
mod pbs;
mod slurm;

use std::path::PathBuf;

use clap::ValueEnum;
use datasets::sweep;

use super::record::{numbered, out};
use crate::checkpoint::Cadence;
use crate::failure::Failure;
use crate::run::print;
use jobs::Jobs;
use kubernetes::Cluster;

/// Print a script, or a manifest, that runs the points of a sweep as jobs of their own. Each does what is missing, so
/// it may be run again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud sweep script slurm loss.toml > loss.sh
  subcloud sweep script slurm loss.toml --pack 16 > loss.sh
  subcloud sweep script pbs loss.toml > loss.sh
  subcloud sweep script kubernetes loss.toml --image example.org/subcloud:1 --claim work > loss.yaml
  subcloud sweep script parallel loss.toml --out out/loss > loss.sh")]
pub struct Arguments {
    /// What starts the jobs: a batch system, a cluster, or GNU parallel on this machine.
    launcher: Launcher,
    /// The sweep file (TOML).
    sweep: PathBuf,
    /// Directory of the points [default: out/ and the sweep's name].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Points of a job, done side by side on a processor each [default: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pack: Option<u32>,
    /// When a point saves its state, as for the sweep itself: auto, never, a time as in 5m, or 25cycles.
    #[arg(long, value_name = "WHEN")]
    checkpoint: Option<Cadence>,
    /// For kubernetes: the container image that has the program in its PATH.
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
    /// For kubernetes: the claim of the volume that holds this folder.
    #[arg(long, value_name = "NAME")]
    claim: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Launcher {
    /// A job array of Slurm.
    Slurm,
    /// A job array of PBS Professional or OpenPBS.
    Pbs,
    /// An Indexed Job of Kubernetes.
    Kubernetes,
    /// GNU parallel.
    Parallel,
}

/// Prints the script.
pub fn script(arguments: &Arguments) -> Result<(), Failure> {
    check(arguments)?;
    let sweep = sweep::read(&arguments.sweep)?;
    let out = out(&sweep, arguments.out.as_deref());
    let sweep = numbered(sweep, &out);
    let jobs = Jobs::new(&sweep, &arguments.sweep, &out, arguments.pack.unwrap_or(1) as usize)?;
    let jobs = Jobs { checkpoint: arguments.checkpoint, ..jobs };
    let [image, claim] = [&arguments.image, &arguments.claim].map(|text| text.as_deref().unwrap_or_default());
    print(&match arguments.launcher {
        Launcher::Slurm => slurm::script(&jobs),
        Launcher::Pbs => pbs::script(&jobs),
        Launcher::Kubernetes => kubernetes::manifest(&jobs, &Cluster { image, claim })?,
        Launcher::Parallel => parallel::script(&jobs),
    });
    Ok(())
}

/// Refuses options of another launcher.
fn check(arguments: &Arguments) -> Result<(), Failure> {
    if arguments.pack.is_some() && arguments.launcher == Launcher::Parallel {
        let help = "leave --pack out: the script does as many points at a time as its variable JOBS says";
        return Err(Failure::input("--pack: GNU parallel takes the points one by one", help));
    }
    let given = [("--image", &arguments.image), ("--claim", &arguments.claim)];
    let given = given.into_iter().find(|(_, value)| value.is_some());
    if let Some((option, _)) = given.filter(|_| arguments.launcher != Launcher::Kubernetes) {
        return Err(Failure::input(format!("{option} is for kubernetes alone"), format!("leave {option} out")));
    }
    Ok(())
}
