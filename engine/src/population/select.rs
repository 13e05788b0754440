//! Exactly so many nodes: random ones, or those with the largest or smallest values; and any node of a kind.
//!
//! Random ones are those with the smallest words of a stream; so each is a choice of those with the smallest keys.
//! Reads a key of each node twice and its mark; holds the chosen nodes.

use kernels::philox::Stream;
use kernels::sort::key;
use kernels::views::Words;
use rayon::prelude::*;

use crate::memory::STRIDE;

/// Highest bits of a key by which nodes are counted first.
const BIN_BITS: u32 = 16;

/// By what nodes are chosen.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// At random.
    Chance(Stream),
    /// The largest values first; of equal ones, the higher index.
    Largest(&'a [f32]),
    /// The smallest values first; of equal ones, the lower index.
    Smallest(&'a [f32]),
}

impl By<'_> {
    /// Keys of the nodes `first..`: the smallest are chosen first.
    fn keys(&self, keys: &mut [u32], first: usize) {
        match self {
            Self::Chance(stream) => stream.fill(keys, first as u32, 0),
            Self::Largest(values) => {
                keys.iter_mut().zip(&values[first..]).for_each(|(word, &value)| *word = !key(value));
            }
            Self::Smallest(values) => {
                keys.iter_mut().zip(&values[first..]).for_each(|(word, &value)| *word = key(value));
            }
        }
    }

    /// What tells nodes of equal keys apart.
    fn tie(&self, node: u32) -> u32 {
        if matches!(self, Self::Largest(_)) { !node } else { node }
    }
}

/// A choice of nodes.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those chosen, ascending.
    nodes: Vec<u32>,
}

impl Selection {
    /// Chooses nodes among those that `marks` marks with 1 in a stretch from a first node on. `wanted` says how many,
    /// from how many there are; all if there are not as many.
    pub fn new(
        nodes: usize,
        marks: &(impl Fn(usize, &mut [u8]) + Sync),
        by: By<'_>,
        wanted: impl FnOnce(usize) -> usize,
    ) -> Self {
        let chunk = (nodes.div_ceil(64)).next_multiple_of(STRIDE).max(STRIDE);
        let starts: Vec<usize> = (0..nodes).step_by(chunk).collect();
        let chunks = |first: usize| first..nodes.min(first + chunk);
        let count = |&first: &usize| {
            let mut bins = vec![0_u64; 1 << BIN_BITS];
            each(chunks(first), marks, by, |_, key| bins[(key >> (32 - BIN_BITS)) as usize] += 1);
            bins
        };
        let counts: Vec<_> = starts.par_iter().map(count).collect();
        let bins: Vec<u64> = (0..1 << BIN_BITS).map(|bin| counts.iter().map(|bins| bins[bin]).sum()).collect();
        let mut left = wanted(bins.iter().sum::<u64>() as usize) as u64;
        // The first bin that does not go in whole.
        let full = bins.iter().position(|&count| {
            let over = count > left;
            left -= if over { 0 } else { count };
            over
        });
        let full = full.unwrap_or(1 << BIN_BITS) as u32;
        let collect = |&first: &usize| {
            let (mut below, mut within) = (Vec::new(), Vec::new());
            each(chunks(first), marks, by, |node, key| match (key >> (32 - BIN_BITS)).cmp(&full) {
                std::cmp::Ordering::Less => below.push(node),
                std::cmp::Ordering::Equal => within.push((key, by.tie(node), node)),
                std::cmp::Ordering::Greater => {}
            });
            (below, within)
        };
        let (below, within): (Vec<Vec<u32>>, Vec<Vec<_>>) = starts.par_iter().map(collect).unzip();
        let mut within = within.concat();
        within.sort_unstable();
        let mut nodes = below.concat();
        nodes.extend(within.into_iter().take(left as usize).map(|(_, _, node)| node));
        nodes.sort_unstable();
        Self { nodes }
    }

    /// The chosen ones of `count` nodes from `first` on.
    pub fn nodes(&self, first: usize, count: usize) -> &[u32] {
        let at = |node: usize| self.nodes.partition_point(|&chosen| (chosen as usize) < node);
        &self.nodes[at(first)..at(first + count)]
    }

    /// All of them.
    pub fn into_nodes(self) -> Vec<u32> {
        self.nodes
    }
}

/// A random node of a kind, as long as one in a hundred nodes or so is of that kind; else the next such node after a
/// random one. `None` if there is none.
pub fn any(nodes: usize, words: &mut Words, is_it: impl Fn(usize) -> bool) -> Option<u32> {
    const ATTEMPTS: usize = 1000;
    let mut last = 0;
    for _ in 0..ATTEMPTS {
        last = words.below(nodes);
        if is_it(last) {
            return Some(last as u32);
        }
    }
    (last..nodes).chain(0..last).find(|&node| is_it(node)).map(|node| node as u32)
}

/// Calls `with` with each marked node of a range and its key.
fn each(
    nodes: std::ops::Range<usize>,
    marks: &(impl Fn(usize, &mut [u8]) + Sync),
    by: By<'_>,
    mut with: impl FnMut(u32, u32),
) {
    let (mut marked, mut keys) = ([0; STRIDE], [0; STRIDE]);
    for start in nodes.clone().step_by(STRIDE) {
        let count = STRIDE.min(nodes.end - start);
        let (marked, keys) = (&mut marked[..count], &mut keys[..count]);
        marks(start, marked);
        by.keys(keys, start);
        for (k, (&mark, &key)) in marked.iter().zip(&*keys).enumerate() {
            if mark == 1 {
                with((start + k) as u32, key);
            }
        }
    }
}
