//! A set of nodes that lies in cache: it says for certain who is not in it.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Bits: a fraction of a core's own cache. Nodes that are so far apart share one. Changes speed only.
const BITS: usize = 1 << 21;

/// A filter is of use while at most one in so many of its bits is set.
const SPARSE: u64 = 8;

/// A filter that threads fill together.
#[derive(Debug)]
pub struct Filling(Vec<AtomicU64>);

impl Filling {
    /// A filter for so many nodes, empty.
    pub fn new(nodes: usize) -> Self {
        Self((0..nodes.min(BITS).div_ceil(64)).map(|_| AtomicU64::new(0)).collect())
    }

    /// Puts a node in.
    pub fn insert(&self, node: u32) {
        let (word, bit) = place(node);
        // Most bits are set once, and then only read.
        if self.0[word].load(Relaxed) & bit == 0 {
            self.0[word].fetch_or(bit, Relaxed);
        }
    }

    /// The filter, if so many nodes leave it of use.
    pub fn done(self, nodes: u64) -> Option<Filter> {
        let bits = || self.0.into_iter().map(AtomicU64::into_inner).collect();
        (nodes <= BITS as u64 / SPARSE).then(|| Filter(bits()))
    }
}

/// A filter that is full.
#[derive(Debug)]
pub struct Filter(Vec<u64>);

impl Filter {
    /// Whether a node may be in the set.
    #[inline]
    pub fn may_hold(&self, node: u32) -> bool {
        let (word, bit) = place(node);
        self.0.get(word).is_some_and(|word| word & bit != 0)
    }
}

#[inline]
fn place(node: u32) -> (usize, u64) {
    (node as usize % BITS / 64, 1 << (node % 64))
}
