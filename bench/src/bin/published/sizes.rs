//! Small clouds and large ones: the factor of averaging at every size, and what slicing leaves at 10^3, beside plain
//! programs that visit nodes in a fresh random order.

use crate::plain;
use crate::run::{Observed, Outcome, changed, text};
use crate::sample::Sample;
use crate::table::Row;
use crate::theory;

const CYCLES: u32 = 20;
/// Sizes with the seeds of either program.
const SIZES: [(u32, u32); 7] =
    [(50, 1_000), (100, 1_000), (200, 500), (1_000, 300), (10_000, 60), (100_000, 30), (1_000_000, 6)];
/// Up to so many nodes the plain program says what to expect; above, the theorem.
const PLAIN: u32 = 10_000;

/// The rows.
pub fn rows() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (nodes, count) in SIZES {
        let plain: Vec<f64> = if nodes <= PLAIN {
            (1..=count).map(|seed| plain::averaging(nodes, CYCLES, seed)).collect()
        } else {
            vec![libm::log(theory::link_failure(0.0)); 2]
        };
        let plain = Sample::of(&plain);
        for (way, listed) in [("drawn", false), ("listed", true)] {
            let average = "[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"load\"\n";
            let name = format!("variance factor, {way}");
            let trace = format!("[trace]\nevery = {CYCLES}\n");
            let scenario = text(nodes, CYCLES, &format!("{average}{trace}"));
            let runs = changed(&name, count, &scenario, |scenario| scenario.sampling.listed = listed)?;
            let found: Vec<f64> = runs.iter().map(logarithm).collect();
            let found = Sample::of(&found);
            let (expected, measured) = (libm::exp(plain.mean), libm::exp(found.mean));
            let tolerance =
                expected * (found.mean_tolerance(found.sd).powi(2) + plain.mean_tolerance(plain.sd).powi(2)).sqrt();
            rows.push(Row::near(name, nodes, expected, measured, tolerance));
        }
    }
    Ok(rows)
}

/// The logarithm of the factor of a run.
fn logarithm(run: &Observed) -> f64 {
    let [first, .., last] = &run.aggregates[..] else { return f64::NAN };
    libm::log(last.variance / first.variance) / f64::from(CYCLES)
}
