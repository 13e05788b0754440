use std::fs;
use std::path::Path;

use datasets::trace::{Error, Meta, Writer, read};
use tempfile::tempdir;

use crate::fixture::{self, meta};

#[test]
fn a_file_in_the_way_is_named_with_a_remedy() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for out in [file.clone(), file.join("run")] {
        let error = Writer::create(&out, meta(), false).err().unwrap();
        assert!(error.to_string().contains(&out.display().to_string()), "{error}");
        assert!(error.remedy().contains("--out"));
    }
}

#[test]
fn a_directory_where_nobody_may_write_leaves_nothing_behind() {
    // Even the superuser may not create directories here.
    let out = Path::new("/proc/subcloud/run");
    if !Path::new("/proc/self").exists() {
        return;
    }
    let error = Writer::create(out, meta(), false).err().unwrap();
    assert!(matches!(error, Error::Io { action: "create", .. }));
    assert!(!out.exists());
}

#[test]
fn a_full_disk_says_what_to_do() {
    let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
    let error = Error::Io { action: "write", path: "out/run".into(), source: full };
    assert!(error.remedy().contains("free space"));
}

#[test]
fn names_that_cannot_stand_in_a_trace_are_refused_before_anything_is_made() {
    let folder = tempdir().unwrap();
    let refused = [
        Meta { run_id: "2026".into(), ..meta() },
        Meta { run_id: "a/b".into(), ..meta() },
        Meta { run_id: String::new(), ..meta() },
        Meta { seed: 1 << 63, ..meta() },
        Meta { attributes: vec!["cycle".into()], ..meta() },
        Meta { attributes: vec!["Seed".into()], ..meta() },
        Meta { attributes: vec!["a".into(), "A".into()], ..meta() },
    ];
    for meta in refused {
        let error = Writer::create(&folder.path().join("run"), meta, false).err().unwrap();
        assert!(matches!(error, Error::Name { .. }), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_directory_without_a_run_is_named() {
    let folder = tempdir().unwrap();
    let error = read::Run::open(folder.path()).err().unwrap();
    assert!(matches!(error, Error::NoRun { .. }));
}

#[test]
fn a_damaged_table_is_named() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    let slices = &finished.files[1].path;
    let bytes = fs::read(slices).unwrap();
    fs::write(slices, &bytes[..bytes.len() / 2]).unwrap();
    let error = read::Run::open(folder.path()).unwrap().slices().err().unwrap();
    assert!(error.to_string().contains("traces/slices/"), "{error}");
    assert!(error.remedy().contains("damaged"));
}

#[test]
fn a_file_of_another_table_lacks_columns() {
    let folder = tempdir().unwrap();
    let finished = fixture::write(folder.path());
    fs::copy(&finished.files[0].path, &finished.files[1].path).unwrap();
    let error = read::Run::open(folder.path()).unwrap().slices().err().unwrap();
    assert!(matches!(&error, Error::Column { column, .. } if column == "gradient"), "{error}");
}

#[test]
fn two_runs_in_one_directory_are_not_mixed() {
    let folder = tempdir().unwrap();
    fixture::write(folder.path());
    let cycles = folder.path().join("traces/cycles");
    fs::create_dir_all(cycles.join("run=other/seed=1")).unwrap();
    fs::copy(cycles.join("run=fixture-1/seed=42/part-0.parquet"), cycles.join("run=other/seed=1/part-0.parquet"))
        .unwrap();
    let error = read::Run::open(folder.path()).err().unwrap();
    assert!(matches!(error, Error::SeveralRuns { count: 2, .. }));
    // The record says which of them is meant.
    fs::write(folder.path().join("run.json"), r#"{"run_id": "fixture-1", "seed": 42}"#).unwrap();
    assert_eq!(read::Run::open(folder.path()).unwrap().meta().run_id, "fixture-1");
    fs::write(folder.path().join("run.json"), r#"{"run_id": "neither", "seed": 42}"#).unwrap();
    assert!(matches!(read::Run::open(folder.path()).err().unwrap(), Error::SeveralRuns { count: 2, .. }));
}

#[test]
fn files_of_a_table_are_numbered_without_a_gap_and_of_one_run() {
    let folder = tempdir().unwrap();
    let mut writer = Writer::create(folder.path(), meta(), false).unwrap();
    writer.cut_nodes_at(100);
    writer.push(fixture::cycle(0));
    writer.nodes(&fixture::nodes(0, 0..350)).unwrap();
    writer.finish("{}").unwrap();
    let nodes = folder.path().join("traces/nodes/run=fixture-1/seed=42");
    let refused = |name: &str| {
        let run = read::Run::open(folder.path()).unwrap();
        let error = run.nodes(drop).unwrap_err();
        assert!(error.to_string().contains(&nodes.join(name).display().to_string()), "{error}");
        error
    };

    fs::rename(nodes.join("part-1.parquet"), nodes.join("part-01.parquet")).unwrap();
    let error = refused("part-2.parquet");
    assert!(matches!(&error, Error::Gap { expected, .. } if expected == "part-1.parquet"), "{error}");
    assert!(error.remedy().contains("missing"));
    fs::rename(nodes.join("part-01.parquet"), nodes.join("part-1.parquet")).unwrap();
    fs::write(nodes.join("copy.parquet"), "PAR1").unwrap();
    assert!(matches!(refused("copy.parquet"), Error::Gap { .. }));
    fs::remove_file(nodes.join("copy.parquet")).unwrap();

    let other = tempdir().unwrap();
    let mut writer = Writer::create(other.path(), Meta { run_id: "other".into(), ..meta() }, false).unwrap();
    writer.nodes(&fixture::nodes(0, 100..200)).unwrap();
    let finished = writer.finish("{}").unwrap();
    fs::copy(&finished.files[0].path, nodes.join("part-2.parquet")).unwrap();
    let error = refused("part-2.parquet");
    assert!(matches!(&error, Error::Metadata { found, .. } if found == "other"), "{error}");
}
