//! Averaging: the factor by which the variance over nodes falls in a cycle.
//!
//! The variance is a sum over nodes, so three seeds suffice; the factor is the geometric mean over ten cycles. Of one
//! run of ten cycles at 10^4 nodes it has a standard error of 0.0015, and the error falls as the root of nodes and
//! seeds.

use crate::run::{Observed, Outcome, seeds, text};
use crate::sample::WIDE;
use crate::table::Row;
use crate::theory;

const SEEDS: u32 = 3;
const CYCLES: u32 = 10;
/// Standard error of the factor of one run at 10^4 nodes.
const ERROR: f64 = 0.0015;

/// The rows.
pub fn rows(_: u32, nodes: u32) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for failed in [0.0, 0.2, 0.5, 0.8] {
        let name = format!("variance factor, link failure {failed}");
        rows.push(row(name, nodes, theory::link_failure(failed), &format!("[network]\nrequest_loss = {failed:?}\n"))?);
    }
    rows.push(row("variance factor, matching".into(), nodes, 0.25, "[sampling]\npairing = \"matching\"\n")?);
    Ok(rows)
}

fn row(name: String, nodes: u32, expected: f64, more: &str) -> Outcome<Row> {
    let average = "[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"load\"\n";
    let runs = seeds(&name, SEEDS, &text(nodes, CYCLES, &format!("{average}{more}")))?;
    let logarithm = |run: &Observed| {
        let [first, .., last] = &run.aggregates[..] else { return f64::NAN };
        libm::log(last.variance / first.variance)
    };
    let found = libm::exp(runs.iter().map(logarithm).sum::<f64>() / f64::from(SEEDS * CYCLES));
    let tolerance = WIDE * ERROR * (1e4 / (f64::from(nodes) * f64::from(SEEDS))).sqrt();
    Ok(Row::near(name, nodes, expected, found, tolerance))
}
