//! Sweeps that grow: what is there stays, what is missing is done, and all together is what a fresh sweep would be.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Child, Stdio};

use analysis::Study;

use super::{done, finished, place, tables};
use crate::harness::{Place, Said};

const SMALL: &str = "scenario = \"scenario.toml\"\nreplicates = 2\n[grid]\n\"sampling.view\" = [10, 30]\n";
const MORE_REPLICATES: &str = "scenario = \"scenario.toml\"\nreplicates = 3\n[grid]\n\"sampling.view\" = [10, 30]\n";
const BOTH: &str = "scenario = \"scenario.toml\"\nreplicates = 3\n[grid]\n\"sampling.view\" = [5, 10, 20, 30, 40]\n";

fn call(place: &Place, sweep: &str, out: &str, more: &[&str]) -> Said {
    place.write("sweep.toml", sweep.as_bytes());
    place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", out], more].concat())
}

/// What a sweep shows at each setting: for each replicate its seed and its metrics, and how they are spread.
fn shown(place: &Place, out: &str) -> BTreeMap<String, Vec<String>> {
    let study = Study::read(&place.path(out)).expect("a study");
    let of = |setting: &analysis::Setting| {
        let points = setting.points.iter().map(|point| {
            format!("{} {} {} {:?}", point.row.replicate, point.seed, point.row.state_digest, point.metrics)
        });
        points.chain([format!("{:?}", setting.spreads)]).collect()
    };
    study.settings.iter().map(|setting| (setting.label(), of(setting))).collect()
}

/// Extends the small sweep to a larger one, and checks that nothing is done twice and nothing is lost.
fn extended(from: &str, to: &str, kept: usize, new: usize) -> Place {
    let place = place(from);
    call(&place, from, "out", &[]).quietly();
    let before = tables(&place, "out");
    let said = call(&place, to, "out", &[]).quietly();
    let sentence = format!("is extended: {kept} points are there and kept, {new} ");
    assert!(said.out.contains(&sentence), "no {sentence:?} in {}", said.out);
    assert_eq!((done(&said.out), finished(&place, "out")), (new, kept + new));
    let after = tables(&place, "out");
    for (path, bytes) in &before {
        assert!(path.starts_with("derived/") != (after[path] == *bytes), "{path}");
    }
    call(&place, to, "fresh", &[]).quietly();
    assert_eq!(shown(&place, "out"), shown(&place, "fresh"));
    let again = call(&place, to, "out", &[]).quietly();
    assert!(!again.out.contains("is extended"), "{}", again.out);
    assert_eq!(done(&again.out), 0);
    place
}

#[test]
fn more_replicates_are_added_to_what_is_there() {
    extended(SMALL, MORE_REPLICATES, 4, 2);
}

#[test]
fn more_values_are_added_at_the_end_and_in_the_middle() {
    extended(SMALL, &SMALL.replace("30]", "30, 40]"), 4, 2);
    extended(SMALL, &SMALL.replace("[10,", "[10, 20,"), 4, 2);
}

#[test]
fn both_are_added_at_once_and_the_list_and_the_script_have_the_numbers_of_the_directory() {
    let place = extended(SMALL, BOTH, 4, 11);
    let list = place.call(&["sweep", "sweep.toml", "--list", "--out", "out"]).quietly();
    let numbers: BTreeSet<(u32, String)> = (list.out.lines())
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.parse().ok()?, words.next_back()?.to_owned()))
        })
        .collect();
    let recorded = (0..15).map(|number| {
        let text = fs::read(place.path(&format!("out/points/{number}.json"))).expect("a record");
        let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(record["sweep"]["point"], number);
        (number, record["seed"].to_string())
    });
    assert_eq!(numbers, recorded.collect());
    let script = place.call(&["sweep", "script", "slurm", "sweep.toml", "--out", "out"]).quietly();
    assert!(script.out.contains("#SBATCH --array=0-14\n"), "{}", script.out);
}

