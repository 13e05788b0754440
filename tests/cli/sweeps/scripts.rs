//! Scripts that make a job of each point.

use std::process::{Command, Stdio};

use super::{finished, place};
use crate::harness::{Place, Said};

pub const SWEEP: &str = "scenario = \"scenario.toml\"\nreplicates = 2\n[grid]\n\"sampling.view\" = [10, 20]\n";

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

/// Writes the script of a launcher, and gives its text.
pub fn script(place: &Place, launcher: &str, sweep: &str, more: &[&str]) -> String {
    let call = [&["sweep", "script", launcher, sweep, "--out", "it's out"], more].concat();
    let said = place.unchanged(|| place.call(&call)).quietly();
    place.write("script.sh", said.out.as_bytes());
    let syntax = Command::new("bash").arg("-n").arg(place.path("script.sh")).status().expect("bash starts");
    assert!(syntax.success(), "{}", said.out);
    said.out
}

/// The script in a shell, with programs of `bin/` before all others.
pub fn command(place: &Place, shell: &str, environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(shell);
    command.arg("script.sh").current_dir(place.path("")).stdin(Stdio::null());
    let path = std::env::var("PATH").expect("a path");
    command.env("PATH", format!("{}:{path}", place.path("bin").display()));
    command.env("SUBCLOUD", env!("CARGO_BIN_EXE_subcloud")).envs(environment.iter().copied());
    command
}

pub fn run(place: &Place, environment: &[(&str, &str)]) -> Said {
    Said::of(&command(place, "sh", environment).output().expect("a shell starts"))
}

/// A stand-in for a program that this machine may not have.
pub fn stand_in(place: &Place, name: &str, text: &str) {
    std::fs::create_dir_all(place.path("bin")).expect("a folder");
    let path = format!("bin/{name}");
    place.write(&path, text.as_bytes());
    Command::new("chmod").arg("+x").arg(place.path(&path)).status().expect("chmod");
}

#[test]
fn parallel_does_all_points() {
    let place = place("");
    std::fs::remove_file(place.path("sweep.toml")).expect("the sweep");
    place.write("a 'strange' $name.toml", SWEEP.as_bytes());
    script(&place, "parallel", "a 'strange' $name.toml", &[]);
    stand_in(&place, "parallel", PARALLEL);
    run(&place, &[]).quietly();
    assert_eq!(finished(&place, "it's out"), 4);
    assert!(place.path("it's out/derived/metrics.parquet").exists());
}

#[test]
fn a_path_with_a_line_break_cannot_stand_in_a_script() {
    let place = place(SWEEP);
    let said = place.unchanged(|| place.call(&["sweep", "script", "slurm", "sweep.toml", "--out", "a\nb"]));
    said.failed(2, &["cannot stand in a script", "letters and digits"]);
}

#[test]
fn options_of_another_launcher_are_refused() {
    let place = place(SWEEP);
    let refused = |launcher: &str, more: &[&str], words: &[&str]| {
        place.refuse(&[&["sweep", "script", launcher, "sweep.toml"], more].concat(), words)
    };
    refused("parallel", &["--pack", "2"], &["--pack: GNU parallel takes the points one by one", "JOBS"]);
    refused("slurm", &["--image", "a"], &["--image is for kubernetes alone", "leave --image out"]);
    refused("pbs", &["--claim", "a"], &["--claim is for kubernetes alone"]);
    for outside in ["/tmp/out", "../out"] {
        refused("kubernetes", &["--out", outside], &["does not lie below this folder", "--claim"]);
    }
}
