//! Sweeps: which points they have, with which seeds, and what can be wrong with them.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::fs;

use datasets::record::SweepRecord;
use datasets::sweep::{self, Point, Sweep, seed};
use datasets::{Error, Kind};
use tempfile::TempDir;

const SCENARIO: &str = r#"[run]
nodes = 1000
cycles = 40
seed = 7

[[fleet.class]]
name = "box"
share = 1.0
attributes.availability = { beta = [9.0, 1.0] }

[network]
reply_loss = 0.25

[[suite.app]]
name = "monitoring"
top = "availability"
share = 0.10

[suite]
version = 1
"#;

fn folder(sweep: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("telco.toml"), SCENARIO).unwrap();
    fs::write(folder.path().join("sweep.toml"), sweep).unwrap();
    folder
}

fn read(sweep: &str) -> Result<Sweep, Error> {
    sweep::read(&folder(&format!("scenario = \"telco.toml\"\n{sweep}")).path().join("sweep.toml"))
}

/// What a sweep sets at each point, as it is told in tables.
fn settings(sweep: &Sweep) -> Vec<String> {
    let shown = |point: &sweep::Point| {
        let params = point.params.iter().map(|param| format!("{}={}", param.key, param.value));
        params.collect::<Vec<_>>().join(" ")
    };
    sweep.points.iter().map(shown).collect()
}

#[test]
fn a_grid_has_every_combination_and_its_last_key_changes_fastest() {
    let sweep = read("[grid]\n\"network.request_loss\" = [0.0, 0.1]\n\"sampling.view\" = [10, 20, 40]\n").unwrap();
    let expected = [(0.0, 10), (0.0, 20), (0.0, 40), (0.1, 10), (0.1, 20), (0.1, 40)];
    let found: Vec<_> =
        sweep.points.iter().map(|point| (point.scenario.network.request_loss, point.scenario.sampling.view)).collect();
    assert_eq!(found, expected);
    assert_eq!(settings(&sweep)[1], "network.request_loss=0.0 sampling.view=20");
    assert!(sweep.points.iter().all(|point| (point.scenario.run.seed, point.replicate) == (7, 0)));
    assert_eq!(sweep.points[5].params[1].number, Some(40.0));
}

#[test]
fn every_item_of_a_list_meets_the_whole_grid() {
    let sweep = read(
        "[grid]\n\"sampling.view\" = [10, 20]\n[[list]]\n\"slicing.protocol\" = \"ranking\"\nslicing.window = 64\n\
         [[list]]\n\"slicing.protocol\" = 'ordered-max-gain'\n",
    )
    .unwrap();
    let ranking = "slicing.protocol=ranking slicing.window=64 sampling.view=";
    let gain = "slicing.protocol=ordered-max-gain sampling.view=";
    assert_eq!(
        settings(&sweep),
        [format!("{ranking}10"), format!("{ranking}20"), format!("{gain}10"), format!("{gain}20")]
    );
}

