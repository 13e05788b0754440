//! Scenarios whose tables are folders or patterns of files: what is accepted, written out, and covered by the hash.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::scenario::{self, Scenario};
use datasets::{Error, Kind};
use tempfile::TempDir;

const HEADER: &str = "[run]\nnodes = 5\n[fleet]\n";

/// A folder with `parts/a.csv` and `parts/b/c.csv`.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("parts/b")).unwrap();
    fs::write(folder.path().join("parts/a.csv"), "x\n1\n2\n").unwrap();
    fs::write(folder.path().join("parts/b/c.csv"), "x\n3\n").unwrap();
    folder
}

fn read(folder: &Path, file: &str) -> Result<Scenario, Error> {
    let path = folder.join("cloud.toml");
    fs::write(&path, format!("{HEADER}file = \"{file}\"\n[fleet.attributes]\nx = {{ column = \"x\" }}\n")).unwrap();
    scenario::read(&path, &[])
}

#[test]
fn a_scenario_with_a_folder_or_a_pattern_is_written_out_and_read_again() {
    let folder = folder();
    for file in ["parts", "parts/", "parts/*.csv", "parts/**/*.csv", "p?rts/[ab]*"] {
        let scenario = read(folder.path(), file).unwrap();
        let text = scenario.to_toml();
        let written = folder.path().join(file);
        assert!(text.contains(&format!("file = \"{}\"", written.display())), "{file}: {text}");
        let elsewhere = tempfile::tempdir().unwrap();
        let path = elsewhere.path().join("again.toml");
        fs::write(&path, &text).unwrap();
        let again = scenario::read(&path, &[]).unwrap();
        assert_eq!((again.to_toml(), again.hash()), (text, scenario.hash()), "{file}");
    }
}

#[test]
fn the_hash_covers_every_file_and_the_names_of_folders() {
    let folder = folder();
    let hash = |file: &str| read(folder.path(), file).unwrap().hash();
    let [whole, first] = [hash("parts"), hash("parts/*.csv")];
    assert_ne!(whole, first);
    // A row more in the second file.
    fs::write(folder.path().join("parts/b/c.csv"), "x\n3\n4\n").unwrap();
    assert_ne!(hash("parts"), whole);
    assert_eq!(hash("parts/*.csv"), first);
    fs::write(folder.path().join("parts/b/c.csv"), "x\n3\n").unwrap();
    assert_eq!(hash("parts"), whole);
    // What is left out of the table is left out of the hash.
    fs::write(folder.path().join("parts/_SUCCESS"), "?").unwrap();
    assert_eq!(hash("parts"), whole);
    // The key of a partition is a value of its rows.
    fs::rename(folder.path().join("parts/b"), folder.path().join("parts/day=1")).unwrap();
    let day = hash("parts");
    assert_ne!(day, whole);
    fs::rename(folder.path().join("parts/day=1"), folder.path().join("parts/day=2")).unwrap();
    assert_ne!(hash("parts"), day);
}

#[test]
fn the_hash_knows_the_order_of_files() {
    let folder = folder();
    let hash = || read(folder.path(), "parts").unwrap().hash();
    let before = hash();
    fs::write(folder.path().join("parts/a.csv"), "x\n3\n").unwrap();
    fs::write(folder.path().join("parts/b/c.csv"), "x\n1\n2\n").unwrap();
    assert_ne!(hash(), before);
}

#[test]
fn what_leads_to_no_table_is_refused_at_its_line() {
    let folder = folder();
    fs::create_dir(folder.path().join("none")).unwrap();
    fs::create_dir(folder.path().join("inv.parquet")).unwrap();
    fs::write(folder.path().join("none/notes.txt"), "?").unwrap();
    let cases = [
        ("parts/*.parquet", "no file fits the pattern ", "parts is there"),
        ("part/*.csv", "no file fits the pattern ", " is there: see what is in it"),
        ("parts/a[", "is not a sound pattern: ", "a `[` needs its `]`"),
        ("none", "holds notes.txt, which is no table by its name", "\"none/*.parquet\""),
        ("none/*", "notes.txt fits the pattern, and is no table by its name", "narrow the pattern"),
        ("inv.parquet", "holds no table: it is empty", "put csv or Parquet files in it"),
        ("gone.csv", "there is no file ", "a relative path starts at the scenario's folder"),
    ];
    for (file, words, remedy) in cases {
        let error = read(folder.path(), file).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("cloud.toml:4: `fleet.file`: ") && text.contains(words), "{text}");
        assert!(error.help().is_some_and(|help| help.contains(remedy)), "{text}: {:?}", error.help());
        assert_eq!(error.kind(), Kind::Value);
    }
}

#[test]
fn a_file_whose_name_is_a_pattern_is_that_file() {
    let folder = folder();
    fs::write(folder.path().join("parts/[a].csv"), "x\n7\n").unwrap();
    let scenario = read(folder.path(), "parts/[a].csv").unwrap();
    let scenario::Source::File(inventory) = &scenario.fleet.source else { panic!("an inventory") };
    assert_eq!(inventory.read().unwrap().columns, [[7.0_f32]]);
}
