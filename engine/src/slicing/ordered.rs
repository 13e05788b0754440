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
//! With the oracle: reads and writes eight bytes a node twice as a stream; c candidates of a node lie in cache.
//!
//! With views: each member chooses among its entries as they are when the cycle begins, and the partner tests the
//! choice when its turn has come. So the slots are first written once more in a byte a node ([`kernels::coarse`]: reads
//! nine bytes a node as a stream, writes one). Each member reads the bytes of all its entries at random, and picks one
//! of those that are misplaced or may be. If it only may be, the member looks at the slots of all that may be: half an
//! entry in the first cycle, c / 16 when ids are in order. Then nodes exchange as from a list of partners.

use std::ops::Range;

use kernels::choice::{DRAWN_TOGETHER, MOST_TOGETHER, next_of_permutation, nth};
use kernels::coarse::{Bins, COMPARED, Coarse, compare};
use kernels::exchange::{Ends, Tally};
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::slicing::{Slot, largest_gain, ordered, ordered_max_gain, out_of_order, part, retest};
use kernels::views::{NOBODY, Words};

use super::gradient::{Gradient, LEAVING};
use super::protocol::{Pass, SlicingProtocol};
use crate::memory::{Column, Kind, Mask, fields, strides};
use crate::overlay::Overlay;
use crate::overlay::views::{Known, Views};
use crate::schedule::purpose::{INSTANCE, PARTING, SLICING};
use crate::schedule::{Batch, Draws, Protocol};

/// Bytes of a request (an attribute and a random id), and of its reply (the old id).
const SWAP_BYTES: [u64; 2] = [8, 4];

/// Slicing by swaps of random ids.
#[derive(Debug)]
pub struct Ordered {
    swaps: Swaps,
    /// What each node holds, in a byte; missing where nobody looks at it.
    coarse: Option<Column<Coarse>>,
}

impl Ordered {
    /// That of a scenario. `among_views`: candidates are entries of views.
    #[must_use]
    pub fn of(swaps: Swaps, among_views: bool) -> Self {
        let coarse = (among_views && !swaps.is_max_gain).then(|| Column::new(Kind::Scratch, "coarse"));
        Self { swaps, coarse }
    }
}

/// Swaps among candidates: as they are when a node's turn has come, if they are drawn on the spot.
#[derive(Clone, Copy, Debug)]
pub struct Swaps {
    /// Candidates that a node looks at.
    pub candidates: usize,
    /// Whether it swaps with the misplaced candidate of the largest gain, and not with a random misplaced one.
    pub is_max_gain: bool,
}

/// A swap with a partner that was misplaced when it was chosen, if it still is.
struct Retest;

impl SlicingProtocol for Ordered {
    fn wire_bytes(&self) -> [u64; 2] {
        SWAP_BYTES
    }

    fn knows_rank(&self) -> bool {
        false
    }

    fn cycle(&mut self, gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally {
        let mut tally = hand_on(gradient, overlay, pass);
        let Gradient { slots, members, swaps: last, .. } = gradient;
        let members = Gradient::those(members.as_ref(), pass.live);
        let draws = pass.cycle.draws(SLICING + pass.number as u32 * INSTANCE);
        let Self { swaps, coarse } = self;
        let choose = |list: &mut [u32], views: Views<'_>, slots: &[Slot]| {
            if let Some(coarse) = coarse {
                roughen(coarse, slots, members.mask);
                choose_any(list, views, swaps.candidates, &draws, coarse, slots);
            } else {
                choose_best(list, views, swaps.candidates, &draws, members.mask, slots);
            }
        };
        let found = overlay.choosing(members, draws, slots, swaps, (choose, &Retest));
        *last = Some(found);
        tally.add(found);
        tally
    }
}

fields!(Ordered { coarse } but swaps);

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

/// Nodes from whose places bins are made.
const SAMPLE: usize = 1 << 10;

/// Writes in a byte what each member holds, and that others take no part. Reads nine bytes a node, writes one.
fn roughen(coarse: &mut [Coarse], slots: &[Slot], members: Mask<'_>) {
    let sampled = (0..slots.len()).step_by((slots.len() / SAMPLE).max(1)).filter(|&node| members.holds(node));
    let places = sampled.map(|node| slots[node].place(node as u32));
    let bins = Bins::of(&mut places.collect::<Vec<_>>());
    strides(((coarse, slots), members), |first, ((coarse, slots), members)| {
        for (row, (coarse, &slot)) in coarse.iter_mut().zip(slots).enumerate() {
            *coarse = if members.holds(row) { bins.coarse(slot, (first + row) as u32) } else { Coarse::ABSENT };
        }
    });
}

