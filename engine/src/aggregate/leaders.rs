//! Leaders: nodes that offer themselves to start the instances of a count.
//!
//! ```text
//! each node that begins an epoch offers itself by chance: C / (the size that it believes)
//! of the instances that are offered, those of the t lowest ids run: a node that knows more than t forgets the highest
//! ```
//!
//! An id is the word by which the node drew. To forget changes nothing at the t lowest, which no node ever forgets: so
//! those alone are simulated, from the beginning of the epoch. After an epoch in which nobody found a size, nodes offer
//! themselves with twice the chance, and so on: a cloud of which most has died finds its size again.
//!
//! Reads four bytes a node and draws a word, once an epoch.

use kernels::philox::Stream;
use rayon::prelude::*;

use crate::memory::STRIDE;

/// The leaders of so many instances at most, among those nodes that `may` lead; `held` is the size that each believes,
/// if any does.
pub fn leaders(
    nodes: usize,
    held: Option<&[f32]>,
    may: impl Fn(usize) -> bool + Sync,
    words: Stream,
    (leaders, first_estimate): (f64, f64),
    instances: usize,
) -> Vec<u32> {
    let believed = |node: usize| match held.map(|held| held[node]) {
        Some(size) if size >= 1.0 => f64::from(size),
        _ => first_estimate,
    };
    let offers = |first: usize| {
        let mut drawn = [0; STRIDE];
        let drawn = &mut drawn[..STRIDE.min(nodes - first)];
        words.fill(drawn, first as u32, 0);
        let chance = |node| leaders / believed(node) * 2_f64.powi(32);
        let nodes = drawn.iter().enumerate().map(|(k, &word)| (word, first + k));
        let offers = nodes.filter(|&(word, node)| f64::from(word) < chance(node) && may(node));
        offers.map(|(word, node)| (word, node as u32)).collect::<Vec<_>>()
    };
    let strides = (0..nodes.div_ceil(STRIDE)).into_par_iter().with_min_len(16);
    let mut offers = strides.map(|stride| offers(stride * STRIDE)).collect::<Vec<_>>().concat();
    offers.sort_unstable();
    offers.into_iter().take(instances).map(|(_, node)| node).collect()
}
