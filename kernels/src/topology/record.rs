//! What a member of a topology keeps.
//!
//! ```text
//! near | table | samples | the member itself     places
//! near | table | samples | the member itself     stamps: the low byte of the cycle in which an entry was made
//! still                                          cycles for which the member has learnt nothing new
//! ```
//!
//! An empty place holds the member's own. 5 bytes an entry, 9 on a line.

use std::ops::Range;

use bytemuck::Pod;

use super::nearest::{Candidates, Chosen, nearest};
use super::place::Space;

/// Entries of the parts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Those that are kept for being near.
    pub near: usize,
    /// Those of a table of others.
    pub table: usize,
    /// Random members that a cycle begins with.
    pub samples: usize,
}

/// Bytes behind the stamps.
const MORE_BYTES: usize = 1;

impl Parts {
    /// Entries of a record, beside that of the member itself.
    #[must_use]
    pub const fn entries(&self) -> usize {
        self.near + self.table + self.samples
    }

    /// Cells of a record, each a place of type `P`.
    #[must_use]
    pub const fn cells<P>(&self) -> usize {
        self.entries() + 1 + (self.entries() + 1 + MORE_BYTES).div_ceil(size_of::<P>())
    }

    /// The numbers of entries of the table.
    #[must_use]
    pub const fn table(&self) -> Range<usize> {
        self.near..self.near + self.table
    }

    /// The numbers of samples.
    #[must_use]
    pub const fn samples(&self) -> Range<usize> {
        self.near + self.table..self.entries()
    }
}

/// An entry: where a member stands, and the low byte of the cycle in which it was made.
pub type Entry<P> = (P, u8);

/// The record of a member, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a, P> {
    parts: Parts,
    /// Where the member stands.
    pub own: P,
    places: &'a [P],
    stamps: &'a [u8],
}

impl<'a, P: Pod + Eq> Kept<'a, P> {
    /// That of a member who has begun.
    #[must_use]
    pub fn of(parts: Parts, record: &'a [P]) -> Self {
        let (places, stamps) = record.split_at(parts.entries() + 1);
        Self { parts, own: places[parts.entries()], places, stamps: bytemuck::cast_slice(stamps) }
    }

    /// The places of near; the member's own where there is no entry.
    #[must_use]
    pub fn near(&self) -> &'a [P] {
        &self.places[..self.parts.near]
    }

    /// The places of the table, likewise.
    #[must_use]
    pub fn table(&self) -> &'a [P] {
        &self.places[self.parts.table()]
    }

    /// The places of all entries of near and of the table.
    pub fn entries(&self) -> impl Iterator<Item = P> + Clone + use<'a, P> {
        let own = self.own;
        self.places[..self.parts.near + self.parts.table].iter().copied().filter(move |place| *place != own)
    }

    /// For how many cycles it has learnt nothing new.
    #[must_use]
    pub fn still(&self) -> u8 {
        self.stamps[self.parts.entries() + 1]
    }
}

/// The record of a member.
#[derive(Debug)]
pub struct Record<'a, P> {
    /// Its parts.
    pub parts: Parts,
    /// Where the member stands.
    pub own: P,
    /// The places of all entries, and the member's own.
    pub places: &'a mut [P],
    /// The stamps of all entries, and what is behind them.
    pub stamps: &'a mut [u8],
}

impl<'a, P: Pod + Eq> Record<'a, P> {
    /// That of a member who has begun.
    #[must_use]
    #[inline]
    pub fn of(parts: Parts, record: &'a mut [P]) -> Self {
        let (places, stamps) = record.split_at_mut(parts.entries() + 1);
        Self { parts, own: places[parts.entries()], places, stamps: bytemuck::cast_slice_mut(stamps) }
    }

    /// A member that stands at a place begins, and knows nobody.
    #[must_use]
    pub fn begin(parts: Parts, own: P, record: &'a mut [P], now: u8) -> Self {
        let record = Self { own, ..Self::of(parts, record) };
        record.places.fill(own);
        record.stamps.fill(now);
        record.stamps[parts.entries() + 1] = 0;
        record
    }

    /// For how many cycles it has learnt nothing new.
    #[must_use]
    pub fn still(&self) -> u8 {
        self.stamps[self.parts.entries() + 1]
    }

    /// It has learnt something new.
    pub fn moves(&mut self) {
        self.stamps[self.parts.entries() + 1] = 0;
    }

    /// A cycle begins: its own entry is as young as that, and it has learnt nothing new for a cycle more.
    pub fn turn(&mut self, now: u8) {
        let own = self.parts.entries();
        self.stamps[own] = now;
        self.stamps[own + 1] = self.stamps[own + 1].saturating_add(1);
    }

    /// Some entries go if they are older than that. Says whether any was.
    pub fn forget(&mut self, numbers: Range<usize>, now: u8, most_age: u8) -> bool {
        let is_old = |stamp: u8| now.wrapping_sub(stamp) > most_age;
        // Seldom is anything too old.
        let any = self.stamps[numbers.clone()].iter().fold(false, |any, stamp| any | is_old(*stamp));
        if any {
            let entries = self.places[numbers.clone()].iter_mut().zip(&mut self.stamps[numbers]);
            for (place, stamp) in entries.filter(|(_, stamp)| is_old(**stamp)) {
                (*place, *stamp) = (self.own, now);
            }
        }
        any
    }

    /// It gets random members, in place of those that it got last.
    pub fn sample(&mut self, mut samples: impl Iterator<Item = Entry<P>>) {
        for number in self.parts.samples() {
            (self.places[number], self.stamps[number]) = samples.next().unwrap_or((self.own, 0));
        }
    }

    /// The best `count` of near, by their numbers.
    #[must_use]
    pub fn best<S: Space<Place = P>>(&self, space: S, count: usize, (now, most_age): (u8, u8)) -> Chosen {
        nearest(space, self.own, &self.candidates(0..self.parts.near, now, most_age), count)
    }

    /// The place of an entry; the member's own if it is empty.
    #[must_use]
    pub fn place(&self, number: usize) -> P {
        self.places[number]
    }

    /// Whoever an entry of near leads to is near no more.
    pub fn drop(&mut self, number: usize) {
        let gone = self.places[number];
        self.places[..self.parts.near].iter_mut().filter(|place| **place == gone).for_each(|place| *place = self.own);
    }

    /// Some entries as candidates.
    #[must_use]
    pub fn candidates(&self, numbers: Range<usize>, now: u8, most_age: u8) -> Candidates<'_, P> {
        Candidates { places: &self.places[numbers.clone()], stamps: &self.stamps[numbers], now, most_age }
    }

    /// Near becomes these. Says whether anybody among them was not near before.
    pub fn renew(&mut self, near: impl Iterator<Item = Entry<P>> + Clone) -> bool {
        let own = self.own;
        let places = &mut self.places[..self.parts.near];
        let is_new = near.clone().any(|(place, _)| !places.contains(&place));
        places.fill(own);
        for ((place, stamp), entry) in places.iter_mut().zip(&mut *self.stamps).zip(near) {
            (*place, *stamp) = entry;
        }
        is_new
    }
}
