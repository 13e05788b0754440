//! Runs that a signal asks to stop.

use super::{Outcome, hidden, rich, run};
use crate::harness::{Place, Said};
use crate::interrupts::Endless;

/// Runs the scenario into `deep/out`, and stops it.
fn stopped(place: &Place, signal: &str, more: &[&str]) -> Said {
    let begins = ["run", "scenario.toml", "--quiet", "--threads", "1", "--out", "deep/out"];
    Endless::begin(place, &[&begins[..], more].concat()).stop(signal)
}

/// A run that takes some seconds.
const LONG: [&str; 4] = ["--cycles", "4_000", "--set", "trace.every=500"];

#[test]
fn a_run_that_is_stopped_saves_its_state_and_goes_on() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &LONG);
    for signal in ["INT", "TERM", "HUP"] {
        let said = stopped(&place, signal, &LONG);
        let words = ["stopped after cycle", "of 4000", "the same command goes on from there", "--fresh"];
        said.failed(3, &words);
        assert!(hidden(&place).iter().all(|path| path.starts_with("deep/out/.checkpoint-")), "{:?}", hidden(&place));
        run(&place, "deep/out", &LONG).quietly();
        undisturbed.is_that_of(&place, "deep/out", signal);
        std::fs::remove_dir_all(place.path("deep")).expect("the result goes");
    }
}

#[test]
fn a_run_that_saves_nothing_leaves_nothing() {
    let place = rich();
    let said = place.unchanged(|| stopped(&place, "TERM", &[&LONG[..], &["--checkpoint", "never"]].concat()));
    said.failed(1, &["interrupted after cycle", "nothing was written", "run it again"]);

    // But what it keeps is there to go on with.
    let more = [&LONG[..], &["--checkpoint", "never", "--keep-state=2"]].concat();
    let undisturbed = Outcome::undisturbed(&place, &LONG);
    stopped(&place, "TERM", &more)
        .failed(3, &["not saved: --checkpoint never", "the same command goes on from cycle 2"]);
    let said = place.call(&[&["run", "scenario.toml", "--out", "deep/out"], &more[..]].concat());
    assert!(said.err.contains("going on after cycle 2 of 4,000"), "{}", said.err);
    undisturbed.is_that_of(&place, "deep/out", "kept states alone");
}

#[test]
fn a_run_that_replaces_another_leaves_it_until_it_is_done() {
    let place = rich();
    run(&place, "deep/out", &["--seed", "8"]).quietly();
    let older = Outcome::of(&place, "deep/out");
    stopped(&place, "TERM", &[&LONG[..], &["--force"]].concat()).failed(3, &["stopped after cycle"]);
    assert!(older == Outcome::of(&place, "deep/out"));
    let undisturbed = Outcome::undisturbed(&place, &LONG);
    run(&place, "deep/out", &[&LONG[..], &["--force"]].concat()).quietly();
    undisturbed.is_that_of(&place, "deep/out", "a run that replaces another");
}
