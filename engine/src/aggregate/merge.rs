//! What two estimates become when their nodes meet.

use kernels::exchange::{Ends, Tally, exchange};

use crate::schedule::{Batch, Protocol};

/// Both ends take what a function makes of their estimates.
#[derive(Clone, Copy, Debug)]
pub struct Merge<F>(pub F);

/// The mean: push-pull averaging (Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic
/// networks*, TOCS 2005).
#[inline]
#[must_use]
pub fn mean(one: f64, other: f64) -> f64 {
    (one + other) * 0.5
}

impl<F: Fn(f64, f64) -> f64 + Sync> Protocol<f64> for Merge<F> {
    #[inline]
    fn run(&self, ends: &mut impl Ends<f64>, batch: &mut Batch<'_>) -> Tally {
        exchange(ends, batch.from, batch.partners, batch.losses, &self.0)
    }
}
