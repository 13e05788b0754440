//! Perfect matchings of the nodes: the second pairing, for comparison.
//!
//! Twice a cycle all members are matched one to one at random, if they are few ([`super::FEW`]). Of many, the blocks
//! are matched at random, and the members of each pair of blocks one to one at random; a pair of blocks is matched
//! within itself as often as for drawn partners. With an odd number of members one sits out; so does one of a pair of
//! blocks that differ by one.
//!
//! Reads and writes every state twice a cycle, as a stream, and partners at random within a block that lies in cache.

use kernels::exchange::{BATCH, Nodes, Tally};
use rayon::prelude::*;

use super::blocks::{Block, Roster, blocks, run, shuffle, total, within};
use super::{Batch, Draws, Partition, Protocol};
use crate::memory::Mask;

/// Matchings a cycle.
const ROUNDS: u32 = 2;

/// A pass in which every member takes part in two exchanges a cycle, one in each of two matchings.
#[derive(Clone, Copy, Debug)]
pub struct Matching<'a> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// The cloud in blocks of members.
    pub partition: &'a Partition,
    /// Who the members are.
    pub mask: Mask<'a>,
}

impl Matching<'_> {
    /// Runs one cycle of a protocol that draws one partner.
    pub fn run<T: Copy + Send>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally {
        if self.partition.members() < 2 {
            return Tally::default();
        }
        if let Some(members) = self.partition.few() {
            let whole = &mut Block { number: 0, first: 0, state, mask: self.mask };
            return total((0..ROUNDS).map(|round| {
                let mut order = members.to_vec();
                shuffle(&mut order, &self.draws.partners(), 0, 2 * round);
                self.halves(whole, &order, round, protocol)
            }));
        }
        let mut blocks = blocks(self.partition, state, self.mask);
        let matches = self.draws.matches();
        let mut tally = Tally::default();
        for round in 0..ROUNDS {
            shuffle(&mut blocks, &matches, 0, 2 * round);
            let tallies: Vec<_> = blocks.par_chunks_mut(2).map(|pair| self.meet(pair, round, protocol)).collect();
            tally.add(total(tallies));
        }
        tally
    }

    /// Matches the members of a pair of blocks.
    fn meet<T: Copy>(&self, pair: &mut [Block<'_, T>], round: u32, protocol: &impl Protocol<T>) -> Tally {
        let [one, other] = pair else { unreachable!("the number of blocks is even") };
        let [order, other_order] = [&*one, &*other].map(|block| self.order(block, round));
        if within(self.partition, &self.draws.matches(), one.number, round) {
            total(
                [(one, order), (other, other_order)].map(|(block, order)| self.halves(block, &order, round, protocol)),
            )
        } else {
            let pairs = order.len().min(other_order.len());
            self.exchange(one, Some(other), &order[..pairs], &other_order[..pairs], round, protocol)
        }
    }

    /// Matches the members of a block, in random order, among themselves: of an odd number one sits out.
    fn halves<T: Copy>(
        &self,
        block: &mut Block<'_, T>,
        order: &[u32],
        round: u32,
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let (from, to) = order.split_at(order.len() / 2);
        self.exchange(block, None, from, &to[..from.len()], round, protocol)
    }

    /// The places of a block's members in random order.
    fn order<T>(&self, block: &Block<'_, T>, round: u32) -> Vec<u32> {
        let mut roster = Roster::default();
        roster.read(block);
        let mut order: Vec<_> = (0..roster.count() as u32).collect();
        shuffle(&mut order, &self.draws.partners(), block.first, 2 * round);
        roster.places(&mut order);
        order
    }

    /// Runs the exchanges of matched members.
    fn exchange<T: Copy>(
        &self,
        own: &mut Block<'_, T>,
        mut other: Option<&mut Block<'_, T>>,
        from: &[u32],
        to: &[u32],
        round: u32,
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let (mut words, mut losses) = ([0; BATCH], [0; BATCH]);
        let mut tally = Tally::default();
        let mut node = own.first;
        for (from, partners) in from.chunks(BATCH).zip(to.chunks(BATCH)) {
            let losses = &mut losses[..if self.draws.lossy() { from.len() } else { 0 }];
            self.draws.losses().fill(losses, &mut words, node, round);
            node += from.len() as u32;
            let firsts = [own.first, other.as_ref().map_or(own.first, |other| other.first)];
            let nodes = [Nodes::from(&firsts[0]), Nodes::from(&firsts[1])];
            let batch = &mut Batch { from, partners, peers: &[], nodes, losses, scratch: &mut [0; 2] };
            tally.add(run(protocol, own, other.as_deref_mut(), batch));
        }
        tally
    }
}
