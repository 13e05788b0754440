//! The bootstrapping service: members exchange what is best for the leaf set and the table of the other.
//!
//! Jelasity, Montresor and Babaoglu, *The bootstrapping service*, 2006. A position is read as digits of `bits` bits. A
//! member's *leaf set* are those who are next to it on the ring of positions, half of them on either side. Its *table*
//! has a slot for each number of leading digits shared with it and each other next digit. With both, requests are
//! routed as in Pastry or Kademlia.
//!
//! ```text
//! active p:  q = one of the best of the leaf set that lives
//!            send the leaf set that is best for q of all that p knows, and of the rest up to `per_slot` random ones
//!            for each slot of q's table; q answers from its old state likewise
//!            both: leaf set = the best of it and of what came; all that came goes to its slots, where a younger entry
//!            takes the place of the oldest
//! ```
//!
//! A member begins with as many random ones as its leaf set has entries; later samples are only sent on.
//!
//! Entries of the leaf set are dropped when they are older than `most_age`, those of the table at twice that age, and
//! none older than `most_age` is sent. Reads and writes both records, 5 bytes an entry, at the partner at random.

use super::nearest::{Candidates, MOST_CANDIDATES, MOST_CHOSEN, nearest};
use super::place::{Distance, Ring, Space};
use super::record::{Entry, Parts, Record};
use crate::scalar::mixed;

/// The most entries of a table.
pub const MOST_TABLE: usize = 1024;

/// The parts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Entries of the leaf set, at most [`MOST_CHOSEN`], an even number.
    pub leaf: usize,
    /// Bits of a digit, 1..=8.
    pub bits: u32,
    /// Rows of the table: whoever shares more digits is none of it.
    pub rows: usize,
    /// Entries of a slot.
    pub per_slot: usize,
    /// Random members that a cycle begins with, at most [`MOST_CHOSEN`].
    pub samples: usize,
    /// Entries that are older are never sent; at most 100.
    pub most_age: u8,
}

impl Shape {
    /// Slots of a row: one for each digit but the member's own.
    #[must_use]
    pub const fn slots(&self) -> usize {
        (1 << self.bits) - 1
    }

    /// The parts of a record.
    ///
    /// # Panics
    /// If a table has more than [`MOST_TABLE`] entries.
    #[must_use]
    pub const fn parts(&self) -> Parts {
        let table = self.rows * self.slots() * self.per_slot;
        assert!(table <= MOST_TABLE);
        Parts { near: self.leaf, table, samples: self.samples }
    }

    /// Leading digits that two positions share.
    #[must_use]
    #[inline]
    pub fn shared(&self, one: u32, other: u32) -> usize {
        ((one ^ other).leading_zeros() / self.bits) as usize
    }

    /// The slot of another in the table of a member; `None` if it shares more digits than there are rows, as the member
    /// itself does.
    #[must_use]
    #[inline]
    pub fn slot(&self, own: u32, other: u32) -> Option<usize> {
        let row = self.shared(own, other);
        let shift = u32::BITS.checked_sub(self.bits * (row as u32 + 1)).filter(|_| row < self.rows)?;
        let digit = |place: u32| (place >> shift) as usize & self.slots();
        let (own, other) = (digit(own), digit(other));
        Some(row * self.slots() + other - usize::from(other > own))
    }
}

/// Those who are best for a leaf set, of any number of candidates.
struct Best {
    own: u32,
    count: usize,
    now: u8,
    most_age: u8,
    pool: ([u32; MOST_CANDIDATES], [u8; MOST_CANDIDATES]),
    filled: usize,
    /// Whoever is farther on the way up than the first, and nearer than the second, is none of them.
    limits: [u32; 2],
}

impl Best {
    fn new(own: u32, count: usize, (now, most_age): (u8, u8)) -> Self {
        let pool = ([own; MOST_CANDIDATES], [now; MOST_CANDIDATES]);
        Self { own, count, now, most_age, pool, filled: 0, limits: [u32::FARTHEST; 2] }
    }

    /// Whether one that is not older than they may be is among them, or may become one of them.
    #[inline]
    fn may_hold(&self, place: u32) -> bool {
        let away = Ring.distance(self.own, place);
        away <= self.limits[0] || (away >= self.limits[1] && away != u32::FARTHEST)
    }

