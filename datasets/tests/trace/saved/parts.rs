//! Snapshots that span row groups and files, saved at every kind of place.

use std::fs;
use std::ops::Range;

use datasets::trace::{Meta, SavedRows, Table, Writer, read};
use tempfile::tempdir;

use super::{assert_same, writer};
use crate::fixture::{cycle, meta, nodes};

const GROUP: u32 = 122_880;
/// Two row groups.
const PART_ROWS: usize = 2 * GROUP as usize;
/// Ends of batches: in a row group, at its end, at the end of a part, in the next part, at the end of that.
const ENDS: [u32; 7] = [0, 60_000, GROUP, 2 * GROUP, 300_000, 4 * GROUP, 5 * GROUP];

/// Two snapshots in batches, as numbers of cycles and nodes; the first has a part and a bit.
fn batches() -> Vec<(u32, Range<u32>)> {
    let first = [0, 1000, 2 * GROUP + 500].windows(2).map(|ends| (0, ends[0]..ends[1])).collect::<Vec<_>>();
    first.into_iter().chain(ENDS.windows(2).map(|ends| (1, ends[0]..ends[1]))).collect()
}

fn add(writer: &mut Writer, batches: &[(u32, Range<u32>)]) {
    for (cycle, ids) in batches {
        writer.nodes(&nodes(*cycle, ids.clone())).unwrap();
    }
}

#[test]
fn a_run_goes_on_from_a_save_at_any_place_of_a_snapshot() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut undisturbed = writer(&at("undisturbed"), meta(), PART_ROWS);
    // Only the second snapshot: its rows and row groups begin with a part.
    let batches = &batches()[2..];
    add(&mut undisturbed, batches);
    let finished = undisturbed.finish("{}").unwrap();
    assert_eq!(
        finished.files.iter().map(|file| file.rows).collect::<Vec<_>>(),
        [2, 2, 1].map(|n| n * u64::from(GROUP))
    );

    let mut saving = writer(&at("saving"), meta(), PART_ROWS);
    for done in 1..=batches.len() {
        add(&mut saving, &batches[done - 1..done]);
        let saved = saving.save(&at("saved"), done as u32).unwrap();
        assert_eq!(saved.files.iter().map(|file| file.rows).sum::<u64>(), u64::from(ENDS[done]));
        let out = at(&format!("from-{done}"));
        let mut restored = writer(&out, meta(), PART_ROWS);
        restored.restore(&at("saved"), &saved).unwrap();
        add(&mut restored, &batches[done..]);
        restored.finish("{}").unwrap();
        assert_same(&out, &at("undisturbed"));
    }
    saving.finish("{}").unwrap();
    assert_same(&at("saving"), &at("undisturbed"));
}

#[test]
fn tails_are_listed_until_their_part_is_full() {
    let folder = tempdir().unwrap();
    let place = folder.path().join("saved");
    let mut writer = writer(&folder.path().join("run"), meta(), 100);
    let mut paths = |saved_cycle: u32, ids: Range<u32>| {
        writer.nodes(&nodes(0, ids)).unwrap();
        let saved = writer.save(&place, saved_cycle).unwrap();
        saved.files.into_iter().map(|file| (file.path, file.rows)).collect::<Vec<_>>()
    };
    let file = |path: &str, rows: u64| (path.to_owned(), rows);
    assert_eq!(paths(1, 0..40), [file("nodes/tail-000001.parquet", 40)]);
    assert_eq!(paths(2, 40..70), [file("nodes/tail-000001.parquet", 40), file("nodes/tail-000002.parquet", 30)]);
    assert_eq!(paths(3, 70..110), [file("nodes/part-0.parquet", 100), file("nodes/tail-000003.parquet", 10)]);
    assert_eq!(
        paths(1_000_000, 110..200),
        ["nodes/part-0.parquet", "nodes/part-1.parquet"].map(|path| file(path, 100))
    );
}

#[test]
fn rows_become_those_of_a_longer_run() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let longer = || Meta { run_id: "longer".into(), scenario_hash: "11ee".into(), ..meta() };
    let (first, rest) = (batches()[..4].to_vec(), batches()[4..].to_vec());

    let mut short = writer(&at("short"), meta(), PART_ROWS);
    short.push(cycle(0));
    add(&mut short, &first);
    let saved = short.save(&at("saved"), 1).unwrap();
    short.finish("{}").unwrap();

    let mut restored = writer(&at("restored"), longer(), PART_ROWS);
    restored.restore(&at("saved"), &saved).unwrap();
    restored.push(cycle(1));
    add(&mut restored, &rest);
    // What it saves itself lies elsewhere, and can be taken up too.
    let saved = restored.save(&at("saved-longer"), 2).unwrap();
    restored.finish("{}").unwrap();
    let mut again = writer(&at("again"), longer(), PART_ROWS);
    again.restore(&at("saved-longer"), &saved).unwrap();
    again.finish("{}").unwrap();

    let mut undisturbed = writer(&at("undisturbed"), longer(), PART_ROWS);
    undisturbed.push(cycle(0));
    undisturbed.push(cycle(1));
    add(&mut undisturbed, &batches());
    undisturbed.finish("{}").unwrap();
    assert_same(&at("restored"), &at("undisturbed"));
    assert_same(&at("again"), &at("undisturbed"));
}

#[test]
fn parts_are_read_in_the_order_of_their_numbers() {
    let folder = tempdir().unwrap();
    let mut writer = writer(folder.path(), meta(), 100);
    writer.push(cycle(0));
    writer.nodes(&nodes(0, 0..1250)).unwrap();
    let finished = writer.finish("{}").unwrap();
    let parts: Vec<_> = finished.files.iter().filter(|file| file.table == Table::Nodes).collect();
    assert_eq!(parts.iter().map(|file| file.rows).collect::<Vec<_>>(), [vec![100; 12], vec![50]].concat());
    assert!(parts.iter().enumerate().all(|(n, file)| file.path.ends_with(format!("part-{n}.parquet"))));
    assert!(parts.iter().all(|file| fs::metadata(&file.path).unwrap().len() == file.bytes));

    let run = read::Run::open(folder.path()).unwrap();
    let mut ids = Vec::new();
    run.nodes(|rows| ids.extend(rows.node_ids)).unwrap();
    assert!(ids.into_iter().eq(0..1250));
    let expected = read::Values::Counts((0..1250).map(Some).collect());
    assert_eq!(run.table(Table::Nodes).unwrap()[1].values, expected);
    let counts = run.parts(Table::Nodes).unwrap().map(|part| part.unwrap()[1].values.len());
    assert_eq!(counts.collect::<Vec<_>>(), [vec![100; 12], vec![50]].concat());
    assert!(run.parts(Table::Epochs).unwrap().next().is_none());
}

#[test]
fn nothing_is_saved_of_a_writer_without_rows() {
    let folder = tempdir().unwrap();
    let saved = writer(&folder.path().join("run"), meta(), 100).save(&folder.path().join("saved"), 1).unwrap();
    assert_eq!(saved, SavedRows::default());
    writer(&folder.path().join("run"), meta(), 100).restore(&folder.path().join("saved"), &saved).unwrap();
}
