//! Peer sampling: what two nodes make of their views when they meet.
//!
//! A view is a record of words: c addresses, then c bytes of age, four a word, and behind them a byte that nodes
//! exchange when they meet anyway ([`version_byte`]). Entries come first, empty places ([`NOBODY`]) last; a view never
//! holds its owner, and no address twice.
//!
//! - [`newscast`](crate::newscast): both keep the freshest entries of both (Jelasity, Kowalczyk and van Steen,
//!   *Newscast computing*, 2003).
//! - [`generic`]: the framework of Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, *Gossip-based peer
//!   sampling*, TOCS 2007.
//! - [`cyclon`]: a swap of entries (Voulgaris, Gavidia and van Steen, *Cyclon*, JNSM 2005).
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

    /// Replaces its entries.
    fn set(&mut self, entries: &[Entry]) {
        self.fill(entries.iter().map(|entry| (entry.address, entry.age)));
    }

    /// Its entries, into `entries`.
    fn read(&self, entries: &mut Vec<Entry>) {
        entries.clear();
        entries.extend(self.entries().map(|(address, age)| Entry { address, age }));
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

/// An entry of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    address: u32,
    age: u8,
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

    /// Puts random items, `count` of them, first, in random order.
    fn shuffle<T>(&mut self, items: &mut [T], count: usize) {
        for first in 0..count.min(items.len().saturating_sub(1)) {
            let other = first + self.below(items.len() - first);
            items.swap(first, other);
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
/// [`OLDEST`]. Due every [`FORGET_CYCLES`].
pub fn forget(view: &mut View<'_>, now: u8) {
    for age in &mut *view.ages {
        *age = now.wrapping_sub(now.wrapping_sub(*age).min(OLDEST));
    }
}

/// What a node of the generic framework does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Generic {
    /// Whether the partner replies; if not, only the initiator sends.
    pub replies: bool,
    /// Oldest entries to be dropped first: H.
    pub healing: usize,
    /// Entries just sent to be dropped next: S.
    pub swapping: usize,
}

/// Scratch for the exchanges of a thread.
#[derive(Debug, Default)]
pub struct Scratch {
    own: Vec<Entry>,
    other: Vec<Entry>,
    request: Vec<Entry>,
    reply: Vec<Entry>,
}

/// The generic framework: both send a fresh entry of themselves and some of their younger ones, and drop the oldest,
/// then what they sent, then any. An age counts the exchanges of the nodes that held the entry.
pub fn generic(meeting: &mut Pair<'_>, rules: &Generic, words: &mut Words, room: &mut Scratch) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let Scratch { own: one, other: two, request, reply } = room;
    own_view.read(one);
    other_view.read(two);
    let capacity = own_view.addresses.len();
    offer(one, request, *own, capacity, rules, words);
    if rules.replies {
        offer(two, reply, *other, capacity, rules, words);
    }
    take(two, request, *other, capacity, rules, words);
    other_view.set(two);
    other_view.grow_older();
    if rules.replies && !*reply_lost {
        take(one, reply, *own, capacity, rules, words);
        own_view.set(one);
    }
    own_view.grow_older();
}

/// Shuffles a view, moves its oldest entries to the end, and offers itself and those at the beginning.
fn offer(view: &mut Vec<Entry>, offer: &mut Vec<Entry>, own: u32, capacity: usize, rules: &Generic, words: &mut Words) {
    words.shuffle(view, usize::MAX);
    let mut oldest: Vec<usize> = (0..view.len()).collect();
    oldest.sort_by_key(|&k| std::cmp::Reverse(view[k].age));
    oldest.truncate(rules.healing.min(view.len()));
    oldest.sort_unstable();
    let moved: Vec<_> = oldest.iter().map(|&k| view[k]).collect();
    for &k in oldest.iter().rev() {
        view.remove(k);
    }
    view.extend(moved);
    offer.clear();
    offer.push(Entry { address: own, age: 0 });
    offer.extend(view.iter().take((capacity / 2).saturating_sub(1)));
}

/// Takes up what was offered, and shrinks to the capacity.
fn take(view: &mut Vec<Entry>, offered: &[Entry], own: u32, capacity: usize, rules: &Generic, words: &mut Words) {
    for &entry in offered.iter().filter(|entry| entry.address != own) {
        match view.iter().position(|known| known.address == entry.address) {
            Some(place) if view[place].age > entry.age => {
                view.remove(place);
                view.push(entry);
            }
            Some(_) => {}
            None => view.push(entry),
        }
    }
    for _ in 0..rules.healing.min(view.len().saturating_sub(capacity)) {
        let oldest = view.iter().map(|entry| entry.age).max().unwrap_or(0);
        let among: Vec<_> = (0..view.len()).filter(|&k| view[k].age == oldest).collect();
        view.remove(among[words.below(among.len())]);
    }
    view.drain(..rules.swapping.min(view.len().saturating_sub(capacity)));
    while view.len() > capacity {
        view.remove(words.below(view.len()));
    }
}

/// Cyclon: a swap of up to `entries` entries, one of them the initiator's own, fresh; what comes takes empty places,
/// then those of what was sent. The initiator has grown older and has taken the partner, its oldest, out of its view.
pub fn cyclon(meeting: &mut Pair<'_>, entries: usize, words: &mut Words, room: &mut Scratch) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let Scratch { own: one, other: two, request, reply } = room;
    own_view.read(one);
    other_view.read(two);
    let capacity = own_view.addresses.len();
    words.shuffle(one, entries - 1);
    words.shuffle(two, entries);
    request.clear();
    request.extend(one.iter().take(entries - 1));
    request.push(Entry { address: *own, age: 0 });
    reply.clear();
    reply.extend(two.iter().take(entries));
    swap(two, request, *other, capacity, reply.len());
    other_view.set(two);
    if !*reply_lost {
        swap(one, reply, *own, capacity, request.len() - 1);
        own_view.set(one);
    }
}

/// Takes up entries, in empty places first, then in those of the `sent` entries at the beginning.
fn swap(view: &mut Vec<Entry>, offered: &[Entry], own: u32, capacity: usize, sent: usize) {
    let mut next = 0;
    for &entry in offered {
        if entry.address == own || view.iter().any(|known| known.address == entry.address) {
            continue;
        }
        if view.len() < capacity {
            view.push(entry);
        } else if next < sent {
            view[next] = entry;
            next += 1;
        }
    }
}