#[test]
fn one_at_a_time_begins_with_the_scenario_as_it_is() {
    let sweep =
        read("set.run.cycles = 5\n[one_at_a_time]\nsampling.view = [10, 20, 40]\nnetwork.reply_loss = [0.0, 0.25]\n")
            .unwrap();
    assert!(sweep.is_one_at_a_time);
    // A view of 20 and a loss of 0.25 are what the scenario has anyhow.
    assert_eq!(settings(&sweep), ["", "sampling.view=10", "sampling.view=40", "network.reply_loss=0.0"]);
    assert_eq!(sweep.points.iter().map(|point| point.setting).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert!(sweep.points.iter().all(|point| point.scenario.run.cycles == 5));
}

#[test]
fn replicates_have_seeds_of_their_own_and_the_same_in_every_setting() {
    let text = "replicates = 3\n[grid]\n\"sampling.view\" = [10, 20]\n";
    let sweep = read(text).unwrap();
    let seeds: Vec<u64> = sweep.points.iter().map(|point| point.scenario.run.seed).collect();
    assert_eq!(seeds[..3], seeds[3..]);
    assert_eq!(seeds[..3], [7, seed(7, 1), seed(7, 2)]);
    let numbers: Vec<_> = sweep.points.iter().map(|point| (point.number, point.setting, point.replicate)).collect();
    assert_eq!(numbers, [(0, 0, 0), (1, 0, 1), (2, 0, 2), (3, 1, 0), (4, 1, 1), (5, 1, 2)]);
    let based = read(&format!("seed = 11\n{text}")).unwrap();
    assert_eq!(based.points[1].scenario.run.seed, seed(11, 1));
    assert_ne!(based.hash(), sweep.hash());
}

/// What the directory of a sweep says of it.
fn record(sweep: &Sweep) -> SweepRecord {
    let points = sweep.points.iter().map(Point::record).collect();
    SweepRecord { points, hash: sweep.hash(), is_one_at_a_time: sweep.is_one_at_a_time, ..SweepRecord::default() }
}

/// View, replicate and seed of each point, by its number.
fn numbered(sweep: &Sweep) -> Vec<(u32, u32, u64)> {
    let of = |point: &Point| (point.scenario.sampling.view, point.replicate, point.scenario.run.seed);
    assert!((0..).zip(&sweep.points).all(|(number, point)| point.number == number));
    sweep.points.iter().map(of).collect()
}

#[test]
fn a_sweep_that_grows_keeps_its_numbers_and_seeds() {
    let small = read("replicates = 2\n[grid]\n\"sampling.view\" = [10, 30]\n").unwrap();
    let large = || read("replicates = 3\n[grid]\n\"sampling.view\" = [5, 10, 20, 30]\n").unwrap();
    let found = record(&small);
    let grown = large().numbered_as(&found);
    assert_eq!(numbered(&grown)[..4], numbered(&small));
    let (one, other) = (seed(7, 1), seed(7, 2));
    let new = [(5, 0, 7), (5, 1, one), (5, 2, other), (10, 2, other), (20, 0, 7), (20, 1, one), (20, 2, other)];
    assert_eq!(numbered(&grown)[4..], [&new[..], &[(30, 2, other)]].concat());
    let settings: Vec<u32> = grown.points.iter().map(|point| point.setting).collect();
    assert_eq!(settings, [0, 0, 1, 1, 2, 2, 2, 0, 3, 3, 3, 1]);
    assert!(record(&grown).extends(&found) && !found.extends(&record(&grown)) && !found.extends(&found));
    // Asked again, the numbers are those of the directory, and so is the hash.
    let again = large().numbered_as(&record(&grown));
    assert_eq!((numbered(&again), again.hash()), (numbered(&grown), grown.hash()));
    // And a directory that has grown twice is that of the largest.
    let larger = read("replicates = 3\n[grid]\n\"sampling.view\" = [4, 5, 10, 20, 30]\n").unwrap();
    assert_eq!(numbered(&larger.numbered_as(&record(&grown)))[..12], numbered(&grown));
}

#[test]
fn another_sweep_keeps_its_own_numbers() {
    let large = read("replicates = 2\n[grid]\n\"sampling.view\" = [10, 20]\n").unwrap();
    let found = record(&large);
    for text in [
        "replicates = 2\n[grid]\n\"sampling.view\" = [20]\n",
        "replicates = 1\n[grid]\n\"sampling.view\" = [20, 10]\n",
        "replicates = 3\n[grid]\n\"sampling.view\" = [30, 20]\n",
        "replicates = 3\nseed = 8\n[grid]\n\"sampling.view\" = [30, 20, 10]\n",
        "replicates = 3\n[one_at_a_time]\n\"sampling.view\" = [30, 10, 20]\n",
        "replicates = 2\n[grid]\n\"network.reply_loss\" = [0.25]\n\"sampling.view\" = [30, 20, 10]\n",
    ] {
        let other = read(text).unwrap();
        let kept = other.clone().numbered_as(&found);
        assert_eq!((numbered(&kept), kept.hash()), (numbered(&other), other.hash()), "{text}");
        assert!(!record(&kept).extends(&found), "{text}");
    }
}

#[test]
fn derived_seeds_are_small_and_all_different() {
    // As a plain program finds them that follows the documentation.
    assert_eq!(
        (1..4).map(|replicate| seed(1_234_567, replicate)).collect::<Vec<_>>(),
        [1_085_253_258, 1_801_865_105, 508_861_196]
    );
    assert_eq!(
        (1..3).map(|replicate| seed(i64::MAX as u64, replicate)).collect::<Vec<_>>(),
        [878_101_036, 1_382_271_444]
    );
    for base in [0, 1, 7, (1 << 31) - 1, i64::MAX as u64] {
        let seeds: BTreeSet<u64> = (0..=10_000).map(|replicate| seed(base, replicate)).collect();
        assert_eq!(seeds.len(), 10_001, "from {base}");
        assert!((1..=10_000).all(|replicate| seed(base, replicate) >> 31 == 0), "from {base}");
    }
}

#[test]
fn ranges_include_their_ends_and_have_round_steps() {
    let of = |range: &str| settings(&read(&format!("[grid]\nfleet.class.0.present = {range}\n")).unwrap());
    let present =
        |values: &[&str]| values.iter().map(|value| format!("fleet.class.0.present={value}")).collect::<Vec<_>>();
    assert_eq!(of("{ from = 0.05, to = 0.20, steps = 4 }"), present(&["0.05", "0.1", "0.15", "0.2"]));
    let logarithmic = "{ from = 0.001, to = 0.1, steps = 3, spacing = \"logarithmic\" }";
    assert_eq!(of(logarithmic), present(&["0.001", "0.01", "0.1"]));
    let nodes = read("grid.run.nodes = { from = 1e3, to = 1e6, steps = 3, spacing = 'logarithmic', whole = true }\n");
    let nodes: Vec<u32> = nodes.unwrap().points.iter().map(|point| point.scenario.run.nodes).collect();
    assert_eq!(nodes, [1000, 31_623, 1_000_000]);
}

#[test]
fn the_layout_of_a_sweep_does_not_change_its_hash() {
    let one = read("[grid]\n\"sampling.view\" = [10, 20]\n").unwrap();
    let other = read("# a remark\n[grid.sampling]\nview = [ 10,\n 20 ]\n").unwrap();
    assert_eq!(one.hash(), other.hash());
    assert_ne!(one.hash(), read("[grid]\n\"sampling.view\" = [20, 10]\n").unwrap().hash());
    assert_ne!(one.hash(), read("[one_at_a_time]\n\"sampling.view\" = [10, 20]\n").unwrap().hash());
}

/// A sweep that is wrong: what stands below `scenario = …` in line 1; the line and the key at fault, and words of the
/// answer.
type Case = (&'static str, u64, &'static str, &'static [&'static str]);

