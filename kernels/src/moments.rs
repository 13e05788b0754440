//! Mean, variance and range of the estimates of a block, in one pass.
//!
//! Sums run in eight lanes whose order is fixed; blocks are merged in order (Chan, Golub and LeVeque, *Updating
//! formulae and a pairwise algorithm for computing sample variances*, 1979), so variances far below the square of the
//! mean survive. Reads eight bytes a node, and one more where a mask is given.

use serde::{Deserialize, Serialize};

/// Lanes of a running sum.
const LANES: usize = 8;

/// Count, mean, sum of squared deviations and range of some values.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean; 0 if there is no value.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub squares: f64,
    /// Smallest value; infinite if there is none.
    pub min: f64,
    /// Largest value; minus infinity if there is none.
    pub max: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }
}

impl Moments {
    /// The moments of the values that `mask` marks with 1, or of all if there is no mask.
    ///
    /// # Panics
    /// If there is a mask of another length.
    #[must_use]
    pub fn of(values: &[f64], mask: Option<&[u8]>) -> Self {
        let Some(mask) = mask else {
            return Self::of_weighted(values, |_| 1.0, values.len() as u64);
        };
        assert_eq!(values.len(), mask.len());
        let count = mask.iter().map(|&m| u64::from(m == 1)).sum();
        Self::of_weighted(values, |k| f64::from(u8::from(mask[k] == 1)), count)
    }

    /// The moments of those values that `has` marks with 1; the others, which need not be numbers, are set to 0.
    pub fn of_some(values: &mut [f64], has: &[u8]) -> Self {
        for (value, &has) in values.iter_mut().zip(has) {
            *value = if has == 1 { *value } else { 0.0 };
        }
        Self::of(values, Some(has))
    }

    /// The root mean square error of the values, if each should be `truth`.
    #[must_use]
    pub fn error(&self, truth: f64) -> f64 {
        let off = self.mean - truth;
        (self.variance() + off * off).sqrt()
    }

    /// The moments of values with weights 0 and 1, `count` of them 1.
    #[inline]
    fn of_weighted(values: &[f64], weight: impl Fn(usize) -> f64, count: u64) -> Self {
        if count == 0 {
            return Self::default();
        }
        // Deviations from one of the values are of the size of the spread, so their squares lose nothing to
        // cancellation.
        let origin = values.iter().enumerate().find(|&(k, _)| weight(k) > 0.0).map_or(0.0, |(_, &value)| value);
        let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
        let (mut lows, mut highs) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let mut add = |lane: usize, value: f64, weight: f64| {
            let deviation = (value - origin) * weight;
            sums[lane] += deviation;
            squares[lane] += deviation * deviation;
            let counts = weight > 0.0;
            lows[lane] = if counts && value < lows[lane] { value } else { lows[lane] };
            highs[lane] = if counts && value > highs[lane] { value } else { highs[lane] };
        };
        let (strips, tail) = values.as_chunks::<LANES>();
        for (row, strip) in strips.iter().enumerate() {
            for (lane, &value) in strip.iter().enumerate() {
                add(lane, value, weight(row * LANES + lane));
            }
        }
        for (lane, &value) in tail.iter().enumerate() {
            add(lane, value, weight(strips.len() * LANES + lane));
        }
        let (total, total_squares) = (fold(sums), fold(squares));
        Self {
            count,
            mean: origin + total / count as f64,
            squares: (total_squares - total * (total / count as f64)).max(0.0),
            min: lows.into_iter().fold(f64::INFINITY, f64::min),
            max: highs.into_iter().fold(f64::NEG_INFINITY, f64::max),
        }
    }

    /// The moments of both sets of values together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        if self.count == 0 || other.count == 0 {
            return if self.count == 0 { other } else { self };
        }
        let (count, delta) = (self.count + other.count, other.mean - self.mean);
        let share = other.count as f64 / count as f64;
        Self {
            count,
            mean: self.mean + delta * share,
            squares: self.squares + other.squares + delta * delta * (self.count as f64 * share),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// Variance over the values: mean squared deviation.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count == 0 { 0.0 } else { self.squares / self.count as f64 }
    }
}

/// The sum of the lanes, in a fixed order.
fn fold(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (b + f)) + ((c + g) + (d + h))
}
