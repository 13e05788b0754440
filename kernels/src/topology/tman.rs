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
//!            near, of samples and of what came
//! fingers:   the upper half of the far table is that of Chord on demand (Montresor, Jelasity and Babaoglu, 2005): a
//!            row keeps the entry nearest to the beginning of its interval; an old one yields to any younger one, and
//!            stays until there is one
//! ```
//!
//! Reads and writes both records, at the partner at random.

use bytemuck::Pod;

use super::nearest::{Candidates, MOST_CHOSEN, nearest};
use super::place::{ROWS, Space};
use super::record::{Kept, Parts, Record};

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

impl Shape {
    /// The parts of a record.
    #[must_use]
    pub const fn parts(&self) -> Parts {
        Parts { near: self.near, table: ROWS * self.sides, samples: self.samples }
    }

    /// The fingers of a member: of each row the place, which is the member's own if there is none.
    #[must_use]
    pub fn fingers<'a, P: Pod + Eq>(&self, kept: &Kept<'a, P>) -> &'a [P] {
        if self.fingers { &kept.table()[..ROWS] } else { &[] }
    }
}

/// A member, in some space.
#[derive(Debug)]
pub struct Member<'a, S: Space> {
    space: S,
    shape: &'a Shape,
    /// What it keeps.
    pub record: Record<'a, S::Place>,
}

impl<'a, S: Space> Member<'a, S> {
    /// One that has begun.
    #[must_use]
    #[inline]
    pub fn of(space: S, shape: &'a Shape, record: &'a mut [S::Place]) -> Self {
        Self { space, shape, record: Record::of(shape.parts(), record) }
    }

    /// A member that stands at a place begins, and knows nobody.
    #[must_use]
    pub fn begin(space: S, shape: &'a Shape, own: S::Place, record: &'a mut [S::Place], now: u8) -> Self {
        Self { space, shape, record: Record::begin(shape.parts(), own, record, now) }
    }

    /// A cycle begins: entries that are too old go, samples among them. Old fingers stay.
    pub fn turn(&mut self, now: u8) {
        let Shape { near, most_age, .. } = *self.shape;
        let record = &mut self.record;
        let fingers = near..near + if self.shape.fingers { ROWS } else { 0 };
        record.forget(0..near, now, most_age);
        record.forget(fingers.end..record.parts.entries(), now, most_age);
        let mut is_any_old = false;
        for (place, stamp) in record.places[fingers.clone()].iter().zip(&mut record.stamps[fingers]) {
            let age = now.wrapping_sub(*stamp);
            if age > most_age {
                is_any_old |= *place != record.own;
                // A stamp is a byte: the age of an old finger stops, so that it never looks young again.
                *stamp = if *place == record.own { now } else { now.wrapping_sub(age.min(OLDEST)) };
            }
        }
        if is_any_old {
            // An entry of near was offered when it came, and was no better then than the finger that is old now. Rows
            // that are no fingers keep the youngest of what was offered: nothing in near is younger.
            (0..near).for_each(|number| self.offer(self.record.places[number], self.record.stamps[number], now));
        }
        self.record.turn(now);
    }

    /// It begins with the samples that it has got.
    pub fn start(&mut self, now: u8) {
        self.hear(&Message { places: [self.record.own; MOST_CHOSEN], stamps: [now; MOST_CHOSEN], count: 0 }, now);
    }

    /// What it sends a member at another place: the best for that one of all whom it knows and of itself.
    #[inline]
    fn message(&self, other: S::Place, now: u8) -> Message<S::Place> {
        let record = &self.record;
        let all = record.candidates(0..record.parts.entries() + 1, now, self.shape.most_age);
        let chosen = nearest(self.space, other, &all, self.shape.sent);
        let mut message = Message { places: [record.own; MOST_CHOSEN], stamps: [now; MOST_CHOSEN], count: 0 };
        for number in chosen.numbers().iter().map(|&number| usize::from(number)) {
            message.places[message.count] = record.places[number];
            message.stamps[message.count] = record.stamps[number];
            message.count += 1;
        }
        message
    }

