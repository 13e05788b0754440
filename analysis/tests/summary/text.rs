use analysis::Summary;
use datasets::trace::{AggregateRow, AppRow, EventRow, Meta, SliceRow};

use crate::fixture::{ORDERED, app, cycle, estimate, meta, overlay, slice, summary, write};

#[test]
fn a_stranger_can_read_the_summary() {
    let text = summary(ORDERED, |trace| {
        for k in 0..=12 {
            trace.push(cycle(k));
            trace.push(slice(k, 0));
            trace.push(app(k, "monitoring", 100_120, 90_000 >> k));
            trace.push(app(k, "chat", 449_950, 45_000 >> k));
            trace.push(estimate(k, "average"));
            trace.push(estimate(k, "variance"));
            let mut row = estimate(k, "max");
            if k > 8 {
                (row.min, row.relative_error) = (row.max, Some(0.0));
            }
            trace.push(row);
        }
        trace.push(EventRow { cycle: 12, kind: "crash".into(), version: None, rule: None, nodes_count: 1000 });
    })
    .to_string();
    assert_eq!(text, EXPECTED, "\n{text}");
}

#[test]
fn the_overlay_says_how_old_entries_are_and_when_the_dead_were_forgotten() {
    let text = summary(ORDERED, |trace| {
        for (k, dead_links) in (0..).zip([0, 9_000_000, 10_000_000, 300, 0, 0]) {
            trace.push(cycle(k));
            trace.push(overlay(k, dead_links));
        }
    })
    .to_string();
    let part = text.split("\nCost").next().and_then(|text| text.split_once("\nOverlay"));
    assert_eq!(part.map(|(_, part)| part), Some(OVERLAY), "\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn names_of_any_length_fit_80_columns() {
    let long = |length: usize| "throughput_of_".repeat(40)[..length].to_owned();
    let attributes: Vec<String> = [5, 90, 20, 51, 52, 53, 300, 21].map(long).to_vec();
    let app_name = "an application for ".repeat(9);
    let folder = tempfile::tempdir().unwrap();
    let meta = Meta { attributes: attributes.clone(), apps: vec![app_name.clone(), "chat".into()], ..meta() };
    write(folder.path(), meta, ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            let mean_attributes = vec![Some(1.25e-7); attributes.len()];
            trace.push(SliceRow { attribute: attributes[1].clone(), ..slice(k, 0) });
            trace.push(AppRow { mean_attributes: mean_attributes.clone(), ..app(k, &app_name, 90_000, 9) });
            trace.push(AppRow { mean_attributes, ..app(k, "chat", 90_000, 9) });
            trace.push(AggregateRow { aggregate: attributes[6].clone(), ..estimate(k, "average") });
        }
    });
    let text = Summary::read(folder.path()).unwrap().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Nothing is lost but blanks and line ends.
    let squeezed: String = text.split_whitespace().collect();
    assert!(attributes.iter().all(|name| squeezed.contains(name)), "{text}");
}

/// What that run prints of it.
const OVERLAY: &str = "\
: whom nodes know

  cycle  in-degree   s.d.  clustering   path  dead links  parts  largest part
  0          20.00  9.500      0.2500  4.500           0      1      100.00 %
  5          20.00  9.500      0.2500  4.500           0      1      100.00 %

  Ages of entries after cycle 5, in cycles: half at most 1, 99 in 100 at most 3,
  the oldest 250 or more.
  Dead links per live node: at most 10.00, after cycle 2; none from cycle 4 on.
";

/// What the run above prints.
const EXPECTED: &str = include_str!("expected.txt");
