//! A job array of Slurm.
//!
//! Slurm signals the batch shell alone, 120 seconds before the time of a job is up. The shell hands the signal on and
//! waits. Where the program says by its exit code that the same call goes on (3), or was not yet ready to be told
//! (143), the shell asks Slurm to queue the job again. A job that somebody cancelled is not running any more as Slurm
//! sees it, and stays cancelled.

use super::jobs::{Jobs, quoted};

/// Jobs of an array that Slurm takes unless it is told otherwise.
const ARRAY: usize = 1001;

/// How often a job is queued again, unless the variable `RESTARTS` says otherwise: a point that takes longer than the
/// time of a job must not run for ever.
const RESTARTS: u32 = 20;

/// The script.
pub fn script(jobs: &Jobs) -> String {
    let last = jobs.last();
    let remark = if jobs.count() > ARRAY {
        format!("# Slurm's MaxArraySize must be above {last}; it is {ARRAY} by default, and --pack makes fewer jobs.\n")
    } else {
        String::new()
    };
    let Jobs { name, pack, mebibytes, .. } = jobs;
    let [lines, points] = jobs.choice();
    let (out, sweep) = (quoted(&jobs.out), quoted(&jobs.sweep));
    format!(
        "#!/bin/sh
# Submit with sbatch, from the folder in which the paths below hold; submitted again it does what is missing.
# The job that finishes last writes the derived tables. A job whose time is up stops two minutes before, and is queued
# again, at most RESTARTS times ({RESTARTS}). SUBCLOUD names the program, if it is not in the PATH.
{remark}#SBATCH --job-name={name}
#SBATCH --array=0-{last}
#SBATCH --cpus-per-task={pack}
#SBATCH --mem={mebibytes}M
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:TERM@120
job=${{SLURM_ARRAY_TASK_ID:?submit this script with sbatch}}
id=${{SLURM_ARRAY_JOB_ID:-}}_$job
{lines}\"${{SUBCLOUD:-subcloud}}\" sweep --quiet --out={out} --threads \"${{SLURM_CPUS_PER_TASK:-{pack}}}\" \\
    {points} -- {sweep} &
program=$!
told=
trap 'told=now; kill -TERM \"$program\" 2> /dev/null' TERM
wait \"$program\"
code=$?
# A signal ends the wait before the program has ended; 127 says that it had, and was waited for.
while [ \"$told\" = now ]; do
    told=before
    wait \"$program\"
    again=$?
    [ \"$again\" = 127 ] || code=$again
done
if [ \"$told\" ] && {{ [ \"$code\" = 3 ] || [ \"$code\" = 143 ]; }}; then
    if [ \"${{SLURM_RESTART_COUNT:-0}}\" -ge \"${{RESTARTS:-{RESTARTS}}}\" ]; then
        echo \"$id was queued again ${{SLURM_RESTART_COUNT}} times and is not done: give its jobs more time\" >&2
    elif [ \"$(squeue --noheader --jobs \"$id\" --format %T)\" = RUNNING ]; then
        scontrol requeue \"$id\"
    fi
fi
exit \"$code\""
    )
}
