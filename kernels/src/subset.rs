//! Random subsets of the entries of two views, as masks: a bit for each entry.
//!
//! ```text
//! a choice of `count` entries: none chosen, all open
//! for each plane, a bit for each entry:
//!     the open entries whose bit is set are chosen, unless they are more than are wanted: then the others are closed
//! ```
//!
//! If planes are random, the subset is uniform: it is that of the greatest of random numbers, read bit by bit. If the
//! first planes are the bits of a number, the highest first, the subset is that of the greatest such numbers, with ties
//! broken at random by the planes that follow. A step is six instructions without a branch, and waits for the step
//! before; the choices of both nodes go on side by side. Reads nothing. See [`crate::scalar::subset`], its twin.

#![expect(clippy::inline_always, reason = "masks stay in registers")]

use std::hint::select_unpredictable;

use wide::u32x8;

use crate::scalar::mixed;
use crate::scalar::subset::first_word;

/// Random planes that are drawn at once: a choice among 20 entries needs more one time in four. Changes speed only.
const PLANES: usize = 6;

/// A choice under way: the entries chosen, these and those still open, and how many are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    chosen: u64,
    within: u64,
    count: u32,
}

impl Choice {
    /// A choice of `count` of some entries, or of all if there are no more.
    #[must_use]
    #[inline(always)]
    pub fn new(open: u64, count: u32) -> Self {
        Self { chosen: 0, within: open, count }
    }

    /// Prefers the entries whose bit is set.
    #[inline(always)]
    pub fn split(&mut self, bits: u64) {
        let ones = self.chosen | self.within & bits;
        let many = ones.count_ones() > self.count;
        self.within = select_unpredictable(many, ones, self.within);
        self.chosen = select_unpredictable(many, self.chosen, ones);
    }

    /// Whether all entries that are chosen or open are wanted.
    #[inline(always)]
    fn takes_all(&self) -> bool {
        self.within.count_ones() <= self.count
    }

    /// Whether it is made, but for taking all that are still open or none.
    #[inline(always)]
    fn made(&self) -> bool {
        // Which of the two holds is a matter of chance: a branch between them would be guessed wrong.
        self.takes_all() | (self.chosen.count_ones() == self.count)
    }

    /// The entries chosen, once it is made.
    #[inline(always)]
    fn chosen(&self) -> u64 {
        select_unpredictable(self.takes_all(), self.within, self.chosen)
    }
}

/// Ends the choices of two nodes at random: by planes of `WORDS` words, one or two, of a meeting's random bits.
#[must_use]
#[inline(always)]
pub fn at_random<const WORDS: usize>(mut choices: [Choice; 2], seed: [u32; 2], stage: u32) -> [u64; 2] {
    const { assert!(WORDS == 1 || WORDS == 2) };
    // With one word a plane, half of these are not used, and the compiler leaves them out.
    let words: [u32x8; 4 * PLANES / 8] = std::array::from_fn(|k| eight_words(seed, first_word(stage, 0, 0, WORDS), k));
    let words: [u32; 4 * PLANES] = bytemuck::cast(words);
    let bits = |[low, high]: [u32; 2]| u64::from(low) | if WORDS == 2 { u64::from(high) << 32 } else { 0 };
    let [one, other] = &mut choices;
    for plane in 0..PLANES {
        let [first, second] = [2 * plane * WORDS, (2 * plane + 1) * WORDS];
        one.split(bits([words[first], words[first + WORDS - 1]]));
        other.split(bits([words[second], words[second + WORDS - 1]]));
    }
    for (side, choice) in choices.iter_mut().enumerate() {
        let mut plane = PLANES;
        while !choice.made() {
            let first = first_word(stage, plane, side, WORDS);
            choice.split(bits([first, first + WORDS as u32 - 1].map(|number| mixed(seed, number))));
            plane += 1;
        }
    }
    choices.map(|choice| choice.chosen())
}

/// Eight random words from number `first` + 8·`group` on, as [`crate::scalar::mixed`] has them.
#[inline(always)]
fn eight_words(seed: [u32; 2], first: u32, group: usize) -> u32x8 {
    const STEP: u32 = 0x9E37_79B9;
    let steps = u32x8::new([0, 1, 2, 3, 4, 5, 6, 7].map(|lane: u32| (lane + 8 * group as u32).wrapping_mul(STEP)));
    let mut word = u32x8::splat(seed[0].wrapping_add(first.wrapping_mul(STEP))) + steps;
    word = (word ^ word >> 16) * u32x8::splat(0x21F0_AAAD) + u32x8::splat(seed[1]);
    word = (word ^ word >> 15) * u32x8::splat(0x735A_2D97);
    word ^ word >> 15
}
