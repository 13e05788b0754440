//! Exchanges with partners drawn on the spot.
//!
//! ```text
//! few members: all start one after the other, in the order of a random permutation
//! many: repeat ROUNDS times: match the blocks at random; for each pair of blocks, in parallel:
//!     in turns: a part of each block's members starts, each with uniform members of the opposing block
//! ```
//!
//! The order of many members differs from that of a random permutation in two ways: a member meets members of one other
//! block alone for half a cycle, and members that are neighbours in a part start one after the other in every cycle.
//! Both matter the less, the more members a block has. With 2^13 of them the factor of averaging is within 0.0002 of
//! the theorem's .3033 (`bench --bin published -- --only sizes`). With blocks of 62 members it rises from .302 to .310.
//!
//! Each member starts once a cycle: a block's parts take their turns in an order drawn anew for every block and cycle.
//! (In a fixed order the variance of averaging would fall by 0.293 a cycle instead of 0.3033: nodes that are late are
//! late again.) A pair of blocks meets itself instead of each other just often enough that every other node is an
//! equally likely partner. Among members that are only part of a block, a roster of their places stands in for the
//! block.
//!
//! Reads and writes every state once a round, as a stream, and each partner at random within a block that lies in
//! cache.

use kernels::exchange::{BATCH, Nodes, Tally, WINDOW, Windowed};
use kernels::peers::{in_window, uniform, uniform_many};
use rayon::prelude::*;

use super::blocks::{Block, Roster, blocks, permuted, run, shuffle, total, within};
use super::{Batch, Draws, Partition, Protocol};
use crate::memory::Mask;

/// Times a cycle that blocks are matched. May change results.
const ROUNDS: usize = 2;
/// The most parts of a block.
const MOST_PARTS: usize = 16;

/// Parts of a block, which take turns: enough that the order of single partners is new in every cycle; where a node
/// picks among many candidates the order matters less, and large parts share the cost of a window. May change results.
fn parts(draws: usize) -> usize {
    if draws == 1 { MOST_PARTS } else { MOST_PARTS / 4 }
}

/// Members whose random words are computed together. May change results.
const ALIGNED: usize = 64;

/// A pass whose partners are drawn on the spot.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// The cloud in blocks of members.
    pub partition: &'a Partition,
    /// Who the members are.
    pub mask: Mask<'a>,
}

