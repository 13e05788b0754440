//! Ordered slicing: nodes swap random ids until the ids are ordered as the attribute is.
//!
//! ```text
//! nodes that have just left the gradient hand on their id to a random member
//! each member, in order, looks at c random members and swaps ids with a misplaced one: one whose id and attribute are
//!     not in the same order as its own
//! ```
//!
//! Jelasity and Kermarrec, *Ordered slicing of very large-scale overlay networks*, P2P 2006. Max gain: Fernández,
//! Gramoli, Jiménez, Kermarrec and Raynal, *Distributed slicing in dynamic systems*, ICDCS 2007.
//!
//! With the oracle: reads and writes eight bytes a node twice as a stream; c candidates of a node lie in cache. With
//! views: reads the views once, eight bytes a candidate at random, and then exchanges as from a list of partners: each
//! member chooses among its entries as they are when the cycle begins, and the partner tests the choice when its turn
//! has come.

use kernels::exchange::{Ends, Tally};
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::slicing::{MOST_CANDIDATES, Slot, largest_gain, misplaced, nth, ordered, ordered_max_gain, part, retest};
use kernels::views::{NOBODY, Words};

use super::gradient::{Gradient, LEAVING};
use super::protocol::{Pass, SlicingProtocol};
use crate::memory::{Field, Fields, Mask};
use crate::overlay::Overlay;
use crate::overlay::views::Views;
use crate::schedule::purpose::{INSTANCE, PARTING, SLICING};
use crate::schedule::{Batch, Draws, Protocol};

/// Bytes of a request (an attribute and a random id), and of its reply (the old id).
const SWAP_BYTES: [u64; 2] = [8, 4];

/// Slicing by swaps of random ids.
#[derive(Clone, Copy, Debug)]
pub struct Swaps {
    /// Candidates that a node looks at.
    pub candidates: usize,
    /// Whether it swaps with the misplaced candidate of the largest gain, and not with a random misplaced one.
    pub is_max_gain: bool,
}

/// A swap with a partner that was misplaced when it was chosen, if it still is.
struct Retest;

impl SlicingProtocol for Swaps {
    fn wire_bytes(&self) -> [u64; 2] {
        SWAP_BYTES
    }

    fn knows_rank(&self) -> bool {
        false
    }

    fn cycle(&mut self, gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally {
        let mut tally = hand_on(gradient, overlay, pass);
        let Gradient { slots, members, .. } = gradient;
        let members = Gradient::those(members.as_ref(), pass.live);
        let draws = pass.cycle.draws(SLICING + pass.number as u32 * INSTANCE);
        let choose = |list: &mut [u32], views: Views<'_>, slots: &[Slot]| {
            if self.is_max_gain {
                choose_best(list, views, members.mask, slots);
            } else {
                choose_any(list, views, &draws, members.mask, slots);
            }
        };
        tally.add(overlay.choosing(members, draws, slots, &*self, (choose, &Retest)));
        tally
    }
}

impl Fields for Swaps {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&'a Field)) {}
}

impl Protocol<Slot> for Swaps {
    fn draws(&self) -> usize {
        self.candidates
    }
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        if self.is_max_gain {
            ordered_max_gain(ends, batch.from, batch.peers, batch.losses, batch.scratch)
        } else {
            ordered(ends, batch.from, batch.peers, batch.losses)
        }
    }
}

impl Protocol<Slot> for Retest {
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        retest(ends, batch.from, batch.partners, batch.losses)
    }
}

/// Writes for each member a random misplaced entry of its view.
fn choose_any(list: &mut [u32], views: Views<'_>, draws: &Draws, members: Mask<'_>, slots: &[Slot]) {
    let accept = |node: u32| members.holds(node as usize);
    views.each(list, |list, known| {
        draws.partners().fill(list, known.first as u32, 0);
        let mut candidates = [Slot::default(); MOST_CANDIDATES];
        for (word, (node, entries)) in list.iter_mut().zip(known.nodes(fetch(slots, members))) {
            if !accept(node) {
                *word = NOBODY;
                continue;
            }
            let own = slots[node as usize];
            for (seen, &other) in candidates.iter_mut().zip(entries) {
                // Oneself is in order with oneself.
                let other = if other != NOBODY && accept(other) { other } else { node };
                *seen = slots[other as usize].seen_from(node < other);
            }
            let wrong = misplaced(own, &candidates[..entries.len()]);
            let count = wrong.count_ones();
            let redraw = || Words::new(draws.retries(), node).below(count as usize) as u32;
            let chosen = if count == 0 { 0 } else { index(*word, count).unwrap_or_else(redraw) };
            *word = if count == 0 { NOBODY } else { entries[nth(wrong, chosen)] };
        }
    });
}

/// Writes for each member the misplaced entry of its view with the largest gain.
fn choose_best(list: &mut [u32], views: Views<'_>, members: Mask<'_>, slots: &[Slot]) {
    let accept = |node: u32| members.holds(node as usize);
    views.each(list, |list, known| {
        let (mut places, mut ids) = (Vec::new(), Vec::new());
        for (chosen, (node, entries)) in list.iter_mut().zip(known.nodes(fetch(slots, members))) {
            *chosen = NOBODY;
            if !accept(node) {
                continue;
            }
            let others = || entries.iter().copied().filter(|&other| other != NOBODY && accept(other));
            let place = |node: u32| u64::from(slots[node as usize].key()) << 32 | u64::from(node);
            let id = |node: u32| u64::from(slots[node as usize].id());
            places.clear();
            places.extend(others().map(place));
            ids.clear();
            ids.extend(others().map(id));
            let best = largest_gain((place(node), id(node)), &places, &ids);
            *chosen = best.and_then(|draw| others().nth(draw)).unwrap_or(NOBODY);
        }
    });
}

/// Fetches what is read of a node: its slot, and whether it is a member.
fn fetch(slots: &[Slot], members: Mask<'_>) -> impl Fn(u32) {
    move |node| {
        slots.get(node as usize).into_iter().for_each(prefetch);
        members.marks().and_then(|marks| marks.get(node as usize)).into_iter().for_each(prefetch);
    }
}

/// A swap of ids by which a node leaves a gradient.
#[derive(Clone, Copy)]
struct Parting;

impl Protocol<Slot> for Parting {
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        part(ends, batch.from, batch.partners);
        Tally { requests: batch.from.len() as u64, ..Tally::default() }
    }
}

/// Nodes that have just left the gradient swap ids with a random member, so that the ids that remain are as uniform as
/// before. With the oracle: reads and writes eight bytes at random for each, and their partner's; with views: as other
/// exchanges from a list.
fn hand_on(gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally {
    let Some(marks) = gradient.members.as_deref() else { return Tally::default() };
    let members = Gradient::those(gradient.members.as_ref(), pass.live);
    // A farewell is not repeated, so it must not be lost.
    let draws = pass.cycle.draws(PARTING + pass.number as u32 * INSTANCE).without_loss();
    overlay.visits(members, draws, |node| marks[node] == LEAVING).run(&mut gradient.slots, &Parting)
}
