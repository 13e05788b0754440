//! Weakly connected components, exact.
//!
//! ```text
//! around the node that most know, a few times: whoever knows somebody inside, or is known by one inside, is inside
//! of the entries that do not lie inside, each joins two parts
//! ```
//!
//! In a cloud of one piece the first step finds it: it reads every view some three times and looks a bit an entry up at
//! random. The second reads every view once more, and follows two words an entry at random where it does not lie
//! inside.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use rayon::prelude::*;

use super::{Graph, STRIP};

/// How often the piece around a node is grown before the rest is joined one by one. Changes speed only.
const GROWTHS: usize = 8;

impl Graph<'_> {
    /// The number of components of live nodes, and the size of the largest; one of them is around `hub`.
    pub(super) fn components(&self, hub: u32, live: u64) -> (u64, u64) {
        if live == 0 {
            return (0, 0);
        }
        let inside = Inside::around(hub, self.nodes());
        let mut size = 1;
        for _ in 0..GROWTHS {
            self.strides().for_each(|node| self.grow(&inside, node));
            let now = inside.count();
            if now == live {
                return (1, live);
            }
            if now == size {
                break;
            }
            size = now;
        }
        self.joined(&inside)
    }

    /// All live nodes, a stride of them after the other.
    fn strides(&self) -> impl ParallelIterator<Item = u32> {
        let nodes = (0..self.nodes() as u32).into_par_iter().with_min_len(STRIP);
        nodes.filter(|&node| self.is_alive(node))
    }

    /// A node and whom it knows are inside if one of them is.
    fn grow(&self, inside: &Inside, node: u32) {
        if inside.holds(node) || self.known(node).any(|other| inside.holds(other)) {
            inside.insert(node);
            for other in self.known(node) {
                if !inside.holds(other) && self.is_alive(other) {
                    inside.insert(other);
                }
            }
        }
    }

    /// The components by the union of parts, of which that inside is one. Nodes point towards the least node of their
    /// part: a union hooks the larger of two roots under the smaller, so threads agree whatever their order.
    fn joined(&self, inside: &Inside) -> (u64, u64) {
        let least = inside.least();
        let parent = |node| AtomicU32::new(if inside.holds(node) { least } else { node });
        let parents: Vec<_> = (0..self.nodes() as u32).map(parent).collect();
        self.strides().for_each(|node| {
            let within = inside.holds(node);
            self.live_known(node).filter(|&other| !(within && inside.holds(other))).for_each(|other| {
                join(&parents, node, other);
            });
        });
        let sizes: Vec<_> = parents.iter().map(|_| AtomicU32::new(0)).collect();
        self.strides().for_each(|node| {
            sizes[root(&parents, node) as usize].fetch_add(1, Relaxed);
        });
        let sizes = sizes.into_iter().map(AtomicU32::into_inner).filter(|&size| size > 0);
        sizes.fold((0, 0), |(count, largest), size| (count + 1, largest.max(u64::from(size))))
    }
}

/// Joins the parts of two nodes.
fn join(parents: &[AtomicU32], one: u32, other: u32) {
    loop {
        let (one, other) = (root(parents, one), root(parents, other));
        let (low, high) = (one.min(other), one.max(other));
        let hooked = || parents[high as usize].compare_exchange(high, low, Relaxed, Relaxed);
        if low == high || hooked().is_ok() {
            return;
        }
    }
}

/// The least node of a node's part as it is now.
fn root(parents: &[AtomicU32], mut node: u32) -> u32 {
    loop {
        let parent = parents[node as usize].load(Relaxed);
        if parent == node {
            return node;
        }
        // Halve the way for those who come after: it leads to the same root.
        let above = parents[parent as usize].load(Relaxed);
        let _ = parents[node as usize].compare_exchange(parent, above, Relaxed, Relaxed);
        node = above;
    }
}

/// A set of nodes, a bit a node.
struct Inside(Vec<AtomicU64>);

impl Inside {
    /// A node alone.
    fn around(node: u32, nodes: usize) -> Self {
        let inside = Self((0..nodes.div_ceil(64)).map(|_| AtomicU64::new(0)).collect());
        inside.insert(node);
        inside
    }

    fn holds(&self, node: u32) -> bool {
        self.0[node as usize / 64].load(Relaxed) >> (node % 64) & 1 == 1
    }

    fn insert(&self, node: u32) {
        self.0[node as usize / 64].fetch_or(1 << (node % 64), Relaxed);
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.load(Relaxed).count_ones())).sum()
    }

    /// The least node inside.
    fn least(&self) -> u32 {
        let words = self.0.iter().map(|word| word.load(Relaxed)).zip(0_u32..);
        words.filter(|&(word, _)| word != 0).map(|(word, k)| 64 * k + word.trailing_zeros()).next().unwrap_or(0)
    }
}
