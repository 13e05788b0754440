//! Cyclon: a swap of entries.
//!
//! Voulgaris, Gavidia and van Steen, *Cyclon: inexpensive membership management for unstructured P2P overlays*, JNSM
//! 2005. The initiator has grown older, and has taken the partner, its oldest entry, out of its view:
//!
//! ```text
//! initiator: sends l - 1 random entries, and a fresh one of itself
//! partner:   sends l random entries
//! both:      what came goes into empty places, then into those of random entries that were sent; but not oneself,
//!            and nobody who is known
//! ```
//!
//! The paper sends the first entries of a shuffled view, and replaces them in this order. The order is used for nothing
//! else, and views are shuffled at each meeting: so which entries are sent, and which of these are replaced, are drawn
//! directly ([`crate::subset`]), and no entry is moved. If others have met the initiator since it took its partner out,
//! its view may be full again: then it sends less than it gets, and which entry finds no place is drawn, too.
//!
//! Views of 8 to 32 entries are compared and chosen from in vectors ([`crate::two_views`]), others by the twin
//! ([`crate::scalar::cyclon`]).

#![expect(clippy::inline_always, reason = "masks stay in registers")]

use std::hint::select_unpredictable;

use crate::scalar::cyclon::{Stage, exchange};
use crate::subset::{Choice, at_random};
use crate::two_views::{Common, Half, fill, places};
use crate::views::Pair;

/// An exchange of Cyclon, of up to `entries` entries.
pub fn cyclon(meeting: &mut Pair<'_>, entries: usize, seed: [u32; 2]) {
    match meeting.own_view.addresses.len() {
        8 => in_vectors::<1>(meeting, entries, seed),
        9..=16 => in_vectors::<2>(meeting, entries, seed),
        17..=24 => in_vectors::<3>(meeting, entries, seed),
        25..=32 => in_vectors::<4>(meeting, entries, seed),
        _ => exchange(meeting, entries, seed),
    }
}

fn in_vectors<const VECTORS: usize>(meeting: &mut Pair<'_>, entries: usize, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let capacity = own_view.addresses.len();
    let halves = [Half::<VECTORS>::read(own_view), Half::<VECTORS>::read(other_view)];
    let common = Common::of(&halves[0], &halves[1], own_view.addresses);
    let there = [halves[0].there, halves[1].there];
    let sent = choose(there, [entries as u32 - 1, entries as u32], seed, Stage::Sent);
    // The fresh entry is in the place of the initiator's first entry that is not sent.
    let fresh = 1 << sent[0].trailing_ones();
    let told = select_unpredictable(halves[1].places_of(*own) == 0, fresh, 0);
    let came = [
        sent[1] & !halves[1].places_of(*own) & !common.known[1],
        sent[0] & !halves[0].places_of(*other) & !common.known[0] | told,
    ];
    let empty = there.map(|there| (places(capacity) & !there).count_ones());
    let came = choose(came, [0, 1].map(|k: usize| empty[k] + sent[k].count_ones()), seed, Stage::Taken);
    let wanted = [0, 1].map(|k: usize| came[k].count_ones().saturating_sub(empty[k]));
    let replaced = choose(sent, wanted, seed, Stage::Replaced);
    let mut from = [halves[0].entries(), halves[1].entries()];
    from[0].set(fresh, *own, 0);
    fill(other_view, there[1] & !replaced[1], came[1], &from[0]);
    if !*reply_lost {
        fill(own_view, there[0] & !replaced[0], came[0], &from[1]);
    }
}

/// Random ones of the entries of either view, so many of each.
#[inline(always)]
fn choose(open: [u32; 2], counts: [u32; 2], seed: [u32; 2], stage: Stage) -> [u32; 2] {
    let choices = [Choice::new(open[0].into(), counts[0]), Choice::new(open[1].into(), counts[1])];
    at_random::<1>(choices, seed, stage as u32).map(|chosen| chosen as u32)
}
