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
    /// It never falls as `u` grows, and is finite for every `u` in 0..=1: where a distribution has no end, 0 and 1 give the
    /// values at the smallest positive float and the largest below 1. A general beta costs some microseconds
    /// a call, every other distribution some tens of nanoseconds: who draws many values tabulates.
    #[must_use]
    pub fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { low, high } => table::between(*low, *high, u),
            Self::Beta { alpha, beta } => beta::quantile(*alpha, *beta, u),
            Self::Lognormal { median, sigma } => median * libm::exp(sigma * normal::quantile(inside(u))),
            Self::Weibull { shape, scale } => scale * libm::pow(-libm::log1p(-inside(u)), 1.0 / shape),
            Self::Normal { mean, sd } => normal::above_zero(*mean, *sd, inside(u)),
            Self::Quantiles(points) => table::quantiles(points, u),
            Self::Choice(values) => table::choice(values, u),
        }
    }

    /// Whether a drawn value is above 0, all but surely (1 in 10^9) and as a 32-bit float.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.quantile(1e-9) as f32 > 0.0
    }
}

/// Keeps away from the ends, where a value may be infinite.
fn inside(u: f64) -> f64 {
    u.clamp(f64::MIN_POSITIVE, 1.0_f64.next_down())
}
