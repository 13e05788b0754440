//! What runs without a failure are worth.

use statrs::distribution::{Beta, ContinuousCDF};

/// How sure the bound on runs is.
pub const RUN_CONFIDENCE: f64 = 0.95;

/// How many runs had enough nodes in every counted cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throughout {
    /// Runs.
    pub runs: usize,
    /// Those in which nodes were too few after at least one cycle.
    pub failed: usize,
}

impl Throughout {
    /// Counts the runs with a cycle below what is to be held.
    #[must_use]
    pub fn of(paths: &[Vec<f64>], hold: f64) -> Self {
        let failed = paths.iter().filter(|path| path.iter().any(|held| *held < hold)).count();
        Self { runs: paths.len(), failed }
    }

    /// At least this share of all runs has enough throughout, by [`RUN_CONFIDENCE`]: the bound of Clopper and Pearson.
    /// Without a failure in n runs it is 0.05^(1/n), 0 without a run.
    ///
    /// ```
    /// use analysis::sizing::Throughout;
    ///
    /// let bound = Throughout { runs: 20, failed: 0 }.at_least();
    /// assert!((bound - 0.05_f64.powf(1.0 / 20.0)).abs() < 1e-9);
    /// ```
    #[must_use]
    pub fn at_least(self) -> f64 {
        let Self { runs, failed } = self;
        if failed >= runs {
            return 0.0;
        }
        let beta = Beta::new((runs - failed) as f64, failed as f64 + 1.0);
        beta.map_or(0.0, |beta| beta.inverse_cdf(1.0 - RUN_CONFIDENCE))
    }
}
