//! T-Man: members exchange those entries that are best for the other, and keep those that are best for themselves.
//!
//! Jelasity and Babaoglu, *T-Man: gossip-based overlay topology management*, 2005; with Montresor, Computer Networks
//! 2009. As published a view keeps whatever it meets, and grows with the logarithm of the cloud. Here it keeps the
//! nearest, and beside them a *far table*, one entry for each doubling of the distance on each side: a source of
//! candidates, without which strands of the topology no longer find each other.
//!
//! ```text
//! active p:  q = one of the best of near that lives
//!            send the m best for q of near, far, p itself and p's samples; q answers from its old state likewise
//!            both: samples and all that came are offered to far, whose rows keep the youngest; near = the best of
//!            near, of samples and of what came; when a cycle begins, all of near is offered to far
//! fingers:   the upper half of the far table is that of Chord on demand (Montresor, Jelasity and Babaoglu, 2005): a
//!            row keeps the entry nearest to the beginning of its interval; an old one yields to any younger one, and
//!            stays until there is one
//! ```
//!
//! A record is an array of places, those of near, far and samples and of the member itself, and behind them their
//! stamps: the low byte of the cycle in which a member made the entry of itself. An empty place holds the member
//! itself. Reads and writes both records: 5 bytes an entry (9 on a line), at the partner at random.

use std::ops::Range;

use bytemuck::Pod;

use super::nearest::{Candidates, Chosen, MOST_CHOSEN, nearest};
use super::place::{ROWS, Space};

/// The parts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Entries that are kept for being near, at most [`MOST_CHOSEN`].
    pub near: usize,
    /// Sides of the far table: 0 for none, at most 2.
    pub sides: usize,
    /// Random members that a cycle begins with, at most [`MOST_CHOSEN`].
    pub samples: usize,
    /// Entries of a message, at most [`MOST_CHOSEN`].
    pub sent: usize,
    /// Entries that are older are dropped, and never sent; at most 100.
    pub most_age: u8,
    /// Whether the upper half of the far table holds fingers.
    pub fingers: bool,
}

/// Bytes behind the stamps: for how many cycles near has not changed.
const MORE_BYTES: usize = 1;

impl Shape {
    /// Entries of a record.
    #[must_use]
    pub const fn entries(&self) -> usize {
        self.near + self.far() + self.samples
    }

    /// Entries of the far table.
    #[must_use]
    pub const fn far(&self) -> usize {
        ROWS * self.sides
    }

    /// The numbers of entries that stay when they are old: fingers.
    const fn old_fingers(&self) -> Range<usize> {
        self.near..self.near + if self.fingers { ROWS } else { 0 }
    }

    /// Cells of a record, each a place of type `P`.
    #[must_use]
    pub const fn cells<P>(&self) -> usize {
        self.entries() + 1 + (self.entries() + 1 + MORE_BYTES).div_ceil(size_of::<P>())
    }
}

/// An entry: where a member stands, and the low byte of the cycle in which it was made.
pub type Entry<P> = (P, u8);

/// The record of a member, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a, P> {
    shape: &'a Shape,
    /// Where the member stands.
    pub own: P,
    places: &'a [P],
    stamps: &'a [u8],
}

impl<'a, P: Pod + Eq> Kept<'a, P> {
    /// That of a member who has begun.
    #[must_use]
    pub fn of(shape: &'a Shape, record: &'a [P]) -> Self {
        let (places, stamps) = record.split_at(shape.entries() + 1);
        Self { shape, own: places[shape.entries()], places, stamps: bytemuck::cast_slice(stamps) }
    }

    /// The places of near; the member's own where there is no entry.
    #[must_use]
    pub fn near(&self) -> &'a [P] {
        &self.places[..self.shape.near]
    }

    /// The finger of a row; the member's own place if there is none.
    #[must_use]
    pub fn finger(&self, row: usize) -> P {
        self.places[self.shape.near + row]
    }

    /// The places of all fingers that there are.
    pub fn fingers(&self) -> impl Iterator<Item = P> + use<'a, P> {
        let fingers = &self.places[self.shape.old_fingers()];
        let own = self.own;
        fingers.iter().copied().filter(move |place| *place != own)
    }

    /// The places of all entries of near and far.
    pub fn entries(&self) -> impl Iterator<Item = P> + use<'a, P> {
        let own = self.own;
        self.places[..self.shape.near + self.shape.far()].iter().copied().filter(move |place| *place != own)
    }

    /// For how many cycles near has not changed.
    #[must_use]
    pub fn still(&self) -> u8 {
        self.stamps[self.shape.entries() + 1]
    }
}

