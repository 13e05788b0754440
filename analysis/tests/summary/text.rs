use datasets::trace::EventRow;

use crate::fixture::{ORDERED, app, cycle, estimate, slice, summary};

#[test]
fn a_stranger_can_read_the_summary() {
    let text = summary(ORDERED, |trace| {
        for k in 0..=12 {
            trace.cycle(cycle(k));
            trace.slice(slice(k, 0));
            trace.app(app(k, "monitoring", 100_120, 90_000 >> k));
            trace.app(app(k, "chat", 449_950, 45_000 >> k));
            trace.aggregate(estimate(k, "average"));
            trace.aggregate(estimate(k, "variance"));
            let mut row = estimate(k, "max");
            if k > 8 {
                (row.min, row.relative_error) = (row.max, Some(0.0));
            }
            trace.aggregate(row);
        }
        trace.event(EventRow { cycle: 12, event: "crash".into(), nodes_count: 1000 });
    })
    .to_string();
    assert_eq!(text, EXPECTED, "\n{text}");
}

/// What the run above prints.
const EXPECTED: &str = include_str!("expected.txt");
