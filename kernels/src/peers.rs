//! Uniform indices from random words, without modulo bias.
//!
//! A word times the range is an index in its upper half; the lower half tells the few words that would favour some
//! indices, and those are drawn again (Lemire, *Fast random integer generation in an interval*, TOMACS 2019). Small
//! ranges take two indices out of one word in the same way (Brackett-Rozinsky and Lemire, *Batched ranged random integer
//! generation*, 2024).
//!
//! Costs: one multiplication an index beside the word.

use crate::philox::Stream;
use crate::scalar::{index, two_indices};

/// The largest range of [`uniform_two`]: above, words to be drawn again become frequent.
pub const TWO_INDICES_RANGE: u32 = 1 << 13;

/// Words handled between two looks at whether any must be drawn again.
const STRIDE: usize = 32;

/// A repeated draw takes its word from this many draw numbers further on.
const ATTEMPT: u32 = 1 << 24;

/// Draw number `draw` of the nodes `first..`: an index in `0..range` for each.
///
/// # Panics
/// If `range` is 0.
pub fn uniform(indices: &mut [u32], stream: &Stream, first: u32, draw: u32, range: u32) {
    let threshold = range.wrapping_neg() % range;
    stream.fill(indices, first, draw);
    for (strip, indices) in indices.chunks_mut(STRIDE).enumerate() {
        let mut lows = [u32::MAX; STRIDE];
        for (index, low) in indices.iter_mut().zip(&mut lows) {
            let product = u64::from(*index) * u64::from(range);
            *index = (product >> 32) as u32;
            *low = product as u32;
        }
        if lows.iter().fold(u32::MAX, |least, &low| least.min(low)) < threshold {
            for k in (0..indices.len()).filter(|&k| lows[k] < threshold) {
                indices[k] = again(stream, first + (strip * STRIDE + k) as u32, draw, |word| index(word, range));
            }
        }
    }
}

/// Draw number `draw` of the nodes `first..`: two independent indices in `0..range` for each.
///
/// # Panics
/// If `range` is 0 or above [`TWO_INDICES_RANGE`], or the lengths differ.
pub fn uniform_two(ones: &mut [u32], others: &mut [u32], stream: &Stream, first: u32, draw: u32, range: u32) {
    assert!(range <= TWO_INDICES_RANGE);
    assert_eq!(ones.len(), others.len());
    let square = range * range;
    let threshold = square.wrapping_neg() % square;
    stream.fill(ones, first, draw);
    for (strip, (ones, others)) in ones.chunks_mut(STRIDE).zip(others.chunks_mut(STRIDE)).enumerate() {
        let mut lows = [u32::MAX; STRIDE];
        for ((one, other), low) in ones.iter_mut().zip(&mut *others).zip(&mut lows) {
            let product = u64::from(*one) * u64::from(range);
            *one = (product >> 32) as u32;
            let product = u64::from(product as u32) * u64::from(range);
            *other = (product >> 32) as u32;
            *low = product as u32;
        }
        if lows.iter().fold(u32::MAX, |least, &low| least.min(low)) < threshold {
            for k in (0..ones.len()).filter(|&k| lows[k] < threshold) {
                let node = first + (strip * STRIDE + k) as u32;
                [ones[k], others[k]] = again(stream, node, draw, |word| two_indices(word, range));
            }
        }
    }
}

/// The first later word of this draw that `accept`s.
#[cold]
fn again<T>(stream: &Stream, node: u32, draw: u32, accept: impl Fn(u32) -> Option<T>) -> T {
    let mut draw = draw;
    loop {
        draw = draw.wrapping_add(ATTEMPT);
        if let Some(drawn) = accept(stream.word(node, draw)) {
            return drawn;
        }
    }
}