const CASES: &[Case] = &[
    ("grit = 1\n", 2, "grit", &["unknown key `grit`", "did you mean `grid`?"]),
    ("replicates = 0\n", 2, "replicates", &["is 0, expected a whole number from 1"]),
    ("replicates = \"5\"\n", 2, "replicates", &["expected a whole number"]),
    ("replicates = 10_001\n", 2, "replicates", &["from 1 to 10000"]),
    ("seed = -1\n", 2, "seed", &["is -1, expected"]),
    ("[grid]\n\"network.request_loss\" = 0.5\n", 3, "grid.network.request_loss", &["expected a list", "[a, b, …]"]),
    ("[grid]\n\"network.request_loss\" = []\n", 3, "grid.network.request_loss", &["has no values"]),
    (
        "[grid]\n\n\"network.request_loss\" = [0.5,\n 2.0]\n",
        5,
        "network.request_loss",
        &["is 2.0, expected a fraction"],
    ),
    ("[grid]\n\"network.request_lost\" = [0.5]\n", 3, "network.request_lost", &["unknown key", "request_loss"]),
    (
        "[grid]\n\"network.request_loss\" = [0.5, 0.5]\n",
        3,
        "",
        &["settings 0 and 1 are the same scenario", "make no difference", "keys that mean nothing"],
    ),
    ("[grid]\n\"sampling.view\" = { from = 1, to = 2 }\n", 3, "", &["missing field `steps`", "steps = 4"]),
    ("[grid]\n\"sampling.view\" = { from = 1, to = 2, steps = 1 }\n", 3, "", &["is 1, expected a whole number from 2"]),
    ("[grid]\n\"sampling.view\" = { from = 1, to = inf, steps = 3 }\n", 3, "", &["expected a finite number"]),
    ("[grid]\n\"sampling.view\" = { from = 1, to = 2, steps = 1e9 }\n", 3, "", &["from 2 to 10000"]),
    ("[grid]\n\"sampling.view\" = { from = 0, to = 2, steps = 3, spacing = 'logarithmic' }\n", 3, "", &["above 0"]),
    (
        "[grid]\n\"run.cycles\" = { from = 1, to = 2000, steps = 2000 }\n\"run.nodes\" = { from = 1, to = 6, steps = \
         6 }\n",
        4,
        "",
        &["more than 10000 combinations"],
    ),
    (
        "replicates = 5000\n[grid]\n\"run.cycles\" = [1, 2, 3]\n",
        2,
        "replicates",
        &["3 settings with 5000 replicates", "at most 10000 points"],
    ),
    ("[set]\n\"run.cycles\" = 5\n[grid]\n\"run.cycles\" = [6]\n", 5, "", &["set in two places"]),
    ("seed = 5\n[grid]\n\"run.seed\" = [6]\n", 4, "", &["`run.seed` is set in two places", "`seed` sets it too"]),
    ("[grid]\n\"run.cycles\" = [6]\n[[list]]\n\"run.cycles\" = 5\n", 5, "", &["set in two places"]),
    ("[grid]\n\"run.cycles\" = [6]\n[one_at_a_time]\n\"sampling.view\" = [5]\n", 4, "one_at_a_time", &["two sweeps"]),
    ("[one_at_a_time]\n", 2, "one_at_a_time", &["has no keys"]),
    ("set = 5\n", 2, "set", &["`set` is 5, expected a table", "[set]"]),
    ("[list]\n\"run.cycles\" = 5\n", 2, "list", &["double brackets"]),
    ("list = [5]\n", 2, "list.0", &["no table of keys"]),
    ("[set]\n\"run.cycles\" = 'many'\n", 3, "run.cycles", &["expected a whole number"]),
    ("[set]\n\"\" = 5\n", 3, "", &["is not a key"]),
    ("[set]\n\"suite.app.chat.share\" = 0.5\n", 3, "suite.app.chat.share", &["no item `chat`"]),
    ("[grid\n", 2, "", &["not valid TOML"]),
];