#[test]
fn a_key_changed_alone_gets_more_values_beside_another() {
    let small = "scenario = \"scenario.toml\"\nreplicates = 2\n[one_at_a_time]\n\"network.reply_loss\" = [0.1]\n\
                 \"suite.app.cache.share\" = [0.25]\n";
    let place = extended(small, &small.replace("[0.1]", "[0.1, 0.4]"), 6, 2);
    let [one, other] = ["out", "fresh"].map(|out| Study::read(&place.path(out)).expect("a study").effects);
    assert_eq!(one, other);
}

#[test]
fn an_interrupted_extension_goes_on() {
    let place = place(SMALL);
    call(&place, SMALL, "out", &[]).quietly();
    // As a process leaves it that is killed between its two steps.
    fs::remove_dir_all(place.path("out/derived")).expect("the derived tables");
    let said = call(&place, BOTH, "out", &["--point", "9"]).quietly();
    assert!(said.out.contains("5 of 15 points are there in out, 1 done by this call, 10 missing"), "{}", said.out);
    assert!(!place.path("out/derived").exists());
    let said = call(&place, BOTH, "out", &[]).quietly();
    assert!(!said.out.contains("is extended"), "{}", said.out);
    assert_eq!((done(&said.out), finished(&place, "out")), (10, 15));
    call(&place, BOTH, "fresh", &[]).quietly();
    assert_eq!(shown(&place, "out"), shown(&place, "fresh"));
}

#[test]
fn several_processes_extend_a_sweep_at_once() {
    let place = place(SMALL);
    call(&place, SMALL, "out", &[]).quietly();
    place.write("sweep.toml", BOTH.as_bytes());
    let start = |_| {
        let mut program = place.program(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--jobs", "1"]);
        program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let all: Vec<_> = (0..6).map(start).collect();
    let end = |child: Child| Said::of(&child.wait_with_output().expect("the sweep ends")).quietly();
    let said: Vec<Said> = all.into_iter().map(end).collect();
    assert_eq!(said.iter().map(|said| done(&said.out)).sum::<usize>(), 11);
    assert_eq!(said.iter().filter(|said| said.out.contains("is extended")).count(), 1);
    assert!(said.iter().any(|said| said.out.contains("5 settings with 3 seeds each")), "{said:?}");
}

#[test]
fn an_unfinished_sweep_is_extended_too() {
    let place = place(SMALL);
    call(&place, SMALL, "out", &["--point", "3"]).quietly();
    let said = call(&place, BOTH, "out", &[]).quietly();
    assert!(said.out.contains("1 point is there and kept, 11 points are new"), "{}", said.out);
    assert_eq!((done(&said.out), finished(&place, "out")), (14, 15));
}

#[test]
fn fewer_values_or_replicates_and_another_scenario_are_refused() {
    let place = place(BOTH);
    call(&place, BOTH, "out", &["--point", "0"]).quietly();
    for sweep in [
        SMALL.to_owned(),
        MORE_REPLICATES.to_owned(),
        BOTH.replace("40]", "41]"),
        BOTH.replace("[grid]", "[set]\n\"run.cycles\" = 5\n[grid]"),
        BOTH.replace("40]", "40]\n\"network.reply_loss\" = [0.0, 0.1]"),
    ] {
        place.write("sweep.toml", sweep.as_bytes());
        let said = place.unchanged(|| place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out"]));
        said.failed(2, &["out holds another sweep", "more replicates or values alone", "--force"]);
    }
    // What another version of the results wrote is not mixed with what this one would.
    let path = place.path("out/sweep.json");
    let text = fs::read_to_string(&path).expect("the record");
    let mut record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    record["versions"]["results"] = 1.into();
    fs::write(&path, record.to_string()).expect("the record");
    let larger = BOTH.replace("40]", "40, 50]");
    place.write("sweep.toml", larger.as_bytes());
    let said = place.unchanged(|| place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out"]));
    said.failed(2, &["out holds points of another version", "their results are 1", "--force"]);
}
