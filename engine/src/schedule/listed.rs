//! Exchanges with partners that come as a list.
//!
//! ```text
//! bucket the exchanges by (block of initiator, block of partner), in the order of the initiators
//! for each round of a tournament of the blocks, in random order; for each pair of blocks, in parallel:
//!     run the exchanges from the one to the other, then those from the other to the one
//! ```
//!
//! One round of the tournament is every block against itself. Blocks are few and large, so that each holds a stream of
//! initiators; partners lie anywhere in theirs, and are read ahead a batch at a time. A node's exchange moves to another
//! place in the order whenever its partner lies in another block, and blocks meet in a new order every cycle.
//!
//! Bucketing reads 4 bytes a node twice and writes 8; an exchange reads those 8, and touches one cache line of the initiator
//! in order and one of the partner at random.

use kernels::exchange::{BATCH, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::peers::uniform;
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use rayon::prelude::*;

use super::blocks::{Block, blocks, run, shuffle, total};
use super::{Batch, Draws, MEMBER, Partition, Protocol};
use crate::split::between;

/// No partner: the node does not start an exchange.
pub const NOBODY: u32 = u32::MAX;

/// Nodes whose partners are drawn together.
const STRIDE: usize = 1 << 14;

/// Blocks are as large as leaves at most 2^3 of them, so that consecutive initiators share cache lines; half as many threads
/// run side by side. May change results.
const BLOCKS_BITS: u32 = 3;

/// Exchanges of a batch, and batches between the fetching of a batch's cache lines and its exchanges. Change speed only.
const SMALL: usize = 16;
const AHEAD: usize = 4;

/// Writes a uniform member as a partner for every node that `starts` into a list, and [`NOBODY`] for the others: the oracle.
/// `members` marks who may be drawn; a mask that is empty marks all nodes.
pub fn draw_partners(list: &mut [u32], draws: &Draws, members: &[u8], starts: impl Fn(usize) -> bool + Sync) {
    let nodes = list.len() as u32;
    let stream = draws.partners();
    let alone = nodes < 2 || (!members.is_empty() && members.iter().filter(|&&m| m == MEMBER).take(2).count() < 2);
    list.par_chunks_mut(STRIDE).enumerate().for_each(|(stride, partners)| {
        if alone {
            return partners.fill(NOBODY);
        }
        let first = (stride * STRIDE) as u32;
        uniform(partners, &stream, first, nodes - 1);
        for (k, partner) in partners.iter_mut().enumerate() {
            let node = first + k as u32;
            *partner += u32::from(*partner >= node);
            if !starts(node as usize) {
                *partner = NOBODY;
            } else if !members.is_empty() {
                *partner = draws.member(node, *partner, members);
            }
        }
    });
}

/// Exchanges of one cycle, bucketed by blocks.
#[derive(Debug)]
pub struct Buckets<'a> {
    /// (place of the initiator, place of the partner), block by block of the initiator.
    entries: Vec<&'a [[u32; 2]]>,
    /// For each block of the initiator, where the entries for each block of the partner begin, and where the last end.
    starts: Vec<Vec<usize>>,
    partition: Partition,
}

impl<'a> Buckets<'a> {
    /// Buckets the exchanges of a list of partners into `entries`, of the same length.
    ///
    /// # Panics
    /// If the lengths differ, or a partner is neither a node nor [`NOBODY`].
    #[must_use]
    pub fn new(list: &[u32], entries: &'a mut [[u32; 2]]) -> Self {
        assert_eq!(list.len(), entries.len());
        let bits = (list.len().next_power_of_two().trailing_zeros()).saturating_sub(BLOCKS_BITS);
        let partition = Partition::even(list.len(), 1 << bits);
        let count = partition.bounds().len() - 1;
        let (entries, starts) = between((list, entries), partition.bounds())
            .into_par_iter()
            .map(|(list, entries)| {
                let starts = bucket(list, entries, bits, count);
                (&*entries, starts)
            })
            .unzip();
        Self { entries, starts, partition }
    }

    /// The exchanges from one block to another.
    fn between_blocks(&self, own: u32, other: u32) -> &[[u32; 2]] {
        let starts = &self.starts[own as usize];
        &self.entries[own as usize][starts[other as usize]..starts[other as usize + 1]]
    }
}

/// Sorts the exchanges of one block by the block of the partner; returns where each begins.
fn bucket(list: &[u32], entries: &mut [[u32; 2]], bits: u32, blocks: usize) -> Vec<usize> {
    let mut starts = vec![0; blocks + 1];
    for &partner in list {
        if partner != NOBODY {
            starts[(partner >> bits) as usize + 1] += 1;
        }
    }
    for block in 0..blocks {
        starts[block + 1] += starts[block];
    }
    let mut next = starts.clone();
    let mask = (1 << bits) - 1;
    for (own, &partner) in list.iter().enumerate() {
        if partner != NOBODY {
            let at = &mut next[(partner >> bits) as usize];
            entries[*at] = [own as u32, partner & mask];
            *at += 1;
        }
    }
    starts
}

