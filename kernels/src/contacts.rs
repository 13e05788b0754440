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
//! Reads and writes both records: 4 + 5k bytes an application and 4 more, at the partner at random. Ages are told
//! apart up to 255 cycles: whoever keeps contacts forgets old ones in time ([`retain`]).

use crate::scalar::mixed;
use crate::suite::NONE;
use crate::views::NOBODY;

/// The most contacts of an application that a node keeps.
pub const MOST_KEPT: usize = 8;

/// The most applications: which of them a version has are the bits of a word.
pub const MOST_APPS: usize = 64;

/// Both nodes' contacts and both nodes.
const MOST_CANDIDATES: usize = 2 * MOST_KEPT + 2;

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
    pub fn meet(&self, pair: &mut Pair<'_>) -> [u64; 2] {
        let Pair { nodes, records: [own, other], reply_lost } = pair;
        let headers = [Header::of(own), Header::of(other)];
        let wanted = headers.map(|header| self.wanted(header));
        // Ties are broken anew at each meeting.
        let key = [self.key[0] ^ nodes[0], self.key[1] ^ nodes[1]];
        let mut sent = headers.map(|header| u64::from(header.is_published));
        for app in 0..self.shape.apps {
            let mut candidates = Candidates::new(self.now, key);
            for (k, record) in [&**own, &**other].into_iter().enumerate() {
                let (addresses, stamps) = of_app(record, self.shape, app);
                let entries = addresses.iter().zip(stamps).take_while(|(address, _)| **address != NOBODY);
                for (&address, &stamp) in entries {
                    candidates.add(address, stamp);
                    sent[k] += 1;
                }
                if headers[k].published() == Some(app as u8) {
                    candidates.add(nodes[k], self.now);
                }
            }
            if wanted[1] >> app & 1 == 1 {
                candidates.keep(nodes[1], of_app_mut(other, self.shape, app));
            }
            if wanted[0] >> app & 1 == 1 && !*reply_lost {
                candidates.keep(nodes[0], of_app_mut(own, self.shape, app));
            }
        }
        sent
    }
}

/// Entries, the youngest first, ties at random.
struct Candidates {
    now: u8,
    key: [u32; 2],
    /// Age, 24 bits that break ties, and address.
    sorted: [u64; MOST_CANDIDATES],
    count: usize,
}

impl Candidates {
    #[inline]
    fn new(now: u8, key: [u32; 2]) -> Self {
        Self { now, key, sorted: [0; MOST_CANDIDATES], count: 0 }
    }

    #[inline]
    fn add(&mut self, address: u32, stamp: u8) {
        let tie = u64::from(mixed(self.key, address) >> 8);
        let entry = u64::from(age(self.now, stamp)) << 56 | tie << 32 | u64::from(address);
        let mut place = self.count;
        while place > 0 && self.sorted[place - 1] > entry {
            self.sorted[place] = self.sorted[place - 1];
            place -= 1;
        }
        self.sorted[place] = entry;
        self.count += 1;
    }

    /// A node keeps the first of them but itself.
    #[inline]
    fn keep(&self, owner: u32, (addresses, stamps): (&mut [u32], &mut [u8])) {
        let mut kept = 0;
        for &entry in &self.sorted[..self.count] {
            let address = entry as u32;
            if kept == addresses.len() {
                return;
            }
            if address != owner && !addresses[..kept].contains(&address) {
                (addresses[kept], stamps[kept]) = (address, self.now.wrapping_sub((entry >> 56) as u8));
                kept += 1;
            }
        }
        addresses[kept..].fill(NOBODY);
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
