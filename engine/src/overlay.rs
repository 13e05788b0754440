//! The overlay: the graph that the views of live nodes span, as the observer sees it.
//!
//! - *in-degree*: how many live nodes have a live node in their views;
//! - *clustering* of a node: of the pairs of its neighbours, the share that are neighbours (edges have no direction);
//! - *path length*: the mean distance from some nodes to all that they reach (edges have no direction);
//! - *components*: of the same graph, exact.
//!
//! Degrees and components read every view once and touch a counter a live entry at random; a breadth-first search from 64
//! nodes at a time reads every view once a level and touches two words an entry at random. Sums fold in the order of the
//! nodes, and everything that threads share is a sum, a union or a set, so no order can leak.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use kernels::philox::Stream;
use kernels::views::{NOBODY, words};
use rayon::prelude::*;

use crate::schedule::MEMBER;
use crate::select::{By, Selection};

/// Nodes that a thread takes at once.
const STRIDE: usize = 1 << 12;

/// Nodes from which paths are measured: the bits of a word.
const SOURCES: usize = 64;

/// Measures of an overlay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    /// Entries of live nodes that live nodes hold: mean, standard deviation, least and most a node.
    pub in_degree: [f64; 4],
    /// Entries of dead nodes that live nodes hold.
    pub dead_links: u64,
    /// Entries that live nodes hold.
    pub entries: u64,
    /// Mean clustering coefficient of the sample.
    pub clustering: f64,
    /// Nodes in the sample that have two neighbours.
    pub clustering_sample: u64,
    /// Mean distance from the sources to what they reach.
    pub path_length: f64,
    /// Live nodes from which distances are measured.
    pub path_sample: u64,
    /// Weakly connected components.
    pub components: u64,
    /// Share of the live nodes in the largest.
    pub largest: f64,
}

/// The views of a cloud.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'a> {
    /// The records.
    pub records: &'a [u32],
    /// Entries of a view.
    pub entries: usize,
    /// Who is alive; empty if all are.
    pub alive: &'a [u8],
}

