//! Slicing by ranking: nodes count those with a smaller attribute among all that they see.
//!
//! ```text
//! each member sees c others, the entries of its view or with the oracle random members; it remembers which are smaller
//! it tells its own attribute to a random one of them, and to the one whose estimate is nearest a border of an
//!     application; these remember it too
//! each member's estimate is the share of the smaller ones among those that it remembers
//! ```
//!
//! Fernández, Gramoli, Jiménez, Kermarrec and Raynal, *Distributed slicing in dynamic systems*, ICDCS 2007.
//!
//! Reads eight bytes a candidate at random, and with views these as a stream; reads and writes the memory of each node
//! three times as a stream, and that of the two that it tells at random. With the oracle, as many random words as
//! candidates.

use datasets::scenario::Slicing;
use kernels::exchange::{Ends, Tally};
use kernels::prefetch::prefetch;
use kernels::ranking::{Memory, nearest, smaller, tell, words};
use kernels::slicing::{MOST_CANDIDATES, Slot};
use rayon::prelude::*;

use super::gradient::Gradient;
use super::protocol::{Pass, SlicingProtocol};
use crate::aggregate::Aggregation;
use crate::memory::{Column, Kind, Mask, STRIDE, fields};
use crate::overlay::Overlay;
use crate::overlay::meeting::{Meeting, Sight};
use crate::population::Changes;
use crate::schedule::purpose::{INSTANCE, RANKING, TELLING};
use crate::schedule::{Batch, Draws, NOBODY, Protocol};

/// Bytes of an attribute that a node tells; there is no reply.
const TELL_BYTES: [u64; 2] = [4, 0];

/// Slicing by ranking.
#[derive(Debug)]
pub struct Ranking {
    /// Words of what a node remembers.
    words: usize,
    /// Room for the list of those near a border whom nodes tell; missing without gradients.
    near: Option<Column<u32>>,
}

impl Ranking {
    /// That of a scenario with so many gradients.
    pub fn of(slicing: &Slicing, gradients: usize) -> Self {
        let near = (gradients > 0).then(|| Column::new(Kind::Scratch, "targets"));
        Self { words: words(slicing.window as usize), near }
    }
}

impl SlicingProtocol for Ranking {
    fn wire_bytes(&self) -> [u64; 2] {
        TELL_BYTES
    }

    fn memory_words(&self) -> Option<usize> {
        Some(self.words)
    }

    fn lists(&self) -> bool {
        true
    }

    fn cycle(&mut self, gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally {
        let Gradient { slots, members, memory: Some(memory), .. } = gradient else { return Tally::default() };
        let Some(near) = &mut self.near else { return Tally::default() };
        let members = Gradient::those(members.as_ref(), pass.live);
        let draws = |purpose| pass.cycle.draws(purpose + pass.number as u32 * INSTANCE);
        let (borders, cells) = ((pass.borders)(pass.number), self.words);
        let random = overlay.looking(members, draws(RANKING), |sight, list| {
            let seeing = Seeing { slots, members: members.mask, sight, draws: draws(RANKING), borders: &borders };
            seeing.see(memory, cells, [list, near]);
        });
        let mut tally = random.run(memory, &Tell { cells });
        tally.add(Meeting::listed(members, draws(TELLING), near).run(memory, &Tell { cells }));
        slots.par_chunks_mut(STRIDE).zip(memory.par_chunks_mut(STRIDE * cells)).for_each(|(slots, records)| {
            for (slot, record) in slots.iter_mut().zip(records.chunks_exact_mut(cells)) {
                *slot = Slot::new(slot.key(), Memory::of(record).rank().unwrap_or(slot.id()));
            }
        });
        tally
    }

    /// Nodes that come have seen nobody.
    fn welcome(&self, _: usize, gradient: &mut Gradient, _: &Aggregation, changes: &Changes) {
        let (Some(memory), cells) = (&mut gradient.memory, self.words) else { return };
        memory.par_chunks_mut(STRIDE * cells).enumerate().for_each(|(stride, records)| {
            for (_, k) in changes.arrivals(stride * STRIDE) {
                Memory::of(&mut records[k * cells..][..cells]).clear();
            }
        });
    }
}

fields!(Ranking { near } but words);

/// A message by which the partner learns the initiator's attribute, between records of so many cells.
#[derive(Clone, Copy)]
struct Tell {
    /// Words of a record.
    cells: usize,
}

impl Protocol<u32> for Tell {
    fn cells(&self) -> usize {
        self.cells
    }
    fn run(&self, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        tell(ends, batch.from, batch.partners, batch.losses, self.cells)
    }
}

/// Members look around.
struct Seeing<'a> {
    slots: &'a [Slot],
    members: Mask<'a>,
    sight: Sight<'a>,
    draws: Draws,
    borders: &'a [u32],
}

impl Seeing<'_> {
    /// Every member sees others, remembers them in its record of so many `cells`, and chooses whom to tell: a `random`
    /// one, and one `near` a border.
    fn see(&self, memory: &mut [u32], cells: usize, [random, near]: [&mut [u32]; 2]) {
        let Self { slots, members, sight, draws, borders } = self;
        let fetch = |other: u32| slots.get(other as usize).into_iter().for_each(prefetch);
        let lists = random.par_chunks_mut(STRIDE).zip(near.par_chunks_mut(STRIDE));
        let strides = memory.par_chunks_mut(STRIDE * cells).zip(lists).enumerate();
        strides.for_each(|(stride, (records, (random, near)))| {
            let first = stride * STRIDE;
            let mut words = [0; STRIDE];
            let words = &mut words[..random.len()];
            draws.order().fill(words, first as u32, 0);
            let mut room = sight.room();
            let (mut others, mut seen) = ([NOBODY; MOST_CANDIDATES], [Slot::default(); MOST_CANDIDATES]);
            for (k, record) in records.chunks_exact_mut(cells).enumerate() {
                let node = (first + k) as u32;
                (random[k], near[k]) = (NOBODY, NOBODY);
                if !members.holds(node as usize) {
                    continue;
                }
                let own = slots[node as usize];
                let mut count = 0;
                for &other in sight.of(node, &mut room, fetch) {
                    if other != NOBODY && other != node && members.holds(other as usize) {
                        others[count] = other;
                        seen[count] = slots[other as usize].seen_from(node < other);
                        count += 1;
                    }
                }
                let mut memory = Memory::of(record);
                *memory.key = own.key();
                let bits = smaller(own, &seen[..count]);
                (0..count).for_each(|k| memory.add(bits >> k & 1 == 1));
                if count > 0 {
                    // The upper half of a word chooses one, the lower half where the search for the other begins.
                    let word = words[k] as usize;
                    random[k] = others[(word >> 16) * count >> 16];
                    let nearest = nearest(&seen[..count], borders, (word & 0xffff) * count >> 16);
                    near[k] = nearest.map_or(NOBODY, |k| others[k]);
                }
            }
        });
    }
}