    /// Some more are candidates.
    #[inline]
    fn meet(&mut self, places: &[u32], stamps: &[u8]) {
        for (place, stamp) in places.iter().zip(stamps) {
            (self.pool.0[self.filled], self.pool.1[self.filled]) = (*place, *stamp);
            let is_young = self.now.wrapping_sub(*stamp) <= self.most_age;
            self.filled += usize::from(is_young && self.may_hold(*place));
            if self.filled == MOST_CANDIDATES {
                self.settle();
            }
        }
    }

    /// Those who are best of all that were candidates stay.
    fn settle(&mut self) {
        let Self { own, now, most_age, .. } = *self;
        let (places, stamps) = (&self.pool.0[..self.filled], &self.pool.1[..self.filled]);
        let chosen = nearest(Ring, own, &Candidates { places, stamps, now, most_age }, self.count);
        let (mut best, mut best_stamps) = ([own; MOST_CHOSEN], [now; MOST_CHOSEN]);
        let numbers = chosen.numbers();
        for ((place, stamp), number) in best.iter_mut().zip(&mut best_stamps).zip(numbers) {
            (*place, *stamp) = (places[usize::from(*number)], stamps[usize::from(*number)]);
        }
        self.filled = numbers.len();
        self.pool.0[..self.filled].copy_from_slice(&best[..self.filled]);
        self.pool.1[..self.filled].copy_from_slice(&best_stamps[..self.filled]);
        // As many above come first, then as many below; of fewer than all, everybody may become one.
        if self.filled == self.count && self.count > 1 {
            let away = |number: usize| Ring.distance(own, best[number]);
            self.limits = [away(self.count.div_ceil(2) - 1), away(self.count - 1)];
        }
    }

    /// Those who are best.
    fn entries(&self) -> impl Iterator<Item = Entry<u32>> + Clone {
        self.pool.0[..self.filled].iter().copied().zip(self.pool.1[..self.filled].iter().copied())
    }
}

/// What a member sends.
struct Message {
    leaf: Best,
    /// For each entry of the other's table the place, which is the other's own for none, and its stamp.
    table: ([u32; MOST_TABLE], [u8; MOST_TABLE]),
    /// How many entries that are.
    sent: usize,
}

/// A member.
#[derive(Debug)]
pub struct Member<'a> {
    shape: &'a Shape,
    /// What it keeps.
    pub record: Record<'a, u32>,
}

impl<'a> Member<'a> {
    /// One that has begun.
    #[must_use]
    #[inline]
    pub fn of(shape: &'a Shape, record: &'a mut [u32]) -> Self {
        Self { shape, record: Record::of(shape.parts(), record) }
    }

    /// A member at a position begins, and knows nobody.
    #[must_use]
    pub fn begin(shape: &'a Shape, own: u32, record: &'a mut [u32], now: u8) -> Self {
        Self { shape, record: Record::begin(shape.parts(), own, record, now) }
    }

    /// A cycle begins: entries that are too old go.
    pub fn turn(&mut self, now: u8) {
        let (parts, most_age) = (self.record.parts, self.shape.most_age);
        self.record.forget(0..parts.near, now, most_age);
        self.record.forget(parts.table(), now, 2 * most_age);
        self.record.forget(parts.samples(), now, most_age);
        self.record.turn(now);
    }

    /// It begins with the samples that it has got: as many as there are entries of a leaf set.
    pub fn start(&mut self, now: u8) {
        let samples = self.record.parts.samples();
        let samples = samples.start..samples.end.min(samples.start + self.shape.leaf);
        let mut best = Best::new(self.record.own, self.shape.leaf, (now, self.shape.most_age));
        best.meet(&self.record.places[samples.clone()], &self.record.stamps[samples.clone()]);
        best.settle();
        self.record.renew(best.entries());
        for number in samples {
            self.offer(self.record.places[number], self.record.stamps[number], now);
        }
    }

