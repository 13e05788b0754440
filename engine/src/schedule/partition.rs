//! The cloud cut into blocks of equally many members.

use rayon::prelude::*;

use crate::memory::{MEMBER, Mask, STRIDE};

/// The fewest members that are cut into blocks: fewer have their exchanges one after the other, on one thread, in the
/// order of a random permutation of them all. May change results.
pub const FEW: usize = 1 << 16;

/// Consecutive ranges of nodes that hold equally many members, but for one. Depends on the members alone.
#[derive(Debug)]
pub struct Partition {
    bounds: Vec<usize>,
    members: usize,
    /// Who the members are, if they are too few to be cut.
    few: Option<Vec<u32>>,
}

impl Partition {
    /// Cuts those of `nodes` that a mask holds into an even number of blocks of about `target` members; fewer than
    /// [`FEW`] stay in one piece. Reads one byte a node, unless all are members.
    pub fn new(nodes: usize, mask: Mask<'_>, target: usize) -> Self {
        let marks = mask.marks().unwrap_or_default();
        let counts: Vec<usize> = marks.par_chunks(STRIDE).with_min_len(16).map(count).collect();
        let members = if mask == Mask::ALL { nodes } else { counts.iter().sum() };
        if members < FEW {
            let of =
                |stride: usize| (stride * STRIDE..nodes.min((stride + 1) * STRIDE)).filter(|&node| mask.holds(node));
            let strides = (0..nodes.div_ceil(STRIDE)).filter(|&stride| counts.get(stride) != Some(&0));
            let few = strides.flat_map(of).map(|node| node as u32).collect();
            return Self { bounds: vec![0, nodes], members, few: Some(few) };
        }
        let blocks = members.div_ceil(target).next_multiple_of(2);
        let place = |block: usize| (members as u128 * block as u128 / blocks as u128) as usize;
        let mut bounds = vec![0];
        if mask == Mask::ALL {
            bounds.extend((1..blocks).map(place));
        } else {
            let (mut stride, mut before) = (0, 0);
            for block in 1..blocks {
                while stride < counts.len() && before + counts[stride] < place(block) {
                    before += counts[stride];
                    stride += 1;
                }
                bounds.push(nth(marks, stride * STRIDE, place(block) - before));
            }
        }
        bounds.push(nodes);
        Self { bounds, members, few: None }
    }

    /// Who the members are, if they are fewer than [`FEW`].
    #[must_use]
    pub fn few(&self) -> Option<&[u32]> {
        self.few.as_deref()
    }

    /// Where blocks begin, and where the last ends.
    #[must_use]
    pub fn bounds(&self) -> &[usize] {
        &self.bounds
    }

    /// A distance between the numbers of members of consecutive blocks: at least the members of a block, a multiple of
    /// 64.
    #[must_use]
    pub fn stride(&self) -> u32 {
        (self.members.div_ceil(self.bounds.len() - 1) as u32).next_multiple_of(64)
    }

    /// Number of members.
    #[must_use]
    pub fn members(&self) -> usize {
        self.members
    }
}

/// Number of members.
fn count(mask: &[u8]) -> usize {
    mask.iter().map(|&m| usize::from(m == MEMBER)).sum()
}

/// The first place from `start` on with `wanted` members between.
fn nth(mask: &[u8], start: usize, wanted: usize) -> usize {
    let mut left = wanted;
    let mut at = start;
    while left > 0 && at < mask.len() {
        left -= usize::from(mask[at] == MEMBER);
        at += 1;
    }
    at
}
