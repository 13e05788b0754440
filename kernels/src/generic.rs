//! The generic framework of peer sampling: what two nodes make of their views when they meet.
//!
//! Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, *Gossip-based peer sampling*, TOCS 2007. A view has c
//! places; H entries heal, S are swapped:
//!
//! ```text
//! both: shuffle the view, and move its H oldest entries to the end
//!       send a fresh entry of oneself, and the first c/2 - 1 entries
//! both: append what came, but for oneself; of two copies the younger stays
//!       remove the oldest entries, at most H; then the first, at most S, which were sent; then random ones,
//!           each while there are more than c
//!       all entries grow older by one
//! ```
//!
//! # Without a shuffle
//!
//! No entry is moved. The order of a view decides two things only: which entries are sent, and which are the first. If
//! both nodes send, a view is shuffled at each meeting before its order is used, so that no order need be kept, and
//! what comes may take any place. After the shuffle a view is four groups, one after the other: entries that were sent
//! and not moved to the end, those not sent and not moved, those moved and sent, those moved and not sent. (If one is
//! sent that was moved, all that were not moved are sent.) Given the groups, the order within each is uniform, and
//! independent of everything else. So the protocol draws:
//!
//! 1. the H oldest entries, ties at random;
//! 2. what is sent: c/2 - 1 random ones of the others, and if there are too few of them, random ones of the oldest;
//! 3. what is removed as oldest, ties at random;
//! 4. the first S entries: whole groups, and a random part of the group in which they end;
//! 5. the random ones.
//!
//! Each is a choice of [`crate::subset`] with bits of its own. The paper leaves ties among the oldest entries open;
//! here they are broken at random, independently of which entries are sent. What came is never among the first S,
//! because of more than c entries at most c/2 came.
//!
//! If only one of the two sends, the other does not shuffle its view, and its first entries are those that the last
//! meeting in which it sent left there: the order of views lasts, and [`crate::scalar::generic::push`] and
//! [`pull`] keep it.
//!
//! # Cost
//!
//! Views of 8 to 32 entries are compared and chosen from in vectors ([`crate::two_views`]), about 2,500 instructions a
//! meeting with views of 30; others go to the twin ([`crate::scalar::generic`]), as do meetings in which one alone
//! sends.

#![expect(clippy::inline_always, reason = "vectors stay in registers, and lengths are known")]

use std::hint::select_unpredictable;

use crate::scalar::generic::{Stage, exchange, pull, push};
use crate::subset::{Choice, at_random};
use crate::two_views::{Common, Entries, Half, fill};
use crate::views::{Generic, Pair};

/// An exchange of the generic framework. An age counts the meetings of the nodes that held the entry.
pub fn generic(meeting: &mut Pair<'_>, rules: &Generic, seed: [u32; 2]) {
    if !rules.replies {
        return push(meeting, rules, seed);
    }
    if !rules.sends {
        return pull(meeting, rules, seed);
    }
    match meeting.own_view.addresses.len() {
        8 => in_vectors::<1>(meeting, rules, seed),
        9..=16 => in_vectors::<2>(meeting, rules, seed),
        17..=24 => in_vectors::<3>(meeting, rules, seed),
        25..=32 => in_vectors::<4>(meeting, rules, seed),
        _ => exchange(meeting, rules, seed),
    }
}

/// Bits of a view in a set of entries of both.
const HALF: u32 = u32::BITS;

fn in_vectors<const VECTORS: usize>(meeting: &mut Pair<'_>, rules: &Generic, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let capacity = own_view.addresses.len() as u32;
    let [one, two] = [Half::<VECTORS>::read(own_view), Half::<VECTORS>::read(other_view)];
    let common = Common::of(&one, &two, own_view.addresses);
    let [mut one, mut two] = [Side::new(*own, one), Side::new(*other, two)];
    let healing = rules.healing as u32;
    if healing > 0 {
        let moved = at_random::<1>([one.oldest(healing), two.oldest(healing)], seed, Stage::Moved as u32);
        one.young &= !moved[0] as u32;
        two.young &= !moved[1] as u32;
    }
    let half = (capacity / 2).saturating_sub(1);
    let sent = at_random::<1>([one.offer(half), two.offer(half)], seed, Stage::Sent as u32).map(|sent| sent as u32);
    (one.sent, two.sent) = (sent[0], sent[1]);
    let replaced = common.replaced(sent);
    let new = [!common.known[0] | common.younger[0], !common.known[1] | common.younger[1]];
    let mut sides = [one.with(&two, replaced[0], new[1]), two.with(&one, replaced[1], new[0])];
    if healing > 0 {
        let counts = excess(sides, capacity).map(|excess| excess.min(healing));
        let choices = [one.oldest_with(&two, sides[0], counts[0]), two.oldest_with(&one, sides[1], counts[1])];
        sides = without(sides, at_random::<2>(choices, seed, Stage::Oldest as u32));
    }
    if rules.swapping > 0 {
        let counts = excess(sides, capacity).map(|excess| excess.min(rules.swapping as u32));
        let choices = [one.first(sides[0], counts[0]), two.first(sides[1], counts[1])];
        sides = without(sides, at_random::<1>(choices, seed, Stage::First as u32));
    }
    if rules.healing + rules.swapping <= half as usize {
        let counts = excess(sides, capacity);
        let choices = [Choice::new(sides[0], counts[0]), Choice::new(sides[1], counts[1])];
        sides = without(sides, at_random::<2>(choices, seed, Stage::Others as u32));
    }
    one.half.grow_older();
    two.half.grow_older();
    let [own_entries, other_entries] = [one.message(), two.message()];
    two.half.write_ages(other_view);
    fill(other_view, sides[1] as u32, (sides[1] >> HALF) as u32, &own_entries);
    one.half.write_ages(own_view);
    if !*reply_lost {
        fill(own_view, sides[0] as u32, (sides[0] >> HALF) as u32, &other_entries);
    }
}

