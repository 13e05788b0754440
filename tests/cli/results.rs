//! What a run leaves: the same bytes whatever the threads, the rows that were asked for, a summary that makes sense.

use std::collections::BTreeMap;
use std::path::Path;

use datasets::trace::read;

use crate::harness::{Place, Said};

/// The files below `traces/` with their bytes, and the digest in `run.json`.
fn result(place: &Place, out: &str) -> (BTreeMap<String, Vec<u8>>, String) {
    let traces = format!("{out}/traces/");
    let files = place.contents().into_iter().filter(|path| path.starts_with(&traces) && path.ends_with(".parquet"));
    let bytes = |path: &String| std::fs::read(place.path(path)).expect("a table");
    let files: BTreeMap<String, Vec<u8>> = files.map(|path| (path[out.len()..].to_owned(), bytes(&path))).collect();
    assert!(files.len() >= 4, "{files:?}");
    let record = std::fs::read(place.path(&format!("{out}/run.json"))).expect("the record");
    let record: serde_json::Value = serde_json::from_slice(&record).expect("JSON");
    (files, record["state_digest"].as_str().expect("a digest").to_owned())
}

#[test]
fn threads_columns_in_files_and_repetition_change_no_bit() {
    let place = Place::new();
    let cases: [(&str, &[&str]); 6] = [
        ("again", &[]),
        ("all", &["--threads", "0"]),
        ("one", &["--threads", "1"]),
        ("three", &["--threads", "3"]),
        ("files", &["--state", "columns"]),
        ("files-one", &["--state", "columns-one", "--threads", "1"]),
    ];
    let size = ["--quiet", "--nodes", "30_000", "--set", "trace.nodes={cycles=[0, 6], sample=1000}"];
    let run = |out: &str, more: &[&str]| {
        place.call(&[&["run", "scenario.toml", "--out", out], &size[..], more].concat()).quietly();
        result(&place, out)
    };
    let first = run("first", &[]);
    for (out, more) in cases {
        assert!(run(out, more) == first, "{out} differs");
    }
    assert!(run("other", &["--seed", "2"]) != first, "another seed is another run");
}

#[test]
fn rows_are_those_of_the_cycles_that_were_asked_for() {
    let place = Place::new();
    let cycles = |out: &str, more: &[&str]| {
        place.call(&[&["run", "scenario.toml", "--quiet", "--out", out], more].concat()).quietly();
        let run = read::Run::open(&place.path(out)).expect("a run");
        let rows: Vec<u32> = run.cycles().expect("rows").iter().map(|row| row.cycle).collect();
        let mut apps: Vec<u32> = run.apps().expect("rows").iter().map(|row| row.cycle).collect();
        apps.dedup();
        assert_eq!(apps, rows, "applications are observed with the cycles");
        rows
    };
    assert_eq!(cycles("a", &[]), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(cycles("b", &["--set", "trace.every=3"]), [0, 3, 6]);
    assert_eq!(cycles("c", &["--set", "trace.every=3", "--cycles", "10"]), [0, 3, 6, 9, 10]);
    assert_eq!(cycles("d", &["--set", "trace.every=100"]), [0, 6]);
    assert_eq!(cycles("e", &["--cycles", "1"]), [0, 1]);
}

/// Runs a shipped scenario with few nodes and cycles.
fn shipped(name: &str) -> Said {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasets/scenarios").join(name);
    let size = ["--nodes", "20000", "--cycles", "8", "--quiet"];
    let said = Place::new().call(&[&["run", &path.display().to_string()], &size[..]].concat()).quietly();
    for line in said.out.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }
    said
}

/// The numbers of the first line that begins with `name`; percent signs and such are left out.
fn line(said: &Said, name: &str) -> Vec<f64> {
    let line = said.out.lines().find_map(|line| line.trim_start().strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("no line {name:?} in {}", said.out));
    line.split_whitespace().filter_map(|word| word.replace(',', "").parse().ok()).collect()
}

#[test]
fn the_summary_of_averaging_shows_the_factor_beside_the_theory() {
    let said = shipped("averaging.toml");
    let values = line(&said, "load       average");
    assert!((values[0] - 0.5).abs() < 0.01 && (values[0] - values[1]).abs() < 1e-3, "{values:?}");
    let factors = line(&said, "load               1-8");
    assert!((factors[0] - 0.3033).abs() < 0.01, "{factors:?}");
    assert!((factors[1] - 0.3033).abs() < 1e-9, "{factors:?}");
}

#[test]
fn the_summary_of_tenths_has_ten_applications_that_settle() {
    let said = shipped("tenth.toml");
    for slice in 1..=10 {
        let counts = line(&said, &format!("slice {slice} "));
        assert!((counts[0] - 2_000.0).abs() < 1.0, "asked: {counts:?}");
        assert!((counts[1] - 2_000.0).abs() < 400.0, "held: {counts:?}");
    }
    assert!(line(&said, "all together")[2] > 15_000.0, "{}", said.out);
}

#[test]
fn the_summary_of_the_telephone_company_adds_up() {
    let said = shipped("telco.toml");
    for (name, asked) in [("monitoring", 2_000.0), ("chat", 9_000.0), ("recorder", 9_000.0), ("all together", 20_000.0)]
    {
        let counts = line(&said, name);
        assert!((counts[0] - asked).abs() < 0.5, "{name}: {counts:?}");
        assert!((counts[2] + counts[3] - counts[1]).abs() < 0.5, "correct and wrong make held: {counts:?}");
        assert!(counts[3] < 0.1 * counts[1], "{name} is nearly right: {counts:?}");
    }
    for words in ["20,000 nodes, 8 cycles", "messages", "state digest ", "trace in out/telco"] {
        assert!(said.out.contains(words), "no {words:?} in {}", said.out);
    }
}
