//! Contacts: the youngest entries of members of each application, which nodes tell each other when they meet.
//!
//! What a node keeps is a record of words: a header, then k addresses for each application, then a byte for each of
//! them, the low byte of the cycle in which the member published itself. An application's entries come first,
//! [`NOBODY`] behind the last.
//!
//! ```text
//! meet(p, q), for each application a:
//!     C = contacts_p[a] ∪ contacts_q[a] ∪ {p now, if it is a published member of a} ∪ {q now, likewise}
//!     of two entries of one address: the younger
//!     each keeps the k youngest of C but itself, ties at random, if its version has a
//! ```
//!
//! Four applications meet side by side, a lane each; [`crate::scalar::contacts`] is the same, one after the other.
//!
//! Reads and writes both records: 4 + 5k bytes an application and 4 more, at the partner at random. Ages are told
//! apart up to 255 cycles: whoever keeps contacts forgets old ones in time ([`retain`]).

#![expect(clippy::inline_always, reason = "vectors stay in registers, and lengths are known")]

use std::array;

use wide::{i64x4, u64x4};

use crate::philox::times;
use crate::scalar::MIXERS;
use crate::suite::NONE;
use crate::views::NOBODY;

/// The most contacts of an application that a node keeps.
pub const MOST_KEPT: usize = 8;

/// The most applications: which of them a version has are the bits of a word.
pub const MOST_APPS: usize = 64;

/// How many contacts a record has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Contacts of an application.
    pub keep: usize,
    /// Applications.
    pub apps: usize,
}

impl Shape {
    /// Contacts of all applications.
    #[must_use]
    pub const fn entries(self) -> usize {
        self.keep * self.apps
    }

    /// Words of a record.
    #[must_use]
    pub const fn words(self) -> usize {
        1 + self.entries() + self.entries().div_ceil(4)
    }
}

/// What a node says of itself: the first word of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The application to which it belongs; [`NONE`] for none.
    pub app: u8,
    /// The number of the version by which it acts; 0 for none.
    pub version: u8,
    /// The cycle since which it belongs to that application, its low 15 bits.
    pub since: u16,
    /// Whether it is in the overlay of that application, and publishes itself.
    pub is_published: bool,
}

impl Header {
    /// A node that is in no application and knows of none.
    pub const NOBODY: Self = Self { app: NONE, version: 0, since: 0, is_published: false };

    /// That of a record.
    #[must_use]
    #[inline]
    pub fn of(record: &[u32]) -> Self {
        let word = record[0];
        Self {
            app: word as u8,
            version: (word >> 8) as u8,
            since: (word >> 16) as u16 & 0x7FFF,
            is_published: word >> 31 == 1,
        }
    }

    /// Writes it into a record.
    #[inline]
    pub fn write(self, record: &mut [u32]) {
        let Self { app, version, since, is_published } = self;
        let since = u32::from(since & 0x7FFF);
        record[0] = u32::from(app) | u32::from(version) << 8 | since << 16 | u32::from(is_published) << 31;
    }

    /// The application of which it publishes itself as a member.
    #[must_use]
    #[inline]
    pub fn published(self) -> Option<u8> {
        Some(self.app).filter(|_| self.is_published)
    }
}

/// The contacts of an application in a record: addresses, and the bytes of the cycles in which they were published.
#[must_use]
#[inline]
pub fn of_app(record: &[u32], shape: Shape, app: usize) -> (&[u32], &[u8]) {
    let (addresses, stamps) = record[1..].split_at(shape.entries());
    let places = app * shape.keep..(app + 1) * shape.keep;
    (&addresses[places.clone()], &bytemuck::cast_slice(stamps)[places])
}

