//! Uniform indices from random words, without modulo bias.
//!
//! A word times the range is an index in its upper half; the lower half tells the few words that would favour some
//! indices, and those are drawn again (Lemire, *Fast random integer generation in an interval*, TOMACS 2019). Small
//! ranges take two indices out of one word in the same way (Brackett-Rozinsky and Lemire, *Batched ranged random
//! integer generation*, 2024).
//!
//! Costs: one multiplication an index beside the word.

use crate::exchange::{BATCH, WINDOW};
use crate::philox::Stream;
use crate::scalar::{index, two_indices};

/// The largest range for which a word is two indices: above, words to be drawn again become frequent.
pub const TWO_INDICES_RANGE: u32 = 1 << 13;

/// Words handled between two looks at whether any must be drawn again.
const STRIP: usize = 32;

/// A repeated draw takes its word from this many draw numbers further on.
const ATTEMPT: u32 = 1 << 24;

/// One peer for each of the nodes `first..`: an index in `0..range`.
///
/// # Panics
/// If `range` is 0.
pub fn uniform(indices: &mut [u32], stream: &Stream, first: u32, range: u32) {
    stream.fill(indices, first, 0);
    one_index(indices, range, |k, attempt| stream.word(first + k, attempt));
}

/// Several peers for each of `count` nodes from `first` on: an index in `0..range`, a row for each draw.
///
/// # Panics
/// If `range` is 0 or `count` above [`BATCH`].
pub fn uniform_many(rows: &mut [[u32; BATCH]], count: usize, stream: &Stream, first: u32, range: u32) {
    let again = |word: u32| move |k, attempt| stream.word_of_many(first + k, word + attempt * ATTEMPT);
    let per_word = if range > TWO_INDICES_RANGE { 1 } else { 2 };
    // A word goes to the first of the rows that it fills.
    for (quad, rows) in rows.chunks_mut(4 * per_word).enumerate() {
        fill_every(rows, per_word, count, stream, first, quad as u32);
        for (word, rows) in (4 * quad as u32..).zip(rows.chunks_mut(per_word)) {
            match rows {
                [ones, others] => two_per_word(&mut ones[..count], &mut others[..count], range, again(word)),
                rows => rows.iter_mut().for_each(|row| one_index(&mut row[..count], range, again(word))),
            }
        }
    }
}

/// Several peers for each of `count` nodes from `first` on: an index in `0..WINDOW`, a row for each draw. A word is
/// three indices, without bias, as the window is a power of two. Of every seven words four are drawn, and three are
/// exclusive ors of neighbours among them: every index is uniform, and any two of a node's are independent, which is
/// all that a choice among candidates needs; only some sets of three are not.
///
/// # Panics
/// If `count` is above [`BATCH`].
pub fn in_window(rows: &mut [[u32; BATCH]], count: usize, stream: &Stream, first: u32) {
    const BITS: u32 = WINDOW.trailing_zeros();
    const PER_WORD: usize = (u32::BITS / BITS) as usize;
    const DRAWN: usize = 4;
    const WORDS: usize = 2 * DRAWN - 1;
    for (quad, rows) in rows.chunks_mut(WORDS * PER_WORD).enumerate() {
        let (drawn, mixed) = rows.split_at_mut((DRAWN * PER_WORD).min(rows.len()));
        fill_every(drawn, PER_WORD, count, stream, first, quad as u32);
        for (pair, mixed) in drawn.windows(PER_WORD + 1).step_by(PER_WORD).zip(mixed.chunks_mut(PER_WORD)) {
            let words = pair[0].iter().zip(&pair[PER_WORD]);
            for (mixed, (one, other)) in mixed[0][..count].iter_mut().zip(words) {
                *mixed = one ^ other;
            }
        }
        for rows in rows.chunks_mut(PER_WORD) {
            if let [words, rest @ ..] = rows {
                for (shift, row) in (BITS..).step_by(BITS as usize).zip(rest) {
                    for (index, &word) in row[..count].iter_mut().zip(&words[..count]) {
                        *index = word >> shift & (WINDOW as u32 - 1);
                    }
                }
                words[..count].iter_mut().for_each(|word| *word &= WINDOW as u32 - 1);
            }
        }
    }
}

/// Four draws from number 4·`quad` on, to every `per_word`-th row, as far as there are rows.
fn fill_every(rows: &mut [[u32; BATCH]], per_word: usize, count: usize, stream: &Stream, first: u32, quad: u32) {
    let mut chosen = rows.iter_mut().step_by(per_word).map(|row| &mut row[..count]);
    match std::array::from_fn(|_| chosen.next()) {
        [Some(a), Some(b), Some(c), Some(d)] => stream.fill_many([a, b, c, d], first, quad),
        [Some(a), Some(b), Some(c), None] => stream.fill_many([a, b, c], first, quad),
        [Some(a), Some(b), None, None] => stream.fill_many([a, b], first, quad),
        [Some(a), ..] => stream.fill_many([a], first, quad),
        [None, ..] => {}
    }
}

/// Turns words into indices; `again(k, n)` is the n-th further word for place k.
fn one_index(words: &mut [u32], range: u32, again: impl Fn(u32, u32) -> u32) {
    let threshold = range.wrapping_neg() % range;
    for (strip, words) in words.chunks_mut(STRIP).enumerate() {
        let mut lows = [u32::MAX; STRIP];
        for (word, low) in words.iter_mut().zip(&mut lows) {
            let product = u64::from(*word) * u64::from(range);
            *word = (product >> 32) as u32;
            *low = product as u32;
        }
        if least(&lows) < threshold {
            for k in (0..words.len()).filter(|&k| lows[k] < threshold) {
                words[k] = repeat(|attempt| index(again((strip * STRIP + k) as u32, attempt), range));
            }
        }
    }
}

/// Turns the words of `ones` into two indices each.
fn two_per_word(ones: &mut [u32], others: &mut [u32], range: u32, again: impl Fn(u32, u32) -> u32) {
    let square = range * range;
    let threshold = square.wrapping_neg() % square;
    for (strip, (ones, others)) in ones.chunks_mut(STRIP).zip(others.chunks_mut(STRIP)).enumerate() {
        let mut lows = [u32::MAX; STRIP];
        for ((one, other), low) in ones.iter_mut().zip(&mut *others).zip(&mut lows) {
            let product = u64::from(*one) * u64::from(range);
            *one = (product >> 32) as u32;
            let product = u64::from(product as u32) * u64::from(range);
            *other = (product >> 32) as u32;
            *low = product as u32;
        }
        if least(&lows) < threshold {
            for k in (0..ones.len()).filter(|&k| lows[k] < threshold) {
                [ones[k], others[k]] = repeat(|attempt| two_indices(again((strip * STRIP + k) as u32, attempt), range));
            }
        }
    }
}

/// The least of some words.
#[inline]
fn least(words: &[u32; STRIP]) -> u32 {
    words.iter().fold(u32::MAX, |least, &word| least.min(word))
}

/// The first attempt, from 1, that succeeds.
#[cold]
fn repeat<T>(attempt: impl Fn(u32) -> Option<T>) -> T {
    let mut number = 1;
    loop {
        if let Some(drawn) = attempt(number) {
            return drawn;
        }
        number += 1;
    }
}