/// The record of a member.
#[derive(Debug)]
pub struct Member<'a, S: Space> {
    space: S,
    shape: &'a Shape,
    /// Where it stands.
    pub own: S::Place,
    places: &'a mut [S::Place],
    stamps: &'a mut [u8],
}

impl<'a, S: Space> Member<'a, S> {
    /// That of a member who has begun.
    #[must_use]
    #[inline]
    pub fn of(space: S, shape: &'a Shape, record: &'a mut [S::Place]) -> Self {
        let (places, stamps) = record.split_at_mut(shape.entries() + 1);
        Self { space, shape, own: places[shape.entries()], places, stamps: bytemuck::cast_slice_mut(stamps) }
    }

    /// A member that stands at a place begins, and knows nobody.
    #[must_use]
    pub fn begin(space: S, shape: &'a Shape, own: S::Place, record: &'a mut [S::Place], now: u8) -> Self {
        let member = Self::of(space, shape, record);
        member.places.fill(own);
        member.stamps.fill(now);
        member.stamps[shape.entries() + 1] = 0;
        Self { own, ..member }
    }

    /// For how many cycles near has not changed.
    #[must_use]
    pub fn still(&self) -> u8 {
        self.stamps[self.shape.entries() + 1]
    }

    /// A cycle begins: entries that are too old go, samples among them. Old fingers stay.
    pub fn turn(&mut self, now: u8) {
        let Shape { near, most_age, .. } = *self.shape;
        let own = self.shape.entries();
        // Seldom is anything too old.
        if self.stamps[..own].iter().fold(false, |any, stamp| any | (now.wrapping_sub(*stamp) > most_age)) {
            let old_fingers = self.shape.old_fingers();
            let entries = self.places[..own].iter_mut().zip(&mut *self.stamps).enumerate();
            for (number, (place, stamp)) in entries.filter(|(_, (_, stamp))| now.wrapping_sub(**stamp) > most_age) {
                if *place != self.own && old_fingers.contains(&number) {
                    // A stamp is a byte: the age of an old finger stops here, so that it never looks young again.
                    *stamp = now.wrapping_sub(now.wrapping_sub(*stamp).min(OLDEST));
                } else {
                    (*place, *stamp) = (self.own, now);
                }
            }
        }
        if self.shape.sides > 0 {
            // Entries are offered to far when they come; one of near may fill a row whose entry has just been dropped.
            (0..near).for_each(|number| self.offer(self.places[number], self.stamps[number], now));
        }
        self.stamps[own] = now;
        self.stamps[own + 1] = self.stamps[own + 1].saturating_add(1);
    }

    /// It gets random members, in place of those that it got last.
    pub fn sample(&mut self, mut samples: impl Iterator<Item = Entry<S::Place>>) {
        for number in self.samples() {
            (self.places[number], self.stamps[number]) = samples.next().unwrap_or((self.own, 0));
        }
    }

    /// It begins with the samples that it has got.
    pub fn start(&mut self, now: u8) {
        self.hear(&Message { places: [self.own; MOST_CHOSEN], stamps: [now; MOST_CHOSEN], count: 0 }, now);
    }

    /// The best `count` of near, by their numbers.
    #[must_use]
    pub fn best(&self, count: usize, now: u8) -> Chosen {
        nearest(self.space, self.own, &self.candidates(0..self.shape.near, now), count)
    }

    /// The place of an entry; the member's own if it is empty.
    #[must_use]
    pub fn place(&self, number: usize) -> S::Place {
        self.places[number]
    }

    /// An entry goes.
    pub fn drop(&mut self, number: usize) {
        let gone = self.places[number];
        self.places[..self.shape.near].iter_mut().filter(|place| **place == gone).for_each(|place| *place = self.own);
    }

