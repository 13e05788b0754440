//! Counting while half of the nodes die at once.
//!
//! The mean of an instance among those that survive has the relative variance rho^k P / (1 - P) after k cycles. Each run has 20
//! instances, with leaders and partners of their own, and so gives 20 values. After two cycles few nodes have all the mass:
//! tails are heavy, so how far the standard deviation may be off follows from the fourth moment.

use crate::run::{Outcome, count, seeds, text};
use crate::sample::{Sample, share_within};
use crate::table::Row;
use crate::theory;

const CYCLES: u32 = 30;
const INSTANCES: u32 = 20;

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
        if after == 10 {
            // Two standard deviations, nearly: 0.5 % of 0.256 %.
            let expected = 0.949;
            let (share, tolerance) = share_within(&means, 1.0 / 1.005..=1.0 / 0.995, expected);
            rows.push(Row::near("– share within 0.5 %", nodes, expected, share, tolerance));
        }
        if after == 2 {
            let (share, _) = share_within(&means, 0.5..=2.0, 0.9);
            rows.push(Row::at_most("– share off by more than a factor of two", nodes, 0.1, 1.0 - share));
        }
    }
    Ok(rows)
}
