//! Whom a node meets: an entry of its view, or a random member.

use crate::philox::Stream;
use crate::scalar::index;
use crate::views::{MOST_ENTRIES, NOBODY, View, Words};

/// The entry at a random place, and if nobody is there, at others in random order until somebody is; if it is not
/// accepted and the node may `retry`, others in random order. `words` are drawn only if the first place will not do.
pub fn any(
    addresses: &[u32],
    first: u32,
    words: impl Fn() -> Words,
    retry: bool,
    accept: impl Fn(u32) -> bool,
) -> Option<usize> {
    let place = first as usize;
    if addresses[place] != NOBODY && accept(addresses[place]) {
        return Some(place);
    }
    if addresses[place] != NOBODY && !retry {
        return None;
    }
    let mut words = words();
    let count = addresses.iter().take_while(|&&address| address != NOBODY).count();
    let mut rest: Vec<usize> = (0..count).filter(|&other| other != place).collect();
    while !rest.is_empty() {
        let next = rest.swap_remove(words.below(rest.len()));
        if accept(addresses[next]) {
            return Some(next);
        }
        if !retry {
            return None;
        }
    }
    None
}

/// Items that are drawn together by one word.
pub const DRAWN_TOGETHER: usize = 4;

/// The most items among which a word draws several.
pub const MOST_TOGETHER: usize = 1 << 8;

/// Puts random ones of the items from `start` on in the places from there, [`DRAWN_TOGETHER`] of them or all, in random
/// order: the next of a random permutation (Fisher and Yates). A word draws them all without bias (Brackett-Rozinsky
/// and Lemire, *Batched ranged random integer generation*, 2024). Returns whether it did; another word is needed if
/// not.
///
/// # Panics
/// If there are more than [`MOST_TOGETHER`] items.
#[must_use]
pub fn next_of_permutation<T>(items: &mut [T], start: usize, word: u32) -> bool {
    let left = items.len() - start;
    assert!(left <= MOST_TOGETHER);
    let drawn = left.min(DRAWN_TOGETHER);
    let ranges = (0..drawn).map(|k| (left - k) as u64);
    let (mut low, mut places) = (u64::from(word), [0; DRAWN_TOGETHER]);
    for (place, range) in places.iter_mut().zip(ranges.clone()) {
        let product = low * range;
        (*place, low) = ((product >> 32) as usize, product & 0xFFFF_FFFF);
    }
    // The remainder is below the product of the ranges, so it is seldom needed.
    let all = ranges.product::<u64>();
    if low < all && low < (1 << 32) % all {
        return false;
    }
    for (k, place) in places[..drawn].iter().enumerate() {
        items.swap(start + k, start + k + place);
    }
    true
}

/// The place of the set bit before which there are `n` others, by halves: `n` is random, so a loop over bits would take
/// a jump that the processor cannot guess.
#[must_use]
#[inline]
pub fn nth(bits: u128, n: u32) -> usize {
    let (low, high) = (bits as u64, (bits >> 64) as u64);
    let in_low = low.count_ones();
    let (mut bits, mut n, mut place) = if n < in_low { (low, n, 0) } else { (high, n - in_low, 64) };
    for half in [32, 16, 8, 4, 2, 1] {
        let before = (bits & ((1 << half) - 1)).count_ones();
        let skip = if n < before { 0 } else { half };
        n -= if n < before { 0 } else { before };
        bits >>= skip;
        place += skip;
    }
    place
}

/// The oldest entry, of several any; if it is not accepted and the node may `retry`, the next.
pub fn oldest(view: &View<'_>, words: &mut Words, retry: bool, accept: impl Fn(u32) -> bool) -> Option<usize> {
    last(view, words, retry, accept, |age| age)
}

/// The youngest entry, of several any; if it is not accepted and the node may `retry`, the next.
pub fn youngest(view: &View<'_>, words: &mut Words, retry: bool, accept: impl Fn(u32) -> bool) -> Option<usize> {
    last(view, words, retry, accept, |age| !age)
}

/// The last entry in an order of ages.
fn last(
    view: &View<'_>,
    words: &mut Words,
    retry: bool,
    accept: impl Fn(u32) -> bool,
    order: impl Fn(u8) -> u8,
) -> Option<usize> {
    let ages = &view.ages[..view.len()];
    // A bit for each entry that has not been tried.
    let mut rest = u128::MAX.checked_shr((MOST_ENTRIES - ages.len()) as u32).unwrap_or(0);
    let mut age = ages.iter().map(|&age| order(age)).max()?;
    loop {
        let is_tie = |&place: &usize| order(ages[place]) == age && rest >> place & 1 == 1;
        let mut ties = (0..ages.len()).filter(is_tie);
        let count = ties.clone().count();
        if count == 0 {
            age = (0..ages.len()).filter(|place| rest >> place & 1 == 1).map(|place| order(ages[place])).max()?;
            continue;
        }
        let place = ties.nth(if count == 1 { 0 } else { words.below(count) })?;
        if accept(view.addresses[place]) {
            return Some(place);
        }
        if !retry {
            return None;
        }
        rest &= !(1 << place);
    }
}

/// The first member other than itself that a node draws: `first`, or further ones from a stream. `marks` has a 1 for
/// each member; there must be two.
#[must_use]
pub fn other(stream: &Stream, node: u32, first: u32, marks: &[u8]) -> u32 {
    let others = marks.len() as u32 - 1;
    let mut partner = first;
    let mut attempt = 1;
    while marks[partner as usize] != 1 {
        // Any word will do that is neither biased nor used: again by rejection.
        if let Some(index) = index(stream.word(node, attempt), others) {
            partner = index + u32::from(index >= node);
        }
        attempt += 1;
    }
    partner
}
