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

/// Classes with a number of nodes have exactly so many, those with the least numbers; the others are drawn among the
/// rest.
#[test]
fn classes_may_have_a_number_of_nodes() {
    let text = |seed: u32| {
        let class = |name: &str, size: &str, value: f64| {
            format!("[[fleet.class]]\nname = \"{name}\"\n{size}\nattributes.x = {value:?}\n")
        };
        let classes = [
            class("half", "share = 0.5", 1.0),
            class("peak", "nodes = 1", 9.0),
            class("other", "share = 0.5", 2.0),
            class("more", "nodes = 5_000", 7.0),
        ];
        format!(
            "[run]\nnodes = 20_000\ncycles = 2\nseed = {seed}\n{}[trace]\n\
             nodes = {{ cycles = [0, 2], sample = \"all\" }}\n\
             [[event]]\nat_cycle = 1\ncrash = {{ class = \"peak\", share = 1.0 }}\n",
            classes.concat()
        )
    };
    for seed in 1..=3 {
        let found = common::run(&text(seed));
        let values = &found.snapshots[0].attributes[0];
        let whole: Vec<u32> = values.iter().map(|&value| value as u32).collect();
        assert!(whole[0] == 9 && whole[1..5_001].iter().all(|&value| value == 7));
        let halves = whole[5_001..].iter().filter(|&&value| value == 1).count();
        assert!(whole[5_001..].iter().all(|&value| value == 1 || value == 2));
        // A binomial distribution of 14,999 draws: a standard deviation of 61.
        assert!(halves.abs_diff(7_500) < 4 * 61, "{halves}");
        // Events know the same classes.
        let dead: Vec<usize> = (0..20_000).filter(|&node| !found.snapshots[1].alive[node]).collect();
        assert_eq!(dead, [0]);
    }
}
