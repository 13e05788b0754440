use std::fs;

use analysis::{Error, Settings, Summary};
use datasets::trace::{Meta, Writer};
use tempfile::tempdir;

use crate::fixture::{ORDERED, app, cycle, estimate, meta, slice, summary, write};

#[test]
fn a_run_without_suite_and_aggregates_has_a_summary() {
    let summary = summary(ORDERED, |trace| (0..=3).for_each(|k| trace.push(cycle(k))));
    assert!(summary.applications.is_empty() && summary.aggregates.is_empty() && summary.settling.is_none());
    let text = summary.to_string();
    assert!(text.contains("1,000,000 nodes, 3 cycles") && !text.contains("Applications"), "{text}");
}

#[test]
fn a_run_of_no_cycle_has_no_factor() {
    let summary = summary(ORDERED, |trace| {
        trace.push(cycle(0));
        trace.push(slice(0, 0));
        trace.push(app(0, "monitoring", 100, 100));
        trace.push(estimate(0, "average"));
    });
    let fall = summary.aggregates[0].contraction.clone().unwrap();
    assert!(fall.mean.is_none() && fall.steps.is_empty());
    assert_eq!(summary.applications[0].settling.cycles, [None; 3]);
    assert!(!summary.to_string().is_empty());
}

#[test]
fn an_application_that_holds_nothing_counts_as_all_wrong_and_shows_a_dash() {
    let summary = summary(ORDERED, |trace| {
        trace.push(cycle(0));
        trace.push(app(0, "monitoring", 0, 0));
    });
    assert!((summary.applications[0].wrong_fraction() - 1.0).abs() < f64::EPSILON);
    assert_eq!(summary.applications[0].settling.cycles, [None; 3]);
    let shown = summary.to_string();
    let row = shown.lines().find(|line| line.trim_start().starts_with("monitoring")).unwrap();
    assert!(row.ends_with(" -") && !shown.contains("100.00 %"), "{shown}");
}

#[test]
fn an_application_that_asks_for_nothing_shows_a_dash() {
    let summary = summary(ORDERED, |trace| {
        trace.push(cycle(0));
        let mut row = app(0, "monitoring", 0, 0);
        row.asked_count = 0;
        trace.push(row);
        trace.push(app(0, "chat", 100, 0));
    });
    let shown = summary.to_string();
    let ends = |name: &str, end: &str| {
        let row = shown.lines().find(|line| line.trim_start().starts_with(name));
        assert!(row.is_some_and(|row| row.ends_with(end)), "{shown}");
    };
    ends("monitoring", " -");
    ends("chat", " 0 %");
}

#[test]
fn an_aggregate_of_equal_values_has_nothing_to_fall() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            let mut row = estimate(k, "average");
            (row.variance, row.min, row.max) = (0.0, 100.0, 100.0);
            trace.push(row);
        }
    });
    let fall = summary.aggregates[0].contraction.clone().unwrap();
    assert!(fall.mean.is_none() && fall.steps.is_empty());
    assert_eq!(fall.rounding_after, Some(0));
    assert!(summary.to_string().contains("before the first cycle"));
}

#[test]
fn measures_of_a_dead_cloud_are_shown_as_dashes() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            let mut row = estimate(k, "average");
            if k >= 2 {
                (row.true_value, row.mean, row.variance) = (f64::NAN, f64::NAN, f64::NAN);
                (row.min, row.max, row.relative_error) = (f64::INFINITY, f64::NEG_INFINITY, None);
            }
            trace.push(row);
        }
    });
    assert_eq!(summary.aggregates[0].contraction.clone().unwrap().steps.len(), 1);
    assert!(!summary.to_string().contains("NaN"));
}

#[test]
fn a_run_without_run_json_takes_the_defaults() {
    let folder = tempdir().unwrap();
    write(folder.path(), meta(), "{}", |trace| trace.push(cycle(0)));
    assert_eq!(Summary::read(folder.path()).unwrap().settings, Settings::default());
    fs::remove_file(folder.path().join("run.json")).unwrap();
    assert_eq!(Summary::read(folder.path()).unwrap().settings, Settings::default());
}

#[test]
fn a_damaged_run_json_is_named() {
    let folder = tempdir().unwrap();
    write(folder.path(), meta(), "{\"nodes\": ", |trace| {
        trace.push(cycle(0));
    });
    let error = Summary::read(folder.path()).err().unwrap();
    assert!(matches!(error, Error::Json { .. }));
    assert!(error.to_string().contains("run.json"), "{error}");
}

#[test]
fn a_directory_without_a_run_is_an_error_with_a_remedy() {
    let folder = tempdir().unwrap();
    let error = Summary::read(folder.path()).err().unwrap();
    assert!(error.remedy().contains("--out"));
}

#[test]
fn long_names_and_many_attributes_stay_within_eighty_columns() {
    let folder = tempdir().unwrap();
    let attributes: Vec<String> = (0..12).map(|k| format!("attribute_with_a_long_name_{k}")).collect();
    let long = "an application whose name is longer than anything a table has room for, and then some more of it";
    let meta = Meta { run_id: "r".repeat(100), attributes, ..meta() };
    write(folder.path(), meta, ORDERED, |trace: &mut Writer| {
        trace.push(cycle(0));
        for name in ["short", long] {
            let mut row = app(0, name, 1_000_000_000, 1);
            row.mean_attributes = vec![Some(1_234_567.8); 12];
            trace.push(row);
        }
        let mut row = estimate(0, "geometric-mean");
        row.aggregate = long.into();
        trace.push(row);
    });
    let text = Summary::read(folder.path()).unwrap().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}
