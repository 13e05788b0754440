//! Sweeps whose points begin with the state after a common beginning.

use std::fs;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::{done, place, signal, tables, wait_for};
use crate::harness::{Place, Said};

/// Four points of two seeds.
const WARM: &str = r#"scenario = "scenario.toml"
replicates = 2
warm_up = 10

[set]
"run.cycles" = 15

[grid]
"network.reply_loss" = [0.0, 0.2]
"#;

fn sweep(place: &Place, out: &str, more: &[&str]) -> Said {
    place.call(&[&["sweep", "sweep.toml", "--quiet", "--out", out], more].concat())
}

fn start(place: &Place, more: &[&str]) -> Child {
    let call = [&["sweep", "sweep.toml", "--quiet", "--out", "out"], more].concat();
    place.program(&call).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
}

fn json(place: &Place, path: &str) -> Value {
    serde_json::from_slice(&fs::read(place.path(path)).expect("a record")).expect("JSON")
}

/// The tables of a run in a directory, by table and file, but for those that only a point has.
fn rows(place: &Place, folder: &str, run: &str) -> Vec<(String, Vec<u8>)> {
    let all = tables(place, folder).into_iter().filter(|(path, _)| path.contains(&format!("/run={run}/")));
    all.filter(|(path, _)| !path.contains("/runs/") && !path.contains("/params/")).collect()
}

#[test]
fn a_point_is_a_fork_of_the_run_of_the_common_beginning() {
    let place = place(WARM);
    assert_eq!(done(&sweep(&place, "points", &[]).quietly().out), 4);
    for number in 0..4 {
        let point = json(&place, &format!("points/points/{number}.json"));
        let seed = point["seed"].to_string();
        let base = ["run", "scenario.toml", "--quiet", "--cycles", "15", "--seed", &seed, "--out"];
        place.call(&[&base[..], &["base", "--keep-state=10", "--force"]].concat()).quietly();
        let loss = ["network.reply_loss=0.0", "network.reply_loss=0.2"][number / 2];
        let more = ["fork", "--from", "base@10", "--set", loss, "--force"];
        let said = place.call(&[&base[..], &more].concat());
        assert_eq!(said.code, Some(0), "{}", said.err);
        let run = json(&place, "fork/run.json");
        for key in ["run_id", "state_digest", "forked_from", "scenario"] {
            assert_eq!(point[key], run[key], "{key} of point {number}");
        }
        assert_eq!((&point["forked_from"]["cycle"], &point["sessions"]), (&10.into(), &Value::Null));
        assert_eq!(point["forked_from"]["run_id"], json(&place, "base/run.json")["run_id"]);
        let run_id = point["run_id"].as_str().expect("a name");
        assert!(!rows(&place, "fork", run_id).is_empty());
        assert!(rows(&place, "points", run_id) == rows(&place, "fork", run_id), "the rows of point {number}");
    }
    let hidden = place.contents().into_iter().filter(|path| path.starts_with("points/."));
    assert_eq!(hidden.collect::<Vec<_>>(), [""; 0]);
    // What is derived from such points can be shown.
    for call in [&["report", "points"][..], &["report", "fork"], &["compare", "base", "fork"]] {
        let said = place.call(call);
        assert!(matches!(said.code, Some(0 | 1)) && !said.err.contains("error"), "{call:?}: {}", said.err);
    }
}

#[test]
fn what_would_change_the_common_beginning_is_refused() {
    let refused = |old: &str, new: &str, words: &[&str]| {
        assert!(WARM.contains(old));
        let place = place(&WARM.replace(old, new));
        place.unchanged(|| sweep(&place, "out", &[])).failed(2, words);
    };
    refused(
        "\"network.reply_loss\" = [0.0, 0.2]",
        "\"network.reply_loss\" = [0.0]\n\"suite.app.cache.share\" = [0.2, 0.3]",
        &[
            "sweep.toml:10",
            "`suite.app.cache.share` is 0.3",
            "0.2 in the beginning, and 0.3 here",
            "[set]",
            "leave `warm_up` out",
        ],
    );
    let event = "[[list]]\nevent = [{ at_cycle = 9, crash = { share = 0.5 } }]\n[grid]";
    refused("[grid]", event, &["sweep.toml:9", "`event`", "events of later cycles"]);
    refused("warm_up = 10", "warm_up = 15", &["sweep.toml:3", "`warm_up` is 15, and a run has 15 cycles"]);
    refused("warm_up = 10", "warm_up = 0", &["sweep.toml:3", "`warm_up` is 0"]);
    refused("warm_up = 10", "warmup = 10", &["sweep.toml:3", "unknown key `warmup`", "warm_up"]);
    let cycles = "[grid]\n\"run.cycles\" = [9, 20]";
    refused("[set]\n\"run.cycles\" = 15\n\n[grid]", &format!("[set]\n\"run.nodes\" = 1000\n{cycles}"), &["run.cycles"]);
}

