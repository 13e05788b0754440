//! Counting while half of the nodes die at once.
//!
//! The mean of an instance among those that survive has the relative variance rho^k P / (1 - P) after k cycles. Each
//! run has 20 instances, with leaders and partners of their own, and so gives 20 values. Few nodes have all the mass in
//! the first cycles, and how evenly they share it differs from instance to instance ever after, by half: tails are
//! heavy (a kurtosis of 3.0 and 3.9 after 2 and 10 cycles, by a plain simulation of 60,000 instances among 10^4 nodes,
//! with nothing of the engine in it). So how far the standard deviation may be off follows from the fourth moment, and
//! the shares within a range are those of that simulation.

use std::ops::RangeInclusive;

use crate::run::{Outcome, count, seeds, text};
use crate::sample::{Sample, share_within};
use crate::table::Row;
use crate::theory;

const CYCLES: u32 = 30;
const INSTANCES: u32 = 20;

/// What is said of the share of estimates in a range around the size, the range of their inverses, and the share.
type Within = (&'static str, RangeInclusive<f64>, f64);
const FACTOR: Within = ("share within a factor of two", 0.5..=2.0, 0.954);
const HALF_A_PERCENT: Within = ("share within 0.5 %", 1.0 / 1.005..=1.0 / 0.995, 0.946);

/// The rows.
pub fn rows(count_of_seeds: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for after in [2, 5, 10] {
        let name = format!("count, half die after {after} cycles");
        let at = after + 1;
        let crash = format!("[[event]]\nat_cycle = {at}\ncrash = {{ share = 0.5 }}\n");
        let runs = seeds(&name, count_of_seeds, &text(nodes, CYCLES, &format!("{}{crash}", count(CYCLES, INSTANCES))))?;
        let means: Vec<f64> = runs.iter().flat_map(|run| run.instances.clone()).collect();
        let (sample, sd) = (Sample::of(&means), theory::crash(0.5, after).sqrt());
        rows.push(Row::near(format!("{name}: mean"), nodes, 1.0, sample.mean, sample.mean_tolerance(sd)));
        rows.push(Row::near(format!("{name}: sd"), nodes, sd, sample.sd, sample.sd_tolerance(sd)));
        if after != 5 {
            let (what, range, expected) = if after == 2 { FACTOR } else { HALF_A_PERCENT };
            let (share, tolerance) = share_within(&means, range, expected);
            rows.push(Row::near(format!("– {what}"), nodes, expected, share, tolerance));
        }
    }
    Ok(rows)
}