/// The same, to be changed.
#[must_use]
#[inline]
pub fn of_app_mut(record: &mut [u32], shape: Shape, app: usize) -> (&mut [u32], &mut [u8]) {
    let (addresses, stamps) = record[1..].split_at_mut(shape.entries());
    let places = app * shape.keep..(app + 1) * shape.keep;
    (&mut addresses[places.clone()], &mut bytemuck::cast_slice_mut(stamps)[places])
}

/// How many cycles ago an entry was made.
#[must_use]
#[inline]
pub fn age(now: u8, stamp: u8) -> u8 {
    now.wrapping_sub(stamp)
}

/// Keeps those contacts of an application that are to be kept, in their order.
pub fn retain(record: &mut [u32], shape: Shape, app: usize, mut keep: impl FnMut(u32, u8) -> bool) {
    let (addresses, stamps) = of_app_mut(record, shape, app);
    let mut count = 0;
    for place in 0..addresses.len() {
        let (address, stamp) = (addresses[place], stamps[place]);
        if address != NOBODY && keep(address, stamp) {
            (addresses[count], stamps[count]) = (address, stamp);
            count += 1;
        }
    }
    addresses[count..].fill(NOBODY);
}

/// A record forgets all of its contacts.
pub fn clear(record: &mut [u32], shape: Shape) {
    record[1..=shape.entries()].fill(NOBODY);
}

/// What nodes go by when they meet in a cycle.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// How many contacts they keep.
    pub shape: Shape,
    /// The low byte of the cycle's number.
    pub now: u8,
    /// By which ties are broken in this cycle.
    pub key: [u32; 2],
    /// For each version, by its number, which applications it has: a bit each.
    pub wanted: &'a [u64],
}

/// Two nodes that meet.
#[derive(Debug)]
pub struct Pair<'a> {
    /// The addresses of the initiator and of its partner.
    pub nodes: [u32; 2],
    /// Their records.
    pub records: [&'a mut [u32]; 2],
    /// Whether the reply is lost: the partner changes, the initiator does not.
    pub reply_lost: bool,
}

impl Rules<'_> {
    /// Which applications a node of such a header keeps contacts of.
    #[must_use]
    #[inline]
    pub fn wanted(&self, header: Header) -> u64 {
        self.wanted.get(usize::from(header.version)).copied().unwrap_or(0)
    }

    /// How many entries a node sends that tells all contacts that it has, itself among them.
    #[must_use]
    pub fn told(&self, record: &[u32]) -> u64 {
        let known = record[1..=self.shape.entries()].iter().filter(|&&address| address != NOBODY).count() as u64;
        known + u64::from(Header::of(record).is_published)
    }

    /// Two nodes meet, and tell each other all contacts that they have. Returns how many entries each of them sends,
    /// itself among them.
    ///
    /// # Panics
    /// If nodes keep none, or more than [`MOST_KEPT`] of an application.
    pub fn meet(&self, pair: &mut Pair<'_>) -> [u64; 2] {
        match self.shape.keep {
            1 => self.meet_keeping::<1>(pair),
            2 => self.meet_keeping::<2>(pair),
            3 => self.meet_keeping::<3>(pair),
            4 => self.meet_keeping::<4>(pair),
            5 => self.meet_keeping::<5>(pair),
            6 => self.meet_keeping::<6>(pair),
            7 => self.meet_keeping::<7>(pair),
            8 => self.meet_keeping::<8>(pair),
            keep => unreachable!("{keep} contacts of an application"),
        }
    }

    /// The same, where it is known how many nodes keep: four applications side by side, a lane each.
    fn meet_keeping<const KEEP: usize>(&self, pair: &mut Pair<'_>) -> [u64; 2] {
        let Pair { nodes: [one, two], records: [own, other], reply_lost } = pair;
        let headers = [Header::of(own), Header::of(other)];
        // Ties are broken anew at each meeting.
        let order = Order { now: self.now, key: [self.key[0] ^ *one, self.key[1] ^ *two] };
        let wanted = [if *reply_lost { 0 } else { self.wanted(headers[0]) }, self.wanted(headers[1])];
        let mut sent = headers.map(|header| u64::from(header.is_published));
        let now = u64x4::splat(self.now.into());
        let [first_itself, second_itself] = [*one, *two].map(|node| order.numbers(u64x4::splat(node.into()), now));
        for first in (0..self.shape.apps).step_by(LANES) {
            let known = Four::<KEEP>::read(of_apps(own, self.shape), first);
            let others = Four::<KEEP>::read(of_apps(other, self.shape), first);
            sent[0] += known.count();
            sent[1] += others.count();
            let published = [
                headers[0].in_lane(first).select(first_itself, NO_ENTRY),
                headers[1].in_lane(first).select(second_itself, NO_ENTRY),
            ];
            let (entries, others_entries) = once(known.ordered(order), others.ordered(order));
            let lanes = wanted.map(|apps| apps >> first & ALL_LANES);
            if lanes[0] != 0 {
                let kept = youngest(entries, others_entries, published[1], address(*one));
                known.kept(kept, order).write(of_apps_mut(own, self.shape), first, lanes[0]);
            }
            if lanes[1] != 0 {
                let kept = youngest(others_entries, entries, published[0], address(*two));
                others.kept(kept, order).write(of_apps_mut(other, self.shape), first, lanes[1]);
            }
        }
        sent
    }
}

