//! The schedule of exchanges: ordered, atomic, parallel, and the same for any number of threads.
//!
//! Fewer members than [`FEW`] start one after the other, in the order of a random permutation of them all, which is the
//! order of the literature. Of more, a pass is a sequence of rounds, a round a set of disjoint pairs of parts of the
//! cloud. Pairs of a round touch disjoint memory, so they run in parallel without locks; parts depend on the members of
//! the cloud alone, so the order of exchanges is a function of the scenario.
//!
//! - [`Drawn`]: partners are drawn on the spot, uniformly, within pairs of blocks that lie in cache.
//! - [`Matching`]: two random perfect matchings of the nodes a cycle, laid out in the same way.
//! - [`Listed`]: partners come as a list, or are chosen as nodes start: few nodes in a `sequence`, many in `steps`, in
//!   which they travel from domain to domain. [`Notes`] of whom nodes met let another protocol run the same exchanges
//!   [`Again`].
//!
//! A [`Protocol`] says what happens at each exchange; it reads another node's state only through the [`Ends`] of its
//! pair. The one thing that is read elsewhere is what entries of views hold when a cycle of slicing begins
//! (`slicing::ordered`).
//!
//! A [`Count`] is a number to which all threads add at once.
//!
//! A [`Cycle`] says where the random numbers of its passes come from, and what the network loses; each pass gets its
//! [`Draws`] from it, under a [`purpose`] of its own.

mod batches;
mod blocks;
mod count;
mod cycle;
mod domains;
mod drawn;
mod layout;
mod listed;
mod matching;
mod partition;
pub mod purpose;
mod sequence;
mod steps;
mod team;
mod traveller;

pub use batches::lines;
pub use count::Count;
pub use cycle::{Cycle, Draws, Seeds};
pub use drawn::Drawn;
pub use kernels::views::NOBODY;
pub use listed::Listed;
pub use matching::Matching;
pub use partition::{FEW, Partition};

use std::ops::Range;

use kernels::exchange::{BATCH, Ends, Nodes, Tally};

use crate::memory::Mask;

/// What happens at the exchanges of a pass.
pub trait Protocol<T>: Sync {
    /// Peers drawn for each initiator: one partner, or several candidates.
    fn draws(&self) -> usize {
        1
    }

    /// Cells of state that a node holds, one after the other.
    fn cells(&self) -> usize {
        1
    }

    /// Bytes of what a node holds, by which the order of exchanges from a list depends: those of another protocol if it
    /// is to have its exchanges in the same order.
    fn bytes(&self) -> usize {
        self.cells() * size_of::<T>()
    }

    /// Runs the exchanges of a batch in order.
    fn run(&self, ends: &mut impl Ends<T>, batch: &mut Batch<'_>) -> Tally;
}

/// Exchanges that follow one another.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Places of the initiators in their block, at most [`BATCH`].
    pub from: &'a [u32],
    /// Place of each initiator's partner in its block.
    pub partners: &'a [u32],
    /// Places of all peers that they draw: a row for each draw, the first of them the partners; empty from a list.
    pub peers: &'a [[u32; BATCH]],
    /// Which nodes the places of the initiators' block are, and those of the partners' (not of a window of it).
    pub nodes: [Nodes<'a>; 2],
    /// What is lost, one entry an initiator; empty if nothing is.
    pub losses: &'a [u8],
    /// Room for the protocol: two words a draw.
    pub scratch: &'a mut [u64],
}

/// What is noted of each node in a pass, a word a node; nothing of what is missing.
#[derive(Debug, Default)]
pub struct Notes<'a> {
    /// What it picks right after its turn ([`Partners::pick`]); [`NOBODY`] if it may not start.
    pub picks: Option<&'a mut [u32]>,
    /// Whom it has met as an initiator; [`NOBODY`] for nobody.
    pub met: Option<&'a mut [u32]>,
}

/// Whom nodes meet: a list, or what they choose when their turn comes.
pub trait Partners<T>: Sync {
    /// The partner of each node, or [`NOBODY`], if that is known beforehand.
    fn list(&self) -> Option<&[u32]> {
        None
    }

    /// Whether exchanges come in the order of nodes that choose when their turn comes.
    fn is_choosing(&self) -> bool {
        self.list().is_none()
    }

    /// How many of some nodes may start.
    fn starting(&self, nodes: Range<usize>) -> usize;

    /// Whether a node may start.
    fn may_start(&self, node: usize) -> bool;

    /// Fills `words` with a word for each of some nodes, by which it chooses.
    fn words(&self, nodes: Range<usize>, words: &mut Vec<u32>);

    /// A node's turn comes soon: what it will look at elsewhere when it chooses is fetched, as far as its state tells.
    /// Changes speed only.
    fn foresee(&self, _node: usize, _word: u32, _cells: &[T]) {}

    /// The partner of a node whose turn has come, or [`NOBODY`]. The node may change its own state, `cells`.
    fn choose(&self, node: usize, word: u32, cells: &mut [T]) -> u32;

    /// Fills `words` with a word for each of some nodes, by which it picks.
    fn pick_words(&self, _nodes: Range<usize>, _words: &mut [u32]) {}

    /// A node picks soon: as [`Partners::foresee`].
    fn foresee_pick(&self, _node: usize, _word: u32, _cells: &[T]) {}

    /// What a node picks from its state, `cells`, right after its turn; [`NOBODY`] if it may not start.
    fn pick(&self, _node: usize, _word: u32, _cells: &[T]) -> u32 {
        NOBODY
    }
}

/// Whom nodes have met in a pass in which they chose ([`Notes::met`]): the same exchanges in the same order, for
/// another protocol.
#[derive(Clone, Copy, Debug)]
pub struct Again<'a> {
    /// Whom each node met.
    pub met: &'a [u32],
    /// Who might start.
    pub starting: Mask<'a>,
}

impl<T> Partners<T> for Again<'_> {
    fn list(&self) -> Option<&[u32]> {
        Some(self.met)
    }
    fn is_choosing(&self) -> bool {
        true
    }
    fn starting(&self, nodes: Range<usize>) -> usize {
        nodes.map(|node| usize::from(self.starting.holds(node))).sum()
    }
    fn may_start(&self, node: usize) -> bool {
        self.starting.holds(node)
    }
    fn words(&self, nodes: Range<usize>, words: &mut Vec<u32>) {
        words.clear();
        words.extend_from_slice(&self.met[nodes]);
    }
    fn choose(&self, _: usize, word: u32, _: &mut [T]) -> u32 {
        word
    }
}

/// A list of all nodes' partners.
impl<T> Partners<T> for &[u32] {
    fn list(&self) -> Option<&[u32]> {
        Some(self)
    }
    fn starting(&self, nodes: Range<usize>) -> usize {
        self[nodes].iter().map(|&partner| usize::from(partner != NOBODY)).sum()
    }
    fn may_start(&self, node: usize) -> bool {
        self[node] != NOBODY
    }
    fn words(&self, nodes: Range<usize>, words: &mut Vec<u32>) {
        words.clear();
        words.extend_from_slice(&self[nodes]);
    }
    fn choose(&self, _: usize, word: u32, _: &mut [T]) -> u32 {
        word
    }
}
