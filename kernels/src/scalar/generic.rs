//! The twin of the generic framework: an entry after the other.

use std::cmp::Reverse;

use super::mixed;
use super::subset::{Bits, at_random, first_word};
use crate::views::{Generic, Pair, View};

/// Choices of a meeting: each has random bits of its own.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    /// The oldest entries, which are sent last.
    Moved,
    /// The entries that are sent.
    Sent,
    /// The oldest entries, which go.
    Oldest,
    /// The first entries, which go.
    First,
    /// Others that go.
    Others,
    /// The order of a view, if it lasts.
    Order,
}

/// What two nodes make of their views if both send (see [`crate::generic::generic`]).
pub fn exchange(meeting: &mut Pair<'_>, rules: &Generic, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let [mut one, mut two] = [Side::of(own_view, seed, 0, *own), Side::of(other_view, seed, 1, *other)];
    let [request, reply] = [one.offer(rules), two.offer(rules)];
    two.take(&request, rules);
    two.fill_places(other_view);
    if !*reply_lost {
        one.take(&reply, rules);
        one.fill_places(own_view);
    }
    own_view.grow_older();
    other_view.grow_older();
}

/// What two nodes make of their views if only the initiator sends. The order of a view lasts: the initiator's is
/// shuffled, and the partner removes its first entries.
pub fn push(meeting: &mut Pair<'_>, rules: &Generic, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, .. } = meeting;
    let message = send(own_view, *own, rules, seed);
    receive(other_view, *other, &message, rules, seed);
}

/// What two nodes make of their views if only the partner sends, because it is asked to. A reply that is lost leaves
/// the initiator with older entries.
pub fn pull(meeting: &mut Pair<'_>, rules: &Generic, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let message = send(other_view, *other, rules, seed);
    if *reply_lost {
        own_view.grow_older();
    } else {
        receive(own_view, *own, &message, rules, seed);
    }
}

/// Shuffles the view of a node, and returns what it sends.
fn send(view: &mut View<'_>, node: u32, rules: &Generic, seed: [u32; 2]) -> Vec<Entry> {
    let mut side = Side::of(view, seed, 0, node);
    let message = side.offer(rules);
    let first = first_word(Stage::Order as u32, 0, 0, 1);
    side.entries.sort_by_key(|entry| (entry.group, mixed(seed, first + entry.slot as u32)));
    side.write(view);
    message
}

/// What a node makes of a message that it does not answer.
fn receive(view: &mut View<'_>, node: u32, message: &[Entry], rules: &Generic, seed: [u32; 2]) {
    let mut side = Side::of(view, seed, 1, node);
    side.take(message, rules);
    side.write(view);
}

/// An entry.
#[derive(Clone, Copy)]
struct Entry {
    /// Its place in the view in which it was; those of the view of the node that is met come behind one's own.
    slot: usize,
    address: u32,
    age: u8,
    /// Entries are removed as the first ones in the order of their groups: a number for each place if a view keeps its
    /// order, otherwise that of [`Side::offer`], and the last for what came.
    group: usize,
}

/// The group of what came.
const CAME: usize = usize::MAX;

/// A node.
struct Side {
    node: u32,
    /// Places of its view, and bits of a view in a plane of random bits.
    capacity: usize,
    half: usize,
    bits: Bits,
    /// What it knows, of its own view first.
    entries: Vec<Entry>,
}

impl Side {
    fn of(view: &View<'_>, seed: [u32; 2], side: usize, node: u32) -> Self {
        let capacity = view.addresses.len();
        let entries = view.entries().enumerate();
        let entries = entries.map(|(slot, (address, age))| Entry { slot, address, age, group: slot }).collect();
        let bits = Bits { seed, stage: 0, side, words: 0 };
        Self { node, capacity, half: capacity.next_multiple_of(32), bits, entries }
    }

    /// `count` random ones of some slots, of the first view or of both.
    fn random(&self, stage: Stage, views: usize, slots: Vec<usize>, count: usize) -> Vec<usize> {
        let bits = Bits { stage: stage as u32, words: views * self.half / 32, ..self.bits };
        at_random(slots, count, &bits)
    }

