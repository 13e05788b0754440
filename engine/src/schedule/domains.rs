//! The cloud cut into domains: ranges of nodes that may be worked on side by side while nodes of different ones meet.
//!
//! All protocols have the same borders, which depend on the number of nodes alone: multiples of a power of two that the
//! chunks of [`super::layout`] divide, and of the stride of passes. So whoever holds a domain, a thread or a process of
//! its own, can hold all that belongs to its nodes.

use super::partition::FEW;
use crate::memory::STRIDE;

/// The most domains, so that as many threads run side by side. May change results.
pub const MOST_DOMAINS: usize = 16;

/// A domain has at least so many nodes, unless it is the only one: in small clouds, threads would wait for each other
/// longer than they work. May change results.
const LEAST_DOMAIN: usize = 1 << 15;

/// A pass of [`super::steps`] has two domains or more.
const _: () = assert!(2 * LEAST_DOMAIN <= FEW);

/// Borders are multiples of at most so many nodes. May change results.
const MOST_UNIT: usize = 1 << 15;

/// How nodes are cut into domains.
#[derive(Debug)]
pub struct Domains {
    /// The first node of each domain, and the number of nodes.
    pub bounds: Vec<usize>,
    /// All but the last of these are multiples of so many nodes, a power of two.
    pub unit: usize,
}

impl Domains {
    /// Of so many nodes.
    #[must_use]
    pub fn new(nodes: usize) -> Self {
        let count = 1 << (nodes / LEAST_DOMAIN).clamp(1, MOST_DOMAINS).ilog2();
        let unit = 1 << (nodes / (16 * count)).clamp(STRIDE, MOST_UNIT).ilog2();
        let units = nodes.div_ceil(unit);
        let bounds = (0..=count).map(|domain| (domain * units / count * unit).min(nodes)).collect();
        Self { bounds, unit }
    }

    /// Number of domains.
    #[must_use]
    pub fn count(&self) -> usize {
        self.bounds.len() - 1
    }
}