#[test]
fn later_events_and_lengths_may_differ() {
    let list = "[[list]]\nevent = []\n[[list]]\nevent = [{ at_cycle = 11, crash = { share = 0.5 } }]";
    let text = WARM.replace("replicates = 2", "replicates = 1");
    let text = text.replace("[grid]", &format!("{list}\n[grid]\n\"run.cycles\" = [12, 15]"));
    let place = place(&text.replace("[set]\n\"run.cycles\" = 15\n", ""));
    let scenario = crate::harness::GOOD.replace("cycles = 6", "cycles = 20");
    place.write("scenario.toml", scenario.as_bytes());
    assert_eq!(done(&sweep(&place, "out", &[]).quietly().out), 8);
}

#[test]
fn the_list_tells_of_the_common_beginning() {
    let place = place(WARM);
    let said = place.unchanged(|| sweep(&place, "out", &["--list"])).quietly();
    assert!(said.out.contains("Points begin after cycle 10 of a common run, one for each seed."), "{}", said.out);
    let said = place.unchanged(|| sweep(&place, "out", &["--list", "--format", "json"])).quietly();
    let list: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(list["warm_up"], 10);
    sweep(&place, "out", &["--point", "3"]).quietly();
    assert_eq!(json(&place, "out/points/3.json")["run_id"], list["points"][3]["run_id"]);
    assert_eq!(json(&place, "out/sweep.json")["warm_up"], 10);
}

#[test]
fn points_that_are_done_one_by_one_and_added_are_the_same() {
    let place = place(&WARM.replace("replicates = 2", "replicates = 1"));
    sweep(&place, "out", &["--point", "1"]).quietly();
    sweep(&place, "out", &[]).quietly();
    place.write("sweep.toml", WARM.as_bytes());
    let said = sweep(&place, "out", &[]).quietly();
    assert!(said.out.contains("2 points are there and kept, 2 points are new"), "{}", said.out);
    sweep(&place, "alone", &[]).quietly();
    let [one, other] = ["out", "alone"].map(|folder| json(&place, &format!("{folder}/points/0.json")));
    assert_eq!((&one["run_id"], &one["state_digest"]), (&other["run_id"], &other["state_digest"]));
    let digests = |folder: &str| {
        let of = |number| json(&place, &format!("{folder}/points/{number}.json"))["state_digest"].to_string();
        let mut all: Vec<String> = (0..4).map(of).collect();
        all.sort();
        all
    };
    assert_eq!(digests("out"), digests("alone"));
    place.write("sweep.toml", WARM.replace("warm_up = 10", "warm_up = 11").as_bytes());
    place.unchanged(|| sweep(&place, "out", &[])).failed(2, &["out holds another sweep"]);
    sweep(&place, "out", &["--force"]).quietly();
    assert_eq!(json(&place, "out/points/0.json")["forked_from"]["cycle"], 11);
}

#[test]
fn a_killed_beginning_goes_on_and_several_processes_make_it_once() {
    let place = place(&WARM.replace("warm_up = 10", "warm_up = 40").replace("= 15", "= 45"));
    let call = ["--jobs", "1", "--checkpoint", "1cycles"];
    let mut child = start(&place, &call);
    let saved = || {
        let is_saved = |path: &String| path.ends_with("/checkpoint.json") && path.contains(".work/.checkpoint-");
        place.contents().into_iter().find(is_saved)
    };
    wait_for(|| saved().is_some());
    let text = || saved().and_then(|path| fs::read_to_string(place.path(&path)).ok()).unwrap_or_default();
    wait_for(|| {
        serde_json::from_str::<Value>(&text()).is_ok_and(|text| text["checkpoint"]["cycle"].as_u64() > Some(4))
    });
    signal(&child, "KILL");
    child.wait().expect("the sweep ends");
    assert!(saved().is_some() && !place.path("out/points").exists());
    let child = start(&place, &call);
    signal(&child, "TERM");
    let said = Said::of(&child.wait_with_output().expect("the sweep ends"));
    assert!(matches!(said.code, Some(3) | None), "{said:?}");
    let both = [start(&place, &call), start(&place, &call)];
    let said = both.map(|child| Said::of(&child.wait_with_output().expect("the sweep ends")).quietly());
    assert_eq!(said.iter().map(|said| done(&said.out)).sum::<usize>(), 4);
    sweep(&place, "alone", &[]).quietly();
    assert!(tables(&place, "out") == tables(&place, "alone"));
}
