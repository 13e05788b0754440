//! What a run may change when it goes on, and what it may not.

use super::{Outcome, checkpoint, hidden, places, rich, run, stop_after};
use crate::harness::Place;

#[test]
fn a_run_goes_on_with_other_threads_and_storage() {
    for place in places() {
        let undisturbed = Outcome::undisturbed(&place, &[]);
        let memory = vec!["run", "scenario.toml", "--quiet", "--out", "out", "--force"];
        let files = [&memory[..], &["--state", "columns"]].concat();
        for (case, [first, second], [one, other]) in
            [("to files", [&memory, &files], ["1", "2"]), ("to memory", [&files, &memory], ["2", "1"])]
        {
            let first = [&first[..], &["--threads", one, "--checkpoint", "1cycles"]].concat();
            let ended = place.program(&first).env("SUBCLOUD_STOP_AFTER", "3").output().expect("the program starts");
            assert_eq!(ended.status.code(), None, "{case}");
            place.call(&[&second[..], &["--threads", other]].concat()).quietly();
            undisturbed.is_that_of(&place, "out", case);
        }
    }
}

#[test]
fn a_run_with_its_columns_in_files_goes_on_with_the_same_arguments() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    let more = ["--state", "columns", "--checkpoint", "1cycles"];
    for cycle in [2, 5, 9] {
        stop_after(&place, cycle, "out", &more);
    }
    run(&place, "out", &more).quietly();
    undisturbed.is_that_of(&place, "out", "columns in files");
}

#[test]
fn a_run_says_that_it_goes_on_and_begins_anew_if_it_is_told_to() {
    let place = Place::new();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    stop_after(&place, 4, "out", &["--checkpoint", "2cycles"]);
    let said = place.call(&["run", "scenario.toml", "--out", "out"]);
    assert!(said.err.contains("going on after cycle 4 of 6, from out/.checkpoint-"), "{}", said.err);
    undisturbed.is_that_of(&place, "out", "going on");
    let sessions = super::record(&place, "out")["sessions"].as_array().expect("sessions").len();
    assert_eq!(sessions, 2);

    stop_after(&place, 4, "fresh", &["--checkpoint", "2cycles"]);
    let said = place.call(&["run", "scenario.toml", "--out", "fresh", "--fresh"]);
    assert!(!said.err.contains("going on"), "{}", said.err);
    undisturbed.is_that_of(&place, "fresh", "--fresh");
}

#[test]
fn the_checkpoint_of_another_scenario_is_refused_and_left() {
    let place = Place::new();
    stop_after(&place, 4, "out", &["--checkpoint", "2cycles"]);
    let list = format!("{}/checkpoint.json", checkpoint(&place));
    let before = super::read(&place, &list);
    for (set, words) in [
        ("network.request_loss=0.1", ["network.request_loss", "0.0", "0.1"]),
        ("slicing.protocol=\"ranking\"", ["slicing.", "protocol", "ranking"]),
    ] {
        // What the process that was ended left of its trace goes with any call.
        run(&place, "out", &["--set", set]);
        let refused = place.unchanged(|| run(&place, "out", &["--set", set]));
        refused.failed(2, &[&words[..], &["another scenario", "--fresh", "--out"]].concat());
        assert!(super::read(&place, &list) == before);
    }
    let changed = ["--set", "network.request_loss=0.1"];
    let undisturbed = Outcome::undisturbed(&place, &changed);
    run(&place, "out", &[&changed[..], &["--fresh"]].concat()).quietly();
    undisturbed.is_that_of(&place, "out", "another scenario, anew");
}

#[test]
fn the_checkpoint_of_a_shorter_or_longer_run_is_used_where_it_can_be() {
    for place in places() {
        for (first, then) in [("6", "9"), ("9", "6"), ("6", "5")] {
            let undisturbed = Outcome::undisturbed(&place, &["--cycles", then]);
            stop_after(&place, 4, "out", &["--force", "--cycles", first, "--checkpoint", "2cycles"]);
            let said = place.call(&["run", "scenario.toml", "--out", "out", "--force", "--cycles", then]);
            assert!(said.err.contains(&format!("going on after cycle 4 of {then}")), "{}", said.err);
            undisturbed.is_that_of(&place, "out", &format!("{first} cycles, then {then}"));
        }
    }
    let place = Place::new();
    stop_after(&place, 4, "out", &["--checkpoint", "2cycles"]);
    run(&place, "out", &["--cycles", "4"]);
    let refused = place.unchanged(|| run(&place, "out", &["--cycles", "4"]));
    refused.failed(2, &["holds a checkpoint after cycle 4", "--cycles", "--fresh"]);
}

#[test]
fn checkpoints_may_lie_elsewhere() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    let more = ["--checkpoints", "far/away", "--checkpoint", "3cycles"];
    stop_after(&place, 6, "out", &more);
    assert!(checkpoint(&place).starts_with("far/away/"));
    run(&place, "out", &more).quietly();
    undisturbed.is_that_of(&place, "out", "checkpoints elsewhere");

    // Two runs may share such a directory: one that begins anew leaves the other's.
    stop_after(&place, 3, "out", &[&more[..], &["--force"]].concat());
    let others = checkpoint(&place);
    run(&place, "other", &[&more[..], &["--seed", "9", "--fresh"]].concat()).quietly();
    assert_eq!(checkpoint(&place), others);

    // A longer run begins with the checkpoint of a shorter one, which stays for the shorter one.
    let long = ["run", "scenario.toml", "--out", "longer", "--checkpoints", "far/away", "--cycles", "12"];
    let said = place.call(&long);
    assert!(said.err.contains("going on after cycle 3 of 12"), "{}", said.err);
    assert_eq!(checkpoint(&place), others);
    run(&place, "out", &[&more[..], &["--force", "--fresh"]].concat()).quietly();
    assert_eq!(hidden(&place), [""; 0]);
    Outcome::undisturbed(&place, &["--cycles", "12"]).is_that_of(&place, "longer", "the checkpoint of a shorter run");
}

#[test]
fn a_short_run_has_no_checkpoint() {
    let place = Place::new();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    for cycle in 0..6 {
        // Nothing ends a process that saves nothing.
        super::run_until(&place, ("SUBCLOUD_STOP_AFTER", cycle), "out", &["--force"]).quietly();
    }
    undisturbed.is_that_of(&place, "out", "by default");
}
