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
//! has come. A member looks at [`DRAWN_TOGETHER`] random entries of its view first, and at all others only if none of
//! these is misplaced: it takes any of the misplaced ones that it finds, so each misplaced entry of its view is as
//! likely as another. It reads few lines at random while many entries are misplaced, and all c once ids are nearly in
//! order.

use std::ops::Range;

use kernels::choice::{DRAWN_TOGETHER, next_of_permutation, nth};
use kernels::exchange::{Ends, Tally};
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::slicing::{Slot, largest_gain, misplaced, ordered, ordered_max_gain, part, retest};
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
                choose_best(list, views, self.candidates, &draws, members.mask, slots);
            } else {
                choose_any(list, views, self.candidates, &draws, members.mask, slots);
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

/// Members whose first entries are fetched before any of them is looked at. Changes speed only.
const SIDE_BY_SIDE: usize = 64;

/// Nodes between the fetching of what a node's entries hold and its turn. Changes speed only.
const AHEAD: usize = 4;

/// Numbers of a node's words, of which the first will seldom not do: to draw the first four entries, and to choose
/// one of several.
const OF_FIRST: Range<u32> = 2..1 << 16;
const OF_CHOICE: Range<u32> = 1 << 16..1 << 17;

/// A member that looks at the entries of its view.
struct Looking {
    node: u32,
    slot: Slot,
    /// Where its choice is written.
    row: usize,
    /// Where its entries lie, those at which it looks first in front.
    entries: Range<usize>,
}

/// Writes for each member a random misplaced one of the entries of its view, of which it looks at `most`.
///
/// Reads each record as a stream, and at random the slots of four entries, or of all. Draws two words a node side by
/// side: by the one it draws the first four, by the other one of several that are misplaced.
fn choose_any(list: &mut [u32], views: Views<'_>, most: usize, draws: &Draws, members: Mask<'_>, slots: &[Slot]) {
    let fetch = fetch(slots, members);
    let stream = draws.partners();
    let further = |node: u32, numbers: Range<u32>| numbers.map(move |number| stream.word(node, number));
    // Which of some entries are misplaced, a bit each.
    let look_at = |&Looking { node, slot, .. }: &Looking, entries: &[u32]| {
        let fours = entries.chunks(DRAWN_TOGETHER).map(|entries| {
            // Whoever is no member counts as in order, as a node is with itself.
            let mut four = [slot; DRAWN_TOGETHER];
            for (seen, &other) in four.iter_mut().zip(entries) {
                if members.holds(other as usize) {
                    *seen = slots[other as usize].seen_from(node < other);
                }
            }
            four
        });
        misplaced(slot, fours)
    };
    views.each(list, |list, known| {
        let mut choices = vec![0; list.len()];
        stream.fill(list, known.first as u32, 0);
        stream.fill(&mut choices, known.first as u32, 1);
        let (mut entries, mut open) = (Vec::new(), Vec::new());
        for (number, rows) in list.chunks_mut(SIDE_BY_SIDE).enumerate() {
            let first = number * SIDE_BY_SIDE;
            entries.clear();
            for (row, word) in rows.iter_mut().enumerate() {
                let word = std::mem::replace(word, NOBODY);
                let node = (known.first + first + row) as u32;
                if !members.holds(node as usize) {
                    continue;
                }
                let start = entries.len();
                entries.extend_from_slice(known.of(first + row));
                let own = &mut entries[start..];
                if own.is_empty() {
                    continue;
                }
                let mut words = std::iter::once(word).chain(further(node, OF_FIRST));
                let is_drawn = words.any(|word| next_of_permutation(own, 0, word));
                debug_assert!(is_drawn);
                own.iter().take(DRAWN_TOGETHER).for_each(|&other| fetch(other));
                open.push(Looking { node, slot: slots[node as usize], row, entries: start..entries.len() });
            }
            // The first four entries are in random order: whichever of them is misplaced can be the first that is.
            open.retain(|looking| {
                let own = &entries[looking.entries.clone()];
                let own = &own[..own.len().min(most).min(DRAWN_TOGETHER)];
                let wrong = look_at(looking, own);
                if wrong != 0 {
                    rows[looking.row] = own[wrong.trailing_zeros() as usize];
                }
                wrong == 0
            });
            for looking in &mut open {
                let own = &mut entries[looking.entries.clone()];
                if most < own.len() {
                    put_random(own, DRAWN_TOGETHER..most, draws, looking.node);
                    looking.entries.end = looking.entries.start + most;
                }
                looking.entries.start = looking.entries.end.min(looking.entries.start + DRAWN_TOGETHER);
            }
            let fetch = |looking: &Looking| entries[looking.entries.clone()].iter().for_each(|&other| fetch(other));
            open.iter().take(AHEAD).for_each(fetch);
            for (k, looking) in open.iter().enumerate() {
                open.get(k + AHEAD).into_iter().for_each(fetch);
                let others = &entries[looking.entries.clone()];
                let wrong = look_at(looking, others);
                let count = wrong.count_ones();
                if count > 0 {
                    let choice = std::iter::once(choices[first + looking.row]);
                    let mut choice = choice.chain(further(looking.node, OF_CHOICE));
                    let chosen = choice.find_map(|word| index(word, count));
                    rows[looking.row] = chosen.map_or(NOBODY, |chosen| others[nth(wrong, chosen)]);
                }
            }
            open.clear();
        }
    });
}

/// Writes for each member the misplaced one of the largest gain, of the `most` entries of its view at which it looks.
fn choose_best(list: &mut [u32], views: Views<'_>, most: usize, draws: &Draws, members: Mask<'_>, slots: &[Slot]) {
    let fetch = fetch(slots, members);
    let accept = |node: u32| members.holds(node as usize);
    views.each(list, |list, known| {
        let (mut places, mut ids, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for (number, chosen) in list.iter_mut().enumerate() {
            known.of(number + AHEAD).iter().for_each(|&other| fetch(other));
            let node = (known.first + number) as u32;
            *chosen = NOBODY;
            if !accept(node) {
                continue;
            }
            seen.clear();
            seen.extend_from_slice(known.of(number));
            if most < seen.len() {
                put_random(&mut seen, 0..most, draws, node);
                seen.truncate(most);
            }
            seen.retain(|&other| accept(other));
            let place = |node: u32| u64::from(slots[node as usize].key()) << 32 | u64::from(node);
            let id = |node: u32| u64::from(slots[node as usize].id());
            places.clear();
            places.extend(seen.iter().copied().map(place));
            ids.clear();
            ids.extend(seen.iter().copied().map(id));
            let best = largest_gain((place(node), id(node)), &places, &ids);
            *chosen = best.map_or(NOBODY, |draw| seen[draw]);
        }
    });
}

/// Puts random ones of a node's entries, in random order, into some places, and into those behind them up to a multiple
/// of [`DRAWN_TOGETHER`]. Entries in front of the places stay.
fn put_random(entries: &mut [u32], places: Range<usize>, draws: &Draws, node: u32) {
    let mut words = Words::new(draws.retries(), node);
    for start in places.step_by(DRAWN_TOGETHER) {
        while !next_of_permutation(entries, start, words.word()) {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use datasets::scenario;
    use kernels::views::words;

    /// Nodes whose choices are counted.
    const NODES: u32 = 20_000;

    #[test]
    fn each_misplaced_entry_is_as_likely_as_another() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("any.toml");
        let text = "[run]\nnodes = 100\ncycles = 1\n[[fleet.class]]\nname = \"any\"\nshare = 1\nattributes.x = 1\n\
                    [sampling]\nprotocol = \"newscast\"\n";
        std::fs::write(&path, text).unwrap();
        let sampling = scenario::read(&path, &[]).unwrap().sampling;
        let entries = sampling.view;
        // Nodes 0..20 are in everybody's view: the first of them are misplaced at all others, the rest in order.
        for wrong in [0, 1, 2, 3, 7, 20] {
            let slot = |node: u32| match node {
                0..20 => Slot::new(2, if node < wrong { 0 } else { 2 }),
                _ => Slot::new(1, 1),
            };
            let slots: Vec<_> = (0..NODES).map(slot).collect();
            let mut record = vec![0; words(entries as usize)];
            record[..20].copy_from_slice(&std::array::from_fn::<u32, 20, _>(|k| (k as u32 * 7 + 3) % 20));
            let records = record.repeat(NODES as usize);
            let views = Views::of(&records, &sampling);
            for most in [20, 6, 1] {
                let mut list = vec![0; NODES as usize];
                let draws = Draws { seed: 1, cycle: 1, purpose: SLICING, request_loss: 0, reply_loss: 0 };
                choose_any(&mut list, views, most, &draws, Mask::ALL, &slots);
                let count = |chosen| list[20..].iter().filter(|&&other| other == chosen).count() as f64;
                let all = f64::from(NODES - 20);
                // The chance that none of the entries looked at is misplaced.
                let left = (0..most).map(|k| (20 - wrong as usize).saturating_sub(k) as f64 / (20 - k) as f64);
                let none = left.product::<f64>();
                let near = |found: f64, chance: f64| (found - all * chance).powi(2) / (all * chance).max(1e-9);
                let chi: f64 = (0..wrong).map(|k| near(count(k), (1.0 - none) / f64::from(wrong))).sum();
                let chi = chi + near(count(NOBODY), none);
                // As many degrees of freedom as entries are misplaced.
                let freedom = f64::from(wrong);
                assert!((chi - freedom) <= 4.0 * (2.0 * freedom).sqrt(), "{wrong} of 20, {most} looked at: {chi}");
                assert!((wrong..20).all(|other| count(other) == 0.0));
            }
        }
    }
}
