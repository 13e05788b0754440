//! Three ways to slice, side by side: with neither churn nor ties, and with both.
//!
//! Steadiness and bytes are means over the last fifty cycles, the errors those of the last cycle.

use crate::churn::substitution;
use crate::run::{Observed, Outcome, seeds};

/// Eight epochs of `quantile`, which moves its points in each.
const CYCLES: u32 = 200;
const LAST: usize = 50;
/// The most that the ranks of `quantile` may be off without churn.
const SANE: f64 = 0.01;
const FLEETS: [(&str, &str); 2] = [
    ("lognormal", "name = \"any\"\nshare = 1.0\nattributes.load = { lognormal = { median = 0.3, sigma = 0.5 } }\n"),
    (
        "40 % tie",
        "name = \"any\"\nshare = 0.6\nattributes.load = { uniform = [0.0, 1.0] }\n\
         [[fleet.class]]\nname = \"tied\"\nshare = 0.4\nattributes.load = 1.0\n",
    ),
];

/// Prints the table; returns how many rows of it cannot be true.
pub fn compare(nodes: u32) -> Outcome<usize> {
    println!(
        "| fleet     | churn  | protocol | rms rank error | wrong of top tenth | changes/node·cycle | \
         bytes/node·cycle |"
    );
    println!(
        "|-----------|-------:|----------|---------------:|-------------------:|-------------------:|-----------------:|"
    );
    let mut out = 0;
    for (fleet, class) in FLEETS {
        for churn in [0.0, 0.001] {
            for protocol in ["ordered", "ranking", "quantile"] {
                let events = if churn > 0.0 { substitution(churn, 1, CYCLES) } else { String::new() };
                let scenario = format!(
                    "[run]\nnodes = {nodes}\ncycles = {CYCLES}\n[[fleet.class]]\n{class}[sampling]\nview = 20\n\
                     [slicing]\nprotocol = \"{protocol}\"\n\
                     [[suite.app]]\nname = \"best\"\ntop = \"load\"\nshare = 0.1\n{events}"
                );
                let runs = seeds(&format!("slicing, {fleet}, churn {churn}, {protocol}"), 1, &scenario)?;
                let Some((line, error)) = runs.first().and_then(line) else {
                    return Err("nothing was observed".into());
                };
                println!("| {fleet:<9} | {:>4.1} % | {protocol:<8} | {line} |", churn * 100.0);
                out += usize::from(protocol == "quantile" && churn == 0.0 && error > SANE);
            }
        }
    }
    Ok(out)
}

/// What there is to say of a run, and its rank error.
fn line(run: &Observed) -> Option<(String, f64)> {
    let (slice, app) = (run.slices.last()?, run.apps.last()?);
    let (slices, cycles) = (last(&run.slices), last(&run.cycles));
    let changes = slices.iter().map(|row| row.slice_changes_fraction).sum::<f64>() / slices.len() as f64;
    let bytes: f64 = cycles.iter().map(|row| row.payload_bytes as f64 / row.alive_count as f64).sum();
    let (error, wrong) = (slice.rms_rank_error_fraction, app.wrong_count as f64 / app.held_count as f64);
    let bytes = bytes / cycles.len() as f64;
    Some((format!("{error:>14.5} | {wrong:>18.5} | {changes:>18.6} | {bytes:>16.1}"), error))
}

fn last<T>(rows: &[T]) -> &[T] {
    &rows[rows.len().saturating_sub(LAST)..]
}
