//! Completions and manual pages.

use std::process::Command;

use crate::harness::{Place, Said};

/// Whether a program is there to check with.
fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
}

#[test]
fn completions_are_there_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = place.call(&["completions", shell]).quietly().out;
        for word in ["estimate", "schema", "suite", "set"] {
            assert!(said.contains(word), "no {word} for {shell}");
        }
    }
    let said = place.call(&["completions", "tcsh"]);
    assert!(said.code == Some(2) && said.err.contains("bash"), "{}", said.err);
}

#[test]
fn bash_completes_commands_and_options() {
    if !is_there("bash") {
        eprintln!("skipped: no bash");
        return;
    }
    let place = Place::new();
    let script = place.call(&["completions", "bash"]).quietly().out;
    place.write("completion.bash", script.as_bytes());
    let bash = |program: &str| {
        let output = Command::new("bash").args(["--norc", "-c", program]).current_dir(place.path("")).output();
        Said::of(&output.expect("bash starts")).quietly().out
    };
    assert_eq!(bash("bash -n completion.bash"), "");
    let complete = |words: &str, last: &str| {
        let program = "source completion.bash; COMP_WORDS=(subcloud WORDS LAST); COMP_CWORD=$((${#COMP_WORDS[@]} - 1));
             _subcloud subcloud LAST \"${COMP_WORDS[COMP_CWORD - 1]}\"; echo \"${COMPREPLY[@]}\"";
        let said = bash(&program.replace("(subcloud WORDS", &format!("(subcloud {words}")).replace("LAST", last));
        said.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let offered = |words: &str, last: &str, expected: &[&str]| {
        let found = complete(words, last);
        assert!(expected.iter().all(|&word| found.iter().any(|found| found == word)), "{words:?}: {found:?}");
    };
    offered("", "''", &["run", "check", "estimate", "schema", "suite", "completions", "man"]);
    offered("run plan.toml", "--", &["--set", "--nodes", "--out"]);
    offered("suite", "''", &["keygen", "sign", "verify", "diff"]);
    offered("suite sign", "--", &["--key", "--certificate"]);
    assert_eq!(complete("", "est"), ["estimate"]);
}

#[test]
fn the_manual_names_every_command() {
    let place = Place::new();
    let page = |arguments: &[&str]| place.call(&[&["man"], arguments].concat()).quietly().out;
    let root = page(&[]);
    for command in ["run", "check", "estimate", "schema", "suite", "completions", "man"] {
        assert!(root.contains(&format!("subcloud\\-{command}(1)")), "no {command} in\n{root}");
    }
    assert!(page(&["run"]).contains(".TH subcloud-run 1"));
    assert!(page(&["suite", "sign"]).contains("\\-\\-certificate"));
    place.refuse(&["man", "frobnicate"], &["there is no command `frobnicate`", "choose one of: ", "estimate"]);
    place.refuse(&["man", "run", "fast"], &["there is no command `fast`", "`subcloud run` has no commands of its own"]);
}

#[test]
fn all_manual_pages_are_written_and_well_formed() {
    let place = Place::new();
    let said = place.call(&["man", "--out", "deep/man1"]).quietly().out;
    let pages: Vec<String> = place.contents().into_iter().filter(|path| path.ends_with(".1")).collect();
    assert_eq!(said, format!("deep/man1: {} pages\n", pages.len()));
    for name in ["subcloud", "subcloud-run", "subcloud-man", "subcloud-suite-sign"] {
        assert!(pages.contains(&format!("deep/man1/{name}.1")), "no {name} in {pages:?}");
    }
    // They replace older ones.
    place.unchanged(|| place.call(&["man", "--out", "deep/man1"]).quietly());
    if !is_there("groff") {
        eprintln!("not looked at by groff: it is not there");
        return;
    }
    for page in &pages {
        let groff =
            Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z", page]).current_dir(place.path("")).output();
        Said::of(&groff.expect("groff starts")).quietly();
    }
}

#[test]
fn a_directory_that_cannot_be_made_for_pages_is_bad_input() {
    let place = Place::new();
    place.refuse(&["man", "--out", "scenario.toml/man1"], &["scenario.toml/man1: cannot be made", "--out"]);
}
