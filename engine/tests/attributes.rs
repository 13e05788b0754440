//! What the attributes of the fleet are, as the trace tells it.

mod common;

use datasets::trace::AttributeRow;

/// Two attributes of so many nodes: one whose quantiles are known, and a constant.
fn fleet(nodes: u32, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = 2\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.spread = {{ uniform = [0.0, 10.0] }}\nattributes.same = {{ constant = 3.0 }}\n{more}"
    )
}

fn of<'a>(rows: &'a [AttributeRow], name: &str) -> Vec<&'a AttributeRow> {
    rows.iter().filter(|row| row.attribute == name).collect()
}

#[test]
fn a_small_fleet_is_looked_at_whole_and_once() {
    let found = common::run(&fleet(1000, "[trace]\nnodes = { cycles = [0], sample = \"all\" }\n"));
    let mut values = found.snapshots[0].attributes[0].clone();
    values.sort_by(f32::total_cmp);
    let spread = of(&found.attributes, "spread");
    for row in &spread {
        let rank = (row.fraction * 1000.0).round().max(1.0) as usize;
        assert_eq!(row.value.to_bits(), f64::from(values[rank - 1]).to_bits(), "{row:?}");
        assert_eq!(row.sample_count, 1000);
    }
    assert_eq!((spread.len(), found.attributes.len()), (23, 46));
    assert!(of(&found.attributes, "same").iter().all(|row| row.value.to_bits() == 3.0_f64.to_bits()));
}

#[test]
fn of_a_large_fleet_an_even_sample_is_enough() {
    let found = common::run(&fleet(200_000, ""));
    for row in of(&found.attributes, "spread") {
        // The standard error of a quantile is √(p(1 − p) / n), at most 0.002 of the range.
        assert!((row.value / 10.0 - row.fraction).abs() < 0.008, "{row:?}");
        assert_eq!(row.sample_count, 1 << 16);
    }
}

#[test]
fn the_dead_are_not_looked_at() {
    let churn = "up.hours.exponential.mean = 1\ndown.hours.exponential.mean = 3\n";
    let found = common::run(&fleet(20_000, churn));
    assert_eq!(found.attributes[0].sample_count, found.cycles[0].alive_count);
    assert!(found.attributes[0].sample_count < 7_000);
}