impl Header {
    /// The lane of the application of which it publishes itself as a member, if that is among the four from `first` on.
    #[inline(always)]
    fn in_lane(self, first: usize) -> i64x4 {
        let lane = self.published().map_or(-1, |app| i64::from(app) - first as i64);
        i64x4::new([0, 1, 2, 3]).simd_eq(i64x4::splat(lane))
    }
}

/// Addresses and stamps of all applications of a record.
#[inline(always)]
fn of_apps<const KEEP: usize>(record: &[u32], shape: Shape) -> (&[[u32; KEEP]], &[[u8; KEEP]]) {
    let (addresses, stamps) = record[1..].split_at(shape.entries());
    (addresses.as_chunks().0, bytemuck::cast_slice::<_, u8>(stamps).as_chunks().0)
}

/// The same, to be changed.
#[inline(always)]
fn of_apps_mut<const KEEP: usize>(record: &mut [u32], shape: Shape) -> (&mut [[u32; KEEP]], &mut [[u8; KEEP]]) {
    let (addresses, stamps) = record[1..].split_at_mut(shape.entries());
    (addresses.as_chunks_mut().0, bytemuck::cast_slice_mut::<_, u8>(stamps).as_chunks_mut().0)
}

/// Applications side by side.
const LANES: usize = 4;

/// The bits of all of them.
const ALL_LANES: u64 = 0xF;

/// A place where there is no entry: all entries are less.
const NO_ENTRY: i64x4 = i64x4::new([i64::MAX; LANES]);

/// The lower halves of lanes.
const LOWER: u64x4 = u64x4::new([u32::MAX as u64; LANES]);

/// An address in all lanes.
#[inline(always)]
fn address(node: u32) -> i64x4 {
    i64x4::splat(node.into())
}

/// The lanes in which two numbers are entries of one address.
#[inline(always)]
fn are_same(one: i64x4, other: i64x4) -> i64x4 {
    ((one ^ other) << 32_u32).simd_eq(i64x4::ZERO)
}

/// By what entries are ordered: age, 24 bits that break ties, address. They are numbers in that order, the lower half
/// of each the address; the highest bit is turned round, so that they compare as signed ones.
#[derive(Clone, Copy)]
struct Order {
    now: u8,
    key: [u32; 2],
}

impl Order {
    /// [`crate::scalar::mixed`] of an address in each lane, in the lower halves.
    #[inline(always)]
    fn ties(self, addresses: u64x4) -> u64x4 {
        let [first, second] = self.key.map(|word| u64x4::splat(word.into()));
        let word = (times(addresses, MIXERS[0]) + first) & LOWER;
        let word = (times(word ^ word >> 16_u32, MIXERS[1]) + second) & LOWER;
        let word = times(word ^ word >> 15_u32, MIXERS[2]) & LOWER;
        word ^ word >> 15_u32
    }

