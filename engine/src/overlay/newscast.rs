//! Newscast: both keep the freshest entries of both views.
//!
//! Jelasity, Kowalczyk and van Steen, *Newscast computing*, 2003. A random partner; entries bear the low byte of the
//! cycle in which they were made, so that nothing need age; every few cycles entries that are too old for that are told
//! apart ([`kernels::views::forget`]). Messages carry the whole view and a fresh entry of the sender. Views are
//! freshest first, also those of nodes that begin, whose entries are all of one age.
//!
//! Which of two views comes first when they are merged is a bit of a hash of the initiator's address, under a key that
//! each cycle draws ([`kernels::scalar::mixed`]): a word of its own for each exchange would take longer.

use datasets::scenario::Sampling;
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::newscast::newscast;
use kernels::scalar::mixed;
use kernels::spread::Spread;
use kernels::views::{FORGET_CYCLES, NOBODY, Pair, View, forget, version_byte_mut, words};

use super::protocol::{ENTRY_BYTES, PeerSampling, Turn};
use crate::schedule::{Batch, lines};

/// Exchanges between the fetching of an initiator's record and its turn. Changes speed only.
const AHEAD: usize = 4;

/// Newscast.
#[derive(Debug)]
pub struct Newscast {
    entries: u64,
}

impl Newscast {
    /// That of a scenario.
    pub fn of(sampling: &Sampling) -> Self {
        Self { entries: sampling.view.into() }
    }
}

impl PeerSampling for Newscast {
    fn wire_bytes(&self) -> [u64; 2] {
        [(self.entries + 1) * ENTRY_BYTES; 2]
    }

    fn dates(&self) -> bool {
        true
    }

    #[inline]
    fn start(&self, turn: &Turn<'_>, node: u32, mut view: View<'_>, place: u32) -> u32 {
        if turn.draws.cycle.is_multiple_of(FORGET_CYCLES) {
            forget(&mut view, turn.now());
        }
        let first = view.addresses[place as usize];
        if first != NOBODY && turn.answers(node, first) {
            return first;
        }
        turn.any(node, view.addresses, place).map_or(NOBODY, |place| view.addresses[place])
    }

    fn call(&self, turn: &Turn<'_>, mut view: View<'_>, _: u32) {
        if turn.draws.cycle.is_multiple_of(FORGET_CYCLES) {
            forget(&mut view, turn.now());
        }
    }

    fn exchange(&self, turn: &Turn<'_>, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        let (entries, cells, now) = (turn.entries, words(turn.entries), turn.now());
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        let [low, high, ..] = turn.draws.meetings().quad_of_many(0, 0);
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            if let Some(&ahead) = batch.from.get(k + AHEAD) {
                lines::<u32>(ahead as usize, cells).for_each(|cell| ends.prefetch_initiator(cell));
            }
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            if loss == REQUEST_LOST {
                continue;
            }
            let [own_record, other_record] = ends.both(from as usize * cells, to as usize * cells, cells);
            let (own_view, other_view) = (View::of(own_record, entries), View::of(other_record, entries));
            let [own, other] = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let mut meeting = Pair { own, other, own_view, other_view, reply_lost: loss == REPLY_LOST };
            newscast(&mut meeting, now, mixed([low, high], own) & 1 == 1);
            let (own, other) = (version_byte_mut(own_record, entries), version_byte_mut(other_record, entries));
            turn.rumour.rules.meet(own, other, loss, &mut spread);
        }
        turn.rumour.gather(&spread);
        tally
    }
}