/// Members after whose turn the slots are looked at on which their choice depends. Changes speed only.
const SIDE_BY_SIDE: usize = 16;

/// Nodes between the fetching of what a node's entries hold and its turn. Changes speed only.
const AHEAD: usize = 3;

/// Numbers of a node's words, of which the first will seldom not do: for its first choice, and for another.
const OF_CHOICE: Range<u32> = 1..1 << 16;
const OF_OTHER: Range<u32> = 1 << 16..1 << 17;

/// A member whose choice waits for the slots of those entries that may be misplaced.
struct Waiting {
    row: usize,
    /// Which entry it has picked of those that are misplaced or may be.
    pick: usize,
    /// Which are misplaced for sure, and which may be: a bit each.
    wrong: u128,
    open: u128,
}

/// The set bits of a mask.
fn bits(mut mask: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = mask.trailing_zeros();
        mask &= mask.wrapping_sub(1);
        (place < u128::BITS).then_some(place as usize)
    })
}

/// The entries at which a node looks: all, nobody behind the last, or so many random ones, which are put into `room`.
/// A node has the same ones whenever they are asked for in a cycle.
#[inline]
fn looked_at<'a>(known: Known<'a>, row: usize, most: usize, draws: &Draws, room: &'a mut Vec<u32>) -> &'a [u32] {
    let all = known.record(row);
    if most >= all.len() {
        return all;
    }
    room.clear();
    room.extend_from_slice(known.of(row));
    if most < room.len() {
        put_random(room, most, draws, (known.first + row) as u32);
        room.truncate(most);
    }
    room
}

/// Writes for each member a random misplaced one of the entries of its view, of which it looks at `most`.
///
/// Reads each record as a stream, and a byte of each entry at random. A member picks a random one of the entries that
/// are misplaced or may be. If the pick only may be, the slots of all that may be are looked at, and if it is not, the
/// member picks a random misplaced one: each misplaced entry is as likely as another. Draws one word a node, or two.
fn choose_any(list: &mut [u32], views: Views<'_>, most: usize, draws: &Draws, coarse: &[Coarse], slots: &[Slot]) {
    let stream = draws.partners();
    let further = |node: u32, numbers: Range<u32>| numbers.map(move |number| stream.word(node, number));
    // Behind the last entry stands nobody, and nobody takes part.
    let hold = |other: u32| coarse.get(other as usize);
    views.each(list, |list, known| {
        stream.fill(list, known.first as u32, 0);
        let fetch = |row: usize| known.record(row).iter().filter_map(|&other| hold(other)).for_each(prefetch);
        (0..AHEAD).for_each(fetch);
        let (mut room, mut waiting) = (Vec::new(), Vec::new());
        for first in (0..list.len()).step_by(SIDE_BY_SIDE) {
            for row in first..list.len().min(first + SIDE_BY_SIDE) {
                fetch(row + AHEAD);
                let node = (known.first + row) as u32;
                let (own, word) = (coarse[node as usize], std::mem::replace(&mut list[row], NOBODY));
                if !own.takes_part() {
                    continue;
                }
                let entries = looked_at(known, row, most, draws, &mut room);
                let (mut wrong, mut open) = (0, 0);
                for (number, entries) in entries.chunks(COMPARED).enumerate() {
                    let mut others = [Coarse::ABSENT; COMPARED];
                    for (other, &entry) in others.iter_mut().zip(entries) {
                        *other = hold(entry).copied().unwrap_or(Coarse::ABSENT);
                    }
                    let [is_wrong, is_open] = compare(own, others).map(|bits| u128::from(bits) << (COMPARED * number));
                    (wrong, open) = (wrong | is_wrong, open | is_open);
                }
                let words = std::iter::once(word).chain(further(node, OF_CHOICE));
                let Some(pick) = random_bit(wrong | open, words) else { continue };
                if wrong >> pick & 1 == 1 {
                    list[row] = entries[pick];
                } else {
                    bits(open).for_each(|place| prefetch(&slots[entries[place] as usize]));
                    waiting.push(Waiting { row, pick, wrong, open });
                }
            }
            for Waiting { row, pick, mut wrong, open } in waiting.drain(..) {
                let (node, entries) = ((known.first + row) as u32, looked_at(known, row, most, draws, &mut room));
                for place in bits(open) {
                    let other = entries[place];
                    let is_wrong = out_of_order(slots[node as usize], slots[other as usize], node < other);
                    wrong |= u128::from(is_wrong) << place;
                }
                let pick = Some(pick).filter(|pick| wrong >> pick & 1 == 1);
                let pick = pick.or_else(|| random_bit(wrong, further(node, OF_OTHER)));
                list[row] = pick.map_or(NOBODY, |pick| entries[pick]);
            }
        }
    });
}

