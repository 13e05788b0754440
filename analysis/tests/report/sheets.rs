//! The tables of a report.

use analysis::{Cell, Report};
use datasets::trace::{AppRow, EventRow};

use crate::fixture::{app, cycle};
use crate::report;

fn small() -> Report {
    report(|trace| {
        for k in 0..=2 {
            trace.push(cycle(k));
            trace.push(AppRow { mean_attributes: vec![None, Some(0.1)], ..app(k, "a, \"quoted\"\nname", 100_000, 7) });
            trace.push(app(k, "=1+1", 100_000, 0));
        }
        trace.push(EventRow { cycle: 1, kind: "crash".into(), version: None, rule: None, nodes_count: u64::MAX });
    })
}

#[test]
fn a_table_of_the_run_is_a_sheet_with_all_its_rows() {
    let report = small();
    let names: Vec<&str> = report.sheets().iter().map(|sheet| sheet.name).collect();
    let all = [
        "summary",
        "apps",
        "slices",
        "suites",
        "breaches",
        "rules",
        "attributes",
        "aggregates",
        "epochs",
        "overlay",
        "cycles",
        "events",
        "cost",
        "size",
        "provenance",
    ];
    assert_eq!(names, all);
    let apps = &report.sheets()[1];
    assert_eq!((apps.rows.len(), apps.columns[1].as_str()), (6, "app"));
    assert_eq!(apps.rows[1][1], Cell::Text("=1+1".into()));
    let cost = &report.sheets()[12];
    assert_eq!(cost.rows[1], [Cell::Count(2), Cell::Measure(4.0), Cell::Measure(32.0)]);
}

#[test]
fn the_summary_has_the_headline_and_the_counts_as_numbers() {
    let report = small();
    let rows = &report.sheets()[0].rows;
    assert_eq!(rows[0][2], Cell::Text(report.headline().to_owned()));
    let held = rows.iter().find(|row| row[0] == Cell::Text("held_count".into())).unwrap();
    assert_eq!(held[1..3], [Cell::Text("a, \"quoted\"\nname".into()), Cell::Count(100_000)]);
}

#[test]
fn comma_separated_values_are_quoted_where_they_must_be() {
    let report = small();
    let csv = report.sheets()[1].to_csv();
    assert!(csv.starts_with("cycle,app,asked_count,held_count,correct_count,wrong_count,"), "{csv}");
    assert!(csv.contains("\n0,\"a, \"\"quoted\"\"\nname\",100000,100000,99993,7,"), "{csv}");
    assert!(csv.contains(",,0.1\n"), "nothing is an empty cell: {csv}");
    let events = report.sheets().iter().find(|sheet| sheet.name == "events").unwrap();
    assert_eq!(events.to_csv(), "cycle,kind,version,rule,nodes_count\n1,crash,,,18446744073709551615\n");
    let slices = report.sheets().iter().find(|sheet| sheet.name == "slices").unwrap();
    assert_eq!(slices.to_csv().trim(), "", "a table without rows");
}

#[test]
fn the_same_tables_make_the_same_workbook() {
    let first = small().to_workbook().unwrap();
    assert!(first.starts_with(b"PK"));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert!(first == small().to_workbook().unwrap(), "the bytes differ");
}
