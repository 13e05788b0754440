//! What members keep, compared with what there is to be.
//!
//! Sorts the places of all members, eight or twelve bytes each, and reads each record once, at random where rows are
//! not in the order of places.

use kernels::topology::record::{Kept, Parts};
use rayon::prelude::*;

use super::numbering::{Numbering, Place};
use super::truth::{Links, MOST_LINKS};
use crate::gossip::members::Members;
use crate::gossip::record::Record;
use crate::memory::STRIDE;

/// What is measured of a topology: shares, which are no numbers of nothing.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// How many members there are.
    pub members: u64,
    /// The share of members that know anybody near.
    pub started: f64,
    /// The share of the links that there are to be which members do not have.
    pub missing: f64,
    /// The same of the entries of leaf sets.
    pub leaf_missing: f64,
    /// The same of the entries of tables.
    pub table_missing: f64,
    /// The share of the intervals with members of which a member knows nobody.
    pub finger_empty: f64,
    /// The share of the intervals with members of which a member knows another than the first.
    pub finger_inexact: f64,
    /// The share of entries whose node is a member no more.
    pub dead: f64,
    /// The share of members that start exchanges.
    pub active: f64,
}

impl Measured {
    /// The names of what is measured, in the order of [`Measured::values`].
    pub const NAMES: &[&str] = &[
        "members_count",
        "started_fraction",
        "missing_fraction",
        "leaf_missing_fraction",
        "table_missing_fraction",
        "finger_empty_fraction",
        "finger_inexact_fraction",
        "dead_fraction",
        "active_fraction",
    ];

    /// What is measured.
    #[must_use]
    pub fn values(self) -> Vec<f64> {
        let Self { started, missing, leaf_missing, table_missing, finger_empty, finger_inexact, dead, active, .. } =
            self;
        let shares = [started, missing, leaf_missing, table_missing, finger_empty, finger_inexact, dead, active];
        std::iter::once(self.members as f64).chain(shares).collect()
    }
}

/// A share of so many; not a number of none.
#[must_use]
pub fn fraction(part: u64, whole: u64) -> f64 {
    if whole == 0 { f64::NAN } else { part as f64 / whole as f64 }
}

/// Where a member stands, and its row.
pub type Seated<P> = (P, u32);

/// Where all members stand, ascending, and their rows.
pub fn seated<P: Copy + Ord + Send, R: Record + ?Sized>(
    members: &Members<'_, R>,
    own: impl Fn(&R) -> P + Sync,
) -> Vec<Seated<P>> {
    in_order(members, |node, record| Some((own(record), members.who.row(node) as u32)))
}

/// The positions of all members, ascending, and who they are.
pub fn stands<R: Record + ?Sized>(
    members: &Members<'_, R>,
    position: impl Fn(&R) -> Option<u32> + Sync,
) -> Vec<(u32, u32)> {
    in_order(members, |node, record| position(record).map(|position| (position, node)))
}

/// Something of each member, ascending.
fn in_order<T: Copy + Ord + Send, R: Record + ?Sized>(
    members: &Members<'_, R>,
    of: impl Fn(u32, &R) -> Option<T> + Sync,
) -> Vec<T> {
    let mut all = members.fold(|all: &mut Vec<T>, node, record| all.extend(of(node, record)), Vec::extend);
    all.par_sort_unstable();
    all
}

/// The positions that a member knows behind its own, the nearest first.
#[must_use]
pub fn behind(own: u32, near: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut ways: Vec<u32> = near.map(|place| place.wrapping_sub(own)).filter(|way| *way > 0).collect();
    ways.sort_unstable();
    ways.dedup();
    ways.into_iter().map(|way| own.wrapping_add(way)).collect()
}

/// Every so many-th of the members in the order of their places is judged.
#[derive(Clone, Copy, Debug)]
pub struct Every(usize);

impl Every {
    /// Of so many members at most so many.
    #[must_use]
    pub fn new(members: usize, judged: usize) -> Self {
        Self(members.div_ceil(judged.max(1)).max(1))
    }

    /// Whether the member of a number is judged.
    #[must_use]
    pub const fn holds(self, number: usize) -> bool {
        number.is_multiple_of(self.0)
    }

    /// How many of the first so many are.
    #[must_use]
    pub const fn of(self, first: usize) -> usize {
        first.div_ceil(self.0)
    }
}

/// What is found of members.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// All, and those that are judged, of which is all the rest.
    members: u64,
    judged: u64,
    /// Those that know anybody near.
    started: u64,
    /// Those that start exchanges.
    active: u64,
    /// Links that there are to be, and those of them that are missing.
    links: u64,
    missing: u64,
    /// Entries, and those whose node is no member any more.
    entries: u64,
    dead: u64,
}

impl From<Found> for Measured {
    fn from(found: Found) -> Self {
        Self {
            members: found.members,
            started: fraction(found.started, found.judged),
            missing: fraction(found.missing, found.links),
            leaf_missing: f64::NAN,
            table_missing: f64::NAN,
            finger_empty: f64::NAN,
            finger_inexact: f64::NAN,
            dead: fraction(found.dead, found.entries),
            active: fraction(found.active, found.judged),
        }
    }
}

/// Compares what members keep with the links that there are to be: `places` are all members in order, with their rows.
/// Those that have learnt nothing new for `idle` cycles start no exchange.
pub fn judge<N: Numbering>(
    members: &Members<'_, [Place<N>]>,
    numbering: &N,
    (parts, idle): (Parts, Option<u8>),
    (places, links): (&[Seated<Place<N>>], &Links<Place<N>>),
) -> Found {
    let meet = |found: &mut Found, (own, row): Seated<Place<N>>, links: &[Place<N>; MOST_LINKS]| {
        let kept = Kept::of(parts, members.row(row as usize));
        let near = kept.near();
        found.judged += 1;
        found.started += u64::from(near.iter().any(|&place| place != own));
        found.active += u64::from(idle.is_none_or(|cycles| kept.still() <= cycles));
        let links = links.iter().filter(|link| **link != own);
        found.links += links.clone().count() as u64;
        found.missing += links.filter(|link| !near.contains(link)).count() as u64;
        for place in kept.entries() {
            found.entries += 1;
            found.dead += u64::from(!members.holds(numbering.node(place)));
        }
    };
    let every = Every::new(places.len(), members.judged);
    let strides = places.par_chunks(STRIDE).zip(links.par_chunks(STRIDE)).enumerate();
    let strides = strides.map(|(stride, (places, links))| {
        let mut found = Found { members: places.len() as u64, ..Found::default() };
        for (number, (&member, links)) in (stride * STRIDE..).zip(places.iter().zip(links)) {
            if every.holds(number) {
                meet(&mut found, member, links);
            }
        }
        found
    });
    strides.collect::<Vec<_>>().into_iter().fold(Found::default(), |one, other| Found {
        members: one.members + other.members,
        judged: one.judged + other.judged,
        started: one.started + other.started,
        active: one.active + other.active,
        links: one.links + other.links,
        missing: one.missing + other.missing,
        entries: one.entries + other.entries,
        dead: one.dead + other.dead,
    })
}
