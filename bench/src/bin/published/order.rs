//! Ordered slicing with the oracle and 20 candidates: the table of the model, whose figures have two or three digits.
//!
//! They are sums over nodes, so three seeds suffice. Some were measured with few seeds at small sizes: 5 % are allowed,
//! and the rounding of the last digit. With 10^4 nodes random ids that are no grid leave more in the wrong tenth.

use crate::plain;
use crate::run::{Observed, Outcome, seeds, text};
use crate::sample::Sample;
use crate::table::Row;

const SEEDS: u32 = 3;
/// Candidates of a node, as many as a view has entries.
const CANDIDATES: usize = 20;

/// Cycles with the rms rank error after them.
const ORDERED: [(usize, f64); 4] = [(1, 0.220), (3, 0.070), (10, 0.0099), (40, 0.0018)];
const MAX_GAIN: [(usize, f64); 4] = [(1, 0.111), (3, 0.032), (10, 0.0076), (40, 0.0017)];
/// Cycles with the share of nodes in the wrong tenth after them.
const WRONG: [(usize, f64); 3] = [(1, 0.76), (3, 0.44), (10, 0.073)];

/// The rows.
pub fn rows(_: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (protocol, table) in [("ordered", ORDERED), ("ordered-max-gain", MAX_GAIN)] {
        let suite = "[[suite.app]]\nname = \"best\"\ntop = \"load\"\nshare = 0.1\n";
        let scenario = text(nodes, 40, &format!("[slicing]\nprotocol = \"{protocol}\"\n{suite}"));
        let runs = seeds(protocol, SEEDS, &scenario)?;
        for (cycle, expected) in table {
            let found = mean(&runs, |run| run.slices[cycle].rms_rank_error_fraction);
            let rounding = if expected < 0.01 { 0.00005 } else { 0.0005 };
            let name = format!("{protocol}, rms rank error, cycle {cycle}");
            rows.push(Row::near(name, nodes, expected, found, 0.05 * expected + rounding));
        }
        if protocol == "ordered" {
            for (cycle, expected) in WRONG {
                let found = mean(&runs, |run| run.slices[cycle].wrong_slice_fraction);
                let floor = if cycle == 10 { 0.5 / f64::from(nodes).sqrt() } else { 0.0 };
                let name = format!("{protocol}, wrong tenth, cycle {cycle}");
                rows.push(Row::near(name, nodes, expected, found, 0.05 * expected + floor));
            }
        }
    }
    Ok(rows)
}

/// A small cloud beside a plain program: 10^3 nodes, of which ten candidates of twenty are no longer a few of many.
pub fn small() -> Outcome<Vec<Row>> {
    const NODES: u32 = 1_000;
    const SEEDS: u32 = 100;
    let mut rows = Vec::new();
    for (protocol, is_max_gain) in [("ordered", false), ("ordered-max-gain", true)] {
        let suite = "[[suite.app]]\nname = \"best\"\ntop = \"load\"\nshare = 0.1\n";
        let runs = seeds(protocol, SEEDS, &text(NODES, 10, &format!("[slicing]\nprotocol = \"{protocol}\"\n{suite}")))?;
        let plain: Vec<_> = (1..=SEEDS).map(|seed| plain::slicing(NODES, CANDIDATES, is_max_gain, 10, seed)).collect();
        for cycle in [5, 10] {
            let expected = Sample::of(&plain.iter().map(|errors| errors[cycle - 1]).collect::<Vec<_>>());
            let found: Vec<_> = runs.iter().map(|run| run.slices[cycle].rms_rank_error_fraction).collect();
            let found = Sample::of(&found);
            let tolerance = found.mean_tolerance(found.sd).hypot(expected.mean_tolerance(expected.sd));
            let name = format!("{protocol}, rms rank error, cycle {cycle}");
            rows.push(Row::near(name, NODES, expected.mean, found.mean, tolerance));
        }
    }
    Ok(rows)
}

fn mean(runs: &[Observed], of: impl Fn(&Observed) -> f64) -> f64 {
    runs.iter().map(of).sum::<f64>() / runs.len() as f64
}