    /// The slots of those entries that come first in an order, `count` of them; equal ones at random.
    fn least<K: Ord>(&self, stage: Stage, views: usize, count: usize, order: impl Fn(&Entry) -> K) -> Vec<usize> {
        let mut keys: Vec<K> = self.entries.iter().map(&order).collect();
        keys.sort_unstable();
        let Some(last) = keys.get(count.min(keys.len()).wrapping_sub(1)) else { return Vec::new() };
        let with = |is: &dyn Fn(&K) -> bool| -> Vec<usize> {
            self.entries.iter().filter(|entry| is(&order(entry))).map(|entry| entry.slot).collect()
        };
        let mut chosen = with(&|key| key < last);
        chosen.extend(self.random(stage, views, with(&|key| key == last), count - chosen.len()));
        chosen
    }

    /// What the node sends: a fresh entry of itself, and some of its entries, the oldest ones last. Sorts its entries
    /// into groups: in the shuffled view they follow one another.
    fn offer(&mut self, rules: &Generic) -> Vec<Entry> {
        let moved = self.least(Stage::Moved, 1, rules.healing, |entry| Reverse(entry.age));
        let half = (self.capacity / 2).saturating_sub(1);
        let sent = self.least(Stage::Sent, 1, half, |entry| moved.contains(&entry.slot));
        for entry in &mut self.entries {
            entry.group = 2 * usize::from(moved.contains(&entry.slot)) + usize::from(!sent.contains(&entry.slot));
        }
        let mut offer: Vec<Entry> = self.entries.iter().filter(|entry| sent.contains(&entry.slot)).copied().collect();
        let slot = (0..=sent.len()).find(|slot| !sent.contains(slot)).unwrap_or_default();
        offer.push(Entry { slot, address: self.node, age: 0, group: CAME });
        offer.sort_unstable_by_key(|entry| entry.slot);
        offer
    }

    /// Takes up what came, and shrinks to as many entries as there are places.
    fn take(&mut self, came: &[Entry], rules: &Generic) {
        for entry in came.iter().filter(|entry| entry.address != self.node) {
            let known = self.entries.iter().position(|known| known.address == entry.address);
            if known.is_some_and(|place| self.entries[place].age <= entry.age) {
                continue;
            }
            known.map(|place| self.entries.remove(place));
            self.entries.push(Entry { slot: self.half + entry.slot, group: CAME, ..*entry });
        }
        let count = rules.healing.min(self.excess());
        self.remove(&self.least(Stage::Oldest, 2, count, |entry| Reverse(entry.age)));
        let count = rules.swapping.min(self.excess());
        self.remove(&self.least(Stage::First, 1, count, |entry| entry.group));
        let slots = self.entries.iter().map(|entry| entry.slot).collect();
        self.remove(&self.random(Stage::Others, 2, slots, self.excess()));
    }

    /// Entries for which there is no place.
    fn excess(&self) -> usize {
        self.entries.len().saturating_sub(self.capacity)
    }

    fn remove(&mut self, slots: &[usize]) {
        self.entries.retain(|entry| !slots.contains(&entry.slot));
    }

    /// The view in its order, a meeting older.
    fn write(&self, view: &mut View<'_>) {
        view.fill(self.entries.iter().map(|entry| (entry.address, entry.age)));
        view.grow_older();
    }

    /// Leaves the entries of the view where they are, and puts what came into the other places: at least as many as
    /// were there and are gone.
    fn fill_places(&self, view: &mut View<'_>) {
        let (kept, came): (Vec<&Entry>, Vec<&Entry>) = self.entries.iter().partition(|entry| entry.slot < self.half);
        let free = (0..self.capacity).filter(|&place| kept.iter().all(|entry| entry.slot != place));
        for (place, entry) in free.zip(came) {
            (view.addresses[place], view.ages[place]) = (entry.address, entry.age);
        }
    }
}
