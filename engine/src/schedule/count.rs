//! A number to which all threads add at once.

use std::sync::atomic::{AtomicU64, Ordering};

/// Parts of a count. More threads share them.
const PARTS: usize = 16;

/// A number to which all threads add at once: each to a part of its own, in a cache line of its own, so that they do
/// not wait for each other, nor for what lies beside the number. The sum is the same in whichever order they add.
#[derive(Debug, Default)]
pub struct Count([Part; PARTS]);

/// Two cache lines, since processors fetch them by twos.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Part(AtomicU64);

impl Count {
    /// Adds to the number.
    #[inline]
    pub fn add(&self, more: u64) {
        let part = rayon::current_thread_index().unwrap_or(0) % PARTS;
        self.0[part].0.fetch_add(more, Ordering::Relaxed);
    }

    /// The sum of all that was added so far.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().map(|part| part.0.load(Ordering::Relaxed)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Count;
    use rayon::prelude::*;

    #[test]
    fn a_count_is_the_sum_of_what_all_threads_add() {
        let count = Count::default();
        (0..10_000_u64).into_par_iter().for_each(|number| count.add(number));
        assert_eq!(count.sum(), 10_000 * 9_999 / 2);
    }
}
