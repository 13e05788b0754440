//! One-loop twins of the vectorised kernels. They are the specification: tails call them, tests compare bits.

use crate::exchange::WINDOW;
use crate::slicing::Slot;
use crate::views::{Meeting, OLDEST, Words};

/// The constants of a Philox round: multipliers, then the steps of the two key words.
pub const PHILOX_MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// What the two words of the key grow by in each round.
pub const PHILOX_KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Philox4x32-10 of a counter under a key (Salmon et al., *Parallel random numbers: as easy as 1, 2, 3*, SC 2011).
#[must_use]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let p0 = u64::from(PHILOX_MULTIPLIERS[0]) * u64::from(c0);
        let p1 = u64::from(PHILOX_MULTIPLIERS[1]) * u64::from(c2);
        (c0, c1, c2, c3) = ((p1 >> 32) as u32 ^ c1 ^ k0, p1 as u32, (p0 >> 32) as u32 ^ c3 ^ k1, p0 as u32);
        k0 = k0.wrapping_add(PHILOX_KEY_STEPS[0]);
        k1 = k1.wrapping_add(PHILOX_KEY_STEPS[1]);
    }
    [c0, c1, c2, c3]
}

/// A word times a range: the index it draws, unless the draw must be repeated (see [`crate::peers::uniform`]).
#[must_use]
pub fn index(word: u32, range: u32) -> Option<u32> {
    let product = u64::from(word) * u64::from(range);
    let low = product as u32;
    // The remainder is below the range, so it is seldom needed.
    (low >= range || low >= range.wrapping_neg() % range).then_some((product >> 32) as u32)
}

/// Two indices from one word, unless the draw must be repeated (see [`crate::peers::uniform_many`]).
#[must_use]
pub fn two_indices(word: u32, range: u32) -> Option<[u32; 2]> {
    let square = range * range;
    let first = u64::from(word) * u64::from(range);
    let second = u64::from(first as u32) * u64::from(range);
    (second as u32 >= square.wrapping_neg() % square).then_some([(first >> 32) as u32, (second >> 32) as u32])
}

/// Draw number `draw` of a node within a window, from the words that `word` draws: a third of one of seven words, of which four
/// are drawn and three mix neighbours among them (see [`crate::peers::in_window`]).
pub fn place_in_window(draw: u32, word: impl Fn(u32) -> u32) -> u32 {
    let (group, number, third) = (draw / 21, draw / 3 % 7, draw % 3);
    let drawn = |number: u32| word(4 * group + number);
    let word = if number < 4 { drawn(number) } else { drawn(number - 4) ^ drawn(number - 3) };
    word >> (third * WINDOW.trailing_zeros()) & (WINDOW as u32 - 1)
}

/// The first candidate whose id is in the wrong order with one's own (see [`crate::slicing::first_misplaced`]).
#[must_use]
pub fn first_misplaced(own: Slot, candidates: &[Slot]) -> Option<usize> {
    candidates.iter().position(|candidate| (candidate.key() > own.key()) != (candidate.id() > own.id()))
}

/// Whether an application takes a node without one, by its word (see [`crate::suite::claim`]).
#[must_use]
pub fn takes(word: u32, from: u64, to: u64) -> bool {
    (from..to).contains(&u64::from(word))
}

/// The slice, of ten, that an id or a rank among `members` lies in (see [`crate::disorder::measure`]).
#[must_use]
pub fn slice(position: u64, whole: u64) -> u64 {
    position * u64::from(crate::disorder::SLICES) / whole
}

/// Newscast, an entry after the other (see [`crate::views::newscast`]).
pub fn newscast(meeting: &mut Meeting<'_>, now: u8, words: &mut Words) {
    let Meeting { own, other, own_view, other_view, reply_lost } = meeting;
    let entries = own_view.addresses.len();
    // (address, age, slot) of all entries, without the two nodes and without older copies. The slots of either view begin where
    // a word of random bits does.
    let half = entries.next_multiple_of(32);
    let mut union: Vec<(u32, u8, usize)> = Vec::new();
    let slots = (0..).zip(own_view.entries()).chain((half..).zip(other_view.entries()));
    for (slot, (address, stamp)) in slots {
        let age = now.wrapping_sub(stamp).min(OLDEST);
        match union.iter().position(|&(known, ..)| known == address) {
            _ if address == *own || address == *other => {}
            // The younger one stays, where it is.
            Some(place) if age < union[place].1 => {
                union.remove(place);
                union.push((address, age, slot));
            }
            Some(_) => {}
            None => union.push((address, age, slot)),
        }
    }
    let mut ages: Vec<u8> = union.iter().map(|&(_, age, _)| age).collect();
    ages.sort_unstable();
    let last = if entries == 1 { 0 } else { ages.get(entries - 2).copied().unwrap_or(OLDEST) };
    let ties: Vec<usize> = (0..union.len()).filter(|&k| union[k].1 == last).collect();
    let room = entries - 1 - ages.iter().filter(|&&age| age < last).count();
    for (view, met, keep) in [(own_view, *other, *reply_lost), (other_view, *own, false)] {
        let slots: Vec<usize> = ties.iter().map(|&k| union[k].2).collect();
        let chosen = choose(&slots, room, 2 * half, words);
        let stays = |&k: &usize| union[k].1 < last || chosen.contains(&union[k].2);
        if !keep {
            let kept = (0..union.len()).filter(stays).map(|k| (union[k].0, now.wrapping_sub(union[k].1)));
            view.fill(std::iter::once((met, now)).chain(kept));
        }
    }
}

/// A random choice of `count` of some slots, all below `slots`: each by one of as many random bits, and then one by one until there
/// are as many as are wanted. Bits are set with the probability, of 1/4, 1/2 and 3/4, that is nearest to the share that is wanted.
fn choose(from: &[usize], count: usize, slots: usize, words: &mut Words) -> Vec<usize> {
    if count >= from.len() {
        return from.to_vec();
    }
    let mut draw = || (0..slots / 32).map(|_| words.word()).collect::<Vec<_>>();
    let mut bits = draw();
    let quarters = quarters(count, from.len());
    if quarters != 2 {
        let more = draw();
        let mix = |one: u32, other: u32| if quarters < 2 { one & other } else { one | other };
        bits = bits.iter().zip(more).map(|(&one, other)| mix(one, other)).collect();
    }
    let set = |&slot: &usize| bits[slot / 32] >> (slot % 32) & 1 == 1;
    let (mut chosen, mut rest): (Vec<usize>, Vec<usize>) = from.iter().partition(|&slot| set(slot));
    while chosen.len() > count {
        rest.push(chosen.remove(words.below(chosen.len())));
    }
    while chosen.len() < count {
        chosen.push(rest.remove(words.below(rest.len())));
    }
    chosen
}

/// The share `count` / `all` in quarters, from one to three.
#[must_use]
#[inline]
pub fn quarters(count: usize, all: usize) -> usize {
    1 + usize::from(8 * count >= 3 * all) + usize::from(8 * count >= 5 * all)
}