    /// The numbers of samples.
    #[must_use]
    pub fn samples(&self) -> Range<usize> {
        self.shape.near + self.shape.far()..self.shape.entries()
    }

    fn candidates(&self, numbers: Range<usize>, now: u8) -> Candidates<'_, S::Place> {
        let (places, stamps) = (&self.places[numbers.clone()], &self.stamps[numbers]);
        Candidates { places, stamps, now, most_age: self.shape.most_age }
    }

    /// What it sends a member at another place: the best for that one of all whom it knows and of itself.
    #[inline]
    fn message(&self, other: S::Place, now: u8) -> Message<S::Place> {
        let chosen = nearest(self.space, other, &self.candidates(0..self.shape.entries() + 1, now), self.shape.sent);
        let mut message = Message { places: [self.own; MOST_CHOSEN], stamps: [now; MOST_CHOSEN], count: 0 };
        for number in chosen.numbers().iter().map(|&number| usize::from(number)) {
            message.places[message.count] = self.places[number];
            message.stamps[message.count] = self.stamps[number];
            message.count += 1;
        }
        message
    }

    /// What it makes of a message, and of its samples.
    #[inline]
    fn hear(&mut self, message: &Message<S::Place>, now: u8) {
        let (mut places, mut stamps) = ([self.own; 3 * MOST_CHOSEN], [now; 3 * MOST_CHOSEN]);
        let mut count = 0;
        let own = [0..self.shape.near, self.samples()].map(|part| (&self.places[part.clone()], &self.stamps[part]));
        for (more, more_stamps) in own.into_iter().chain([(&message.places[..message.count], &message.stamps[..])]) {
            places[count..count + more.len()].copy_from_slice(more);
            stamps[count..count + more.len()].copy_from_slice(&more_stamps[..more.len()]);
            count += more.len();
        }
        let near = self.shape.near;
        let (places, stamps) = (&places[..count], &stamps[..count]);
        if self.shape.sides > 0 {
            places[near..].iter().zip(&stamps[near..]).for_each(|(place, stamp)| self.offer(*place, *stamp, now));
        }
        let all = Candidates { places, stamps, now, most_age: self.shape.most_age };
        let chosen = nearest(self.space, self.own, &all, near);
        let numbers = chosen.numbers();
        let is_known =
            |number: &u8| usize::from(*number) < near || self.places[..near].contains(&places[usize::from(*number)]);
        if !numbers.iter().all(is_known) {
            self.stamps[self.shape.entries() + 1] = 0;
        }
        self.places[..near].fill(self.own);
        for (slot, number) in numbers.iter().map(|&number| usize::from(number)).enumerate() {
            (self.places[slot], self.stamps[slot]) = (places[number], stamps[number]);
        }
    }

    /// Offers an entry to the far table.
    #[inline]
    fn offer(&mut self, place: S::Place, stamp: u8, now: u8) {
        if place == self.own {
            return;
        }
        let rows = self.space.rows(self.own, place);
        for (side, row) in rows.into_iter().enumerate().take(self.shape.sides).filter(|(_, row)| *row < ROWS) {
            let slot = self.shape.near + side * ROWS + row;
            let held = self.places[slot];
            let [age, held_age] = [stamp, self.stamps[slot]].map(|stamp| now.wrapping_sub(stamp));
            let is_finger = self.shape.fingers && side == 0 && held_age <= self.shape.most_age && held != place;
            let is_better = if is_finger {
                let [new, old] = [place, held].map(|place| self.space.distance(self.own, place));
                new < old && age <= self.shape.most_age
            } else {
                age < held_age
            };
            if held == self.own || is_better {
                (self.places[slot], self.stamps[slot]) = (place, stamp);
            }
        }
    }
}

/// The age, in cycles, at which fingers stop to grow older.
const OLDEST: u8 = 200;

/// The entries of a message.
#[derive(Debug)]
struct Message<P> {
    places: [P; MOST_CHOSEN],
    stamps: [u8; MOST_CHOSEN],
    count: usize,
}

