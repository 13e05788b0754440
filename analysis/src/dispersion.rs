//! How a number differs between replicates: mean with its interval, and quantiles.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// The quantiles of a [`Dispersion`].
pub const QUANTILES: [f64; 5] = [0.01, 0.1, 0.5, 0.9, 0.99];

/// Confidence of intervals.
pub const CONFIDENCE: f64 = 0.95;

/// A number in several replicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispersion {
    /// Replicates that have the number.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// Where the mean of all possible replicates is, with [`CONFIDENCE`], by Student's t; `None` for one replicate.
    pub interval: Option<[f64; 2]>,
    /// The [`QUANTILES`] of the replicates: straight lines between their ordered values, of which the smallest is the
    /// quantile 0 and the largest the quantile 1 (type 7 of Hyndman and Fan). Of few replicates, the outer ones are
    /// little more than the smallest and the largest.
    pub quantiles: [f64; QUANTILES.len()],
}

impl Dispersion {
    /// Of these values; `None` of none.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Dispersion> {
        let mut ordered: Vec<f64> = values.to_vec();
        ordered.sort_by(f64::total_cmp);
        let first = *ordered.first()?;
        let count = ordered.len();
        // Differences from one of the values: equal values have exactly their mean.
        let mean = first + ordered.iter().map(|value| value - first).sum::<f64>() / count as f64;
        let interval = (count > 1).then(|| {
            let variance = ordered.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1) as f64;
            let half = student(CONFIDENCE, count - 1) * (variance / count as f64).sqrt();
            [mean - half, mean + half]
        });
        Some(Dispersion { count, mean, interval, quantiles: QUANTILES.map(|share| quantile(&ordered, share)) })
    }

    /// Half the width of the interval; `None` for one replicate.
    #[must_use]
    pub fn half_width(&self) -> Option<f64> {
        self.interval.map(|[low, high]| (high - low) / 2.0)
    }
}

/// A quantile of ordered values, of which there is at least one.
fn quantile(ordered: &[f64], share: f64) -> f64 {
    let place = share * (ordered.len() - 1) as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(ordered.len() - 1);
    ordered[below] + (ordered[above] - ordered[below]) * (place - below as f64)
}

/// The number of standard errors to either side within which Student's t lies with this confidence.
pub(crate) fn student(confidence: f64, freedom: usize) -> f64 {
    let student = StudentsT::new(0.0, 1.0, freedom as f64);
    student.map_or(f64::INFINITY, |student| student.inverse_cdf(f64::midpoint(1.0, confidence)))
}

/// The differences `other - one` of the values that have the same seed.
pub(crate) fn paired(one: &[(u64, f64)], other: &[(u64, f64)]) -> Vec<f64> {
    let of_seed = |seed: u64| one.iter().find(|value| value.0 == seed).map(|value| value.1);
    other.iter().filter_map(|&(seed, value)| Some(value - of_seed(seed)?)).collect()
}
