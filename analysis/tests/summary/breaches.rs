//! Constraints that were broken.

use analysis::depth_fraction;
use datasets::trace::BreachRow;

use crate::fixture::{ORDERED, cycle, summary};

fn breach(first_cycle: u32, last_cycle: u32, worst_value: f64) -> BreachRow {
    BreachRow {
        app: "recorder".into(),
        constraint: "min_nodes".into(),
        limit: 2_000_000.0,
        first_cycle,
        last_cycle,
        cycles_count: last_cycle - first_cycle + 1,
        worst_cycle: first_cycle,
        worst_value: Some(worst_value),
        has_ended: true,
    }
}

fn told(breaches: &[BreachRow]) -> String {
    let summary = summary(ORDERED, |trace| {
        trace.push(cycle(0));
        breaches.iter().cloned().for_each(|breach| trace.push(breach));
    });
    assert_eq!(summary.breaches, breaches);
    let text = summary.to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    text.split_once("\nConstraints that were broken\n\n").unwrap().1.to_owned()
}

#[test]
fn a_breach_says_when_and_how_badly() {
    let few = BreachRow { worst_cycle: 52, ..breach(51, 63, 1_812_345.0) };
    let mean = BreachRow {
        constraint: "min_mean storage_gb".into(),
        limit: 8.0,
        worst_value: Some(7.5),
        has_ended: false,
        ..breach(60, 100, 0.0)
    };
    let none = BreachRow { app: "chat".into(), worst_value: None, ..mean.clone() };
    let short = breach(80, 80, 1_999_999.0);
    assert_eq!(told(&[few, mean, none, short]), TOLD);
}

/// The breaches of a constraint stand together, constraints in the order of their first breach.
const TOLD: &str = "  recorder: min_nodes 2,000,000 broken from cycle 51 to 63 (13 cycles), worst
  1,812,345 after cycle 52 (9.38 % below).
  recorder: min_nodes 2,000,000 broken in cycle 80, worst 1,999,999 after cycle
  80 (< 0.001 % below).
  recorder: min_mean storage_gb 8.000 broken from cycle 60 on, and still at the
  end (41 cycles), worst 7.500 after cycle 60 (6.25 % below).
  chat: min_mean storage_gb 8.000 broken from cycle 60 on, and still at the end
  (41 cycles), worst after cycle 60, when it held no node.
";

#[test]
fn many_breaches_of_a_constraint_are_told_together() {
    let mut breaches: Vec<BreachRow> = (0..5).map(|k| breach(10 * k + 1, 10 * k + 2, 1_900_000.0)).collect();
    breaches[3].worst_value = Some(1_500_000.0);
    let ended = told(&breaches);
    assert_eq!(
        ended,
        "  recorder: min_nodes 2,000,000 broken 5 times from cycle 1 to 42 (10 cycles in\n  all), worst 1,500,000 \
         after \
         cycle 31 (25.00 % below).\n"
    );
    breaches[4].has_ended = false;
    let open = told(&breaches).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(open.contains("broken 5 times from cycle 1 to 42, and still at the end (10 cycles in all)"), "{open}");
}

#[test]
fn depth_is_a_fraction_of_the_limit() {
    let depth = |limit, worst_value| depth_fraction(&BreachRow { limit, worst_value, ..breach(1, 2, 0.0) });
    assert_eq!(depth(100.0, Some(75.0)), Some(0.25));
    assert_eq!(depth(-10.0, Some(-15.0)), Some(0.5));
    assert_eq!((depth(0.0, Some(-1.0)), depth(10.0, None)), (None, None));
}
