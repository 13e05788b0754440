//! What is written down of an epoch while it runs, outside of the nodes: who leads, at which points, and what nodes
//! found.

use datasets::trace::EpochRow;
use kernels::distribution::Curve;
use kernels::epochs::numbered;
use kernels::moments::Moments;
use serde::{Deserialize, Serialize};

use super::item::Item;

/// An epoch of a group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Log {
    /// Its number.
    pub epoch: u32,
    /// The first cycle in which a node took part.
    pub first_cycle: u32,
    /// The last cycle after which a node had a result.
    pub last_cycle: u32,
    /// Whether its rows have been written.
    pub is_told: bool,
    /// The leaders of its instances.
    pub leaders: Vec<u32>,
    /// What there is to say of each item of the group.
    pub items: Vec<Found>,
}

/// What nodes found of an item.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Found {
    /// The points of a distribution, as a curve whose shares are those of one node in the end.
    pub curve: Curve,
    /// The true values when the epoch began.
    pub truths: Vec<f64>,
    /// What nodes found of each.
    pub results: Vec<Moments>,
    /// How many found nothing.
    pub without: u64,
}

impl Log {
    /// The tag of its number.
    pub fn tag(&self) -> u8 {
        numbered(self.epoch)
    }

    /// Whether somebody has a result of it.
    pub fn is_found(&self) -> bool {
        self.items.iter().flat_map(|found| &found.results).any(|results| results.count > 0)
    }

    /// The rows of an item: one, or one a quantile. `now` are the true values now.
    pub fn rows(&self, number: usize, item: &Item, now: &[f64]) -> Vec<EpochRow> {
        let Some(Found { truths, results, without, .. }) = self.items.get(number) else { return Vec::new() };
        let row = |(index, results): (usize, &Moments)| {
            let truth = truths.get(index).copied().unwrap_or(f64::NAN);
            let some = |value: f64| (results.count > 0).then_some(value);
            let relative = |error: f64| (results.count > 0 && truth != 0.0).then(|| error / truth.abs());
            let worst = (results.min - truth).abs().max((results.max - truth).abs());
            EpochRow {
                aggregate: named(item, index),
                function: item.aggregate.function.name().to_owned(),
                epoch: self.epoch,
                first_cycle: self.first_cycle,
                last_cycle: self.last_cycle,
                true_value: truth,
                true_value_at_end: now.get(index).copied().unwrap_or(f64::NAN),
                results_count: results.count,
                without_result_count: *without,
                mean: some(results.mean),
                sd: some(results.variance().sqrt()),
                min: some(results.min),
                max: some(results.max),
                relative_error: relative(results.error(truth)),
                worst_relative_error: relative(worst),
            }
        };
        results.iter().enumerate().map(row).collect()
    }
}

/// The name of an item; of a distribution, that of one of its quantiles: `bandwidth p50`.
pub fn named(item: &Item, index: usize) -> String {
    let name = &item.aggregate.name;
    item.quantiles().get(index).map_or_else(|| name.clone(), |share| format!("{name} p{}", percent(*share)))
}

/// A share in percent, without what rounding adds.
fn percent(share: f64) -> f64 {
    (share * 1e8).round() / 1e6
}
