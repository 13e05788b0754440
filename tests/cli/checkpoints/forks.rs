//! Forks: runs that begin with the state that another run has kept.

use datasets::trace::read::Run;

use super::{Outcome, Random, hidden, places, record, rich, run, run_until, stop_after};
use crate::harness::{Place, Said};

/// Runs the scenario for some cycles, and keeps its state after some of them.
fn warm(place: &Place) {
    run(place, "warm", &["--cycles", "6", "--keep-state=0,3"]).quietly();
}

/// Begins with the state after a cycle.
fn fork(place: &Place, cycle: u32, out: &str, more: &[&str]) -> Said {
    let from = format!("warm@{cycle}");
    run(place, out, &[&["--from", &from], more].concat())
}

fn digest(place: &Place, out: &str) -> String {
    record(place, out)["state_digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn a_fork_whose_event_comes_later_has_the_state_of_an_undisturbed_run() {
    let events = ["{at_cycle=5, crash={share=0.5}}", "{at_cycle=4, suite='v2.toml'}, {at_cycle=8, crash={share=0.5}}"];
    for (place, events) in places().iter().zip(events) {
        warm(place);
        let event = format!("event=[{events}]");
        let more = ["--cycles", "9", "--set", &event];
        for cycle in [0, 3] {
            fork(place, cycle, "fork", &[&more[..], &["--force"]].concat()).quietly();
            assert_eq!(digest(place, "fork"), Outcome::undisturbed(place, &more).digest, "from cycle {cycle}");
            let forked = &record(place, "fork")["forked_from"];
            assert_eq!(forked["cycle"], cycle);
            assert_eq!(forked["run_id"], record(place, "warm")["run_id"]);
            assert_eq!(forked["state_digest"].as_str().expect("a digest").len(), 16);
        }
        assert_eq!(hidden(place), [""; 0]);
    }
}

#[test]
fn a_fork_from_the_state_after_the_last_cycle_has_the_state_of_a_longer_run() {
    for place in places() {
        warm(&place);
        let warm = run(&place, "fork", &["--from", "warm", "--cycles", "9", "--set", "event=[]"]);
        // What the scenario launched in cycle 4 is of the past of that state.
        if warm.code == Some(2) {
            assert!(warm.err.contains("event"), "{}", warm.err);
            run(&place, "fork", &["--from", "warm", "--cycles", "9"]).quietly();
        }
        let forked = digest(&place, "fork");
        let undisturbed = Outcome::undisturbed(&place, &["--cycles", "9"]).digest;
        assert_eq!(forked, undisturbed);
    }
}

#[test]
fn forks_with_the_same_change_are_equal() {
    for place in places() {
        warm(&place);
        let more = ["--set", "network.request_loss=0.2"];
        fork(&place, 3, "one", &more).quietly();
        fork(&place, 3, "other", &[&more[..], &["--checkpoint", "1cycles"]].concat()).quietly();
        Outcome::of(&place, "one").is_that_of(&place, "other", "two forks");
        assert_ne!(digest(&place, "one"), Outcome::undisturbed(&place, &more).digest);
    }
}

#[test]
fn a_fork_at_the_beginning_has_the_rows_of_the_plain_run() {
    for place in places() {
        warm(&place);
        let undisturbed = Outcome::undisturbed(&place, &[]);
        fork(&place, 0, "fork", &[]).quietly();
        assert_eq!(digest(&place, "fork"), undisturbed.digest);
        let [plain, fork] = ["undisturbed", "fork"].map(|out| Run::open(&place.path(out)).expect("a run"));
        for &table in datasets::trace::Table::ALL {
            let [plain, fork] = [&plain, &fork].map(|run| format!("{:?}", run.table(table).expect("a table")));
            let id = |out: &str| record(&place, out)["run_id"].as_str().expect("a run").to_owned();
            assert_eq!(fork.replace(&id("fork"), &id("undisturbed")), plain, "{}", table.name());
        }
    }
}

#[test]
fn what_may_not_differ_is_refused_with_its_key() {
    let place = rich();
    warm(&place);
    for (more, words) in [
        (&["--nodes", "700"][..], &["`run.nodes` is 600 there, and 700 now"][..]),
        (&["--seed", "4"], &["`run.seed` is 3 there, and 4 now"]),
        (&["--set", "sampling.view=20"], &["`sampling.view` is 16 there, and 20 now"]),
        (&["--set", "slicing.window=128"], &["`slicing.window` is 64 there, and 128 now"]),
        (&["--set", "suite.app.chat.min_nodes=5"], &["`suite.app", "not there"]),
        (&["--set", "event=[{at_cycle=3, suite='v2.toml'}]"], &["`event"]),
        (&["--cycles", "2"], &["cycle 3", "2 cycles", "--cycles"]),
    ] {
        place.unchanged(|| fork(&place, 3, "fork", more)).failed(2, &[&["--from warm@3"], words].concat());
    }
    let missing = place.unchanged(|| fork(&place, 4, "fork", &[]));
    missing.failed(2, &["warm holds no state after cycle 4", "0, 3, 5, 6", "--keep-state"]);
    let nowhere = place.unchanged(|| run(&place, "fork", &["--from", "nowhere"]));
    nowhere.failed(2, &["nowhere holds no state", "--keep-state"]);
    place.unchanged(|| run(&place, "fork", &["--from", "warm@x"])).failed(2, &["`x` is no cycle", "out/warm@40"]);
}

#[test]
fn another_seed_draws_anew() {
    let place = rich();
    warm(&place);
    let digests: Vec<String> = [&[][..], &["--reseed", "7"], &["--reseed", "8"], &["--reseed", "7"]]
        .into_iter()
        .map(|more| {
            fork(&place, 3, "fork", &[more, &["--force"]].concat()).quietly();
            digest(&place, "fork")
        })
        .collect();
    assert_eq!(digests[1], digests[3]);
    assert!(digests[0] != digests[1] && digests[1] != digests[2] && digests[2] != digests[0]);
    assert_eq!(record(&place, "fork")["forked_from"]["reseed"], 7);
}

#[test]
fn a_fork_that_is_ended_goes_on() {
    let place = rich();
    warm(&place);
    let more = ["--from", "warm@3", "--set", "network.request_loss=0.2", "--checkpoint", "2cycles"];
    run(&place, "whole", &more).quietly();
    let whole = Outcome::of(&place, "whole");
    for cycle in [4, 6, 8] {
        stop_after(&place, cycle, "fork", &more);
        run(&place, "fork", &more).quietly();
        whole.is_that_of(&place, "fork", &format!("ended after cycle {cycle}"));
        std::fs::remove_dir_all(place.path("fork")).expect("the result goes");
    }
    let mut random = Random(3);
    for _ in 0..6 {
        let step = 1 + random.below(60) as u32;
        run_until(&place, ("SUBCLOUD_ABORT_AT", step), "fork", &[&more[..], &["--force"]].concat());
        run(&place, "fork", &[&more[..], &["--force"]].concat()).quietly();
        whole.is_that_of(&place, "fork", &format!("ended at step {step}"));
    }
}

#[test]
fn what_is_told_of_a_fork_is_told_of_its_own_cycles() {
    let place = rich();
    warm(&place);
    let summary = fork(&place, 3, "fork", &[]);
    assert_eq!(summary.code, Some(0), "{}", summary.err);
    assert!(summary.out.contains("A fork: it begins with the state of another run after cycle 3."), "{}", summary.out);
    place.call(&["report", "fork"]).quietly();
    let compared = place.call(&["compare", "warm", "fork"]);
    assert!(compared.code.is_some_and(|code| code < 3) && !compared.err.contains("panicked"), "{}", compared.err);
}
