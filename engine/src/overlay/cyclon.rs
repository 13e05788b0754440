//! Cyclon: a node swaps some entries with the oldest of its view.
//!
//! Voulgaris, Gavidia and van Steen, *Cyclon: inexpensive membership management for unstructured P2P overlays*, JNSM
//! 2005. Entries age by a cycle at each turn of their owner; the partner is the oldest entry, which is removed, whether
//! it answers or not: that is how a node gets rid of the dead. Both send some entries, the initiator a fresh one of
//! itself among them, and what comes fills the places of what was sent.

use datasets::scenario::{Propagation, Sampling};
use kernels::cyclon::cyclon;
use kernels::exchange::{Ends, Tally};
use kernels::views::{NOBODY, View};

use super::protocol::{ENTRY_BYTES, PeerSampling, Turn};
use crate::schedule::Batch;

/// Cyclon.
#[derive(Debug)]
pub struct Cyclon {
    /// Entries of an exchange.
    shuffle: usize,
}

impl Cyclon {
    /// That of a scenario.
    pub fn of(sampling: &Sampling) -> Self {
        Self { shuffle: sampling.shuffle as usize }
    }
}

impl PeerSampling for Cyclon {
    fn wire_bytes(&self) -> [u64; 2] {
        [self.shuffle as u64 * ENTRY_BYTES; 2]
    }

    /// The oldest; one of several.
    fn likely(&self, record: &[u32], entries: usize, _: u32) -> u32 {
        let (addresses, ages) = record.split_at(entries);
        let ages = &bytemuck::cast_slice::<_, u8>(ages)[..entries];
        let oldest = ages.iter().zip(addresses).filter(|(_, address)| **address != NOBODY).max_by_key(|(age, _)| **age);
        oldest.map_or(NOBODY, |(_, &address)| address)
    }

    fn start(&self, turn: &Turn<'_>, node: u32, mut view: View<'_>, _: u32) -> u32 {
        view.grow_older();
        turn.take_oldest(node, &mut view)
    }

    /// The contact counts as the entry chosen: it is in the view no more, and if it was not there, the oldest entry of
    /// a full view makes room.
    fn call(&self, _: &Turn<'_>, mut view: View<'_>, contact: u32) {
        view.grow_older();
        let known = view.addresses.iter().position(|&address| address == contact);
        let is_full = view.len() == view.addresses.len();
        let oldest = || (0..view.len()).filter(|_| is_full).max_by_key(|&place| view.ages[place]);
        if let Some(place) = known.or_else(oldest) {
            view.remove(place);
        }
    }

    fn exchange(&self, turn: &Turn<'_>, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        turn.one_by_one(
            ends,
            batch,
            Propagation::Pushpull,
            |_| {},
            |meeting, words| {
                cyclon(meeting, self.shuffle, [words.word(), words.word()]);
            },
        )
    }
}
