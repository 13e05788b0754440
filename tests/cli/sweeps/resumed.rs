//! Points that were stopped on the way go on from their checkpoints.

use std::fs;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::{done, place, signal, tables, wait_for};
use crate::harness::{ENDLESS, Place, Said};

/// Two points that take a while, since each saves its state after every cycle.
const LONG: &str = r#"scenario = "scenario.toml"
[set]
"run.cycles" = 60
"trace.nodes" = { cycles = [3, 60], sample = 50 }
[grid]
"network.reply_loss" = [0.0, 0.2]
"#;

const CALL: [&str; 8] = ["sweep", "sweep.toml", "--quiet", "--out", "out", "--jobs", "1", "--checkpoint=1cycles"];

fn start(place: &Place) -> Child {
    place.program(&CALL).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

/// The checkpoints of a point under way, by the names of their directories.
fn checkpoints(place: &Place, point: u32) -> Vec<String> {
    let entries = place.path(&format!("out/.points/{point}")).read_dir().into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".checkpoint-")).collect()
}

/// The cycle of the checkpoint of a point under way.
fn saved_cycle(place: &Place, point: u32) -> Option<u64> {
    let name = checkpoints(place, point).pop()?;
    let text = fs::read_to_string(place.path(&format!("out/.points/{point}/{name}/checkpoint.json"))).ok()?;
    serde_json::from_str::<Value>(&text).ok()?["checkpoint"]["cycle"].as_u64()
}

fn record(place: &Place, folder: &str, point: u32) -> Value {
    let text = fs::read(place.path(&format!("{folder}/points/{point}.json"))).expect("a record");
    serde_json::from_slice(&text).expect("JSON")
}

/// Goes on with the sweep, whose points 0 and 1 are to be those of a sweep that nobody disturbed.
fn ends_as_undisturbed(place: &Place, points: usize) {
    let said = place.call(&CALL).quietly();
    assert_eq!(done(&said.out), points);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "undisturbed", "--checkpoint", "never"]).quietly();
    assert!(tables(place, "out") == tables(place, "undisturbed"), "the tables are others");
    for point in [0, 1] {
        let [one, other] = ["out", "undisturbed"].map(|folder| record(place, folder, point)["state_digest"].clone());
        assert_eq!(one, other);
    }
    let hidden = place.contents().into_iter().filter(|path| path.contains("/."));
    assert_eq!(hidden.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_killed_point_goes_on_from_its_checkpoint() {
    let place = place(LONG);
    let mut child = start(&place);
    wait_for(|| saved_cycle(&place, 0).is_some_and(|cycle| cycle >= 5));
    signal(&child, "KILL");
    child.wait().expect("the sweep ends");
    let cycle = saved_cycle(&place, 0).expect("a checkpoint");
    ends_as_undisturbed(&place, 2);
    let sessions = record(&place, "out", 0)["sessions"].clone();
    assert_eq!(sessions.as_array().map(Vec::len), Some(2), "{sessions}");
    assert_eq!((&sessions[0]["from_cycle"], &sessions[1]["from_cycle"]), (&0.into(), &cycle.into()), "{sessions}");
    assert_eq!(record(&place, "out", 1)["sessions"], Value::Null);
}

#[test]
fn a_point_that_is_interrupted_is_saved_and_goes_on() {
    let place = place(LONG);
    let child = start(&place);
    wait_for(|| saved_cycle(&place, 0).is_some_and(|cycle| cycle >= 3));
    signal(&child, "TERM");
    let said = Said::of(&child.wait_with_output().expect("the sweep ends"));
    let words = ["interrupted: 0 of 2 points are there; 1 point under way is saved", "points under way go on"];
    said.failed(3, &words);
    assert_eq!(checkpoints(&place, 0).len(), 1);
    let left = place.path("out/.points/0").read_dir().expect("a folder").count();
    assert_eq!(left, 1, "nothing stays but the checkpoint");
    ends_as_undisturbed(&place, 2);
    assert_eq!(record(&place, "out", 0)["sessions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_damaged_checkpoint_and_one_of_another_run_are_no_loss_but_of_time() {
    let place = place(LONG);
    let mut child = start(&place);
    wait_for(|| saved_cycle(&place, 0).is_some_and(|cycle| cycle >= 3));
    signal(&child, "KILL");
    child.wait().expect("the sweep ends");
    let folder = format!("out/.points/0/{}", checkpoints(&place, 0)[0]);
    let columns = place.contents().into_iter().filter(|path| path.starts_with(&folder) && path.ends_with(".column"));
    for column in columns {
        let bytes = fs::read(place.path(&column)).expect("a column");
        place.write(&column, &bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>());
    }
    fs::create_dir_all(place.path("out/.points/1/.checkpoint-run-other")).expect("a folder");
    place.write("out/.points/1/.checkpoint-run-other/checkpoint.json", b"{}");
    ends_as_undisturbed(&place, 2);
    assert_eq!(record(&place, "out", 0)["sessions"], Value::Null);
}

#[test]
fn nothing_is_saved_where_nobody_asks_for_it() {
    let place = place(LONG);
    let said = place.call(&["sweep", "sweep.toml", "--checkpoint", "5"]);
    assert!(said.code == Some(2) && said.err.contains("25cycles"), "{said:?}");
    let call = ["sweep", "sweep.toml", "--quiet", "--out", "out", "--checkpoint", "never"];
    let call = [&call[..], &["--jobs", "1"]].concat();
    // No point ends by itself.
    let endless = format!("\"run.cycles\" = {ENDLESS}\n\"trace.every\" = {ENDLESS}");
    let text = LONG.replace("\"run.cycles\" = 60", &endless).replace("[3, 60]", "[3]");
    place.write("sweep.toml", text.as_bytes());
    let child = place.program(&call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    wait_for(|| place.path("out/.points/0").exists());
    signal(&child, "INT");
    Said::of(&child.wait_with_output().expect("the sweep ends")).failed(3, &["interrupted: 0 of 2 points are there\n"]);
    assert!(!place.path("out/.points/0").exists());
}
