//! An atomic exchange between two nodes, over a list of them, one after the other.
//!
//! The nodes of a list that start lie in one block, their partners in another ([`Cross`]) or in the same one
//! ([`Within`]); [`Ends`] hides which. Reads and writes both ends of each exchange in the order of the list.
//! Costs at the partner one random access within its block.

use crate::philox::Stream;
use crate::prefetch::prefetch;
pub use crate::scalar::WINDOW;

/// The request is lost: nothing happens.
pub const REQUEST_LOST: u8 = 1;
/// The reply is lost: the partner has updated, the initiator has not.
pub const REPLY_LOST: u8 = 2;

/// The most initiators of a batch of exchanges whose peers are drawn together.
pub const BATCH: usize = 256;

/// What became of the exchanges that nodes started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests sent.
    pub requests: u64,
    /// Requests that were lost.
    pub requests_lost: u64,
    /// Replies that were lost.
    pub replies_lost: u64,
    /// Requests that arrived and ask for no reply.
    pub one_way: u64,
    /// Requests to dead nodes, beside the others: nobody answers, and the node that sent one tries another.
    pub failed: u64,
    /// Requests that arrived, and were to no purpose: whoever asked would not have done so if it had known of the other
    /// what that holds by now.
    pub useless: u64,
}

impl Tally {
    /// Counts one exchange by its loss: 0, [`REQUEST_LOST`] or [`REPLY_LOST`].
    #[inline]
    pub fn count(&mut self, loss: u8) {
        self.requests += 1;
        self.requests_lost += u64::from(loss == REQUEST_LOST);
        self.replies_lost += u64::from(loss == REPLY_LOST);
    }

    /// Counts one message that asks for no reply.
    #[inline]
    pub fn tell(&mut self, is_lost: bool) {
        self.requests += 1;
        self.requests_lost += u64::from(is_lost);
        self.one_way += u64::from(!is_lost);
    }

    /// Adds the counts of other exchanges.
    pub fn add(&mut self, other: Self) {
        self.one_way += other.one_way;
        self.failed += other.failed;
        self.useless += other.useless;
        self.requests += other.requests;
        self.requests_lost += other.requests_lost;
        self.replies_lost += other.replies_lost;
    }

    /// Messages sent: requests, a reply to each that arrived and asks for one, and those to dead nodes.
    #[must_use]
    pub fn messages(&self) -> u64 {
        2 * self.requests - self.requests_lost - self.one_way + self.failed
    }

    /// Messages lost.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.requests_lost + self.replies_lost
    }
}

/// What the network loses in a pass: of requests, and of replies.
#[derive(Clone, Copy, Debug)]
pub struct Losses {
    /// Where the words come from by which it is drawn, request and reply.
    pub streams: [Stream; 2],
    /// Words below these are losses, of 2^32.
    pub below: [u64; 2],
}

impl Losses {
    /// What is lost of exchange number `draw` that each of the nodes `first..` starts. `words` is room for as many.
    pub fn fill(&self, losses: &mut [u8], words: &mut [u32], first: u32, draw: u32) {
        let words = &mut words[..losses.len()];
        losses.fill(0);
        // A request that is lost has no reply that could be.
        for (which, lost) in [(1, REPLY_LOST), (0, REQUEST_LOST)] {
            self.streams[which].fill(words, first, draw);
            for (loss, &word) in losses.iter_mut().zip(&*words) {
                *loss = if u64::from(word) < self.below[which] { lost } else { *loss };
            }
        }
    }

    /// What is lost of the first exchange that a node starts: a word each, where [`Losses::fill`] draws many at once.
    #[must_use]
    pub fn of(&self, node: u32) -> u8 {
        let is_lost =
            |which: usize| self.below[which] > 0 && u64::from(self.streams[which].word(node, 0)) < self.below[which];
        match (is_lost(0), is_lost(1)) {
            (true, _) => REQUEST_LOST,
            (false, true) => REPLY_LOST,
            (false, false) => 0,
        }
    }
}

/// The two ends of exchanges: where initiators lie, and where partners lie.
pub trait Ends<T> {
    /// State of the initiator at this place.
    fn initiator(&self, at: u32) -> T;
    /// State of the partner at this place.
    fn partner(&self, at: u32) -> T;
    /// Replaces the initiator's state.
    fn set_initiator(&mut self, at: u32, state: T);
    /// Replaces the partner's state.
    fn set_partner(&mut self, at: u32, state: T);
    /// The states of both ends, so many cells each, for nodes that hold several: the places are those of the first
    /// cells.
    fn both(&mut self, initiator: usize, partner: usize, cells: usize) -> [&mut [T]; 2];
    /// Asks for the cache line of the partner's state.
    fn prefetch_partner(&self, at: usize);
    /// Asks for the cache line of the initiator's state.
    fn prefetch_initiator(&self, at: usize);
    /// Whether the initiator's index in the cloud is below the partner's.
    fn initiator_is_lower(&self, initiator: u32, partner: u32) -> bool;
}