    /// What it sends a member at another position: of those who share a slot there those come first whose number under
    /// a key is least.
    fn message(&self, other: u32, now: u8, key: [u32; 2]) -> Message {
        let Record { parts, places, stamps, .. } = &self.record;
        let Shape { leaf, per_slot, most_age, .. } = *self.shape;
        let mut best = Best::new(other, leaf, (now, most_age));
        let all = parts.entries() + 1;
        best.meet(&places[..leaf], &stamps[..leaf]);
        best.meet(&places[parts.table().end..all], &stamps[parts.table().end..all]);
        best.settle();
        best.meet(&places[parts.table()], &stamps[parts.table()]);
        best.settle();
        let mut table = ([other; MOST_TABLE], [now; MOST_TABLE]);
        let mut numbers = [u32::MAX; MOST_TABLE];
        for (&place, &stamp) in places[..all].iter().zip(&stamps[..all]) {
            if now.wrapping_sub(stamp) > most_age || best.may_hold(place) {
                continue;
            }
            let Some(slot) = self.shape.slot(other, place) else { continue };
            let slot = slot * per_slot..(slot + 1) * per_slot;
            let held = numbers[slot.clone()].iter_mut().zip(&mut table.0[slot.clone()]).zip(&mut table.1[slot]);
            let mut entry = (mixed(key, place), place, stamp);
            for ((number, held), held_stamp) in held {
                if *held == entry.1 {
                    // The same member twice: the younger entry.
                    if now.wrapping_sub(entry.2) < now.wrapping_sub(*held_stamp) {
                        *held_stamp = entry.2;
                    }
                    break;
                }
                if entry.0 < *number || *held == other {
                    std::mem::swap(&mut entry.0, number);
                    std::mem::swap(&mut entry.1, held);
                    std::mem::swap(&mut entry.2, held_stamp);
                    if entry.1 == other {
                        break;
                    }
                }
            }
        }
        let sent = best.filled + table.0[..parts.table].iter().filter(|place| **place != other).count();
        Message { leaf: best, table, sent }
    }

    /// What it makes of a message.
    fn hear(&mut self, Message { leaf, table, .. }: &Message, now: u8) {
        let Record { parts, own, .. } = self.record;
        let Shape { most_age, per_slot, .. } = *self.shape;
        let mut best = Best::new(own, self.shape.leaf, (now, most_age));
        best.meet(&self.record.places[..parts.near], &self.record.stamps[..parts.near]);
        best.meet(&leaf.pool.0[..leaf.filled], &leaf.pool.1[..leaf.filled]);
        best.settle();
        best.meet(&table.0[..parts.table], &table.1[..parts.table]);
        best.settle();
        let mut is_new = self.record.renew(best.entries());
        for (place, stamp) in leaf.entries() {
            is_new |= self.offer(place, stamp, now);
        }
        for at in (0..parts.table).filter(|at| table.0[*at] != own) {
            is_new |= self.put(at / per_slot, (table.0[at], table.1[at]), now);
        }
        if is_new {
            self.record.moves();
        }
    }

    /// Offers an entry to the table. Says whether it has taken an empty place.
    #[inline]
    fn offer(&mut self, place: u32, stamp: u8, now: u8) -> bool {
        let slot = self.shape.slot(self.record.own, place);
        slot.is_some_and(|slot| self.put(slot, (place, stamp), now))
    }

    /// Offers an entry to a slot of the table. Says whether it has taken an empty place.
    #[inline]
    fn put(&mut self, slot: usize, (place, stamp): Entry<u32>, now: u8) -> bool {
        let Record { own, parts, places, stamps } = &mut self.record;
        let first = parts.near + slot * self.shape.per_slot;
        let entries = first..first + self.shape.per_slot;
        let age = |stamp: u8| now.wrapping_sub(stamp);
        // Whoever is there already, else an empty place, else the oldest.
        let mut at = first;
        for number in entries {
            if places[number] == place {
                at = number;
                break;
            }
            let is_worse = places[at] != *own && (places[number] == *own || age(stamps[number]) > age(stamps[at]));
            at = if is_worse { number } else { at };
        }
        let is_empty = places[at] == *own;
        if is_empty || age(stamp) < age(stamps[at]) {
            (places[at], stamps[at]) = (place, stamp);
        }
        is_empty
    }
}