    /// What it makes of a message, and of its samples.
    #[inline]
    fn hear(&mut self, message: &Message<S::Place>, now: u8) {
        let record = &self.record;
        let (mut places, mut stamps) = ([record.own; 3 * MOST_CHOSEN], [now; 3 * MOST_CHOSEN]);
        let mut count = 0;
        let near = self.shape.near;
        let own = [0..near, record.parts.samples()].map(|part| (&record.places[part.clone()], &record.stamps[part]));
        for (more, more_stamps) in own.into_iter().chain([(&message.places[..message.count], &message.stamps[..])]) {
            places[count..count + more.len()].copy_from_slice(more);
            stamps[count..count + more.len()].copy_from_slice(&more_stamps[..more.len()]);
            count += more.len();
        }
        let (places, stamps) = (&places[..count], &stamps[..count]);
        if self.shape.sides > 0 {
            places[near..].iter().zip(&stamps[near..]).for_each(|(place, stamp)| self.offer(*place, *stamp, now));
        }
        let all = Candidates { places, stamps, now, most_age: self.shape.most_age };
        let chosen = nearest(self.space, self.record.own, &all, near);
        let numbers = chosen.numbers().iter().map(|&number| usize::from(number));
        if self.record.renew(numbers.map(|number| (places[number], stamps[number]))) {
            self.record.moves();
        }
    }

    /// Offers an entry to the far table. Writes whether or not it is taken: seldom can be foreseen which it is.
    #[inline]
    #[expect(clippy::needless_bitwise_bool, reason = "a jump for each condition is what it saves")]
    fn offer(&mut self, place: S::Place, stamp: u8, now: u8) {
        let (record, most_age) = (&mut self.record, self.shape.most_age);
        let rows = self.space.rows(record.own, place);
        for (side, row) in rows.into_iter().enumerate().take(self.shape.sides).filter(|(_, row)| *row < ROWS) {
            let slot = self.shape.near + side * ROWS + row;
            let (held, held_stamp) = (record.places[slot], record.stamps[slot]);
            let [age, held_age] = [stamp, held_stamp].map(|stamp| now.wrapping_sub(stamp));
            let is_younger = age < held_age;
            let is_better = if self.shape.fingers && side == 0 {
                let [new, old] = [place, held].map(|place| self.space.distance(record.own, place));
                let is_nearer = (new < old) & (age <= most_age);
                if (held_age <= most_age) & (held != place) { is_nearer } else { is_younger }
            } else {
                is_younger
            };
            let is_taken = (place != record.own) & ((held == record.own) | is_better);
            record.places[slot] = if is_taken { place } else { held };
            record.stamps[slot] = if is_taken { stamp } else { held_stamp };
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
    let request = own.message(other.record.own, now);
    let reply = other.message(own.record.own, now);
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
        let member = Kept::of(SHAPE.parts(), record);
        let mut known: Vec<u32> = member.near().iter().copied().filter(|place| *place != member.own).collect();
        known.sort_unstable();
        known
    }

    fn member(own: u32, samples: &[u32]) -> Vec<u32> {
        let mut record = vec![0; SHAPE.parts().cells::<u32>()];
        let mut member = Member::begin(Ring, &SHAPE, own, &mut record, 5);
        member.turn(5);
        member.record.sample(samples.iter().map(|&place| (place, 5)));
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
        let fingers = |record: &[u32]| -> Vec<u32> {
            let fingers = shape.fingers(&Kept::of(shape.parts(), record));
            fingers.iter().copied().filter(|place| *place != 0).collect()
        };
        let mut record = vec![0; shape.parts().cells::<u32>()];
        let mut member = Member::begin(Ring, &shape, 0, &mut record, 0);
        let message =
            |place: u32, stamp| Message { places: [place; MOST_CHOSEN], stamps: [stamp; MOST_CHOSEN], count: 1 };
        member.hear(&message(5000, 0), 0);
        member.turn(20);
        assert!(!Kept::of(shape.parts(), &record).near().iter().all(|place| *place == 0));
        let mut member = Member::of(Ring, &shape, &mut record);
        member.turn(21);
        // The lower half of the far table is no finger.
        let kept = Kept::of(shape.parts(), &record);
        assert!(kept.near().iter().all(|place| *place == 0));
        assert_eq!((kept.entries().collect::<Vec<_>>(), fingers(&record)), (vec![5000], vec![5000]));
        // A farther one that is younger takes its place, and a nearer one its place in turn.
        for (place, held) in [(6000, 6000), (5500, 5500), (7000, 5500)] {
            Member::of(Ring, &shape, &mut record).hear(&message(place, 21), 21);
            assert_eq!(fingers(&record), [held]);
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
            assert_eq!(first.record.still(), still);
            exchange([first, second], 5, false);
            assert_eq!(Member::of(Ring, &SHAPE, one).record.still(), after);
        }
    }
}
