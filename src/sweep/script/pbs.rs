//! A job array of PBS Professional or OpenPBS.
//!
//! An array has at least two jobs: a single one is submitted as an ordinary job. The program takes the place of the
//! shell, so that a signal to the job is one to the program.

use super::jobs::{Jobs, quoted};

/// Jobs of an array that PBS takes unless it is told otherwise.
const ARRAY: usize = 10_000;

/// Characters of a name that all versions take.
const NAME: usize = 15;

/// The script.
pub fn script(jobs: &Jobs) -> String {
    let Jobs { pack, mebibytes, .. } = jobs;
    let (last, name) = (jobs.last(), name(&jobs.name));
    let array = if last == 0 { String::new() } else { format!("#PBS -J 0-{last}\n") };
    let remark = if jobs.count() > ARRAY {
        format!("# The server's max_array_size must be above {last}; --pack makes fewer jobs.\n")
    } else {
        String::new()
    };
    let [lines, points] = jobs.choice();
    let (out, sweep) = (quoted(&jobs.out), quoted(&jobs.sweep));
    format!(
        "#!/bin/sh
# Submit with qsub, from the folder in which the paths below hold; submitted again it does what is missing.
# The job that finishes last writes the derived tables. SUBCLOUD names the program, if it is not in the PATH: submit
# with qsub -v SUBCLOUD=/path/of/subcloud then.
{remark}#PBS -N {name}
{array}#PBS -r y
#PBS -l select=1:ncpus={pack}:mem={mebibytes}mb
cd \"${{PBS_O_WORKDIR:?submit this script with qsub}}\" || exit 1
job=${{PBS_ARRAY_INDEX:-0}}
{lines}exec \"${{SUBCLOUD:-subcloud}}\" sweep --quiet --out={out} --threads {pack} \\
    {points} -- {sweep}"
    )
}

/// A name that begins with a letter, and is short.
fn name(name: &str) -> String {
    let start = if name.starts_with(|c: char| c.is_ascii_alphabetic()) { "" } else { "s" };
    start.chars().chain(name.chars()).take(NAME).collect()
}
