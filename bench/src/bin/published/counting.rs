//! Counting by 20 instances, of which the means drift: what is said of each, and of the trimmed mean that nodes find.

use crate::run::{Observed, Outcome, count, seeds, text};
use crate::sample::{Sample, resampled};
use crate::table::Row;

/// Instances of a run.
const INSTANCES: u32 = 20;

/// The rows of a count in one epoch: mean and standard deviation of its instances, beside those of theory, and of what
/// nodes find, beside trimmed means of as many instances drawn from all runs.
pub fn rows(
    name: &str,
    (count_of_seeds, nodes): (u32, u32),
    cycles: u32,
    variance: f64,
    more: &str,
) -> Outcome<Vec<Row>> {
    let runs = seeds(name, count_of_seeds, &text(nodes, cycles, &format!("{}{more}", count(cycles, INSTANCES))))?;
    let means: Vec<f64> = runs.iter().flat_map(|run| run.instances.clone()).collect();
    let (single, sd) = (Sample::of(&means), variance.sqrt());
    let found: Vec<f64> = runs.iter().map(|run| estimate(run) / f64::from(nodes)).collect();
    let sizes: Vec<f64> = means.iter().filter(|&&mean| mean > 0.0).map(|mean| 1.0 / mean).collect();
    let (trimmed, expected) = (Sample::of(&found), Sample::of(&resampled(&sizes, INSTANCES as usize)));
    let row = |what: &str, expected, found, tolerance| {
        Row::near(format!("{name}, {what}"), nodes, expected, found, tolerance)
    };
    Ok(vec![
        row("t = 1: mean", 1.0, single.mean, single.mean_tolerance(sd)),
        row("t = 1: sd", sd, single.sd, single.sd_tolerance(sd)),
        row("t = 20: mean", expected.mean, trimmed.mean, trimmed.mean_tolerance(expected.sd)),
        row("t = 20: sd", expected.sd, trimmed.sd, trimmed.sd_tolerance(expected.sd)),
    ])
}

/// The mean of what nodes find.
fn estimate(run: &Observed) -> f64 {
    run.epochs.first().and_then(|epoch| epoch.mean).unwrap_or(f64::NAN)
}
