//! The code of an application: which of its chunks two members send each other when they meet.
//!
//! What a member holds is a bit a chunk. Each sends the other so many chunks that it has and the other lacks, chosen at
//! random; a seed sends those first of which fewest have arrived by it. Reads and writes one word at either end.

use crate::choice::nth;
use crate::views::Words;

/// The most chunks.
pub const MOST_CHUNKS: u32 = 64;

/// The bits of so many chunks.
///
/// # Panics
/// If there are none, or more than [`MOST_CHUNKS`].
#[must_use]
pub fn all(chunks: u32) -> u64 {
    assert!((1..=MOST_CHUNKS).contains(&chunks));
    u64::MAX >> (MOST_CHUNKS - chunks)
}

/// At most so many random ones of some chunks.
#[must_use]
#[inline]
pub fn some(chunks: u64, most: u32, words: &mut Words) -> u64 {
    let count = chunks.count_ones();
    if count <= most {
        return chunks;
    }
    let (mut left, mut chosen) = (chunks, 0);
    for drawn in 0..most {
        let place = nth(left.into(), words.below((count - drawn) as usize) as u32);
        chosen |= 1 << place;
        left &= !(1 << place);
    }
    chosen
}

/// At most so many of some chunks, those first that were `sent` least often, ties at random. Counts each of them as
/// sent once more; `sent` has an entry a chunk.
#[must_use]
pub fn least_sent(chunks: u64, most: u32, sent: &mut [u32], words: &mut Words) -> u64 {
    let mut chosen = 0;
    for _ in 0..most.min(chunks.count_ones()) {
        let open = || (0..sent.len()).filter(|&chunk| (chunks & !chosen) >> chunk & 1 == 1);
        let Some(least) = open().map(|chunk| sent[chunk]).min() else { break };
        let ties: Vec<usize> = open().filter(|&chunk| sent[chunk] == least).collect();
        let chunk = ties[words.below(ties.len())];
        sent[chunk] += 1;
        chosen |= 1 << chunk;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::philox::Stream;

    fn words(node: u32) -> Words {
        Words::new(Stream::new(1, 2, 3), node)
    }

    #[test]
    fn as_many_as_there_are_bits() {
        assert_eq!((all(1), all(16), all(64)), (1, 0xFFFF, u64::MAX));
    }

    #[test]
    fn chunks_are_chosen_evenly_and_none_that_is_not_there() {
        let chunks = 0b1011_0000_0001_u64;
        let mut counts = [0_u32; 64];
        for node in 0..4000 {
            let chosen = some(chunks, 2, &mut words(node));
            assert_eq!((chosen & !chunks, chosen.count_ones()), (0, 2));
            counts.iter_mut().enumerate().for_each(|(chunk, count)| *count += (chosen >> chunk & 1) as u32);
        }
        // Half of 4000 each, with a standard deviation of 32.
        let chosen = [0, 8, 9, 11].map(|chunk: usize| counts[chunk]);
        assert!(chosen.iter().all(|count| (1840..2160).contains(count)), "{chosen:?}");
        assert_eq!(some(chunks, 4, &mut words(1)), chunks);
        assert_eq!(some(0, 4, &mut words(1)), 0);
    }

    #[test]
    fn a_seed_sends_what_it_has_sent_least_often() {
        let mut sent = [2, 0, 1, 0];
        assert_eq!(least_sent(0b1101, 2, &mut sent, &mut words(7)), 0b1100);
        assert_eq!(sent, [2, 0, 2, 1]);
        let mut first = [0; 4];
        for node in 0..400 {
            let chosen = least_sent(0b1111, 1, &mut [5; 4], &mut words(node));
            first[chosen.trailing_zeros() as usize] += 1;
        }
        // A hundred each, with a standard deviation of 8.7.
        assert!(first.iter().all(|count| (65..135).contains(count)), "{first:?}");
    }
}
