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
    (product as u32 >= range.wrapping_neg() % range).then_some((product >> 32) as u32)
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
    // (address, age) of all entries, without the two nodes and without older copies.
    let mut union: Vec<(u32, u8)> = Vec::new();
    for (address, stamp) in own_view.entries().chain(other_view.entries()) {
        let age = now.wrapping_sub(stamp).min(OLDEST);
        match union.iter().position(|&(known, _)| known == address) {
            _ if address == *own || address == *other => {}
            // The younger one stays, where it is.
            Some(place) if age < union[place].1 => {
                union.remove(place);
                union.push((address, age));
            }
            Some(_) => {}
            None => union.push((address, age)),
        }
    }
    let mut ages: Vec<u8> = union.iter().map(|&(_, age)| age).collect();
    ages.sort_unstable();
    let last = if entries == 1 { 0 } else { ages.get(entries - 2).copied().unwrap_or(OLDEST) };
    let ties: Vec<usize> = (0..union.len()).filter(|&k| union[k].1 == last).collect();
    let room = entries - 1 - ages.iter().filter(|&&age| age < last).count();
    for (view, met, keep) in [(own_view, *other, *reply_lost), (other_view, *own, false)] {
        let few = room.min(ties.len().saturating_sub(room));
        let (mut rest, mut taken) = (ties.clone(), Vec::new());
        for _ in 0..few {
            taken.push(rest.remove(words.below(rest.len())));
        }
        let chosen = if room >= ties.len() || few < room { &rest } else { &taken };
        let stays = |&k: &usize| union[k].1 < last || chosen.contains(&k);
        if !keep {
            let kept = (0..union.len()).filter(stays).map(|k| (union[k].0, now.wrapping_sub(union[k].1)));
            view.fill(std::iter::once((met, now)).chain(kept));
        }
    }
}
