//! Aggregates that restart.

use analysis::{Errors, Summary};
use datasets::trace::{AggregateRow, EpochRow, Writer};

use crate::fixture::{ORDERED, cycle, estimate, summary};

/// An estimate under way in epochs of ten cycles, of all nodes: its variance falls by 0.3 a cycle and begins anew.
fn under_way(k: u32, name: &str, function: &str) -> AggregateRow {
    let since = k % 10;
    AggregateRow {
        cycle: k,
        aggregate: name.into(),
        epoch: k / 10,
        participants_count: 1_000_000,
        held_count: u64::from(k >= 10) * 1_000_000,
        held_mean: (k >= 10).then_some(100.0),
        ..estimate(since, function)
    }
}

fn epoch(name: &str, epoch: u32, relative_error: Option<f64>) -> EpochRow {
    let found = |value: f64| relative_error.map(|_| value);
    EpochRow {
        aggregate: name.into(),
        function: "count".into(),
        epoch,
        first_cycle: 10 * epoch + 1,
        last_cycle: 10 * epoch + 10,
        true_value: 1_000_000.0,
        true_value_at_end: 1_000_000.0,
        results_count: relative_error.map_or(0, |_| 999_988),
        without_result_count: relative_error.map_or(1_000_000, |_| 12),
        mean: found(1_001_234.0),
        sd: found(2_345.6),
        min: found(990_000.0),
        max: found(1_020_000.0),
        relative_error,
        worst_relative_error: found(0.02),
    }
}

fn restarting(fill: impl FnOnce(&mut Writer)) -> Summary {
    summary(ORDERED, |trace| {
        (0..=40).for_each(|k| trace.push(cycle(k)));
        fill(trace);
    })
}

fn size(trace: &mut Writer) {
    (0..=40).for_each(|k| trace.push(under_way(k, "size", "count")));
    let errors = [Some(0.5), Some(0.003), None, Some(0.005)];
    (0..).zip(errors).for_each(|(number, error)| trace.push(epoch("size", number, error)));
}

#[test]
fn epochs_are_counted_and_the_first_is_left_out_of_the_errors() {
    let summary = restarting(size);
    assert!(summary.aggregates.is_empty());
    let size = &summary.epochs[0];
    assert_eq!((size.finished_count, size.empty_count, &size.contraction), (4, 1, &None));
    assert_eq!(size.last, Some(epoch("size", 3, Some(0.005))));
    assert_eq!(size.later, Some(Errors { epochs_count: 2, mean: 0.004, worst: 0.005 }));
}

#[test]
fn an_average_that_restarts_has_the_factor_of_its_first_epoch() {
    let fall = |participants: fn(u32) -> u64| {
        restarting(|trace| {
            for k in 0..=40 {
                let row = under_way(k, "load", "average");
                trace.push(AggregateRow { participants_count: participants(k), ..row });
            }
        })
        .epochs[0]
            .contraction
            .clone()
    };
    let whole = fall(|_| 1_000_000).unwrap();
    assert_eq!((whole.mean.unwrap().cycle, whole.steps.len(), whole.theory.is_some()), (9, 9, true));
    assert!(whole.steps.iter().all(|step| (step.factor - 0.3).abs() < 1e-12));
    // Some come in cycle 6; then the nodes of an application.
    let joined = fall(|k| 1_000_000 + u64::from(k >= 6)).unwrap();
    assert_eq!((joined.mean.unwrap().cycle, joined.steps.len()), (5, 5));
    assert_eq!(fall(|_| 300_000).unwrap().theory, None);
    assert_eq!(fall(u64::from), None);
}

#[test]
fn a_count_whose_first_epoch_goes_on_has_found_nothing() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=5 {
            trace.push(cycle(k));
            trace.push(under_way(k, "size", "count"));
            trace.push(estimate(k, "average"));
        }
    });
    assert_eq!((summary.aggregates.len(), summary.epochs.len()), (1, 1));
    assert_eq!((summary.epochs[0].finished_count, &summary.epochs[0].last), (0, &None));
    let text = summary.to_string();
    assert!(text.contains("\n  size            0           -     -     -          -           -\n"), "{text}");
}

#[test]
fn a_stranger_can_read_what_epochs_found() {
    let text = restarting(|trace| {
        size(trace);
        (0..=40).for_each(|k| trace.push(under_way(k, "load", "average")));
        let load = EpochRow { without_result_count: 0, true_value: 0.5, ..epoch("load", 0, Some(0.000_012)) };
        trace.push(EpochRow { mean: Some(0.5), sd: Some(6e-6), worst_relative_error: Some(25.0), ..load });
    })
    .to_string();
    let part = text.split("\nCost").next().and_then(|text| text.split_once("40 cycles.\n"));
    assert_eq!(part.and_then(|(_, part)| part.split_once('\n')).map(|(_, part)| part), Some(TOLD), "\n{text}");
}

#[test]
fn long_names_and_large_sums_stay_within_eighty_columns() {
    let long = "an aggregate whose name is longer than anything a table has room for, and then some more of it";
    let text = restarting(|trace| {
        trace.push(under_way(40, long, "sum"));
        let huge = Some(-123_456_789_012.3);
        let row = EpochRow { true_value: 123_456_789_012.3, mean: huge, sd: huge, ..epoch(long, 0, Some(1234.5)) };
        trace.push(EpochRow { worst_relative_error: Some(1e7), ..row.clone() });
        trace.push(EpochRow { epoch: 1, ..row });
    })
    .to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

/// What the epochs of a size and of a load read like.
const TOLD: &str = include_str!("epochs.txt");