/// The place of a random one of the set bits; none if none is set, for want of which no word is drawn.
fn random_bit(bits: u128, words: impl Iterator<Item = u32>) -> Option<usize> {
    let count = bits.count_ones();
    let mut words = words.take(if count == 0 { 0 } else { usize::MAX });
    words.find_map(|word| index(word, count)).map(|chosen| nth(bits, chosen))
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
                put_random(&mut seen, most, draws, node);
                seen.truncate(most);
            }
            seen.retain(|&other| accept(other));
            let place = |node: u32| slots[node as usize].place(node);
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

/// Puts so many random ones of a node's entries in front, in random order.
fn put_random(entries: &mut [u32], count: usize, draws: &Draws, node: u32) {
    let mut words = Words::new(draws.retries(), node);
    if entries.len() > MOST_TOGETHER {
        // Neighbours in a graph may be many.
        return (0..count).for_each(|start| entries.swap(start, start + words.below(entries.len() - start)));
    }
    for start in (0..count).step_by(DRAWN_TOGETHER) {
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
    use crate::memory::MEMBER;
    use crate::overlay::links::Links;
    use datasets::scenario::{self, Sampling};
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
        // Nodes 0..20 are in everybody's view: the first of them are misplaced at all others with a low key, the rest
        // in order. Bytes tell so of every second one; of the others the slots do.
        let own = 8 << 28 | 5;
        let is_looking = |node: u32| node >= 20 && node.is_multiple_of(2);
        for wrong in [0, 1, 2, 3, 7, 20] {
            let id_of = |node: u32| match (node < wrong, node.is_multiple_of(2)) {
                (true, true) => 0,
                (true, false) => own - 5,
                (false, true) => u32::MAX,
                (false, false) => own + 5,
            };
            let slot = |node: u32| match node {
                0..20 => Slot::new(2, id_of(node)),
                _ => Slot::new(if is_looking(node) { 1 } else { 3 }, own),
            };
            let slots: Vec<_> = (0..NODES).map(slot).collect();
            // Views that are full; those with room behind the last entry; those whose first 60 entries take no part.
            let cases = [(20, 0, 20), (20, 0, 6), (20, 0, 1), (128, 0, 20), (128, 0, 6), (128, 60, 128)];
            for (view, absent, most) in cases {
                let sampling = Sampling { view, ..sampling.clone() };
                let mut record = vec![NOBODY; words(view as usize)];
                record[..absent].fill(NODES - 1);
                record[absent..][..20].copy_from_slice(&std::array::from_fn::<u32, 20, _>(|k| (k as u32 * 7 + 3) % 20));
                let records = record.repeat(NODES as usize);
                let links = Links::Views { records: &records, entries: view as usize };
                let views = Views::of(links, &sampling);
                let mut members = vec![MEMBER; NODES as usize];
                members[NODES as usize - 1] = 0;
                let mut list = vec![0; NODES as usize];
                let draws = Draws { seed: 1, cycle: 1, purpose: SLICING, request_loss: 0, reply_loss: 0 };
                let mut coarse = vec![Coarse::ABSENT; NODES as usize];
                roughen(&mut coarse, &slots, Mask::of(&members));
                choose_any(&mut list, views, most, &draws, &coarse, &slots);
                let chosen = || (0..NODES).filter(|&node| is_looking(node)).map(|node| list[node as usize]);
                let count = |other| chosen().filter(|&chosen| chosen == other).count() as f64;
                let all = chosen().count() as f64;
                // The chance that none of the entries looked at is misplaced.
                let left = (0..most.min(20)).map(|k| (20 - wrong as usize).saturating_sub(k) as f64 / (20 - k) as f64);
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
