use std::fs;

use datasets::trace::{Error, Writer, is_free, list, settle};
use tempfile::tempdir;

use crate::fixture::{self, meta};

#[test]
fn the_manifest_lists_every_file_with_its_digest() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let text = fs::read_to_string(folder.path().join("manifest.jsonl")).unwrap();
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0], serde_json::json!({"subcloud_manifest": 1, "run_id": "fixture-1"}));
    let mut listed = vec!["manifest.jsonl".into()];
    for line in &lines[1..] {
        let path = folder.path().join(line["path"].as_str().unwrap());
        let bytes = fs::read(&path).unwrap();
        let digest = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(&bytes));
        assert_eq!((&line["bytes"], &line["xxh3"]), (&bytes.len().into(), &digest.into()));
        listed.push(path.strip_prefix(folder.path()).unwrap().to_owned());
    }
    assert_eq!(listed, fixture::files(folder.path()));
}

#[test]
fn a_failure_halfway_brings_back_what_had_left() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let before = fixture::files(folder.path());
    let record = fs::read(folder.path().join("run.json")).unwrap();
    let mut writer = Writer::create(folder.path(), meta(), true).unwrap();
    writer.push(fixture::cycle(0));
    // The record leaves first, and comes to lie beside this; the tables cannot.
    fs::create_dir(folder.path().join(".staging-fixture-1/old")).unwrap();
    fs::write(folder.path().join(".staging-fixture-1/old/traces"), "").unwrap();
    let error = writer.finish("new").err().unwrap();
    assert!(error.to_string().contains("old/traces"), "{error}");
    assert_eq!(fixture::files(folder.path()), before);
    assert_eq!(fs::read(folder.path().join("run.json")).unwrap(), record);
}

#[test]
fn later_files_are_listed_and_those_of_others_are_not_replaced() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let out = folder.path();
    list(out, "report.html", b"one").unwrap();
    fs::write(out.join("report.html"), "one").unwrap();
    is_free(out, "report.html").unwrap();
    list(out, "report.html", b"two").unwrap();
    // Killed between the two: the file is still the first one.
    is_free(out, "report.html").unwrap();
    fs::write(out.join("report.html"), "mine").unwrap();
    assert!(matches!(list(out, "report.html", b"three"), Err(Error::Changed { .. })));
    fs::write(out.join("size.json"), "mine").unwrap();
    assert!(matches!(is_free(out, "size.json"), Err(Error::InTheWay { .. })));
}

#[test]
fn lines_that_cannot_be_read_or_lead_out_of_the_directory_list_nothing() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("out");
    fixture::write(&out);
    fs::write(folder.path().join("mine"), "mine").unwrap();
    let path = out.join("manifest.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let mine = "\"bytes\":4,\"xxh3\":\"0\"}\n";
    fs::write(&path, format!("{text}{{\"path\":\"../mine\",{mine}{{\"path\":\"/mine\",{mine}{{\"path\":\"ru")).unwrap();
    let mut writer = Writer::create(&out, meta(), true).unwrap();
    writer.push(fixture::cycle(0));
    writer.finish("new").unwrap();
    assert!(folder.path().join("mine").exists());
    assert_eq!(fixture::files(&out).len(), 3);
}

#[test]
fn a_directory_without_anything_begun_is_left_alone() {
    let folder = tempdir().unwrap();
    fs::create_dir(folder.path().join(".staging-mine")).unwrap();
    fs::write(folder.path().join(".staging-mine/exchange.json"), "mine").unwrap();
    settle(folder.path());
    fixture::write(folder.path());
    assert_eq!(fs::read_to_string(folder.path().join(".staging-mine/exchange.json")).unwrap(), "mine");
}