/// Two members exchange what is best for the other. Returns how many entries each has sent, the one that began first.
#[inline]
pub fn exchange<S: Space>(mut members: [Member<'_, S>; 2], now: u8, is_reply_lost: bool) -> [usize; 2] {
    let [own, other] = &mut members;
    let request = own.message(other.own, now);
    let reply = other.message(own.own, now);
    other.hear(&request, now);
    if !is_reply_lost {
        own.hear(&reply, now);
    }
    [request.count, reply.count]
}

#[cfg(test)]
mod tests {
    use super::super::place::Ring;
    use super::*;

    const SHAPE: Shape = Shape { near: 4, sides: 2, samples: 2, sent: 4, most_age: 20, fingers: false };

    fn known(record: &[u32]) -> Vec<u32> {
        let member = Kept::of(&SHAPE, record);
        let mut known: Vec<u32> = member.near().iter().copied().filter(|place| *place != member.own).collect();
        known.sort_unstable();
        known
    }

    fn member(own: u32, samples: &[u32]) -> Vec<u32> {
        let mut record = vec![0; SHAPE.cells::<u32>()];
        let mut member = Member::begin(Ring, &SHAPE, own, &mut record, 5);
        member.turn(5);
        member.sample(samples.iter().map(|&place| (place, 5)));
        record
    }

    #[test]
    fn members_tell_each_other_of_those_who_are_near_the_other() {
        let mut records = [member(100, &[990, 1010]), member(1000, &[90, 120])];
        let [one, other] = &mut records;
        let pair = [Member::of(Ring, &SHAPE, one), Member::of(Ring, &SHAPE, other)];
        assert_eq!(exchange(pair, 5, false), [3, 3]);
        assert_eq!(known(one), [90, 120, 990, 1010]);
        assert_eq!(known(other), [90, 120, 990, 1010]);
    }

    #[test]
    fn who_gets_no_reply_learns_nothing() {
        let mut records = [member(100, &[990]), member(1000, &[90])];
        let [one, other] = &mut records;
        let pair = [Member::of(Ring, &SHAPE, one), Member::of(Ring, &SHAPE, other)];
        exchange(pair, 5, true);
        assert!(known(one).is_empty());
        assert_eq!(known(other), [90, 100, 990]);
    }

    #[test]
    fn old_entries_go_and_old_fingers_stay() {
        let shape = Shape { fingers: true, ..SHAPE };
        let mut record = vec![0; shape.cells::<u32>()];
        let mut member = Member::begin(Ring, &shape, 0, &mut record, 0);
        let message =
            |place: u32, stamp| Message { places: [place; MOST_CHOSEN], stamps: [stamp; MOST_CHOSEN], count: 1 };
        member.hear(&message(5000, 0), 0);
        member.turn(20);
        assert!(!Kept::of(&shape, &record).near().iter().all(|place| *place == 0));
        let mut member = Member::of(Ring, &shape, &mut record);
        member.turn(21);
        // The lower half of the far table is no finger.
        let kept = Kept::of(&shape, &record);
        assert!(kept.near().iter().all(|place| *place == 0));
        assert_eq!((kept.entries().collect::<Vec<_>>(), kept.fingers().collect::<Vec<_>>()), (vec![5000], vec![5000]));
        // A farther one that is younger takes its place, and a nearer one its place in turn.
        for (place, held) in [(6000, 6000), (5500, 5500), (7000, 5500)] {
            Member::of(Ring, &shape, &mut record).hear(&message(place, 21), 21);
            assert_eq!(Kept::of(&shape, &record).fingers().collect::<Vec<_>>(), [held]);
        }
    }

    #[test]
    fn a_member_who_learns_nothing_new_is_still() {
        let mut records = [member(100, &[]), member(1000, &[])];
        let [one, other] = &mut records;
        for (still, after) in [(1, 0), (1, 1), (2, 2)] {
            let [mut first, mut second] = [Member::of(Ring, &SHAPE, one), Member::of(Ring, &SHAPE, other)];
            if after > 0 {
                first.turn(5);
                second.turn(5);
            }
            assert_eq!(first.still(), still);
            exchange([first, second], 5, false);
            assert_eq!(Member::of(Ring, &SHAPE, one).still(), after);
        }
    }
}
