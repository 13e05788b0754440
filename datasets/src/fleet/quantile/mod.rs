//! Inverse distribution functions.
//!
//! Only `libm` is used, whose results are the same bits on every system; the test compares with `statrs`.

mod beta;
mod normal;
mod table;

use super::Distribution;

impl Distribution {
    /// The value below which the share `u` of the nodes lies; `u` uniform on 0..1 draws from the distribution.
    ///
    /// It never falls as `u` grows, and is finite for every `u` in 0..=1: where a distribution has no end, 0 and 1 give
    /// the values at the smallest positive float and the largest below 1. A general beta costs some microseconds a
    /// call, every other distribution some tens of nanoseconds: who draws many values tabulates.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => table::between(*low, *high, u),
            Self::Beta { alpha, beta } => beta::quantile(*alpha, *beta, u),
            Self::Lognormal { median, sigma } => median * libm::exp(sigma * normal::quantile(inside(u))),
            Self::Weibull { shape, scale } => scale * libm::pow(-libm::log1p(-inside(u)), 1.0 / shape),
            Self::Exponential { mean } => -mean * libm::log1p(-inside(u)),
            Self::Pareto { shape, minimum } => minimum * libm::exp(-libm::log1p(-inside(u)) / shape),
            Self::Normal { mean, sd } => normal::above_zero(*mean, *sd, inside(u)),
            Self::Quantiles(points) => table::quantiles(points, u),
            Self::Choice(values) => table::choice(values, u),
        }
    }

    /// The mean, by the trapezoidal rule between probabilities whose distance from 0 and 1 falls to 2^-32: what lies
    /// beyond is never drawn.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if let Self::Choice(values) = self {
            return values.iter().map(|(value, weight)| value * weight).sum();
        }
        let mut sum = 0.0;
        let mut last = (0.0, self.quantile(0.5_f64.powi(33)));
        for probability in probabilities() {
            let next = (probability, self.quantile(probability));
            sum += (next.0 - last.0) * 0.5 * (last.1 + next.1);
            last = next;
        }
        sum + (1.0 - last.0) * last.1
    }

    /// Whether a drawn value is above 0, all but surely (1 in 10^9) and as a 32-bit float.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.quantile(1e-9) as f32 > 0.0
    }
}

/// Probabilities between 0 and 1, ascending, close together where they are near an end: so many an octave of their
/// distance from it, down to 2^-32.
pub fn probabilities() -> impl Iterator<Item = f64> {
    const OCTAVES: i32 = 31;
    const STEPS: i32 = 64;
    let distance = |step: i32| {
        let (octave, within) = (step / STEPS, f64::from(step % STEPS) / f64::from(STEPS));
        (1.0 + within) * 0.5_f64.powi(OCTAVES + 1 - octave)
    };
    let lower = (0..=OCTAVES * STEPS).map(distance);
    let upper = (0..OCTAVES * STEPS).rev().map(move |step| 1.0 - distance(step));
    lower.chain(upper)
}

/// Keeps away from the ends, where a value may be infinite.
fn inside(u: f64) -> f64 {
    u.clamp(f64::MIN_POSITIVE, 1.0_f64.next_down())
}
