//! Saved files that are not what they were.

use std::fs;
use std::path::Path;

use datasets::trace::{Error, Meta, SavedRows, Table};
use tempfile::{TempDir, tempdir};

use super::writer;
use crate::fixture::{self, meta, nodes};

/// Saved rows of all tables, with full parts and two tails.
fn saved() -> (TempDir, SavedRows) {
    let folder = tempdir().unwrap();
    let mut writer = writer(&folder.path().join("run"), meta(), 900);
    fixture::fill(&mut writer);
    writer.save(&folder.path().join("saved"), 1).unwrap();
    writer.push(fixture::cycle(3));
    writer.nodes(&nodes(3, 0..50)).unwrap();
    let saved = writer.save(&folder.path().join("saved"), 2).unwrap();
    assert_eq!(saved.files.len(), 22 + 1 + 2 + 2 + 2);
    (folder, saved)
}

fn restored(folder: &Path, saved: &SavedRows, meta: Meta) -> Result<(), Error> {
    writer(&folder.join("other"), meta, 900).restore(&folder.join("saved"), saved)
}

fn assert_damaged(folder: &Path, saved: &SavedRows, path: &str) {
    let error = restored(folder, saved, meta()).err().unwrap_or_else(|| panic!("{path} is taken"));
    assert!(matches!(&error, Error::Damaged { path: found } if *found == folder.join("saved").join(path)), "{error}");
    assert!(error.remedy().contains("--fresh"));
}

#[test]
fn a_byte_that_differs_is_found_in_every_file() {
    let (folder, saved) = saved();
    restored(folder.path(), &saved, meta()).unwrap();
    for file in &saved.files {
        let path = folder.path().join("saved").join(&file.path);
        let bytes = fs::read(&path).unwrap();
        let mut other = bytes.clone();
        let middle = other.len() / 2;
        other[middle] ^= 1;
        // Not written through: a part is one file with that of the run.
        fs::remove_file(&path).unwrap();
        fs::write(&path, other).unwrap();
        assert_damaged(folder.path(), &saved, &file.path);
        fs::write(&path, &bytes[1..]).unwrap();
        assert_damaged(folder.path(), &saved, &file.path);
        fs::remove_file(&path).unwrap();
        assert_damaged(folder.path(), &saved, &file.path);
        fs::write(&path, bytes).unwrap();
    }
    restored(folder.path(), &saved, meta()).unwrap();
}

#[test]
fn only_places_of_saved_rows_are_looked_at() {
    let (folder, saved) = saved();
    let outside = folder.path().join("part-000001.parquet");
    fs::copy(folder.path().join("saved").join(&saved.files[0].path), &outside).unwrap();
    let paths = [
        "../part-000001.parquet",
        "rows/../../part-000001.parquet",
        outside.to_str().unwrap(),
        "rows/cycles/../cycles/part-000001.parquet",
        "rows//cycles/part-000001.parquet",
        "rows/cycles/part-1.parquet",
        "rows/cycles/part-+00001.parquet",
        "rows/slices/part-000001.parquet",
        "rows/nodes/part-000001.parquet",
        "nodes/part-0.parquet",
        "nodes/tail-000001.parquet",
        "part-000001.parquet",
        "rows/cycles/part-99999999999.parquet",
        "",
    ];
    for path in paths {
        let mut other = saved.clone();
        path.clone_into(&mut other.files[0].path);
        assert_damaged(folder.path(), &other, path);
    }
}

#[test]
fn a_list_that_does_not_fit_its_files_is_found() {
    let (folder, saved) = saved();
    let file = |path: &str| saved.files.iter().position(|file| file.path == path).unwrap();
    for at in 0..saved.files.len() {
        let mut other = saved.clone();
        other.files[at].rows += 1;
        assert_damaged(folder.path(), &other, &saved.files[at].path);
        let mut other = saved.clone();
        other.files.push(saved.files[at].clone());
        assert_damaged(folder.path(), &other, &saved.files[at].path);
    }
    let mut other = saved.clone();
    other.files.remove(file("nodes/part-0.parquet"));
    assert_damaged(folder.path(), &other, "nodes/part-1.parquet");
    let mut other = saved.clone();
    other.files[0].table = Table::Nodes;
    assert_damaged(folder.path(), &other, &saved.files[0].path);
}

#[test]
fn rows_of_another_fleet_or_suite_are_refused() {
    let (folder, saved) = saved();
    let fleet = Meta { attributes: vec!["bandwidth_mbps".into(), "availability".into()], ..meta() };
    let error = restored(folder.path(), &saved, fleet).err().unwrap();
    assert!(matches!(error, Error::Metadata { key: "subcloud.attributes", .. }), "{error}");
    let suite = Meta { apps: vec!["monitoring".into()], ..meta() };
    let error = restored(folder.path(), &saved, suite).err().unwrap();
    assert!(matches!(&error, Error::Column { column, found, .. } if column == "app" && found == "`chat`"), "{error}");
}
