//! Jobs of Slurm and of PBS, with stand-ins for what these systems do.

use std::fs;
use std::process::Stdio;

use super::scripts::{SWEEP, command, run, script, stand_in};
use super::{finished, place, signal, wait_for};
use crate::harness::{ENDLESS, Place, Said};

const JOB: [(&str, &str); 2] = [("SLURM_ARRAY_JOB_ID", "77"), ("SLURM_ARRAY_TASK_ID", "0")];

#[test]
fn a_job_of_a_slurm_array_does_its_point() {
    let place = place(SWEEP);
    let text = script(&place, "slurm", "sweep.toml", &[]);
    for line in ["--array=0-3", "--mem=", "--cpus-per-task=1\n", "--requeue\n", "--signal=B:TERM@120\n"] {
        assert!(text.contains(&format!("\n#SBATCH {line}")), "no {line:?} in {text}");
    }
    run(&place, &[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_CPUS_PER_TASK", "1")]).quietly();
    assert!(place.path("it's out/points/2.json").exists());
    let outside = run(&place, &[]);
    assert!(outside.code != Some(0) && outside.err.contains("sbatch"), "{outside:?}");
}

#[test]
fn a_packed_job_does_its_points_side_by_side_and_the_last_one_what_is_left() {
    let place = place(&SWEEP.replace("[10, 20]", "[10, 20, 30, 40, 50]"));
    let text = script(&place, "slurm", "sweep.toml", &["--pack", "4"]);
    assert!(text.contains("#SBATCH --array=0-2\n") && text.contains("#SBATCH --cpus-per-task=4\n"), "{text}");
    let said = run(&place, &[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_CPUS_PER_TASK", "4")]).quietly();
    assert!(said.out.contains("2 of 10 points are there in it's out, 2 done by this call"), "{}", said.out);
    assert!(place.path("it's out/points/8.json").exists() && place.path("it's out/points/9.json").exists());
    run(&place, &[("SLURM_ARRAY_TASK_ID", "0")]).quietly();
    assert_eq!(finished(&place, "it's out"), 6);
    let text = script(&place, "slurm", "sweep.toml", &["--pack", "1000"]);
    assert!(text.contains("#SBATCH --array=0-0\n") && text.contains("#SBATCH --cpus-per-task=10\n"), "{text}");
}

/// A sweep of a point that does not end by itself, and what Slurm's programs are asked: `squeue` answers `$STATE`.
fn endless() -> Place {
    let sweep =
        format!("scenario = \"scenario.toml\"\n[set]\n\"run.cycles\" = {ENDLESS}\n\"trace.every\" = {ENDLESS}\n");
    let place = place(&sweep);
    script(&place, "slurm", "sweep.toml", &[]);
    stand_in(&place, "squeue", "#!/bin/sh\necho \"$STATE\"\n");
    stand_in(&place, "scontrol", "#!/bin/sh\necho \"$@\" >> calls\n");
    place
}

/// Tells a job to stop when it is at its point, as Slurm does: the shell alone has the signal.
fn stopped(place: &Place, shell: &str, state: &str, restarts: &str) -> Said {
    let more = [("STATE", state), ("SLURM_RESTART_COUNT", restarts)];
    let mut command = command(place, shell, &[&JOB[..], &more].concat());
    let job = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell starts");
    let under_way = place.path("it's out/.points/0");
    wait_for(|| under_way.exists());
    signal(&job, "TERM");
    let said = Said::of(&job.wait_with_output().expect("the job ends"));
    let left: Vec<String> = place.contents().into_iter().filter(|path| path.contains(".staging-")).collect();
    assert_eq!(left, [""; 0], "the program is left alone");
    assert_eq!(finished(place, "it's out"), 0);
    // The next job is waited for in the same way.
    fs::remove_dir_all(under_way).expect("the point under way");
    said
}

#[test]
fn a_job_that_is_told_to_stop_stops_its_program_and_is_queued_again() {
    let place = endless();
    for shell in ["sh", "bash"] {
        let said = stopped(&place, shell, "RUNNING", "0").failed(3, &["interrupted: 0 of 1 point"]);
        assert!(said.err.contains("run it again"), "{}", said.err);
        assert_eq!(fs::read_to_string(place.path("calls")).expect("a call"), "requeue 77_0\n");
        fs::remove_file(place.path("calls")).expect("the calls");
    }
}

#[test]
fn a_job_that_was_cancelled_or_stopped_too_often_is_not_queued_again() {
    let place = endless();
    stopped(&place, "sh", "COMPLETING", "0").failed(3, &["interrupted: "]);
    assert!(!place.path("calls").exists());
    stopped(&place, "sh", "RUNNING", "20").failed(3, &["77_0 was queued again 20 times", "more time"]);
    assert!(!place.path("calls").exists());
    // Nobody told it to stop.
    place.write("sweep.toml", b"");
    run(&place, &JOB).failed(2, &["sweep.toml"]);
    assert!(!place.path("calls").exists());
}

#[test]
fn a_job_of_a_pbs_array_does_its_point_and_a_single_job_is_no_array() {
    let place = place(SWEEP);
    let folder = place.path("").display().to_string();
    let text = script(&place, "pbs", "sweep.toml", &[]);
    for line in ["-N sweep\n", "-J 0-3\n", "-r y\n", "-l select=1:ncpus=1:mem="] {
        assert!(text.contains(&format!("\n#PBS {line}")), "no {line:?} in {text}");
    }
    run(&place, &[("PBS_O_WORKDIR", &folder), ("PBS_ARRAY_INDEX", "3")]).quietly();
    assert!(place.path("it's out/points/3.json").exists());
    let outside = run(&place, &[]);
    assert!(outside.code != Some(0) && outside.err.contains("qsub"), "{outside:?}");
    let text = script(&place, "pbs", "sweep.toml", &["--pack", "4"]);
    assert!(!text.contains("#PBS -J") && text.contains(":ncpus=4:"), "{text}");
    run(&place, &[("PBS_O_WORKDIR", &folder)]).quietly();
    assert_eq!(finished(&place, "it's out"), 4);
}
