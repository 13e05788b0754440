//! Scenarios that are valid, and show little: a warning, and the work is done all the same.

use crate::harness::{GOOD, Place, Said};

const SHORT_VIEW: &str = "warning: views of 8 are too short for newscast";
const LONG_EPOCH: &str = "warning: an epoch of the aggregate `nodes` takes 9 cycles, and the run 6";

/// The good scenario, with views that fall apart and an epoch longer than the run.
fn doubtful() -> Place {
    let more = "[sampling]\nprotocol = \"newscast\"\nview = 8\n\
                [[aggregate]]\nname = \"nodes\"\nfunction = \"count\"\nepoch_cycles = 9\n";
    Place::with(&format!("{GOOD}\n{more}"))
}

/// The command was done, with as many warnings as these, each with a remedy.
fn warned(said: &Said, warnings: &[&str]) {
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines = |start: &str| said.err.lines().filter(|line| line.contains(start)).count();
    assert_eq!([lines("warning: "), lines("help: ")], [warnings.len(); 2], "{}", said.err);
    for warning in warnings {
        assert!(said.err.contains(warning), "expected {warning:?} in:\n{}", said.err);
    }
}

#[test]
fn what_is_hardly_meant_is_told_by_every_command_that_reads_a_scenario() {
    let place = doubtful();
    for command in ["check", "estimate"] {
        warned(&place.call(&[command, "scenario.toml"]), &[SHORT_VIEW, LONG_EPOCH]);
    }
    let said = place.run(&[]);
    warned(&said, &[SHORT_VIEW, LONG_EPOCH]);
    assert!(said.err.contains("run at least 9 cycles, or give `epoch_cycles` of at most 6"), "{}", said.err);
    assert!(place.path("out/run.json").exists());
}

#[test]
fn what_is_given_on_the_command_line_counts() {
    let place = doubtful();
    warned(&place.run(&["--cycles", "9"]), &[SHORT_VIEW]);
    warned(&place.run(&["--force", "--set", "sampling.view=16"]), &[LONG_EPOCH]);
    warned(&place.run(&["--force", "--cycles", "9", "--set", "sampling.protocol=cyclon"]), &[]);
}

#[test]
fn a_sweep_tells_once_what_many_points_have() {
    let place = doubtful();
    let sweep = "scenario = \"scenario.toml\"\nreplicates = 2\n[grid]\n\"sampling.view\" = [8, 20]\n\
                 \"run.cycles\" = [6, 9]\n";
    place.write("sweep.toml", sweep.as_bytes());
    let call = |more: &[&str]| place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat());
    let said = call(&[]);
    warned(&said, &["and 3 more: views of 8", "and 3 more: an epoch of the aggregate `nodes` takes 9 cycles"]);
    warned(&call(&["--point", "0"]), &["point 0: views of 8", "point 0: an epoch"]);
}

#[test]
fn a_warning_that_cannot_be_told_changes_no_exit_code() {
    let place = doubtful();
    let said = place.shell("\"$0\" run scenario.toml --quiet 2>/dev/full", &[]);
    assert_eq!(said.code, Some(0));
}