impl Graph<'_> {
    /// Measures the overlay, its clustering at so many random live nodes.
    #[must_use]
    pub fn measure(&self, sample: usize, stream: Stream) -> Overlay {
        let degrees = self.in_degrees();
        let live: Vec<u32> = (0..self.nodes() as u32).filter(|&node| self.is_alive(node)).collect();
        let mut overlay = Overlay { in_degree: spread(&degrees, &live), ..Overlay::default() };
        let counts = live.par_chunks(STRIDE).map(|live| {
            live.iter().fold([0, 0], |[dead, all], &node| {
                let gone = self.known(node).filter(|&other| !self.is_alive(other)).count() as u64;
                [dead + gone, all + self.known(node).count() as u64]
            })
        });
        for [dead, all] in counts.collect::<Vec<_>>() {
            overlay.dead_links += dead;
            overlay.entries += all;
        }
        let (components, largest) = self.components(&live);
        (overlay.components, overlay.largest) = (components, largest as f64 / live.len().max(1) as f64);
        let chosen = self.sample(sample, stream);
        (overlay.clustering, overlay.clustering_sample) = self.clustering(&chosen);
        let sources = self.sample(SOURCES, stream);
        (overlay.path_length, overlay.path_sample) = (self.path_length(&sources, &live), sources.len() as u64);
        overlay
    }

    fn nodes(&self) -> usize {
        self.records.len() / words(self.entries)
    }

    fn is_alive(&self, node: u32) -> bool {
        self.alive.get(node as usize).is_none_or(|&alive| alive == MEMBER)
    }

    /// Whom a node knows.
    fn known(&self, node: u32) -> impl Iterator<Item = u32> {
        let record = &self.records[node as usize * words(self.entries)..][..self.entries];
        record.iter().copied().take_while(|&other| other != NOBODY)
    }

    /// Whom a node knows that is alive.
    fn live_known(&self, node: u32) -> impl Iterator<Item = u32> {
        self.known(node).filter(|&other| self.is_alive(other))
    }

    /// Random live nodes, as many as are wanted if there are, ascending.
    fn sample(&self, wanted: usize, stream: Stream) -> Vec<u32> {
        let alive = |first: usize, marks: &mut [u8]| {
            (first as u32..).zip(marks).for_each(|(node, mark)| *mark = self.is_alive(node).into());
        };
        Selection::new(self.nodes(), &alive, By::Chance(stream), |_| wanted).into_nodes()
    }

    /// How many live nodes know each node.
    fn in_degrees(&self) -> Vec<u32> {
        let degrees: Vec<AtomicU32> = (0..self.nodes()).map(|_| AtomicU32::new(0)).collect();
        (0..self.nodes() as u32).into_par_iter().with_min_len(STRIDE).filter(|&node| self.is_alive(node)).for_each(
            |node| {
                self.known(node).for_each(|other| {
                    degrees[other as usize].fetch_add(1, Relaxed);
                });
            },
        );
        degrees.into_iter().map(AtomicU32::into_inner).collect()
    }

    /// The number of weakly connected components of live nodes, and the size of the largest. Nodes point towards the least node of
    /// their component: a union hooks the larger of two roots under the smaller, so threads agree whatever their order.
    fn components(&self, live: &[u32]) -> (u64, u64) {
        let parents: Vec<AtomicU32> = (0..self.nodes() as u32).map(AtomicU32::new).collect();
        let root = |mut node: u32| {
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
        };
        live.par_chunks(STRIDE).flatten_iter().for_each(|&node| {
            for other in self.live_known(node) {
                loop {
                    let (one, two) = (root(node), root(other));
                    let (low, high) = (one.min(two), one.max(two));
                    let hooked = || parents[high as usize].compare_exchange(high, low, Relaxed, Relaxed);
                    if low == high || hooked().is_ok() {
                        break;
                    }
                }
            }
        });
        let sizes: Vec<AtomicU32> = (0..self.nodes()).map(|_| AtomicU32::new(0)).collect();
        live.par_chunks(STRIDE).flatten_iter().for_each(|&node| {
            sizes[root(node) as usize].fetch_add(1, Relaxed);
        });
        let sizes = sizes.into_iter().map(AtomicU32::into_inner).filter(|&size| size > 0);
        sizes.fold((0, 0), |(count, largest), size| (count + 1, largest.max(u64::from(size))))
    }

    /// The mean clustering coefficient of some nodes, and how many of them have two neighbours.
    fn clustering(&self, sample: &[u32]) -> (f64, u64) {
        // Who knows a node of the sample.
        let arcs: Vec<Vec<(u32, u32)>> = (0..self.nodes().div_ceil(STRIDE))
            .into_par_iter()
            .map(|stride| {
                let nodes = (stride * STRIDE) as u32..((stride + 1) * STRIDE).min(self.nodes()) as u32;
                let live = nodes.filter(|&node| self.is_alive(node));
                let arcs = live.flat_map(|node| self.known(node).map(move |other| (node, other)));
                arcs.filter_map(|(node, other)| sample.binary_search(&other).ok().map(|at| (at as u32, node))).collect()
            })
            .collect();
        let mut neighbours: Vec<Vec<u32>> = sample.iter().map(|&node| self.live_known(node).collect()).collect();
        arcs.into_iter().flatten().for_each(|(at, node)| neighbours[at as usize].push(node));
        let shares: Vec<Option<f64>> = neighbours
            .into_par_iter()
            .map(|mut around| {
                around.sort_unstable();
                around.dedup();
                let pairs = around.len() * around.len().saturating_sub(1) / 2;
                let mut edges: Vec<(u32, u32)> = (around.iter())
                    .flat_map(|&node| self.known(node).map(move |other| (node.min(other), node.max(other))))
                    .filter(|(low, high)| around.binary_search(low).is_ok() && around.binary_search(high).is_ok())
                    .collect();
                edges.sort_unstable();
                edges.dedup();
                (pairs > 0).then(|| edges.len() as f64 / pairs as f64)
            })
            .collect();
        let count = shares.iter().flatten().count();
        (shares.iter().flatten().sum::<f64>() / count as f64, count as u64)
    }

    /// The mean distance from the sources to the live nodes that they reach.
    fn path_length(&self, sources: &[u32], live: &[u32]) -> f64 {
        let reached: Vec<AtomicU64> = (0..self.nodes()).map(|_| AtomicU64::new(0)).collect();
        for (bit, &source) in sources.iter().enumerate() {
            reached[source as usize].fetch_or(1 << bit, Relaxed);
        }
        let (mut distances, mut paths, mut found) = (0, 0_u64, sources.len() as u64);
        for distance in 1_u64.. {
            let before: Vec<u64> = reached.iter().map(|bits| bits.load(Relaxed)).collect();
            live.par_chunks(STRIDE).flatten_iter().for_each(|&node| {
                for other in self.live_known(node) {
                    reached[other as usize].fetch_or(before[node as usize], Relaxed);
                    reached[node as usize].fetch_or(before[other as usize], Relaxed);
                }
            });
            let bits =
                |reached: &[AtomicU64]| reached.iter().map(|bits| u64::from(bits.load(Relaxed).count_ones())).sum();
            let now: u64 = reached.par_chunks(STRIDE).map(bits).collect::<Vec<u64>>().into_iter().sum();
            let new = now - found;
            if new == 0 {
                break;
            }
            (distances, paths, found) = (distances + distance * new, paths + new, now);
        }
        distances as f64 / paths as f64
    }
}

/// Mean, standard deviation, least and most.
fn spread(degrees: &[u32], live: &[u32]) -> [f64; 4] {
    let values = || live.iter().map(|&node| f64::from(degrees[node as usize]));
    let count = live.len() as f64;
    let mean = values().sum::<f64>() / count;
    let variance = values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count;
    [mean, variance.sqrt(), values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max)]
}
