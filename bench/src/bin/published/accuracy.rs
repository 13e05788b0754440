//! Counting to a wished accuracy: the epoch is as long as the formula says, and nodes are as near as was wished.

use crate::run::{Observed, Outcome, seeds, text};
use crate::table::Row;
use crate::theory;

/// The rows.
pub fn rows(count_of_seeds: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let cycles = theory::cycles(nodes, 0.01, theory::link_failure(0.0));
    let count = format!(
        "[trace]\nevery = {cycles}\n[[aggregate]]\nname = \"size\"\nfunction = \"count\"\nerror = 0.01\ninstances = 1\n"
    );
    let runs = seeds("count to 1 %", count_of_seeds, &text(nodes, cycles, &count))?;
    let of = |value: fn(&Observed) -> f64| runs.iter().map(value).sum::<f64>() / f64::from(count_of_seeds);
    let error = of(|run| run.epochs.first().and_then(|epoch| epoch.relative_error).map_or(f64::NAN, |e| e * e));
    let length = of(|run| run.epochs.first().map_or(f64::NAN, |e| f64::from(e.last_cycle + 1 - e.first_cycle)));
    Ok(vec![
        Row::near("count to 1 %: cycles of an epoch", nodes, f64::from(cycles), length, 0.0),
        Row::at_most("count to 1 %: rms relative error", nodes, 0.011, error.sqrt()),
    ])
}