/// Bits of an age that few entries have: from 16 on.
const HIGH: usize = 4;

/// A node at a meeting.
struct Side<const VECTORS: usize> {
    node: u32,
    half: Half<VECTORS>,
    /// The bits of the ages of its entries, the highest first.
    planes: [u32; 8],
    /// Where some age has one of the first [`HIGH`] bits.
    high: u32,
    /// Its entries that are not moved to the end.
    young: u32,
    /// Those that it sends.
    sent: u32,
}

impl<const VECTORS: usize> Side<VECTORS> {
    #[inline(always)]
    fn new(node: u32, half: Half<VECTORS>) -> Self {
        let planes = half.age_planes();
        let high = planes[..HIGH].iter().fold(0, |all, plane| all | plane);
        Self { node, half, planes, high, young: half.there, sent: 0 }
    }

    /// The choice of its oldest entries.
    #[inline(always)]
    fn oldest(&self, count: u32) -> Choice {
        let mut choice = Choice::new(self.half.there.into(), count);
        for plane in &self.planes[if self.high == 0 { HIGH } else { 0 }..] {
            choice.split((*plane).into());
        }
        choice
    }

    /// The choice of what it sends.
    #[inline(always)]
    fn offer(&self, count: u32) -> Choice {
        let mut choice = Choice::new(self.half.there.into(), count);
        choice.split(self.young.into());
        choice
    }

    /// Its fresh entry has the place of the first entry that it does not send.
    #[inline(always)]
    fn fresh(&self) -> u32 {
        1 << self.sent.trailing_ones()
    }

    /// What it has once it has appended what the other sent: its own entries, but for those `replaced`; and of those of
    /// the other the ones that are `new`, and a fresh one.
    #[inline(always)]
    fn with(&self, other: &Self, replaced: u32, new: u32) -> u64 {
        let met = self.half.places_of(other.node);
        // If it knows a fresh entry of the other, it keeps that.
        let aged = met & self.planes.iter().fold(0, |all, plane| all | plane);
        let fresh = select_unpredictable(met == aged, other.fresh(), 0);
        let came = other.sent & !other.half.places_of(self.node) & new;
        u64::from(self.half.there & !replaced & !aged) | u64::from(came | fresh) << HALF
    }

    /// The choice of the oldest entries among its own and the other's.
    #[inline(always)]
    fn oldest_with(&self, other: &Self, side: u64, count: u32) -> Choice {
        let mut choice = Choice::new(side, count);
        let fresh = other.fresh();
        let first = if self.high | other.high == 0 { HIGH } else { 0 };
        for (plane, other) in self.planes[first..].iter().zip(&other.planes[first..]) {
            choice.split(u64::from(*plane) | u64::from(*other & !fresh) << HALF);
        }
        choice
    }

    /// The choice of the first entries.
    #[inline(always)]
    fn first(&self, side: u64, count: u32) -> Choice {
        let mut choice = Choice::new(side & u64::from(u32::MAX), count);
        choice.split(self.young.into());
        choice.split(self.sent.into());
        choice
    }

    /// Its entries, and in its place a fresh one that has grown older by one.
    #[inline(always)]
    fn message(&self) -> Entries {
        let mut entries = self.half.entries();
        entries.set(self.fresh(), self.node, 1);
        entries
    }
}

/// Entries of either side for which there is no place.
#[inline(always)]
fn excess(sides: [u64; 2], capacity: u32) -> [u32; 2] {
    sides.map(|side| side.count_ones().saturating_sub(capacity))
}

/// The entries of either side without those that go.
#[inline(always)]
fn without(sides: [u64; 2], gone: [u64; 2]) -> [u64; 2] {
    [sides[0] & !gone[0], sides[1] & !gone[1]]
}
