//! Points that several machines have done, each in a directory of its own, in one.

use std::fs;
use std::path::Path;

use super::{SIXTY, finished, place, tables};
use crate::harness::{Place, Said};

/// Twelve points of which a machine has done the first eight, and another one the last six.
fn two() -> Place {
    let place = place(&SIXTY.replace("replicates = 5", "replicates = 1"));
    for (out, points) in [("first", "0-7"), ("second", "6-11")] {
        let call = ["sweep", "sweep.toml", "--quiet", "--out", out, "--points", points];
        place.call(&call).quietly();
    }
    place
}

fn collect(place: &Place, folders: &[&str]) -> Said {
    place.call(&[&["sweep", "collect", "--out", "out"], folders].concat())
}

/// Everything below a folder, with the bytes of files.
fn all(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(all(&path));
        } else {
            found.push((path.display().to_string(), fs::read(&path).expect("a file")));
        }
    }
    found.sort();
    found
}

/// The one file of a table of a point.
fn table(place: &Place, folder: &str, point: u32, table: &str) -> String {
    let text = fs::read(place.path(&format!("{folder}/points/{point}.json"))).expect("a record");
    let record: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let [run, seed] = [&record["run_id"], &record["seed"]].map(|value| value.to_string().replace('"', ""));
    format!("{folder}/traces/{table}/run={run}/seed={seed}/part-0.parquet")
}

#[test]
fn the_tables_are_those_of_the_sweep_done_in_one_place() {
    let place = two();
    let before = ["first", "second"].map(|folder| all(&place.path(folder)));
    let said = collect(&place, &["first", "second"]).quietly();
    assert!(said.out.contains("12 of 12 points are there in out, 12 collected from 2 directories"), "{}", said.out);
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "alone"]).quietly();
    let (one, other) = (tables(&place, "out"), tables(&place, "alone"));
    assert!(one == other && one.keys().any(|path| path.starts_with("derived/")));
    assert!(["first", "second"].map(|folder| all(&place.path(folder))) == before);
    assert!(!place.path("out/.points").exists());
    // The sweep itself finds nothing missing, and a second call copies nothing.
    let said = place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out"]).quietly();
    assert_eq!(super::done(&said.out), 0);
    let said = collect(&place, &["second", "first"]).quietly();
    assert!(said.out.contains("0 collected from 2 directories"), "{}", said.out);
}

#[test]
fn what_is_missing_is_said_and_comes_with_another_directory_or_a_call_of_the_sweep() {
    let place = two();
    let said = collect(&place, &["second"]).quietly();
    assert_eq!(said.out, "6 of 12 points are there in out, 6 collected from 1 directory, 6 missing\n");
    // As a process leaves it that is killed while it copies a point.
    fs::create_dir_all(place.path("out/.points/3/traces/runs")).expect("a folder");
    fs::write(place.path("out/.points/3/run.json"), "{").expect("a file");
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "out", "--point", "0"]).quietly();
    let said = collect(&place, &["first"]).quietly();
    assert!(said.out.contains("12 of 12 points are there in out, 5 collected from 1 directory"), "{}", said.out);
    assert_eq!(finished(&place, "out"), 12);
}

#[test]
fn a_collection_killed_anywhere_is_called_again() {
    let place = two();
    place.call(&["sweep", "sweep.toml", "--quiet", "--out", "alone"]).quietly();
    for milliseconds in [1, 3, 6, 10, 15, 20, 30] {
        let call = ["sweep", "collect", "first", "second", "--out", "out"];
        let mut child = place.program(&call).stdout(std::process::Stdio::null()).spawn().expect("the program starts");
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        child.kill().expect("a kill");
        child.wait().expect("the end");
    }
    collect(&place, &["first", "second"]).quietly();
    assert!(tables(&place, "out") == tables(&place, "alone"));
    assert!(!place.path("out/.points").exists());
}

#[test]
fn directories_that_do_not_fit_together_are_refused_by_their_names() {
    let place = two();
    let refuse = |folders: &[&str], words: &[&str]| {
        place.unchanged(|| collect(&place, folders)).failed(2, words);
    };
    fs::create_dir(place.path("empty")).expect("a folder");
    refuse(&["first", "empty"], &["empty holds no sweep"]);
    refuse(&["first", "nowhere", "second"], &["nowhere holds no sweep"]);
    refuse(&["first", "sweep.toml"], &["sweep.toml holds no sweep"]);
    place.write("other.toml", SIXTY.replace("0.3]", "0.4]").as_bytes());
    place.call(&["sweep", "other.toml", "--quiet", "--out", "other", "--point", "0"]).quietly();
    refuse(&["first", "other"], &["first and other hold different sweeps", "one sweep file"]);
    let into = |out: &str| place.unchanged(|| place.call(&["sweep", "collect", "first", "second", "--out", out]));
    into("second").failed(2, &["second is one of the directories", "leave it out"]);
    into("other").failed(2, &["other holds another sweep", "another directory with --out"]);
}

