use std::fs;
use std::path::PathBuf;

use datasets::trace::{Error, Writer};
use tempfile::tempdir;

use crate::fixture::{self, fill, meta};

#[test]
fn a_finished_run_has_the_documented_layout_and_nothing_else() {
    let folder = tempdir().unwrap();
    let out = folder.path().join("new/run");
    let finished = fixture::write(&out);
    let names = [
        "aggregates",
        "apps",
        "attributes",
        "breaches",
        "clouds",
        "code",
        "contacts",
        "cycles",
        "degrees",
        "edges",
        "epochs",
        "events",
        "lookups",
        "members",
        "nodes",
        "overlay",
        "own",
        "params",
        "registry",
        "rules",
        "runs",
        "slices",
        "suites",
        "topologies",
    ];
    let mut expected: Vec<PathBuf> =
        names.map(|table| format!("traces/{table}/run=fixture-1/seed=42/part-0.parquet").into()).to_vec();
    expected.splice(0..0, ["manifest.jsonl".into(), "run.json".into()]);
    assert_eq!(fixture::files(&out), expected);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    assert_eq!(fs::read_to_string(out.join("run.json")).unwrap(), "{\"cycles\": 2}\n");
    let sizes: u64 = finished.files.iter().map(|file| fs::metadata(&file.path).unwrap().len()).sum();
    assert_eq!(
        (finished.rows, finished.bytes),
        (3 + 3 + 6 + 6 + 2 + 2 + 3 + 2 + 1 + 2 + 2 + 2000 + 1200 + 1 + 1 + 3 + 3 + 3 + 1, sizes)
    );
}

#[test]
fn a_dropped_writer_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(&folder.path().join("deep/down/run"), meta(), false).unwrap();
    fill(&mut writer);
    drop(writer);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_dropped_writer_leaves_a_directory_that_was_there() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("notes.txt"), "mine").unwrap();
    drop(Writer::create(folder.path(), meta(), false).unwrap());
    assert_eq!(fixture::files(folder.path()), [PathBuf::from("notes.txt")]);
}

#[test]
fn a_directory_that_holds_a_run_is_refused_without_replace() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let error = Writer::create(folder.path(), meta(), false).err().unwrap();
    assert!(matches!(error, Error::Occupied { .. }));
    assert!(error.remedy().contains("--force"));
    assert_eq!(fixture::files(folder.path()).len(), 26);
}

#[test]
fn a_run_is_replaced_when_the_new_one_is_finished_and_not_before() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let before = fixture::files(folder.path());

    let writer = Writer::create(folder.path(), meta(), true).unwrap();
    assert!(before.iter().all(|name| folder.path().join(name).exists()));
    drop(writer);
    assert_eq!(fixture::files(folder.path()), before);

    let mut writer = Writer::create(folder.path(), meta(), true).unwrap();
    writer.push(fixture::cycle(0));
    writer.finish("new").unwrap();
    assert_eq!(fixture::files(folder.path()).len(), 3);
    assert_eq!(fs::read_to_string(folder.path().join("run.json")).unwrap(), "new");
}

#[test]
fn two_runs_do_not_write_to_one_directory() {
    let folder = tempdir().unwrap();
    let first = Writer::create(folder.path(), meta(), false).unwrap();
    let error = Writer::create(folder.path(), meta(), true).err().unwrap();
    assert!(matches!(error, Error::Busy { .. }));
    drop(first);
    Writer::create(folder.path(), meta(), false).unwrap();
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let folder = tempdir().unwrap();
    fs::create_dir_all(folder.path().join(".staging-killed/traces/cycles")).unwrap();
    fs::write(folder.path().join(".staging-killed/traces/cycles/part-0.parquet"), "PAR1").unwrap();
    fs::write(folder.path().join(".staging-killed/subcloud.staging"), "").unwrap();
    // Killed before the marker was written.
    fs::create_dir_all(folder.path().join(".staging-empty")).unwrap();
    fixture::write(folder.path());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}
