//! Scripts that make a job of each point.

use std::process::{Command, Stdio};

use super::{finished, place};
use crate::harness::{Place, Said};

const SWEEP: &str = "scenario = \"scenario.toml\"\nreplicates = 2\n[grid]\n\"sampling.view\" = [10, 20]\n";

/// A stand-in for GNU parallel: the jobs one after the other.
const PARALLEL: &str = r#"#!/bin/sh
[ "$1" = --quote ] && [ "$2" = --jobs ] || exit 9
shift 3
while read -r number; do
    for word; do
        shift
        [ "$word" = '{}' ] && word=$number
        set -- "$@" "$word"
    done < /dev/null
    "$@" < /dev/null > /dev/null || exit 1
    for word; do
        shift
        [ "$word" = "$number" ] && word='{}'
        set -- "$@" "$word"
    done < /dev/null
done
"#;

fn script(place: &Place, launcher: &str, sweep: &str) -> String {
    let said = place.unchanged(|| place.call(&["sweep", "script", launcher, sweep, "--out", "it's out"])).quietly();
    place.write("script.sh", said.out.as_bytes());
    let syntax = Command::new("bash").arg("-n").arg(place.path("script.sh")).status().expect("bash starts");
    assert!(syntax.success(), "{}", said.out);
    said.out
}

fn run(place: &Place, environment: &[(&str, &str)]) -> Said {
    let mut command = Command::new("sh");
    command.arg("script.sh").current_dir(place.path("")).stdin(Stdio::null());
    let program = env!("CARGO_BIN_EXE_subcloud");
    command.env("SUBCLOUD", program).envs(environment.iter().copied());
    Said::of(&command.output().expect("a shell starts"))
}

#[test]
fn a_job_of_a_slurm_array_does_its_point() {
    let place = place(SWEEP);
    let text = script(&place, "slurm", "sweep.toml");
    assert!(text.contains("#SBATCH --array=0-3\n") && text.contains("#SBATCH --mem="), "{text}");
    run(&place, &[("SLURM_ARRAY_TASK_ID", "2"), ("SLURM_CPUS_PER_TASK", "1")]).quietly();
    assert!(place.path("it's out/points/2.json").exists());
    let outside = run(&place, &[]);
    assert!(outside.code != Some(0) && outside.err.contains("sbatch"), "{outside:?}");
}

#[test]
fn parallel_does_all_points() {
    let place = place("");
    std::fs::remove_file(place.path("sweep.toml")).expect("the sweep");
    place.write("a 'strange' $name.toml", SWEEP.as_bytes());
    script(&place, "parallel", "a 'strange' $name.toml");
    let path = std::env::var("PATH").expect("a path");
    std::fs::create_dir(place.path("bin")).expect("a folder");
    place.write("bin/parallel", PARALLEL.as_bytes());
    Command::new("chmod").arg("+x").arg(place.path("bin/parallel")).status().expect("chmod");
    run(&place, &[("PATH", &format!("{}:{path}", place.path("bin").display()))]).quietly();
    assert_eq!(finished(&place, "it's out"), 4);
    assert!(place.path("it's out/derived/metrics.parquet").exists());
}

#[test]
fn a_path_with_a_line_break_cannot_stand_in_a_script() {
    let place = place(SWEEP);
    let said = place.unchanged(|| place.call(&["sweep", "script", "slurm", "sweep.toml", "--out", "a\nb"]));
    said.failed(2, &["cannot stand in a script", "letters and digits"]);
}