#[test]
fn what_is_wrong_is_told_with_its_line_its_key_and_a_remedy() {
    for (text, line, key, words) in CASES {
        let error = read(text).expect_err(text);
        let said = format!("{error} {}", error.help().unwrap_or_else(|| panic!("no remedy: {error}")));
        assert!(error.path().ends_with("sweep.toml"), "{text}: {said}");
        assert_eq!(error.line(), Some(*line), "{text}: {said}");
        assert!(key.is_empty() || error.key() == Some(key), "{text}: {said} with the key {:?}", error.key());
        words.iter().for_each(|word| assert!(said.contains(word), "{text}: no {word:?} in {said}"));
    }
}

#[test]
fn a_scenario_that_is_missing_or_wrong_is_told_where_it_is() {
    let place = folder("replicates = 2\nscenario = \"nowhere.toml\"\n");
    let error = sweep::read(&place.path().join("sweep.toml")).unwrap_err();
    assert_eq!((error.line(), error.key(), error.kind()), (Some(2), Some("scenario"), Kind::Value));
    assert!(error.message().contains("No such file") && error.help().unwrap().contains("relative to this file"));

    let place = folder("scenario = \"telco.toml\"\n[grid]\n\"run.cycles\" = [10, 50]\n");
    let snapshot = format!("{SCENARIO}[trace]\nnodes.cycles = [45]\n");
    fs::write(place.path().join("telco.toml"), snapshot).unwrap();
    let error = sweep::read(&place.path().join("sweep.toml"));
    assert!(error.is_ok(), "a shorter run leaves out what comes later: {error:?}");

    fs::write(place.path().join("telco.toml"), SCENARIO.replace("0.10", "1.10")).unwrap();
    let error = sweep::read(&place.path().join("sweep.toml")).unwrap_err();
    assert!(error.path().ends_with("telco.toml") && error.line() == Some(17), "{error}");
    assert!(error.help().unwrap().contains("sets run.cycles = 10 there"), "{:?}", error.help());

    let error = read("scenario = 5\n").unwrap_err();
    assert_eq!(error.kind(), Kind::Syntax);
}
