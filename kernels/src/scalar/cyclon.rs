//! The twin of Cyclon: an entry after the other.

use super::subset::{Bits, at_random};
use crate::views::{Pair, View};

/// Choices of a meeting: each has random bits of its own.
#[derive(Clone, Copy, Debug)]
pub enum Stage {
    /// The entries that are sent.
    Sent,
    /// The entries that find a place, of those that came.
    Taken,
    /// Those that were sent and are replaced.
    Replaced,
}

/// What two nodes make of their views (see [`crate::cyclon::cyclon`]).
pub fn exchange(meeting: &mut Pair<'_>, entries: usize, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let words = own_view.addresses.len().div_ceil(32);
    let bits = |side: usize| move |stage: Stage| Bits { seed, stage: stage as u32, side, words };
    let [one, two] = [bits(0), bits(1)];
    let choose = |view: &View<'_>, count: usize, bits: Bits| {
        let mut sent = at_random((0..view.len()).collect(), count, &bits);
        sent.sort_unstable();
        sent
    };
    let sent = [choose(own_view, entries - 1, one(Stage::Sent)), choose(other_view, entries, two(Stage::Sent))];
    let entry = |view: &View<'_>, place: usize| (place, view.addresses[place], view.ages[place]);
    let mut request: Vec<_> = sent[0].iter().map(|&place| entry(own_view, place)).collect();
    let fresh = (0..=sent[0].len()).find(|place| !sent[0].contains(place)).unwrap_or_default();
    request.push((fresh, *own, 0));
    request.sort_unstable();
    let reply: Vec<_> = sent[1].iter().map(|&place| entry(other_view, place)).collect();
    let [sent_own, sent_other] = sent;
    take(other_view, &request, *other, sent_other, two);
    if !*reply_lost {
        take(own_view, &reply, *own, sent_own, one);
    }
}

/// Takes up entries, (place, address, age), in empty places and those of random ones of what was sent.
fn take(view: &mut View<'_>, came: &[(usize, u32, u8)], node: u32, sent: Vec<usize>, bits: impl Fn(Stage) -> Bits) {
    let known: Vec<u32> = view.entries().map(|(address, _)| address).collect();
    let empty = known.len()..view.addresses.len();
    let is_new = |&&(_, address, _): &&(usize, u32, u8)| address != node && !known.contains(&address);
    let new = came.iter().filter(is_new).map(|&(place, ..)| place).collect();
    let taken = at_random(new, empty.len() + sent.len(), &bits(Stage::Taken));
    let mut free = at_random(sent, taken.len().saturating_sub(empty.len()), &bits(Stage::Replaced));
    free.extend(empty);
    free.sort_unstable();
    let taken = came.iter().filter(|(place, ..)| taken.contains(place));
    for (place, &(_, address, age)) in free.into_iter().zip(taken) {
        (view.addresses[place], view.ages[place]) = (address, age);
    }
}