/// A pass whose partners come as a list.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// Who exchanges with whom.
    pub buckets: &'a Buckets<'a>,
}

impl Listed<'_> {
    /// Runs one cycle of a protocol that has one partner an exchange.
    pub fn run<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally {
        let mut waiting: Vec<_> = blocks(&self.buckets.partition, state, &[]).into_iter().map(Some).collect();
        let count = waiting.len().next_multiple_of(2);
        waiting.resize_with(count, || None);
        // Seats around a table: the first stays, the others move on by one each round; opposite seats meet.
        let mut seats: Vec<_> = (0..count).collect();
        let mut rounds: Vec<_> = (0..count).collect();
        shuffle(&mut seats, &self.draws.matches(), 0, 0);
        shuffle(&mut rounds, &self.draws.order(), 0, 0);
        let mut tally = Tally::default();
        for round in rounds {
            let seat = |k: usize| if k == 0 { seats[0] } else { seats[1 + (k - 1 + round) % (count - 1)] };
            let meet = |k: usize| {
                // The last round is every block against itself.
                if round == count - 1 { [seats[2 * k], seats[2 * k + 1]] } else { [seat(k), seat(count - 1 - k)] }
            };
            let mut pairs: Vec<_> = (0..count / 2).map(|k| meet(k).map(|block| waiting[block].take())).collect();
            let tallies: Vec<_> =
                pairs.par_iter_mut().map(|pair| self.meet(pair, round == count - 1, protocol)).collect();
            tally.add(total(tallies));
            for block in pairs.into_iter().flatten().flatten() {
                let number = block.number as usize;
                waiting[number] = Some(block);
            }
        }
        tally
    }

    /// One round of a pair of blocks.
    fn meet<T: Copy>(&self, pair: &mut [Option<Block<'_, T>>; 2], apart: bool, protocol: &impl Protocol<T>) -> Tally {
        let mut tally = Tally::default();
        if apart {
            for block in pair.iter_mut().flatten() {
                let entries = self.buckets.between_blocks(block.number, block.number);
                tally.add(self.exchange(block, None, entries, protocol));
            }
        } else if let [Some(one), Some(other)] = pair {
            let there = self.buckets.between_blocks(one.number, other.number);
            let back = self.buckets.between_blocks(other.number, one.number);
            tally.add(self.exchange(one, Some(other), there, protocol));
            tally.add(self.exchange(other, Some(one), back, protocol));
        }
        tally
    }

    /// Runs the exchanges from one block to another, or within it.
    fn exchange<T: Copy>(
        &self,
        own: &mut Block<'_, T>,
        mut other: Option<&mut Block<'_, T>>,
        entries: &[[u32; 2]],
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let (mut from, mut to, mut losses) = ([0; BATCH], [[0; BATCH]], [0; BATCH]);
        let mut tally = Tally::default();
        let mut ahead = entries.chunks(SMALL).skip(AHEAD);
        for batch in entries.chunks(SMALL) {
            if let Some(next) = ahead.next() {
                read_ahead(own.state, other.as_ref().map_or(&*own.state, |other| &*other.state), next);
            }
            for (k, &[own, other]) in batch.iter().enumerate() {
                from[k] = own;
                to[0][k] = other;
            }
            let from = &from[..batch.len()];
            let losses = &mut losses[..if self.draws.lossy() { from.len() } else { 0 }];
            for (loss, &at) in losses.iter_mut().zip(from) {
                *loss = self.draws.loss(own.first + at);
            }
            let batch = &mut Batch { from, to: &to, losses, scratch: &mut [0; 2] };
            tally.add(run(protocol, own, other.as_deref_mut(), batch));
        }
        tally
    }
}

/// Asks for the cache lines of both ends of the next exchanges, so that they arrive while others are at work.
fn read_ahead<T: Copy>(own: &[T], other: &[T], batch: &[[u32; 2]]) {
    for &[from, to] in batch {
        prefetch(&own[from as usize]);
        prefetch(&other[to as usize]);
    }
}

impl Draws {
    /// What is lost of the exchange that a node starts.
    fn loss(&self, node: u32) -> u8 {
        let (mut loss, mut word) = ([0], [0]);
        self.losses(&mut loss, &mut word, node, 0);
        match loss {
            [REQUEST_LOST] => REQUEST_LOST,
            [REPLY_LOST] => REPLY_LOST,
            _ => 0,
        }
    }

    /// The first member other than itself that a node draws; the first draw is given. There must be two members.
    fn member(&self, node: u32, first: u32, members: &[u8]) -> u32 {
        let others = members.len() as u32 - 1;
        let mut partner = first;
        let mut attempt = 1;
        while members[partner as usize] != MEMBER {
            // Any word will do that is neither biased nor used: again by rejection.
            if let Some(index) = index(self.retries().word(node, attempt), others) {
                partner = index + u32::from(index >= node);
            }
            attempt += 1;
        }
        partner
    }
}