impl Drawn<'_> {
    /// Runs one cycle of a protocol over a column: every member starts once.
    pub fn run<T: Copy + Send>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally {
        if self.partition.members() < 2 {
            return Tally::default();
        }
        if let Some(members) = self.partition.few() {
            let roster = Roster::of(permuted(members.to_vec(), &self.draws));
            let whole = &mut Block { number: 0, first: 0, state, mask: self.mask };
            let all = Starting { round: 0, members: 0..roster.count() };
            return self.start(whole, None, [&roster; 2], all, protocol, &mut Scratch::new(protocol.draws()));
        }
        let mut blocks = blocks(self.partition, state, self.mask);
        let matches = self.draws.matches();
        let mut tally = Tally::default();
        for round in 0..ROUNDS {
            shuffle(&mut blocks, &matches, 0, 2 * round as u32);
            let tallies: Vec<_> = blocks
                .par_chunks_mut(2)
                .map_init(|| Scratch::new(protocol.draws()), |scratch, pair| self.meet(pair, round, protocol, scratch))
                .collect();
            tally.add(total(tallies));
        }
        tally
    }

    /// One round of a pair of blocks.
    fn meet<T: Copy>(
        &self,
        pair: &mut [Block<'_, T>],
        round: usize,
        protocol: &impl Protocol<T>,
        scratch: &mut Scratch<T>,
    ) -> Tally {
        let [one, other] = pair else { unreachable!("the number of blocks is even") };
        let apart = within(self.partition, &self.draws.matches(), one.number, round as u32);
        let [order, other_order] = [&*one, &*other].map(|block| self.order(block.number, parts(protocol.draws())));
        let mut rosters = std::mem::take(&mut scratch.rosters);
        rosters[0].read(one);
        rosters[1].read(other);
        let [roster, other_roster] = &rosters;
        fetch(one.state);
        fetch(other.state);
        let mut tally = Tally::default();
        let parts = order.len() / ROUNDS;
        for turn in round * parts..(round + 1) * parts {
            let turns = [(roster, &order), (other_roster, &other_order)];
            let [turn, other_turn] = turns
                .map(|(roster, order)| Starting { round, members: range(roster.count(), order[turn], order.len()) });
            if apart {
                tally.add(self.start(one, None, [roster, roster], turn, protocol, scratch));
                tally.add(self.start(other, None, [other_roster, other_roster], other_turn, protocol, scratch));
            } else {
                tally.add(self.start(one, Some(other), [roster, other_roster], turn, protocol, scratch));
                tally.add(self.start(other, Some(one), [other_roster, roster], other_turn, protocol, scratch));
            }
        }
        scratch.rosters = rosters;
        tally
    }

    /// The order in which the parts of a block take their turns in this cycle.
    fn order(&self, block: u32, parts: usize) -> Vec<usize> {
        let mut order: Vec<_> = (0..parts).collect();
        shuffle(&mut order, &self.draws.order(), block.wrapping_mul(MOST_PARTS as u32), 0);
        order
    }

    /// Some members of a block start.
    fn start<T: Copy>(
        &self,
        own: &mut Block<'_, T>,
        mut other: Option<&mut Block<'_, T>>,
        [roster, other_roster]: [&Roster; 2],
        Starting { round, members }: Starting,
        protocol: &impl Protocol<T>,
        scratch: &mut Scratch<T>,
    ) -> Tally {
        let peers = other_roster.count() - usize::from(other.is_none()).min(other_roster.count());
        if peers == 0 {
            return Tally::default();
        }
        // Members draw by their number in their block, so that batches begin where vectors do.
        let base = own.number.wrapping_mul(self.partition.stride());
        let mut tally = Tally::default();
        for start in members.clone().step_by(BATCH) {
            let count = BATCH.min(members.end - start);
            let node = base + start as u32;
            let Scratch { from, to, losses, words, protocol: room, window, .. } = scratch;
            let from = &mut from[..count];
            for (k, from) in from.iter_mut().enumerate() {
                *from = (start + k) as u32;
            }
            let losses = &mut losses[..if self.draws.lossy() { count } else { 0 }];
            self.draws.losses().fill(losses, words, node, 0);
            let partners = self.draws.partners();
            let windowed = other.is_some() && to.len() > 1 && peers >= WINDOW;
            if windowed {
                in_window(to, count, &partners, node);
            } else {
                self.peers(to, count, node, peers as u32);
                if other.is_none() {
                    // A member is not a peer of its own: those from its number on move up by one.
                    for (to, &from) in to.iter_mut().flat_map(|row| row.iter_mut().zip(&*from)) {
                        *to += u32::from(*to >= from);
                    }
                }
                for row in &mut *to {
                    other_roster.places(&mut row[..count]);
                }
            }
            roster.places(from);
            let firsts = [own.first, other.as_ref().map_or(own.first, |other| other.first)];
            let nodes = [Nodes::from(&firsts[0]), Nodes::from(&firsts[1])];
            let batch = &mut Batch { from, partners: &to[0][..count], peers: to, nodes, losses, scratch: room };
            tally.add(match &mut other {
                Some(other) if windowed => {
                    let at = (self.window(base, round, peers) + start * WINDOW / BATCH) % peers;
                    through_window(protocol, own, other, other_roster, at, window, batch)
                }
                other => run(protocol, own, other.as_deref_mut(), batch),
            });
        }
        tally
    }

    /// Draws peers among `range` for `count` nodes from `first` on.
    fn peers(&self, to: &mut [[u32; BATCH]], count: usize, first: u32, range: u32) {
        match to {
            [partners] => uniform(&mut partners[..count], &self.draws.partners(), first, range),
            rows => uniform_many(rows, count, &self.draws.partners(), first, range),
        }
    }

    /// Where the windows of a round begin: from there they move on with the initiators, so that all members of the
    /// opposing block are candidates equally often.
    fn window(&self, base: u32, round: usize, members: usize) -> usize {
        let word = self.draws.windows().word(base, round as u32);
        (u64::from(word) * members as u64 >> 32) as usize
    }
}

/// What part of a block starts in which round.
struct Starting {
    round: usize,
    members: std::ops::Range<usize>,
}

/// Runs a batch whose peers lie in a window of the opposing block's members, from number `at` on and around its end.
/// The window is copied out and back, so that the members of a roster lie together.
fn through_window<T: Copy>(
    protocol: &impl Protocol<T>,
    own: &mut Block<'_, T>,
    other: &mut Block<'_, T>,
    roster: &Roster,
    at: usize,
    window: &mut Vec<T>,
    batch: &mut Batch<'_>,
) -> Tally {
    window.clear();
    roster.copy_out(other.state, at, window);
    let Some(view) = window.first_chunk_mut() else { unreachable!("the window was just filled") };
    let own_is_lower = own.first < other.first;
    let tally = protocol.run(&mut Windowed { own: &mut *own.state, other: view, own_is_lower }, batch);
    roster.copy_back(other.state, at, view);
    tally
}

/// Reads a word of every cache line in order, so that the block streams in before it is read at random.
fn fetch<T: Copy>(state: &[T]) {
    for at in (0..state.len()).step_by((64 / size_of::<T>()).max(1)) {
        std::hint::black_box(state[at]);
    }
}

/// The members of one of the parts of `count`: it begins where a vector does, unless parts are small.
fn range(count: usize, part: usize, parts: usize) -> std::ops::Range<usize> {
    let bound = |part: usize| match count * part / parts {
        at if part < parts && count >= ALIGNED * parts => at / ALIGNED * ALIGNED,
        at => at,
    };
    bound(part)..bound(part + 1)
}

/// Room for a batch, kept by each thread.
struct Scratch<T> {
    from: [u32; BATCH],
    to: Vec<[u32; BATCH]>,
    losses: [u8; BATCH],
    words: [u32; BATCH],
    protocol: Vec<u64>,
    window: Vec<T>,
    rosters: [Roster; 2],
}

impl<T> Scratch<T> {
    /// Room for a protocol that draws so many peers.
    fn new(draws: usize) -> Self {
        Self {
            from: [0; BATCH],
            to: vec![[0; BATCH]; draws],
            losses: [0; BATCH],
            words: [0; BATCH],
            protocol: vec![0; 2 * draws],
            window: Vec::new(),
            rosters: Default::default(),
        }
    }
}
