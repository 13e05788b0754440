//! What a save leaves on the disk.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::PathBuf;

use datasets::trace::{Meta, SavedRows, Table, Writer};
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::tempdir;

use super::{assert_same, writer};
use crate::fixture::{self, cycle, meta, nodes};

/// The paths of saved rows, sorted.
fn paths(saved: &SavedRows) -> Vec<PathBuf> {
    let mut paths: Vec<_> = saved.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    paths.sort();
    paths
}

#[test]
fn a_save_writes_what_has_come_since_the_last() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("saved");
    let mut writer = writer(&folder.path().join("run"), meta(), 1000);
    fixture::fill(&mut writer);
    let first = writer.save(&place, 2).unwrap();
    assert_eq!(fixture::files(&place), paths(&first));
    assert_eq!(first.files.len(), 22 + 2 + 2);

    assert_eq!(writer.save(&place, 3).unwrap(), first, "no row has come");
    writer.push(cycle(4));
    writer.nodes(&nodes(4, 0..10)).unwrap();
    let second = writer.save(&place, 4).unwrap();
    assert_eq!(fixture::files(&place), paths(&second));
    let added: Vec<_> = second.files.iter().filter(|file| !first.files.contains(file)).collect();
    let added: Vec<_> = added.iter().map(|file| (&*file.path, file.table, file.rows)).collect();
    let nodes = ("nodes/tail-000004.parquet", Table::Nodes, 10);
    assert_eq!(added, [("rows/cycles/part-000004.parquet", Table::Cycles, 1), nodes]);
}

#[test]
fn every_reader_of_parquet_opens_saved_rows() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("saved");
    let mut writer = writer(&folder.path().join("run"), meta(), 900);
    fixture::fill(&mut writer);
    let saved = writer.save(&place, 2).unwrap();
    let mut rows: BTreeMap<Table, i64> = BTreeMap::new();
    for file in &saved.files {
        let path = place.join(&file.path);
        assert_eq!(fs::metadata(&path).unwrap().len(), file.bytes);
        assert_eq!(xxhash_rust::xxh3::xxh3_64(&fs::read(&path).unwrap()), file.xxh3);
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.num_rows() as u64, file.rows);
        let run = metadata.key_value_metadata().unwrap().iter().find(|pair| pair.key == "subcloud.run_id").unwrap();
        assert_eq!(run.value.as_deref(), Some("fixture-1"));
        *rows.entry(file.table).or_default() += reader.get_row_iter(None).unwrap().map(Result::unwrap).count() as i64;
    }
    let finished = writer.finish("{}").unwrap();
    let mut expected: BTreeMap<Table, i64> = BTreeMap::new();
    finished.files.iter().for_each(|file| *expected.entry(file.table).or_default() += file.rows as i64);
    assert_eq!(rows, expected);
}

#[test]
fn what_a_killed_process_left_is_replaced() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut first = writer(&at("first"), meta(), 1000);
    fixture::fill(&mut first);
    let saved = first.save(&at("saved"), 2).unwrap();
    // Killed in the midst of a save: its files are there, in part, and nobody has a list of them.
    first.push(cycle(9));
    first.nodes(&nodes(9, 0..1500)).unwrap();
    let lost = first.save(&at("saved"), 4).unwrap();
    for file in lost.files.iter().filter(|file| !saved.files.contains(file)) {
        let path = at("saved").join(&file.path);
        fs::remove_file(&path).unwrap();
        fs::write(&path, "PAR1").unwrap();
    }
    drop(first);

    let mut second = writer(&at("second"), meta(), 1000);
    second.restore(&at("saved"), &saved).unwrap();
    second.push(cycle(3));
    second.nodes(&nodes(3, 0..1700)).unwrap();
    let saved = second.save(&at("saved"), 4).unwrap();
    second.finish("{}").unwrap();
    let mut third = writer(&at("third"), meta(), 1000);
    third.restore(&at("saved"), &saved).unwrap();
    third.finish("{}").unwrap();
    assert_same(&at("third"), &at("second"));
}

#[test]
fn a_save_to_another_folder_has_all_rows() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut saving = writer(&at("run"), meta(), 900);
    fixture::fill(&mut saving);
    saving.save(&at("saved"), 2).unwrap();
    saving.push(cycle(3));
    // The same folder under another name is no other folder.
    saving.save(&at("saved/../saved"), 3).unwrap();
    saving.push(cycle(4));
    let saved = saving.save(&at("deep/elsewhere"), 4).unwrap();
    assert_eq!(fixture::files(&at("deep/elsewhere")), paths(&saved));
    saving.finish("{}").unwrap();
    fs::remove_dir_all(at("saved")).unwrap();

    let mut restored = writer(&at("restored"), meta(), 900);
    restored.restore(&at("deep/elsewhere"), &saved).unwrap();
    restored.finish("{}").unwrap();
    assert_same(&at("restored"), &at("run"));
}

#[test]
fn a_save_that_fails_can_be_done_again() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut saving = writer(&at("run"), meta(), 900);
    fixture::fill(&mut saving);
    fs::create_dir_all(at("saved/nodes")).unwrap();
    // A file cannot take the place of a directory.
    fs::create_dir_all(at("saved/nodes/tail-000002.parquet")).unwrap();
    saving.save(&at("saved"), 2).unwrap_err();
    let saved = saving.save(&at("saved"), 3).unwrap();
    saving.finish("{}").unwrap();
    let mut restored = writer(&at("restored"), meta(), 900);
    restored.restore(&at("saved"), &saved).unwrap();
    restored.finish("{}").unwrap();
    assert_same(&at("restored"), &at("run"));
}

#[test]
fn a_writer_in_memory_saves_and_takes_nothing() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("saved");
    let mut writer = Writer::in_memory(Meta::default());
    writer.push(cycle(0));
    assert_eq!(writer.save(&place, 1).unwrap(), SavedRows::default());
    writer.restore(&place, &SavedRows::default()).unwrap();
    assert!(!place.exists());
}

#[test]
#[should_panic(expected = "rows have come since the save of the same cycle")]
fn a_cycle_is_saved_once() {
    let folder = tempdir().unwrap();
    let mut writer = writer(&folder.path().join("run"), meta(), 900);
    writer.push(cycle(0));
    writer.save(&folder.path().join("saved"), 1).unwrap();
    writer.push(cycle(1));
    writer.save(&folder.path().join("saved"), 1).unwrap();
}