    /// The numbers of entries: addresses, and the stamps of each in the lowest byte of a lane.
    #[inline(always)]
    fn numbers(self, addresses: u64x4, stamps: u64x4) -> i64x4 {
        let ages = (u64x4::splat(self.now.into()) - stamps) << 56_u32;
        let is_nobody = addresses.simd_eq(u64x4::splat(NOBODY.into()));
        let numbers = ages | self.ties(addresses) >> 8_u32 << 32_u32 | addresses | is_nobody;
        bytemuck::cast(numbers ^ u64x4::splat(1 << 63))
    }
}

/// What a node knows in four applications, a lane each.
#[derive(Clone, Copy)]
struct Four<const KEEP: usize> {
    addresses: [u64x4; KEEP],
    /// In each lane the bytes of all entries.
    stamps: u64x4,
}

impl<const KEEP: usize> Four<KEEP> {
    /// Those from an application on; nobody in those that there are not.
    #[inline(always)]
    fn read((addresses, stamps): (&[[u32; KEEP]], &[[u8; KEEP]]), first: usize) -> Self {
        if let (Some(addresses), Some(stamps)) = (addresses[first..].first_chunk(), stamps[first..].first_chunk()) {
            return Self::new(addresses, stamps);
        }
        let rest = addresses.len() - first;
        let (mut padded, mut padded_stamps) = ([[NOBODY; KEEP]; LANES], [[0; KEEP]; LANES]);
        padded[..rest].copy_from_slice(&addresses[first..]);
        padded_stamps[..rest].copy_from_slice(&stamps[first..][..rest]);
        Self::new(&padded, &padded_stamps)
    }

    #[inline(always)]
    fn new(addresses: &[[u32; KEEP]; LANES], stamps: &[[u8; KEEP]; LANES]) -> Self {
        let addresses = array::from_fn(|place| u64x4::new(addresses.map(|addresses| addresses[place].into())));
        let stamps = stamps.map(|stamps| {
            let mut eight = [0; MOST_KEPT];
            eight[..KEEP].copy_from_slice(&stamps);
            u64::from_le_bytes(eight)
        });
        Self { addresses, stamps: u64x4::new(stamps) }
    }

    /// Its entries as numbers.
    #[inline(always)]
    fn ordered(&self, order: Order) -> [i64x4; KEEP] {
        array::from_fn(|place| order.numbers(self.addresses[place], self.stamps >> (8 * place) as u32))
    }

    /// How many entries these are.
    #[inline(always)]
    fn count(&self) -> u64 {
        let nobody = u64x4::splat(NOBODY.into());
        let none = self.addresses.iter().map(|addresses| addresses.simd_eq(nobody).to_bitmask().count_ones());
        (LANES * KEEP) as u64 - u64::from(none.sum::<u32>())
    }

    /// What a node keeps, of numbers. Where there is nobody, stamps stay as they were.
    #[inline(always)]
    fn kept(&self, numbers: [i64x4; KEEP], order: Order) -> Self {
        let mut stamps = u64x4::ZERO;
        for (place, number) in numbers.into_iter().enumerate() {
            let is_nobody: u64x4 = bytemuck::cast(number.simd_eq(NO_ENTRY));
            let number: u64x4 = bytemuck::cast(number);
            let stamp = u64x4::splat(order.now.into()) - (number >> 56_u32 ^ u64x4::splat(1 << 7));
            let stamp = is_nobody.select(self.stamps >> (8 * place) as u32, stamp);
            stamps |= (stamp & u64x4::splat(0xFF)) << (8 * place) as u32;
        }
        Self { addresses: numbers.map(|number| bytemuck::cast::<_, u64x4>(number) & LOWER), stamps }
    }