#[test]
fn a_point_that_differs_is_refused_by_both_names() {
    let place = two();
    let refuse = |words: &[&str]| {
        place.unchanged(|| collect(&place, &["first", "second"])).failed(2, words);
    };
    let change = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(place.path(file)).expect("a record");
        assert!(text.contains(from), "no {from} in {text}");
        place.write(file, text.replacen(from, to, 1).as_bytes());
        text
    };
    // One whose bytes are other ones.
    let file = table(&place, "second", 6, "apps");
    let good = fs::read(place.path(&file)).expect("a table");
    let mut bad = good.clone();
    bad[20] ^= 1;
    fs::write(place.path(&file), &bad).expect("a table");
    refuse(&["point 6 is not complete in second", "traces/apps/", "was changed after it was written", "copy"]);
    // Older versions wrote no manifest, and nothing says which of the two is right.
    let manifest = place.path("second/points/manifests/6.jsonl");
    let listed = fs::read(&manifest).expect("a manifest");
    fs::remove_file(&manifest).expect("a manifest");
    refuse(&["point 6 is in first and in second, and differs", "the bytes of traces/apps/", "point anew"]);
    fs::write(&manifest, &listed).expect("a manifest");
    fs::write(place.path(&file), &good).expect("a table");
    // One by another version of the results.
    let versions = fs::read_to_string(place.path("second/points/11.json")).expect("a record");
    let versions: serde_json::Value = serde_json::from_str(&versions).expect("JSON");
    let results = format!("\"results\": {}", versions["versions"]["results"]);
    let good = change("second/points/11.json", &results, "\"results\": 999");
    refuse(&["first and second were done by different versions", "999", "anew"]);
    place.write("second/points/11.json", good.as_bytes());
    collect(&place, &["first", "second"]).quietly();
    // One that was done here by then, and is another one there.
    let file = table(&place, "out", 3, "cycles");
    let mut bad = fs::read(place.path(&file)).expect("a table");
    bad[20] ^= 1;
    fs::write(place.path(&file), &bad).expect("a table");
    refuse(&["point 3 is not complete in out", "traces/cycles/"]);
}

#[test]
fn a_point_that_is_not_complete_is_refused_and_links_are_not_followed() {
    let place = two();
    let refuse = |words: &[&str]| {
        place.unchanged(|| collect(&place, &["first", "second"])).failed(2, words);
    };
    let file = place.path(&table(&place, "first", 2, "slices"));
    let good = fs::read(&file).expect("a table");
    fs::write(&file, &good[..good.len() / 2]).expect("a table");
    refuse(&["point 2 is not complete in first", "traces/slices/", "copy the directory anew"]);
    fs::write(&file, &good).expect("a table");
    // As a copy under way: a table is missing.
    fs::rename(&file, place.path("elsewhere")).expect("a table");
    refuse(&["point 2 is not complete in first", "traces/slices/", "is not there"]);
    fs::rename(place.path("elsewhere"), &file).expect("a table");
    fs::copy(&file, file.with_file_name("part-1.parquet")).expect("a table");
    refuse(&["point 2 is not complete in first", "part-1.parquet is listed in no manifest"]);
    fs::remove_file(file.with_file_name("part-1.parquet")).expect("a table");
    // Records before tables.
    let runs = place.path(&table(&place, "first", 5, "runs"));
    let row = fs::read(&runs).expect("a table");
    fs::remove_file(&runs).expect("a table");
    refuse(&["point 5 is not complete in first", "traces/runs"]);
    fs::write(&runs, &row).expect("a table");
    fs::rename(&file, place.path("elsewhere")).expect("a table");
    std::os::unix::fs::symlink(place.path("elsewhere"), &file).expect("a link");
    refuse(&["part-0.parquet is a link", "put the file itself there"]);
    fs::rename(place.path("elsewhere"), &file).expect("a table");
    fs::rename(place.path("second/traces"), place.path("moved")).expect("a folder");
    std::os::unix::fs::symlink(place.path("moved"), place.path("second/traces")).expect("a link");
    refuse(&["second/traces is a link"]);
}
