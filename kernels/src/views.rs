//! Peer sampling: what two nodes make of their views when they meet.
//!
//! A view is a record of words: c addresses, then c bytes of age, four a word, and behind them a byte that nodes
//! exchange when they meet anyway ([`version_byte`]). Entries come first, empty places ([`NOBODY`]) last; a view never
//! holds its owner, and no address twice.
//!
//! - [`newscast`](crate::newscast): both keep the freshest entries of both, freshest first (Jelasity, Kowalczyk and van
//!   Steen, *Newscast computing*, 2003).
//! - [`generic`](crate::generic): the framework of Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen,
//!   *Gossip-based peer sampling*, TOCS 2007.
//! - [`cyclon`](crate::cyclon): a swap of entries (Voulgaris, Gavidia and van Steen, *Cyclon*, JNSM 2005).
//!
//! An exchange reads and writes both records: 5c bytes each, at the partner a random access of 5c / 64 + 1 cache lines.

use crate::philox::Stream;
use crate::scalar::index;

/// The address of an empty place.
pub const NOBODY: u32 = u32::MAX;

/// The most entries of a view.
pub const MOST_ENTRIES: usize = 128;

/// The highest age: older entries stay at it.
pub const OLDEST: u8 = 200;

/// Nodes of Newscast [`forget`] every so many cycles, which is often enough: an entry grows older twice as long as that
/// before its new owner does so, and stays below 256 cycles.
pub const FORGET_CYCLES: u32 = (u8::MAX - OLDEST) as u32 / 2;

/// Words of the record of a view of so many entries.
#[must_use]
pub const fn words(entries: usize) -> usize {
    entries + (entries + 1).div_ceil(4)
}

/// The byte behind a view of so many entries in its record: what its owner tells those it meets.
///
/// # Panics
/// If the record is too short.
#[must_use]
#[inline]
pub fn version_byte_mut(record: &mut [u32], entries: usize) -> &mut u8 {
    &mut bytemuck::cast_slice_mut(&mut record[entries..])[entries]
}

/// That byte, to be read.
///
/// # Panics
/// If the record is too short.
#[must_use]
#[inline]
pub fn version_byte(record: &[u32], entries: usize) -> u8 {
    bytemuck::cast_slice(&record[entries..])[entries]
}

/// A view in its record.
#[derive(Debug)]
pub struct View<'a> {
    /// Who, [`NOBODY`] in places behind the last entry.
    pub addresses: &'a mut [u32],
    /// How old, a byte an entry; what it counts is the protocol's.
    pub ages: &'a mut [u8],
}

impl<'a> View<'a> {
    /// The view of so many entries that a record holds.
    ///
    /// # Panics
    /// If the record is too short.
    #[must_use]
    #[inline]
    pub fn of(record: &'a mut [u32], entries: usize) -> Self {
        let (addresses, ages) = record.split_at_mut(entries);
        Self { addresses, ages: &mut bytemuck::cast_slice_mut(ages)[..entries] }
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.addresses.iter().map(|&address| usize::from(address != NOBODY)).sum()
    }

    /// Whether it holds nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its entries: addresses and ages.
    pub fn entries(&self) -> impl Iterator<Item = (u32, u8)> {
        let all = self.addresses.iter().zip(&*self.ages).map(|(&address, &age)| (address, age));
        all.take_while(|&(address, _)| address != NOBODY)
    }

    /// Replaces its entries by others, at most as many as there are places.
    pub fn fill(&mut self, entries: impl Iterator<Item = (u32, u8)>) {
        self.addresses.fill(NOBODY);
        for ((place, age), entry) in self.addresses.iter_mut().zip(&mut *self.ages).zip(entries) {
            (*place, *age) = entry;
        }
    }

    /// Takes an entry out; the last one takes its place.
    pub fn remove(&mut self, place: usize) {
        let last = self.len() - 1;
        self.addresses.swap(place, last);
        self.ages.swap(place, last);
        self.addresses[last] = NOBODY;
    }

    /// All entries grow older by one.
    pub fn grow_older(&mut self) {
        for age in &mut *self.ages {
            *age = (*age + 1).min(OLDEST);
        }
    }
}

/// Random words of one exchange: those of many that a stream has for its initiator, in order.
#[derive(Clone, Debug)]
pub struct Words {
    stream: Stream,
    node: u32,
    next: u32,
    /// Words from number `first` to before number `end`.
    ready: [u32; READY],
    first: u32,
    end: u32,
}

/// Words that are drawn side by side for several nodes.
pub const READY: usize = 8;

/// Nodes for which words are drawn side by side.
pub const TOGETHER: usize = 16;

impl Words {
    /// The words of an initiator.
    #[must_use]
    pub fn new(stream: Stream, node: u32) -> Self {
        Self { stream, node, next: 0, ready: [0; READY], first: 0, end: 0 }
    }

    /// The words of several initiators, at most [`TOGETHER`].
    pub fn of_many(stream: Stream, nodes: &[u32]) -> impl Iterator<Item = Self> {
        let mut all = [0; TOGETHER];
        all[..nodes.len()].copy_from_slice(nodes);
        let quads = [0, 1].map(|quad| stream.quads_of_many(&all, quad));
        (0..nodes.len()).map(move |k| {
            let ready = std::array::from_fn(|word| quads[word / 4][word % 4][k]);
            Self { stream, node: all[k], next: 0, ready, first: 0, end: READY as u32 }
        })
    }

    /// The next word.
    #[inline]
    pub fn word(&mut self) -> u32 {
        if self.next == self.end {
            self.ready[..4].copy_from_slice(&self.stream.quad_of_many(self.node, self.next / 4));
            (self.first, self.end) = (self.next, self.next + 4);
        }
        self.next += 1;
        self.ready[(self.next - 1 - self.first) as usize % READY]
    }

    /// A uniform index below `range`, which is not 0.
    #[inline]
    pub fn below(&mut self, range: usize) -> usize {
        loop {
            if let Some(index) = index(self.word(), range as u32) {
                return index as usize;
            }
        }
    }
}

/// Two nodes and their views at an exchange that the one has started.
#[derive(Debug)]
pub struct Pair<'a> {
    /// The initiator's address.
    pub own: u32,
    /// The partner's address.
    pub other: u32,
    /// The initiator's view.
    pub own_view: View<'a>,
    /// The partner's view, of as many entries.
    pub other_view: View<'a>,
    /// Whether the reply is lost: the partner changes, the initiator does not.
    pub reply_lost: bool,
}

/// Keeps old entries of Newscast from being taken for fresh ones, once ages no longer fit into a byte: they stay at
/// [`OLDEST`]. Due every [`FORGET_CYCLES`]. Leaves the order of ages as it is.
pub fn forget(view: &mut View<'_>, now: u8) {
    for age in &mut *view.ages {
        *age = now.wrapping_sub(now.wrapping_sub(*age).min(OLDEST));
    }
}

/// What a node of the generic framework does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generic {
    /// Whether the initiator sends entries of its view; if not, it only asks for those of the partner.
    pub sends: bool,
    /// Whether the partner replies; if not, only the initiator sends.
    pub replies: bool,
    /// Oldest entries to be dropped first: H.
    pub healing: usize,
    /// Entries just sent to be dropped next: S. Both together are at most half a view.
    pub swapping: usize,
}