    /// Writes those of some applications, a bit each, to where they were read.
    #[inline(always)]
    fn write(&self, (addresses, stamps): (&mut [[u32; KEEP]], &mut [[u8; KEEP]]), first: usize, lanes: u64) {
        let new = self.addresses.map(u64x4::to_array);
        let new_stamps = self.stamps.to_array().map(u64::to_le_bytes);
        let (addresses, stamps) = (&mut addresses[first..], &mut stamps[first..]);
        let write = |lane: usize, addresses: &mut [u32; KEEP], stamps: &mut [u8; KEEP]| {
            *addresses = array::from_fn(|place| new[place][lane] as u32);
            stamps.copy_from_slice(&new_stamps[lane][..KEEP]);
        };
        match (addresses.first_chunk_mut::<LANES>(), stamps.first_chunk_mut::<LANES>()) {
            (Some(addresses), Some(stamps)) if lanes == ALL_LANES => {
                for lane in 0..LANES {
                    write(lane, &mut addresses[lane], &mut stamps[lane]);
                }
            }
            _ => {
                let all = addresses.iter_mut().zip(stamps).take(LANES).enumerate();
                for (lane, (addresses, stamps)) in all.filter(|(lane, _)| lanes >> lane & 1 == 1) {
                    write(lane, addresses, stamps);
                }
            }
        }
    }
}

/// Of two entries of one address, the younger, in the place of the first.
#[inline(always)]
fn once<const KEEP: usize>(mut own: [i64x4; KEEP], mut other: [i64x4; KEEP]) -> ([i64x4; KEEP], [i64x4; KEEP]) {
    for own in &mut own {
        for other in &mut other {
            let are_same = are_same(*own, *other);
            *own = are_same.select((*own).min(*other), *own);
            *other = are_same.select(NO_ENTRY, *other);
        }
    }
    (own, other)
}

/// What a node keeps of what it knows, what the other one knows, and of the other one, where that publishes itself: the
/// least numbers, but neither its own nor older ones of who publishes itself.
#[inline(always)]
fn youngest<const KEEP: usize>(known: [i64x4; KEEP], told: [i64x4; KEEP], other: i64x4, node: i64x4) -> [i64x4; KEEP] {
    let mut least = [NO_ENTRY; KEEP];
    least[0] = other;
    for (before, entry) in (1..).zip(known) {
        insert(&mut least, before, are_same(entry, other).select(NO_ENTRY, entry));
    }
    for entry in told {
        insert(&mut least, KEEP, are_same(entry, node).select(NO_ENTRY, entry));
    }
    least
}

