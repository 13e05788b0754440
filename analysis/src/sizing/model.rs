//! How nodes held are spread, cycle by cycle.

use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use super::{Paths, mean};

/// Cycles to either side whose spread is pooled with a cycle's own.
const NEIGHBOURS: usize = 5;

/// The least standard deviation: nodes are whole.
const LEAST_SD: f64 = 0.3;

/// Standard deviations above the mean that are not met.
const FAR: f64 = 9.0;

/// Nodes held after each counted cycle: normal, with this mean and this standard deviation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    /// The means.
    pub mean: Vec<f64>,
    /// The standard deviations.
    pub sd: Vec<f64>,
}

impl Model {
    /// The model of a cloud that has this mean, cycle by cycle, and whose variance is so many times that; none where
    /// there is no number.
    #[must_use]
    pub fn new(mean: Vec<f64>, dispersion: &[f64]) -> Self {
        let dispersion = dispersion.iter().copied().chain(std::iter::repeat(0.0));
        let sd = mean.iter().zip(dispersion).map(|(mean, dispersion)| (mean * dispersion).max(0.0).sqrt());
        Self { sd: sd.map(|sd| sd.max(LEAST_SD)).collect(), mean }
    }

    /// The share of the cycles with at least so many nodes, expected. Half a node makes up for their being whole.
    #[must_use]
    pub fn fraction_with(&self, hold: f64) -> f64 {
        let chances = self.depths(hold).map(|depth| Normal::standard().cdf(depth));
        chances.sum::<f64>() / self.mean.len().max(1) as f64
    }

    /// The most nodes that are there for a share of the cycles, expected.
    #[must_use]
    pub fn most_for(&self, fraction: f64) -> u64 {
        let above = self.mean.iter().zip(&self.sd).map(|(mean, sd)| mean + FAR * sd).fold(0.0, f64::max);
        let (mut least, mut most) = (0, above.ceil() as u64 + 1);
        while most - least > 1 {
            let middle = u64::midpoint(least, most);
            *(if self.fraction_with(middle as f64) >= fraction { &mut least } else { &mut most }) = middle;
        }
        least
    }

    /// How much each cycle decides on that share: its weight in the change of the share with the mean; they sum to 1.
    #[must_use]
    pub fn weights(&self, hold: f64) -> Vec<f64> {
        let densities: Vec<f64> =
            self.depths(hold).zip(&self.sd).map(|(depth, sd)| Normal::standard().pdf(depth) / sd).collect();
        let sum: f64 = densities.iter().sum();
        if sum > 0.0 {
            densities.iter().map(|density| density / sum).collect()
        } else {
            vec![1.0 / densities.len().max(1) as f64; densities.len()]
        }
    }

    /// Nodes that are there after a cycle but for this share of the clouds.
    #[must_use]
    pub fn quantile(&self, cycle: usize, share: f64) -> f64 {
        self.mean[cycle] + self.sd[cycle] * Normal::standard().inverse_cdf(share)
    }

    /// By how many standard deviations the mean lies above what is to be held.
    fn depths(&self, hold: f64) -> impl Iterator<Item = f64> {
        self.mean.iter().zip(&self.sd).map(move |(mean, sd)| (mean - (hold - 0.5)) / sd)
    }
}

/// How runs differ, cycle by cycle and pooled over neighbours: variances as multiples of the mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Dispersion {
    /// Of nodes held after a cycle, over the runs.
    whole: Vec<f64>,
    /// The part of it that comes and goes within a run.
    within: Vec<f64>,
}

impl Dispersion {
    /// What these runs show; nothing if there is one.
    pub(super) fn of(paths: &Paths) -> Self {
        let mean = mean(paths);
        let off = |path: &Vec<f64>| -> Vec<f64> { path.iter().zip(&mean).map(|(held, mean)| held - mean).collect() };
        let whole: Paths = paths.iter().map(off).collect();
        let centred = |path: &Vec<f64>| -> Vec<f64> {
            let own = path.iter().sum::<f64>() / path.len().max(1) as f64;
            path.iter().map(|off| off - own).collect()
        };
        let within: Paths = whole.iter().map(centred).collect();
        Self { whole: pooled(&whole, &mean), within: pooled(&within, &mean) }
    }

    /// The variance as a multiple of the mean around the mean of so many runs, cycle by cycle.
    ///
    /// That mean wavers: by what comes and goes within runs, over their number. Over the cycles this spreads nodes held
    /// once more, and is taken off here, so that together they are spread as they should be.
    pub(super) fn around_mean_of(&self, runs: usize) -> Vec<f64> {
        let wavers = self.within.iter().map(|within| within / runs.max(1) as f64);
        self.whole.iter().zip(wavers).map(|(whole, wavers)| (whole - wavers).max(0.0)).collect()
    }
}

/// Mean squares over the runs as multiples of the mean, pooled over neighbouring cycles.
fn pooled(off: &Paths, mean: &[f64]) -> Vec<f64> {
    let freedom = (off.len().max(2) - 1) as f64;
    let squares: Vec<f64> =
        (0..mean.len()).map(|cycle| off.iter().map(|off| off[cycle] * off[cycle]).sum::<f64>() / freedom).collect();
    let pool = |cycle: usize| {
        let near = cycle.saturating_sub(NEIGHBOURS)..(cycle + NEIGHBOURS + 1).min(mean.len());
        let means: f64 = mean[near.clone()].iter().sum();
        if means > 0.0 { squares[near].iter().sum::<f64>() / means } else { 0.0 }
    };
    (0..mean.len()).map(pool).collect()
}
