//! Passes over the rows of columns: streams, cut into strides that lie in cache.
//!
//! Strides depend on the number of nodes alone, and what they return is folded in their order: the same bits for any
//! number of threads.

use rayon::prelude::*;

use super::split::{Split, between};

/// Rows of a stride: a few columns of them fit in a core's own cache. May change the rounding of measures.
pub const STRIDE: usize = 1 << 12;

/// Strides that a thread takes at once. Changes speed only.
const AT_ONCE: usize = 16;

/// Runs `work` on every stride of the columns; returns what each returns, in order.
pub fn strides<C: Split, R: Send>(columns: C, work: impl Fn(usize, C) -> R + Sync) -> Vec<R> {
    let rows = columns.rows();
    let mut bounds: Vec<_> = (0..rows).step_by(STRIDE).collect();
    bounds.push(rows);
    between(columns, &bounds)
        .into_par_iter()
        .with_min_len(AT_ONCE)
        .enumerate()
        .map(|(stride, columns)| work(stride * STRIDE, columns))
        .collect()
}