/// An entry takes its place among the least, of which there are some before, if it is one of them.
#[inline(always)]
fn insert<const KEEP: usize>(least: &mut [i64x4; KEEP], before: usize, entry: i64x4) {
    let mut rest = entry;
    for place in &mut least[..before.min(KEEP)] {
        let is_less = rest.simd_lt(*place);
        (*place, rest) = (is_less.select(rest, *place), is_less.select(*place, rest));
    }
    if let Some(next) = least.get_mut(before) {
        *next = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape { keep: 2, apps: 2 };
    const RULES: Rules<'_> = Rules { shape: SHAPE, now: 9, key: [1, 2], wanted: &[0, 0b11, 0b01] };

    fn record(header: Header, contacts: [&[(u32, u8)]; 2]) -> Vec<u32> {
        let mut record = vec![0; SHAPE.words()];
        header.write(&mut record);
        clear(&mut record, SHAPE);
        for (app, contacts) in contacts.into_iter().enumerate() {
            let (addresses, stamps) = of_app_mut(&mut record, SHAPE, app);
            for (place, &(address, stamp)) in contacts.iter().enumerate() {
                (addresses[place], stamps[place]) = (address, stamp);
            }
        }
        record
    }

    fn entries(record: &[u32], app: usize) -> Vec<(u32, u8)> {
        let (addresses, stamps) = of_app(record, SHAPE, app);
        let known = addresses.iter().zip(stamps).take_while(|(address, _)| **address != NOBODY);
        known.map(|(&address, &stamp)| (address, stamp)).collect()
    }

    fn meet(records: [&mut Vec<u32>; 2], reply_lost: bool) -> [u64; 2] {
        RULES.meet(&mut Pair { nodes: [5, 6], records: records.map(|record| &mut **record), reply_lost })
    }

    fn member(app: u8, version: u8) -> Header {
        Header { app, version, since: 3, is_published: true }
    }

    #[test]
    fn a_header_is_what_was_written() {
        for header in [Header::NOBODY, member(7, 120), Header { since: 0x7FFF, is_published: false, ..member(0, 1) }] {
            let mut record = [0];
            header.write(&mut record);
            assert_eq!(Header::of(&record), header);
        }
    }

    #[test]
    fn both_keep_the_youngest_but_themselves_and_nobody_twice() {
        let mut own = record(member(0, 1), [&[(10, 7), (6, 5)], &[(20, 8)]]);
        let mut other = record(Header { version: 1, ..Header::NOBODY }, [&[(10, 8), (5, 4)], &[]]);
        assert_eq!(meet([&mut own, &mut other], false), [4, 2]);
        // Of 10 the younger entry; 5, who is there now, and not its old entry; 6 is the other one itself.
        assert_eq!(entries(&other, 0), [(5, 9), (10, 8)]);
        assert_eq!(entries(&own, 0), [(10, 8), (6, 5)]);
        assert_eq!((entries(&own, 1), entries(&other, 1)), (vec![(20, 8)], vec![(20, 8)]));
    }

    #[test]
    fn whose_version_lacks_an_application_keeps_nothing_of_it_but_passes_on_what_it_has() {
        let mut own = record(member(1, 2), [&[], &[(20, 8)]]);
        let mut other = record(Header { version: 1, ..Header::NOBODY }, [&[], &[]]);
        meet([&mut own, &mut other], false);
        assert_eq!(entries(&other, 1), [(5, 9), (20, 8)]);
        assert_eq!(entries(&own, 1), [(20, 8)], "it learns nothing more");
    }

    #[test]
    fn a_lost_reply_changes_the_partner_alone() {
        let mut own = record(member(0, 1), [&[], &[]]);
        let mut other = record(member(0, 1), [&[(10, 8)], &[]]);
        meet([&mut own, &mut other], true);
        assert_eq!((entries(&own, 0), entries(&other, 0)), (vec![], vec![(5, 9), (10, 8)]));
    }

    #[test]
    fn ties_are_broken_at_random_at_each_meeting() {
        let mut first = [0; 3];
        for node in 100..400 {
            let mut own = record(Header { version: 1, ..Header::NOBODY }, [&[(10, 8), (11, 8)], &[]]);
            let mut other = record(Header { version: 1, ..Header::NOBODY }, [&[(12, 8)], &[]]);
            let records = [&mut *own, &mut *other];
            RULES.meet(&mut Pair { nodes: [node, 6], records, reply_lost: false });
            first[entries(&own, 0)[0].0 as usize - 10] += 1;
        }
        // A hundred each, with a standard deviation of 8.2.
        assert!(first.iter().all(|count| (67..134).contains(count)), "{first:?}");
    }

    #[test]
    fn ages_wrap_with_the_cycle() {
        assert_eq!((age(3, 250), age(9, 9)), (9, 0));
        let mut own = record(member(0, 1), [&[(10, 250), (11, 3)], &[]]);
        retain(&mut own, SHAPE, 0, |_, stamp| age(9, stamp) < 10);
        assert_eq!(entries(&own, 0), [(11, 3)]);
    }
}
