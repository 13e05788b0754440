//! What is there stays, whatever ends a call, and nothing is done twice.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Child, Stdio};

use super::{SIXTY, done, finished, place, signal, tables, wait_for};
use crate::harness::{Place, Said};

fn start(place: &Place, more: &[&str]) -> Child {
    let call = [&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat();
    place.program(&call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

fn again(place: &Place, out: &str) -> Said {
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", out]).quietly()
}

#[test]
fn a_killed_sweep_started_again_ends_with_the_same_tables_as_an_undisturbed_one() {
    let place = place(SIXTY);
    assert_eq!(done(&again(&place, "undisturbed").out), 60);
    let mut killed = 0;
    for points in [7, 25, 44] {
        let mut child = start(&place, &["--jobs", "2"]);
        wait_for(|| finished(&place, "out") >= points);
        signal(&child, "KILL");
        child.wait().expect("the sweep ends");
        let there = finished(&place, "out");
        assert!((points..60).contains(&there), "{there} points after the kill at {points}");
        killed = there;
    }
    let said = again(&place, "out");
    assert_eq!(done(&said.out), 60 - killed);
    assert_eq!(finished(&place, "out"), 60);
    let (one, other) = (tables(&place, "undisturbed"), tables(&place, "out"));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(
        one.keys().any(|path| path.starts_with("derived/bands")) && one.keys().any(|path| path.contains("/params/"))
    );
    for (path, bytes) in &one {
        assert!(bytes == &other[path], "{path} differs");
    }
    let hidden = place.contents().into_iter().filter(|path| path.contains("/."));
    assert_eq!(hidden.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_a_killed_process_left_of_a_point_is_made_anew() {
    let place = place(&SIXTY.replace("replicates = 5", "replicates = 1"));
    again(&place, "out");
    let before = tables(&place, "out");
    // Killed after the tables were moved, and before the point was marked as finished; one of them only half written.
    let record: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path("out/points/7.json")).expect("a record")).expect("JSON");
    let run = record["run_id"].as_str().expect("a run id");
    fs::remove_file(place.path("out/points/7.json")).expect("the record");
    fs::remove_dir_all(place.path(&format!("out/traces/runs/run={run}"))).expect("its row");
    fs::write(place.path(&format!("out/traces/apps/run={run}/seed=1/part-0.parquet")), "PAR1").expect("a table");
    fs::create_dir_all(place.path("out/.points/7/traces")).expect("a folder");
    let said = again(&place, "out");
    assert_eq!(done(&said.out), 1);
    assert!(tables(&place, "out") == before);
    assert!(!place.path("out/.points").exists());
}

#[test]
fn two_processes_on_one_directory_do_no_point_twice() {
    let place = place(&SIXTY.replace("\"run.cycles\" = 12", "\"run.cycles\" = 60"));
    let both = [start(&place, &["--jobs", "1"]), start(&place, &["--jobs", "1"])];
    let ids: Vec<u64> = both.iter().map(|child| child.id().into()).collect();
    let said = both.map(|child| Said::of(&child.wait_with_output().expect("the sweep ends")).quietly());
    let counts: Vec<usize> = said.iter().map(|said| done(&said.out)).collect();
    assert_eq!(counts.iter().sum::<usize>(), 60, "{counts:?}");
    let of = |point: usize| -> u64 {
        let text = fs::read(place.path(&format!("out/points/{point}.json"))).expect("a record");
        let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        record["sweep"]["process"].as_u64().expect("a process")
    };
    let processes: Vec<u64> = (0..60).map(of).collect();
    for (id, count) in ids.iter().zip(&counts) {
        assert_eq!(processes.iter().filter(|process| *process == id).count(), *count);
    }
    assert!(counts.iter().all(|count| *count > 0), "one process did everything: {counts:?}");
    assert!(said.iter().any(|said| said.out.contains("Sweep sweep: 60 points, 12 settings with 5 seeds each")));
    again(&place, "alone");
    assert!(tables(&place, "out") == tables(&place, "alone"));
}

#[test]
fn an_interrupted_sweep_keeps_what_is_finished() {
    let place = place(&SIXTY.replace("\"run.cycles\" = 12", "\"run.cycles\" = 300"));
    let child = start(&place, &[]);
    wait_for(|| finished(&place, "out") >= 3);
    signal(&child, "INT");
    let said = Said::of(&child.wait_with_output().expect("the sweep ends"));
    said.failed(3, &["interrupted: ", " of 60 points are there", "it does the rest"]);
    let there = finished(&place, "out");
    assert!((3..60).contains(&there));
    let runs = tables(&place, "out").into_keys().filter(|path| path.starts_with("traces/runs/")).count();
    assert_eq!(runs, there);
}

#[test]
fn one_point_is_done_by_its_number_and_the_last_one_derives_the_tables() {
    let place = place("scenario = \"scenario.toml\"\nreplicates = 2\n[one_at_a_time]\nnetwork.reply_loss = [0.1]\n");
    let point =
        |number: &str| place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", number]).quietly();
    for (number, missing) in [("3", 3), ("1", 2), ("0", 1)] {
        let said = point(number);
        let there = 4 - missing;
        let words = format!("{there} of 4 points are there in out, 1 done by this call, {missing} missing\n");
        assert_eq!(said.out, words);
        assert!(place.path(&format!("out/points/{number}.json")).exists());
    }
    assert_eq!(done(&point("1").out), 0);
    assert!(!place.path("out/derived").exists());
    let said = point("2");
    assert!(said.out.contains("what each key adds, the largest swing first"), "{}", said.out);
    let derived = ["bands", "metrics", "sensitivity", "values"].map(|name| format!("derived/{name}.parquet"));
    let found: BTreeSet<String> =
        tables(&place, "out").into_keys().filter(|path| path.starts_with("derived")).collect();
    assert_eq!(found, derived.into_iter().collect());
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    assert_eq!(done(&point("2").out), 0);
}

#[test]
fn a_point_is_the_run_with_the_same_values() {
    let place = place(SIXTY);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "points", "--point", "36"]).quietly();
    let text = fs::read(place.path("points/points/36.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let values = ["network.reply_loss=0.2", "suite.app.cache.share=0.2", "trace.nodes={cycles=[12], sample=50}"];
    let seed = record["seed"].to_string();
    let mut call = vec!["--cycles", "12", "--seed", &seed];
    call.extend(values.iter().flat_map(|value| ["--set", value]));
    let run = place.run(&call).quietly();
    let digest = record["state_digest"].as_str().expect("a digest");
    assert!(run.out.contains(digest), "{digest} is not that of {}", run.out);
}
