//! Samples, and how far they may be from what is expected.

/// Standard errors within which a row lies but for one in 50,000: a run has about fifty rows that are sampled, and is
/// out by chance once in a thousand.
pub const WIDE: f64 = 4.26;

/// A sample of a random number.
pub struct Sample {
    count: f64,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Its fourth central moment, in units of the squared variance.
    kurtosis: f64,
}

impl Sample {
    /// What some values say.
    pub fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let moment = |power| values.iter().map(|value| (value - mean).powi(power)).sum::<f64>() / count;
        let variance = moment(2);
        Self { count, mean, sd: (variance * count / (count - 1.0)).sqrt(), kurtosis: moment(4) / (variance * variance) }
    }

    /// How far the mean may be off, if the values have this standard deviation.
    pub fn mean_tolerance(&self, sd: f64) -> f64 {
        WIDE * sd / self.count.sqrt()
    }

    /// How far the standard deviation may be off from an expected one. Of a normal sample it is that of a chi
    /// distribution, `sd / sqrt(2 (n - 1))` in the limit; tails that are heavier make it `sqrt((kurtosis - 1) / (4 (n -
    /// 1)))`, by the sample's own kurtosis.
    pub fn sd_tolerance(&self, sd: f64) -> f64 {
        WIDE * sd * ((self.kurtosis.max(3.0) - 1.0) / (4.0 * (self.count - 1.0))).sqrt()
    }
}

/// The share of some values that lie in a range, and how far it may be off from an expected one.
pub fn share_within(values: &[f64], range: std::ops::RangeInclusive<f64>, expected: f64) -> (f64, f64) {
    let count = values.len() as f64;
    let share = values.iter().filter(|value| range.contains(value)).count() as f64 / count;
    (share, WIDE * (expected * (1.0 - expected) / count).sqrt())
}

/// The mean of sizes after the lowest and the highest third are dropped.
pub fn trimmed(sizes: &mut [f64]) -> f64 {
    sizes.sort_unstable_by(f64::total_cmp);
    let kept = &sizes[sizes.len() / 3..sizes.len() - sizes.len() / 3];
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// Trimmed means of so many values each, drawn from a pool with replacement.
pub fn resampled(pool: &[f64], each: usize) -> Vec<f64> {
    const DRAWS: usize = 20_000;
    let mut state = 1_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        pool[((state >> 32) as usize * pool.len()) >> 32]
    };
    let mut room = vec![0.0; each];
    let mut one = || {
        room.fill_with(&mut draw);
        trimmed(&mut room)
    };
    (0..DRAWS).map(|_| one()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_four_has_the_moments_worked_out_by_hand() {
        let sample = Sample::of(&[1.0, 2.0, 3.0, 6.0]);
        assert!((sample.mean - 3.0).abs() < 1e-12 && (sample.sd * sample.sd - 14.0 / 3.0).abs() < 1e-12);
        assert!((sample.kurtosis - 98.0 / 4.0 / (3.5 * 3.5)).abs() < 1e-12);
    }

    #[test]
    fn the_outer_thirds_are_dropped() {
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-12);
        near(trimmed(&mut [9.0, 1.0, 2.0]), 2.0);
        near(trimmed(&mut [9.0, 1.0, 2.0, 4.0]), 3.0);
        assert!(resampled(&[2.0, 2.0], 20).iter().all(|&mean| (1.9..2.1).contains(&mean)));
    }
}
