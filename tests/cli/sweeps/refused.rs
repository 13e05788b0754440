//! Sweeps that are refused, and leave everything as it was.

use super::{SIXTY, done, place, tables};
use crate::harness::Place;

const SMALL: &str = "scenario = \"scenario.toml\"\n[grid]\n\"sampling.view\" = [10, 20]\n";

fn refused(place: &Place, more: &[&str], words: &[&str]) {
    let call = [&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat();
    place.unchanged(|| place.call(&call)).failed(2, words);
}

#[test]
fn a_bad_sweep_is_told_by_its_line_and_leaves_nothing() {
    let place = place(&SMALL.replace("[10, 20]", "[10, -20]"));
    refused(&place, &[], &["sweep.toml:3", "`sampling.view` is -20", "from 1 to 128"]);
    place.unchanged(|| place.call(&["sweep", "nowhere.toml"])).failed(2, &["nowhere.toml", "cannot read the sweep"]);
    place.unchanged(|| place.call(&["sweep", "scenario.toml"])).failed(2, &["unknown key `run`"]);
}

#[test]
fn a_point_that_there_is_not_is_refused() {
    let place = place(SMALL);
    refused(&place, &["--point", "2"], &["--point 2: the sweep has 2 points", "from 0 to 1"]);
    refused(&place, &["--jobs", "0"], &["--jobs 0: expected 1 to 1024", "leave --jobs out"]);
}

#[test]
fn a_point_too_large_for_the_machine_is_refused_and_listed_all_the_same() {
    let place = place("scenario = \"scenario.toml\"\n[grid]\n\"run.nodes\" = [1000, 4_000_000_000]\n");
    refused(&place, &[], &["point 1 needs", "1 of 2 points do not fit", "--point", "--list"]);
    let said = place.unchanged(|| place.call(&["sweep", "sweep.toml", "--list"])).quietly();
    assert!(said.out.contains("4,000,000,000") && said.out.contains("too large here"), "{}", said.out);
    // The others can be done here.
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", "0"]).quietly();
}

#[test]
fn another_sweep_or_a_run_is_replaced_by_force_alone() {
    let place = place(SMALL);
    let call = |more: &[&str]| place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat());
    call(&[]).quietly();
    place.write("sweep.toml", SMALL.replace("20]", "30]").as_bytes());
    refused(&place, &[], &["out holds another sweep", "--force", "all its points go"]);
    place.refused(&[], &["out already holds a run", "--force"]);
    let said = call(&["--force"]).quietly();
    assert_eq!(done(&said.out), 2);
    assert_eq!(tables(&place, "out").into_keys().filter(|path| path.starts_with("traces/runs/")).count(), 2);
    place.run(&["--force"]).quietly();
    assert!(!place.path("out/sweep.json").exists() && !place.path("out/points").exists());
    refused(&place, &[], &["out already holds a run"]);
    place.call(&["report", "out"]).quietly();
    place.write("out/size.json", b"{}");
    call(&["--force"]).quietly();
    assert!(!place.path("out/run.json").exists() && !place.path("out/report.html").exists());
    assert!(place.path("out/size.json").exists(), "no command wrote that");
}

#[test]
fn points_with_the_results_of_another_version_are_not_gone_on_with() {
    let place = place(SMALL);
    let call = |more: &[&str]| place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat());
    call(&["--point", "0"]).quietly();
    let record = std::fs::read_to_string(place.path("out/sweep.json")).expect("a record");
    let now = serde_json::from_str::<serde_json::Value>(&record).expect("JSON")["versions"]["results"].to_string();
    for (older, word) in [
        (record.replace(&format!("\"results\": {now}"), "\"results\": 7"), "results are 7"),
        (record.replace("\"versions\"", "\"unknown\""), "results are 0"),
    ] {
        place.write("out/sweep.json", older.as_bytes());
        for sweep in [SMALL, &SMALL.replace("20]", "20, 30]")] {
            place.write("sweep.toml", sweep.as_bytes());
            refused(&place, &[], &[word, &format!("this program writes {now} in tables"), "--force", "--out"]);
        }
    }
    place.write("sweep.toml", SMALL.as_bytes());
    place.write("out/sweep.json", record.as_bytes());
    assert_eq!(done(&call(&[]).quietly().out), 1);
}

#[test]
fn a_changed_scenario_makes_another_sweep() {
    let place = place(SIXTY);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", "0"]).quietly();
    let scenario = crate::harness::GOOD;
    place.write("scenario.toml", format!("# a remark\n{scenario}").as_bytes());
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", "1"]).quietly();
    place.write("scenario.toml", scenario.replacen("share = 0.5", "share = 0.4", 1).as_bytes());
    refused(&place, &["--point", "2"], &["out holds another sweep, or one of another scenario"]);
}