/// Two members exchange what is best for the other; `keys` are random, one for each message. Returns how many entries
/// each has sent, the one that began first.
#[inline]
#[must_use]
pub fn exchange(mut members: [Member<'_>; 2], now: u8, is_reply_lost: bool, keys: [[u32; 2]; 2]) -> [usize; 2] {
    let [own, other] = &mut members;
    let request = own.message(other.record.own, now, keys[0]);
    let reply = other.message(own.record.own, now, keys[1]);
    other.hear(&request, now);
    if !is_reply_lost {
        own.hear(&reply, now);
    }
    [request.sent, reply.sent]
}

#[cfg(test)]
mod tests {
    use super::super::record::Kept;
    use super::*;

    const SHAPE: Shape = Shape { leaf: 2, bits: 4, rows: 2, per_slot: 2, samples: 2, most_age: 5 };

    fn member(own: u32, samples: &[u32]) -> Vec<u32> {
        let mut record = vec![0; SHAPE.parts().cells::<u32>()];
        let mut member = Member::begin(&SHAPE, own, &mut record, 1);
        member.turn(1);
        member.record.sample(samples.iter().map(|&place| (place, 1)));
        record
    }

    fn table(record: &[u32]) -> Vec<u32> {
        let kept = Kept::of(SHAPE.parts(), record);
        kept.table().iter().copied().filter(|place| *place != kept.own).collect()
    }

    #[test]
    fn a_slot_is_of_the_digits_that_are_shared_and_the_next_one() {
        let of = |own: u32, other: u32| SHAPE.slot(own, other);
        assert_eq!([of(0, 0x1000_0000), of(0, 0xF000_0000)], [Some(0), Some(14)]);
        assert_eq!([of(0x2000_0000, 0x1000_0000), of(0x2000_0000, 0x3000_0000)], [Some(1), Some(2)]);
        assert_eq!([of(0, 0x0100_0000), of(0, 0x0F00_0000)], [Some(15), Some(29)]);
        // Who shares more digits than there are rows is in no slot, and a member is in none of its own.
        assert_eq!([of(0, 0x00F0_0000), of(0, 0), of(7, 7)], [None; 3]);
        let odd = Shape { bits: 3, rows: 10, ..SHAPE };
        assert_eq!([odd.slot(0, 4), odd.slot(0, 3), odd.slot(5, 5)], [Some(9 * 7), None, None]);
    }

    #[test]
    fn in_a_full_slot_a_younger_entry_takes_the_place_of_the_oldest() {
        let mut record = member(0, &[]);
        let mut member = Member::of(&SHAPE, &mut record);
        let [a, b, c] = [0x1000_0000, 0x1100_0000, 0x1200_0000];
        assert!(member.offer(a, 2, 9) && member.offer(b, 3, 9));
        // As old as the oldest, it does not.
        assert!(!member.offer(c, 2, 9));
        assert_eq!(table(&record), [a, b]);
        let mut member = Member::of(&SHAPE, &mut record);
        assert!(!member.offer(c, 4, 9) && !member.offer(b, 8, 9));
        assert_eq!(table(&record), [c, b]);
        assert!(!Member::of(&SHAPE, &mut record).offer(a, 5, 9));
        assert_eq!(table(&record), [a, b], "the entry of b was made anew, that of c was the oldest");
    }

    #[test]
    fn entries_of_tables_stay_twice_as_long() {
        let mut record = member(0, &[0x1000_0000, 0xF000_0000]);
        Member::of(&SHAPE, &mut record).start(1);
        let near = |record: &[u32]| Kept::of(SHAPE.parts(), record).near().iter().filter(|place| **place != 0).count();
        for (now, expected) in [(6, (2, 2)), (7, (0, 2)), (11, (0, 2)), (12, (0, 0))] {
            Member::of(&SHAPE, &mut record).turn(now);
            assert_eq!((near(&record), table(&record).len()), expected, "{now}");
        }
    }

    #[test]
    fn members_tell_each_other_of_leaves_and_slots() {
        let (one, other) = (0x1000_0000, 0x1F00_0000);
        let mut records = [member(one, &[0x1E00_0000, 0x5000_0000]), member(other, &[0x1100_0000])];
        let [first, second] = &mut records;
        let pair = [Member::of(&SHAPE, first), Member::of(&SHAPE, second)];
        // The two nearest of all on either side, and the rest for the slots of the other.
        assert_eq!(exchange(pair, 1, true, [[1, 2], [3, 4]]), [3, 2]);
        let leaf = |record: &[u32]| {
            let mut near = Kept::of(SHAPE.parts(), record).near().to_vec();
            near.sort_unstable();
            near
        };
        // The reply was lost.
        assert_eq!((leaf(&records[0]), table(&records[0])), (vec![one, one], vec![]));
        assert_eq!(leaf(&records[1]), [0x1E00_0000, 0x5000_0000]);
        let mut known = table(&records[1]);
        known.sort_unstable();
        assert_eq!(known, [one, 0x1E00_0000, 0x5000_0000]);
    }
}
