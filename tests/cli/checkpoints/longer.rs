//! Runs that are made longer.

use super::{Outcome, places, rich, run};
use crate::harness::Place;

/// Makes a run longer, and checks that it is that of as many cycles.
fn grows(place: &Place, [short, long]: [&str; 2], more: &[&str], expected: &str) {
    let case = format!("{short} cycles, then {long}, {more:?}");
    let undisturbed = Outcome::undisturbed(place, &[&["--cycles", long], more].concat());
    let mut program = place.program(&[&["run", "scenario.toml", "--out", "out", "--cycles", long], more].concat());
    let said = crate::harness::Said::of(&program.output().expect("the program starts"));
    assert_eq!(said.code, Some(0), "{case}: {}", said.err);
    assert!(said.err.contains(expected), "{case}: expected {expected:?} in {}", said.err);
    undisturbed.is_that_of(place, "out", &case);
}

#[test]
fn a_run_whose_state_was_kept_goes_on_from_there() {
    for place in places() {
        for more in [&[][..], &["--set", "trace.every=7"]] {
            let first = [&["--cycles", "7", "--keep-state", "--force", "--fresh"], more].concat();
            run(&place, "out", &first).quietly();
            grows(&place, ["7", "14"], &[&["--keep-state"], more].concat(), "going on after cycle 6 of 14");
            grows(&place, ["14", "15"], more, "going on after cycle 13 of 15");
        }
    }
}

#[test]
fn a_run_whose_state_was_not_kept_begins_anew_and_says_why() {
    let place = rich();
    run(&place, "out", &["--cycles", "5"]).quietly();
    let expected = "out holds a run of 5 cycles whose state was not kept (--keep-state): beginning anew";
    grows(&place, ["5", "10"], &[], expected);
}

#[test]
fn a_run_goes_on_from_any_kept_state_but_not_from_the_last() {
    let place = rich();
    run(&place, "out", &["--cycles", "6", "--keep-state=0,2"]).quietly();
    let states = |place: &Place| {
        let mut names: Vec<String> = place.contents().into_iter().filter_map(|path| state(&path)).collect();
        names.sort();
        names
    };
    assert_eq!(states(&place), ["0", "2", "5", "6"]);
    grows(&place, ["6", "8"], &[], "going on after cycle 5 of 8");
    for name in ["5", "6"] {
        std::fs::remove_dir_all(place.path(&format!("out/state/{name}"))).expect("a state goes");
    }
    grows(&place, ["8", "9"], &[], "going on after cycle 2 of 9");
}

/// The cycle of a directory of a kept state.
fn state(path: &str) -> Option<String> {
    path.strip_prefix("out/state/").filter(|name| !name.contains('/')).map(str::to_owned)
}

#[test]
fn a_longer_run_that_is_ended_goes_on() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &["--cycles", "12"]);
    let more = ["--cycles", "12", "--checkpoint", "2cycles"];
    for step in (1..100).step_by(3) {
        run(&place, "out", &["--cycles", "6", "--keep-state", "--force", "--fresh"]).quietly();
        let is_done = super::run_until(&place, ("SUBCLOUD_ABORT_AT", step), "out", &more).code.is_some();
        if is_done {
            undisturbed.is_that_of(&place, "out", "undisturbed");
            return;
        }
        run(&place, "out", &more).quietly();
        undisturbed.is_that_of(&place, "out", &format!("ended at step {step}"));
    }
    panic!("no end of steps");
}

#[test]
fn a_shorter_run_does_not_replace_a_longer_one() {
    let place = Place::new();
    run(&place, "out", &["--keep-state"]).quietly();
    place.unchanged(|| run(&place, "out", &["--cycles", "4"])).failed(2, &["--force"]);
    let other = ["--cycles", "12", "--set", "network.request_loss=0.1"];
    place.unchanged(|| run(&place, "out", &other)).failed(2, &["--force"]);
}
