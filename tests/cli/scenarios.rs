//! Scenarios that are wrong: the file, the line, the key and the remedy.

use std::fs;

use crate::harness::{GOOD, Place};

/// Puts `new` in place of `old`; the run and the check must point at that line of the file with these words.
fn wrong(old: &str, new: &str, words: &[&str]) {
    let place = Place::but(old, new);
    let start = GOOD.find(old).expect("text of the good scenario") + new.len() - new.trim_start().len();
    let line = GOOD[..start.min(GOOD.len())].lines().count() + usize::from(GOOD[..start].ends_with('\n'));
    let at = format!("scenario.toml:{line}: ");
    let said = place.refused(&[], &[&[at.as_str()], words].concat());
    let checked = place.call(&["check", "scenario.toml"]).failed(2, &[]);
    assert_eq!(said.err, checked.err, "run and check say the same");
}

#[test]
fn the_scenario_from_which_the_cases_depart_is_good() {
    Place::new().run(&[]).quietly();
}

#[test]
fn text_that_is_not_toml_is_refused_at_its_line() {
    wrong("seed = 1", "seed = = 1", &["not valid TOML"]);
    wrong("[slicing]", "[slicing", &["not valid TOML"]);
    wrong("seed = 1", "nodes = 7", &["not valid TOML", "duplicate key"]);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    wrong("share = 0.5", "shaer = 0.5", &["unknown key `suite.app.2.shaer`", "did you mean `share`?"]);
    wrong("cycles = 6", "cylces = 6", &["unknown key `run.cylces`", "did you mean `cycles`?"]);
}

#[test]
fn shares_of_more_than_the_whole_cloud_are_refused() {
    wrong("share = 0.5", "share = 0.8", &["up to \"chat\" ask for 1.1", "expected at most 1", "lower `share`"]);
    wrong("share = 0.5", "share = 1.5", &["`suite.app.2.share` is 1.5", "a fraction from 0 to 1"]);
    wrong("share = 0.5", "share = -0.1", &["`suite.app.2.share` is -0.1", "a fraction from 0 to 1"]);
    wrong("share = 0.5", "share = nan", &["`suite.app.2.share` is nan", "a fraction from 0 to 1"]);
}

#[test]
fn an_attribute_that_no_node_has_is_refused_with_the_nearest_one() {
    wrong("top = \"availability\"", "top = \"availabilty\"", &["`availabilty`", "did you mean `availability`?"]);
    wrong("attribute = \"load\"", "attribute = \"ram\"", &["`ram`", "the fleet has: availability, load"]);
}

#[test]
fn suites_of_several_clouds_come_later() {
    let place = Place::with(&format!("{GOOD}\n[[event]]\nat_cycle = 1\nsplit = {{ name = \"part\", share = 0.5 }}\n"));
    let line = GOOD.lines().count() + 4;
    place.refused(&[], &["not supported yet", &format!("scenario.toml:{line}: ")]);
    Place::new()
        .refused(&["--set", "event=[{at_cycle=1, split={name='a', nodes=1}}]"], &["not supported yet", "event"]);
}

#[test]
fn a_file_that_is_no_scenario_is_refused_by_its_name() {
    let place = Place::new();
    place.write("latin.toml", b"name = \"caf\xe9\"");
    place.write("empty.toml", b"");
    fs::create_dir(place.path("folder.toml")).expect("a folder");
    let cases = [
        ("absent.toml", "No such file"),
        ("folder.toml", "directory"),
        ("latin.toml", "UTF-8"),
        ("empty.toml", "`run` is missing"),
    ];
    for (name, words) in cases {
        for command in ["run", "check", "estimate"] {
            place.unchanged(|| place.call(&[command, name])).failed(2, &[name, words]);
        }
    }
}

#[test]
fn a_name_of_two_lines_is_refused() {
    wrong("name = \"chat\"", "name = \"a\\nb\"", &["control character"]);
    wrong("name = \"chat\"", "name = \"\"", &["is empty"]);
    wrong("name = \"chat\"", "name = \"cache\"", &["a second application is named \"cache\""]);
}

#[test]
fn an_event_after_the_last_cycle_is_refused() {
    let place = Place::with(&format!("{GOOD}\n[[event]]\nat_cycle = 7\ncrash = {{ share = 0.5 }}\n"));
    place.refused(&[], &["`event.0.at_cycle` is 7", "the run has 6 cycles"]);
    place.run(&["--cycles", "5"]).quietly();
}

#[test]
fn a_scenario_with_odd_characters_in_its_name_runs() {
    let name = "we ird, \"näme\" ;*";
    let place = Place::new();
    place.write(&format!("{name}.toml"), GOOD.as_bytes());
    let said = place.call(&["run", &format!("{name}.toml"), "--quiet"]).quietly();
    assert!(place.path(&format!("out/{name}/run.json")).exists());
    assert!(said.out.starts_with("Run run-we_ird"), "{}", said.out);
}
