//! The manifest for Kubernetes. The readers' test reads it as YAML.

use std::process::Command;

use super::scripts::SWEEP;
use super::{finished, place};
use crate::harness::{Place, Said};

fn manifest(place: &Place, more: &[&str]) -> String {
    let call = [&["sweep", "script", "kubernetes", "sweep.toml"], more].concat();
    place.unchanged(|| place.call(&call)).quietly().out
}

/// Runs what a pod of the manifest runs.
fn pod(place: &Place, text: &str, index: &str) -> Said {
    let words: Vec<String> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("            - ")?).ok())
        .map(|word: String| word.replace("$$", "$"))
        .collect();
    assert_eq!(words[..2], ["/bin/sh", "-c"], "{text}");
    std::fs::create_dir_all(place.path("bin")).expect("a folder");
    let program = place.path("bin/subcloud");
    if !program.exists() {
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_subcloud"), program).expect("the program");
    }
    let path = format!("{}:{}", place.path("bin").display(), std::env::var("PATH").expect("a path"));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).current_dir(place.path("")).env("PATH", path).env("JOB_COMPLETION_INDEX", index);
    Said::of(&command.output().expect("a shell starts"))
}

#[test]
fn a_pod_of_an_indexed_job_does_its_point() {
    let place = place(SWEEP);
    let more = ["--out", "a: 'strange' $$(OUT)", "--image", "example.org/a:1", "--claim", "disk"];
    let text = manifest(&place, &more);
    for line in [
        "apiVersion: batch/v1",
        "  completionMode: Indexed",
        "  completions: 4",
        "  parallelism: 4",
        "          values: [3]",
        "          image: \"example.org/a:1\"",
        "            claimName: \"disk\"",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in {text}");
    }
    assert_eq!(text.matches("memory: ").count(), 2);
    pod(&place, &text, "3").quietly();
    assert!(place.path("a: 'strange' $$(OUT)/points/3.json").exists());
}

#[test]
fn a_pod_may_do_several_points() {
    let place = place(&SWEEP.replace("[10, 20]", "[10, 20, 30, 40, 50]"));
    let text = manifest(&place, &["--out", "out", "--pack", "4"]);
    assert!(text.contains("\n  completions: 3\n") && text.contains("\n              cpu: 4\n"), "{text}");
    pod(&place, &text, "2").quietly();
    assert_eq!(finished(&place, "out"), 2);
}

#[test]
fn what_was_not_given_is_empty_and_says_which_option_it_takes() {
    let place = place(SWEEP);
    let text = manifest(&place, &[]);
    assert!(text.contains("image: \"\" # give --image IMAGE"), "{text}");
    assert!(text.contains("claimName: \"\" # give --claim NAME"), "{text}");
}
