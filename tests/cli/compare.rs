//! Two runs or two sweeps beside each other.

use std::fmt::Debug;
use std::path::Path;

use datasets::trace::read::Run;

use crate::harness::Place;

const SWEEP: &str = "scenario = \"scenario.toml\"\nreplicates = 3\n[grid]\n\"suite.app.cache.share\" = [0.1, 0.2]\n";

fn run(place: &Place, out: &str, more: &[&str]) {
    place.call(&[&["run", "scenario.toml", "--quiet", "--out", out], more].concat()).quietly();
}

fn sweep(place: &Place, name: &str, text: &str) {
    place.write(&format!("{name}.toml"), text.as_bytes());
    place.call(&["sweep", &format!("{name}.toml"), "--quiet", "--out", name]).quietly();
}

fn compare(place: &Place, one: &str, other: &str) -> String {
    let said = place.unchanged(|| place.call(&["compare", one, other])).quietly();
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    // Lines are broken anywhere between two words.
    said.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_run_with_itself_is_exactly_zero() {
    let place = Place::new();
    run(&place, "a", &["--set", "trace.nodes.cycles=[0, 6]"]);
    run(&place, "b", &["--set", "trace.nodes.cycles=[0, 6]", "--threads", "1"]);
    for other in ["a", "b"] {
        let said = compare(&place, "a", other);
        let words = "Identical: every value of every table is the same, and every difference exactly 0.";
        assert!(said.contains(words) && said.contains("Both end in the state "), "{said}");
        assert!(!said.contains("+-") && !said.contains("They first differ"), "{said}");
    }
}

/// The first cycle in which rows differ, and those of that place.
fn first<R: PartialEq + Debug>(one: &[R], other: &[R], cycle: impl Fn(&R) -> u32) -> Option<u32> {
    one.iter().zip(other).find(|(one, other)| one != other).map(|(one, _)| cycle(one))
}

#[test]
fn two_seeds_first_differ_where_an_independent_look_says_so() {
    let place = Place::new();
    run(&place, "a", &[]);
    run(&place, "b", &["--seed", "2"]);
    let [a, b] = ["a", "b"].map(|name| Run::open(&place.path(name)).expect("a run"));
    let earliest = [
        first(&a.cycles().expect("cycles"), &b.cycles().expect("cycles"), |row| row.cycle),
        first(&a.slices().expect("slices"), &b.slices().expect("slices"), |row| row.cycle),
        first(&a.apps().expect("apps"), &b.apps().expect("apps"), |row| row.cycle),
        first(&a.aggregates().expect("aggregates"), &b.aggregates().expect("aggregates"), |row| row.cycle),
    ];
    // The ranks of nodes are drawn at birth; nodes alive and messages are the same.
    let cycle = earliest.into_iter().flatten().min().expect("a difference");
    assert_eq!((cycle, earliest[1]), (0, Some(0)));
    let (one, other) = (a.slices().expect("slices"), b.slices().expect("slices"));
    let gdm = [one[0].gdm_normalised, other[0].gdm_normalised];
    let is_gdm = (gdm[0] - gdm[1]).abs() > 0.0;
    let column = if is_gdm { "gdm_normalised" } else { "sdm_normalised" };
    let [one, other] = if is_gdm { gdm } else { [one[0].sdm_normalised, other[0].sdm_normalised] };
    let said = compare(&place, "a", "b");
    let words = format!(
        "They first differ after cycle 0, in the table slices (attribute availability, gradient 0), column {column}: \
         {one} and {other}."
    );
    assert!(said.contains(&words), "no {words:?} in {said}");
    assert!(said.contains("They end in the states"), "{said}");
}

#[test]
fn runs_that_part_in_the_middle_are_told_apart_there() {
    let place = Place::new();
    run(&place, "a", &["--set", "event=[{at_cycle = 4, crash = {share = 0.1}}]"]);
    run(&place, "b", &[]);
    let said = compare(&place, "a", "b");
    assert!(
        said.contains("They first differ after cycle 4, in the table cycles, column alive_count: 1800 and 2000."),
        "{said}"
    );
    assert!(said.contains("Missing: only the first has rows of events."), "{said}");
    assert!(said.contains("alive nodes 1,800 2,000 +200"), "{said}");
}

#[test]
fn other_applications_and_lengths_are_told_and_no_crash() {
    let place = Place::new();
    run(&place, "a", &[]);
    place.write("other.toml", crate::harness::GOOD.replace("\"cache\"", "\"store\"").as_bytes());
    place.call(&["run", "other.toml", "--quiet", "--out", "b"]).quietly();
    let said = compare(&place, "a", "b");
    assert!(
        said.contains("Only the first has: asked of cache") && said.contains("Only the second has: asked of store"),
        "{said}"
    );
    assert!(said.contains("column app: cache and store"), "{said}");
    run(&place, "c", &["--cycles", "4"]);
    let said = compare(&place, "a", "c");
    assert!(said.contains("after cycle 5, in the table cycles: the first has a row, the second no row"), "{said}");
}

#[test]
fn sweeps_are_paired_by_seed_and_by_what_is_set() {
    let place = Place::new();
    sweep(&place, "one", SWEEP);
    let said = compare(&place, "one", "one");
    assert!(said.contains("6 pairs of runs with the same seed in 2 common settings"), "{said}");
    let words = "Identical: every metric of every pair is the same, the difference exactly 0, and so are the states";
    assert!(said.contains(words), "{said}");

    sweep(&place, "two", &SWEEP.replace("[0.1, 0.2]", "[0.2, 0.3]").replace("= 3", "= 2"));
    let said = compare(&place, "one", "two");
    assert!(said.contains("2 pairs of runs with the same seed in 1 common settings"), "{said}");
    assert!(said.contains("Missing: only the first has the setting: suite.app.cache.share = 0.1."), "{said}");
    assert!(said.contains("Missing: only the second has the setting: suite.app.cache.share = 0.3."), "{said}");
    assert!(said.contains("Missing: only the first has the seeds") && said.contains("Identical"), "{said}");

    let single = |share: &str| {
        format!("scenario = \"scenario.toml\"\nreplicates = 3\n[set]\n\"suite.app.cache.share\" = {share}\n")
    };
    sweep(&place, "three", &single("0.1"));
    sweep(&place, "four", &single("0.3"));
    let said = compare(&place, "three", "four");
    assert!(said.contains("3 pairs of runs") && said.contains("asked of cache nodes 200.0 600.0 +400.0 0"), "{said}");
}

#[test]
fn a_run_beside_a_sweep_and_what_is_neither_are_refused() {
    let place = Place::new();
    run(&place, "a", &[]);
    sweep(&place, "s", SWEEP);
    place.call(&["compare", "a", "s"]).failed(2, &["s holds a sweep and a a run", "give two runs or two sweeps"]);
    place.call(&["compare", "a", "nowhere"]).failed(2, &["nowhere holds no run", "--out"]);
    std::fs::create_dir(place.path("empty")).expect("a folder");
    place.call(&["compare", "empty", "a"]).failed(2, &["empty holds no run"]);
    assert!(Path::new(&place.path("a")).exists());
}