/// Which nodes of the cloud the places of a block are: ranges of 2^`bits` consecutive nodes, side by side in any order.
#[derive(Clone, Copy, Debug)]
pub struct Nodes<'a> {
    firsts: &'a [u32],
    bits: u32,
}

impl<'a> Nodes<'a> {
    /// The nodes from a first one on.
    #[must_use]
    pub fn from(first: &'a u32) -> Self {
        Self { firsts: std::slice::from_ref(first), bits: u32::BITS }
    }

    /// Ranges of 2^`bits` nodes, which begin at `firsts`.
    #[must_use]
    pub fn ranges(firsts: &'a [u32], bits: u32) -> Self {
        Self { firsts, bits }
    }

    /// The node at a place.
    ///
    /// # Panics
    /// If there is no such place.
    #[must_use]
    #[inline]
    pub fn at(&self, place: u32) -> u32 {
        let range = u64::from(place) >> self.bits;
        self.firsts[range as usize] + (u64::from(place) - (range << self.bits)) as u32
    }
}

/// Initiators in one block, partners in another.
#[derive(Debug)]
pub struct Cross<'a, T> {
    /// The initiators' block.
    pub own: &'a mut [T],
    /// The partners' block.
    pub other: &'a mut [T],
    /// Which nodes the places of either block are.
    pub nodes: [Nodes<'a>; 2],
}

/// Initiators in one block, partners in a window of another, which holds a power of two so that places need no check.
#[derive(Debug)]
pub struct Windowed<'a, T> {
    /// The initiators' block.
    pub own: &'a mut [T],
    /// The partners' window.
    pub other: &'a mut [T; WINDOW],
    /// Whether the initiators' block comes before the other in the cloud.
    pub own_is_lower: bool,
}

/// Both ends in the same block.
#[derive(Debug)]
pub struct Within<'a, T>(pub &'a mut [T]);

/// Both ends in the same block, whose places are nodes in any order.
#[derive(Debug)]
pub struct Shuffled<'a, T> {
    /// The block.
    pub block: Within<'a, T>,
    /// Which nodes its places are.
    pub nodes: Nodes<'a>,
}

impl<T: Copy> Ends<T> for Cross<'_, T> {
    #[inline]
    fn initiator(&self, at: u32) -> T {
        self.own[at as usize]
    }
    #[inline]
    fn partner(&self, at: u32) -> T {
        self.other[at as usize]
    }
    #[inline]
    fn set_initiator(&mut self, at: u32, state: T) {
        self.own[at as usize] = state;
    }
    #[inline]
    fn set_partner(&mut self, at: u32, state: T) {
        self.other[at as usize] = state;
    }
    #[inline]
    fn both(&mut self, initiator: usize, partner: usize, cells: usize) -> [&mut [T]; 2] {
        let (own, other) = (initiator, partner);
        [&mut self.own[own..own + cells], &mut self.other[other..other + cells]]
    }
    #[inline]
    fn prefetch_partner(&self, at: usize) {
        prefetch(&self.other[at]);
    }
    #[inline]
    fn prefetch_initiator(&self, at: usize) {
        prefetch(&self.own[at]);
    }
    #[inline]
    fn initiator_is_lower(&self, initiator: u32, partner: u32) -> bool {
        self.nodes[0].at(initiator) < self.nodes[1].at(partner)
    }
}

impl<T: Copy> Ends<T> for Windowed<'_, T> {
    #[inline]
    fn initiator(&self, at: u32) -> T {
        self.own[at as usize]
    }
    #[inline]
    fn partner(&self, at: u32) -> T {
        self.other[at as usize % WINDOW]
    }
    #[inline]
    fn set_initiator(&mut self, at: u32, state: T) {
        self.own[at as usize] = state;
    }
    #[inline]
    fn set_partner(&mut self, at: u32, state: T) {
        self.other[at as usize % WINDOW] = state;
    }
    #[inline]
    fn both(&mut self, initiator: usize, partner: usize, cells: usize) -> [&mut [T]; 2] {
        let (own, other) = (initiator, partner % WINDOW);
        [&mut self.own[own..own + cells], &mut self.other[other..other + cells]]
    }
    #[inline]
    fn prefetch_partner(&self, at: usize) {
        prefetch(&self.other[at % WINDOW]);
    }
    #[inline]
    fn prefetch_initiator(&self, at: usize) {
        prefetch(&self.own[at]);
    }
    #[inline]
    fn initiator_is_lower(&self, _: u32, _: u32) -> bool {
        self.own_is_lower
    }
}

