//! Exactly so many random nodes: those with the smallest words of a stream.
//!
//! Reads a word of each node twice and its mask; writes nothing but the nodes in one of 2^16 bins.

use kernels::philox::Stream;
use rayon::prelude::*;

use crate::pass::STRIDE;
use crate::schedule::MEMBER;

/// Highest bits of a word by which nodes are counted first.
const BIN_BITS: u32 = 16;

/// A random choice of nodes.
#[derive(Clone, Debug)]
pub struct Selection {
    stream: Stream,
    /// Words below this are chosen.
    below: u64,
    /// Of the words of the bin after that, these nodes are, in ascending order.
    last: Vec<u32>,
}

impl Selection {
    /// Chooses `wanted` of the nodes that `mask` marks (all `nodes` if it is empty), or all if there are not as many.
    #[must_use]
    pub fn new(nodes: usize, mask: &[u8], wanted: usize, stream: Stream) -> Self {
        let chunk = (nodes.div_ceil(64)).next_multiple_of(STRIDE).max(STRIDE);
        let bins = |first: usize| {
            let mut bins = vec![0_u64; 1 << BIN_BITS];
            each(first, nodes.min(first + chunk), mask, &stream, |_, word| {
                bins[(word >> (32 - BIN_BITS)) as usize] += 1;
            });
            bins
        };
        let starts: Vec<usize> = (0..nodes).step_by(chunk).collect();
        let counts: Vec<_> = starts.par_iter().map(|&first| bins(first)).collect();
        let mut left = wanted as u64;
        let full = (0..1 << BIN_BITS).find(|&bin| {
            let count: u64 = counts.iter().map(|bins| bins[bin]).sum();
            let over = count > left;
            left -= if over { 0 } else { count };
            over
        });
        let Some(bin) = full else { return Self { stream, below: 1 << 32, last: Vec::new() } };
        let below = (bin as u64) << (32 - BIN_BITS);
        let parts: Vec<Vec<_>> = (starts.par_iter())
            .map(|&first| {
                let mut part = Vec::new();
                each(first, nodes.min(first + chunk), mask, &stream, |node, word| {
                    if word >> (32 - BIN_BITS) == bin as u32 {
                        part.push((word, node));
                    }
                });
                part
            })
            .collect();
        let mut last = parts.concat();
        last.sort_unstable();
        let mut last: Vec<_> = last.into_iter().take(left as usize).map(|(_, node)| node).collect();
        last.sort_unstable();
        Self { stream, below, last }
    }

    /// Calls `chosen` with the place of each chosen node in `first..first + count`, ascending. Nodes that the mask did not mark
    /// may be among them.
    pub fn visit(&self, first: usize, count: usize, mut chosen: impl FnMut(usize)) {
        let mut last = self.last[self.last.partition_point(|&node| (node as usize) < first)..].iter().peekable();
        each(first, first + count, &[], &self.stream, |node, word| {
            let in_bin = last.next_if_eq(&&node).is_some();
            if u64::from(word) < self.below || in_bin {
                chosen(node as usize - first);
            }
        });
    }
}

/// Calls `with` with each marked node of a range and its word.
fn each(first: usize, end: usize, mask: &[u8], stream: &Stream, mut with: impl FnMut(u32, u32)) {
    let mut words = [0; STRIDE];
    for start in (first..end).step_by(STRIDE) {
        let words = &mut words[..STRIDE.min(end - start)];
        stream.fill(words, start as u32, 0);
        for (k, &word) in words.iter().enumerate() {
            if mask.get(start + k).is_none_or(|&m| m == MEMBER) {
                with((start + k) as u32, word);
            }
        }
    }
}
