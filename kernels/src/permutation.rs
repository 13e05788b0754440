//! Random orders of many things, of which any place is found by itself.
//!
//! A permutation of the numbers below a power of two by a generalised Feistel network of 24 rounds, each a
//! multiplication as in Philox (Mitchell, Stokes, Frank and Holmes, *Bandwidth-optimal random shuffling for GPUs*, ACM
//! Transactions on Parallel Computing, 2022). Of other ranges: the next power of two, gone through until the number is
//! below the range, which takes less than two passes of the network on average (2^10 over the range, if it is short).
//!
//! Costs: some 24 multiplications a number; reads 24 keys, which stay in a cache.

use crate::philox::Stream;

const ROUNDS: usize = 24;
/// Halves of a few bits make few orders: short ranges are parts of one of so many bits.
const LEAST_BITS: u32 = 10;
const FACTOR: u64 = 0xD2B7_4407_B1CE_6E93;

/// A random order of the numbers below a range.
///
/// ```
/// use kernels::permutation::Permutation;
/// use kernels::philox::Stream;
///
/// let order = Permutation::new(10, &Stream::new(1, 0, 0));
/// let mut all: Vec<u32> = (0..10).map(|k| order.of(k)).collect();
/// all.sort_unstable();
/// assert!(all.into_iter().eq(0..10));
/// ```
#[derive(Clone, Debug)]
pub struct Permutation {
    range: u32,
    /// Bits of the upper half of a number, and of the lower half, which has as many or one more.
    bits: [u32; 2],
    /// What each round adds to the upper half, which has at most 16 bits.
    keys: [u16; ROUNDS],
}

impl Permutation {
    /// The order that the first words of a stream make of the numbers below `range`.
    #[must_use]
    pub fn new(range: u32, words: &Stream) -> Self {
        let bits = (u32::BITS - range.saturating_sub(1).leading_zeros()).max(LEAST_BITS);
        let key = |round: usize| words.word(round as u32, 0) as u16;
        Self { range, bits: [bits / 2, bits - bits / 2], keys: std::array::from_fn(key) }
    }

    /// The number at a place.
    ///
    /// # Panics
    /// If the place is not below the range.
    #[must_use]
    pub fn of(&self, place: u32) -> u32 {
        assert!(place < self.range, "place {place} of {}", self.range);
        let mut number = self.shuffled(place);
        while number >= self.range {
            number = self.shuffled(number);
        }
        number
    }

    /// A number of as many bits, each another one.
    fn shuffled(&self, number: u32) -> u32 {
        let [upper_bits, lower_bits] = self.bits;
        let [upper_mask, lower_mask] = self.bits.map(|bits| (1_u64 << bits) - 1);
        let (mut upper, mut lower) = (u64::from(number) >> lower_bits, u64::from(number) & lower_mask);
        for key in self.keys {
            let product = u128::from(FACTOR) * u128::from(upper);
            let (high, low) = ((product >> 64) as u64, product as u64);
            // Where the halves differ in length, the lower one lends its uppermost bit.
            let next = low << (lower_bits - upper_bits) | lower >> upper_bits;
            upper = (high ^ u64::from(key) ^ lower) & upper_mask;
            lower = next & lower_mask;
        }
        (upper << lower_bits | lower) as u32
    }
}