impl<T: Copy> Ends<T> for Within<'_, T> {
    #[inline]
    fn initiator(&self, at: u32) -> T {
        self.0[at as usize]
    }
    #[inline]
    fn partner(&self, at: u32) -> T {
        self.0[at as usize]
    }
    #[inline]
    fn set_initiator(&mut self, at: u32, state: T) {
        self.0[at as usize] = state;
    }
    #[inline]
    fn set_partner(&mut self, at: u32, state: T) {
        self.0[at as usize] = state;
    }
    #[inline]
    fn both(&mut self, initiator: usize, partner: usize, cells: usize) -> [&mut [T]; 2] {
        let (own, other) = (initiator, partner);
        let (low, high) = self.0.split_at_mut(own.max(other));
        let (low, high) = (&mut low[own.min(other)..][..cells], &mut high[..cells]);
        if own < other { [low, high] } else { [high, low] }
    }
    #[inline]
    fn prefetch_partner(&self, at: usize) {
        prefetch(&self.0[at]);
    }
    #[inline]
    fn prefetch_initiator(&self, at: usize) {
        prefetch(&self.0[at]);
    }
    #[inline]
    fn initiator_is_lower(&self, initiator: u32, partner: u32) -> bool {
        initiator < partner
    }
}

impl<T: Copy> Ends<T> for Shuffled<'_, T> {
    #[inline]
    fn initiator(&self, at: u32) -> T {
        self.block.initiator(at)
    }
    #[inline]
    fn partner(&self, at: u32) -> T {
        self.block.partner(at)
    }
    #[inline]
    fn set_initiator(&mut self, at: u32, state: T) {
        self.block.set_initiator(at, state);
    }
    #[inline]
    fn set_partner(&mut self, at: u32, state: T) {
        self.block.set_partner(at, state);
    }
    #[inline]
    fn both(&mut self, initiator: usize, partner: usize, cells: usize) -> [&mut [T]; 2] {
        self.block.both(initiator, partner, cells)
    }
    #[inline]
    fn prefetch_partner(&self, at: usize) {
        self.block.prefetch_partner(at);
    }
    #[inline]
    fn prefetch_initiator(&self, at: usize) {
        self.block.prefetch_initiator(at);
    }
    #[inline]
    fn initiator_is_lower(&self, initiator: u32, partner: u32) -> bool {
        self.nodes.at(initiator) < self.nodes.at(partner)
    }
}

/// Runs the exchanges (`from[k]`, `to[k]`), k ascending: both ends take what `merge` makes of the two. `losses` is
/// empty, or `losses[k]` is 0, [`REQUEST_LOST`] or [`REPLY_LOST`].
///
/// # Panics
/// If the lengths do not fit or an index lies outside its block.
#[inline]
pub fn exchange<T: Copy>(
    ends: &mut impl Ends<T>,
    from: &[u32],
    to: &[u32],
    losses: &[u8],
    merge: impl Fn(T, T) -> T,
) -> Tally {
    assert_eq!(from.len(), to.len());
    if losses.is_empty() {
        for (&from, &to) in from.iter().zip(to) {
            let merged = merge(ends.initiator(from), ends.partner(to));
            ends.set_initiator(from, merged);
            ends.set_partner(to, merged);
        }
        return Tally { requests: from.len() as u64, ..Tally::default() };
    }
    assert_eq!(from.len(), losses.len());
    let mut tally = Tally::default();
    for ((&from, &to), &loss) in from.iter().zip(to).zip(losses) {
        tally.count(loss);
        if loss != REQUEST_LOST {
            let merged = merge(ends.initiator(from), ends.partner(to));
            ends.set_partner(to, merged);
            if loss != REPLY_LOST {
                ends.set_initiator(from, merged);
            }
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_a_shuffled_block_are_in_the_order_of_their_nodes() {
        // Places 0 and 1 are nodes 6 and 7, places 2 and 3 are nodes 2 and 3.
        let (mut state, firsts) = ([0_u32; 4], [6, 2]);
        let ends = Shuffled { block: Within(&mut state), nodes: Nodes::ranges(&firsts, 1) };
        assert!(ends.initiator_is_lower(2, 0) && ends.initiator_is_lower(0, 1) && !ends.initiator_is_lower(1, 3));
    }
}
