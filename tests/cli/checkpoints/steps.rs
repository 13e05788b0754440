//! Runs that end after the checkpoint of a chosen cycle, or at a chosen step of writing and publishing.

use super::{Outcome, hidden, places, rich, run, run_until, stop_after};
use crate::harness::{GOOD, Place};

#[test]
fn a_run_goes_on_after_the_checkpoint_of_any_cycle() {
    for (place, cycles) in places().iter().zip([6, 10]) {
        let undisturbed = Outcome::undisturbed(place, &[]);
        for cycle in [1, cycles / 2, cycles - 1] {
            stop_after(place, cycle, "out", &["--force", "--checkpoint", "1cycles"]);
            assert!(!hidden(place).is_empty());
            run(place, "out", &["--force"]).quietly();
            undisturbed.is_that_of(place, "out", &format!("stopped after cycle {cycle}"));
        }
    }
}

/// More than the steps of any run here.
const MANY: u32 = 200;

#[test]
fn a_run_goes_on_from_any_step() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    let more = ["--checkpoint", "4cycles", "--keep-state=2"];
    let mut done = 0;
    for step in 1..MANY {
        let said = run_until(&place, ("SUBCLOUD_ABORT_AT", step), "out", &more);
        if said.code.is_some() {
            done = step;
            break;
        }
        run(&place, "out", &more).quietly();
        undisturbed.is_that_of(&place, "out", &format!("ended at step {step}"));
        std::fs::remove_dir_all(place.path("out")).expect("the result goes");
    }
    assert!((10..MANY).contains(&done), "{done} steps");
}

#[test]
fn a_chain_of_ends_at_later_and_later_steps_comes_to_its_end() {
    let place = rich();
    let undisturbed = Outcome::undisturbed(&place, &[]);
    let more = ["--checkpoint", "2cycles"];
    let ends = |step: &u32| run_until(&place, ("SUBCLOUD_ABORT_AT", *step), "out", &more).code.is_some();
    assert!((1..MANY).find(ends).is_some_and(|steps| steps > 5));
    undisturbed.is_that_of(&place, "out", "a chain");
}

#[test]
fn the_older_or_the_newer_run_is_whole_at_any_step() {
    let place = Place::with(&GOOD.replace("2_000", "500"));
    let older = Outcome::undisturbed(&place, &["--seed", "8"]);
    let newer = Outcome::undisturbed(&place, &[]);
    let mut is_done = false;
    for step in 1..MANY {
        run(&place, "out", &["--seed", "8", "--force", "--fresh"]).quietly();
        let more = ["--checkpoint", "2cycles", "--force"];
        is_done = run_until(&place, ("SUBCLOUD_ABORT_AT", step), "out", &more).code.is_some();
        if is_done {
            break;
        }
        // Whatever comes next finds one of both: here a command that is refused, since a run is there.
        run(&place, "out", &["--seed", "8", "--cycles", "5", "--fresh"]).failed(2, &["out already holds a run"]);
        let there = Outcome::of(&place, "out");
        let fits = [&older, &newer].into_iter().any(|outcome| *outcome == there);
        assert!(fits, "step {step}: neither the older run nor the newer one");
        run(&place, "out", &more).quietly();
        newer.is_that_of(&place, "out", &format!("ended at step {step}"));
    }
    assert!(is_done, "{MANY} steps are not enough");
}
