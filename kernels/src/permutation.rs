//! Random orders of many things, of which any place is found by itself.
//!
//! A permutation of the numbers below a power of two by a generalised Feistel network of 24 rounds, each a
//! multiplication as in Philox (Mitchell, Stokes, Frank and Holmes, *Bandwidth-optimal random shuffling for GPUs*, ACM
//! Transactions on Parallel Computing, 2022). Of other ranges: the next power of two, gone through until the number is
//! below the range, which takes less than two passes of the network on average (2^10 over the range, if it is short).
//!
//! Costs: 48 multiplications of 32 bits a number, of several numbers at a time; reads 24 keys, which stay in a cache.

use crate::philox::Stream;
use crate::scalar::inverse;

const ROUNDS: usize = 24;
/// Numbers that go through the network side by side.
const LANES: usize = 16;
/// Halves of a few bits make few orders: short ranges are parts of one of so many bits.
const LEAST_BITS: u32 = 10;
const FACTOR: u64 = 0xD2B7_4407_B1CE_6E93;
/// The inverse of the factor, of 64 bits.
const INVERSE: u64 = inverse(FACTOR);

/// A random order of the numbers below a range.
///
/// ```
/// use kernels::permutation::Permutation;
/// use kernels::philox::Stream;
///
/// let order = Permutation::new(10, &Stream::new(1, 0, 0));
/// assert!((0..10).all(|k| order.place_of(order.of(k)) == k));
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
        let mut number = [place];
        self.put(&mut number);
        number[0]
    }

    /// Puts the number at each of some places in its stead.
    ///
    /// # Panics
    /// If a place is not below the range.
    pub fn put(&self, places: &mut [u32]) {
        assert!(places.iter().all(|&place| place < self.range), "a place beyond {}", self.range);
        self.shuffle(places);
        // Those that are still beyond the range go on, side by side.
        let mut beyond: Vec<(u32, u32)> = Vec::new();
        let is_beyond = |(_, number): &(u32, u32)| *number >= self.range;
        beyond.extend((0..).zip(places.iter().copied()).filter(is_beyond));
        let mut numbers: Vec<u32> = beyond.iter().map(|&(_, number)| number).collect();
        while !beyond.is_empty() {
            self.shuffle(&mut numbers);
            beyond.iter_mut().zip(&numbers).for_each(|((_, number), &next)| *number = next);
            beyond.retain(|of| {
                if !is_beyond(of) {
                    places[of.0 as usize] = of.1;
                }
                is_beyond(of)
            });
            numbers.clear();
            numbers.extend(beyond.iter().map(|&(_, number)| number));
        }
    }

    /// The place of a number: the way of [`Permutation::of`] back.
    ///
    /// # Panics
    /// If the number is not below the range.
    #[must_use]
    pub fn place_of(&self, number: u32) -> u32 {
        assert!(number < self.range, "a number beyond {}", self.range);
        let mut place = self.back(number);
        while place >= self.range {
            place = self.back(place);
        }
        place
    }

    /// The rounds of the network, the last one first.
    fn back(&self, number: u32) -> u32 {
        let [upper_bits, lower_bits] = self.bits;
        let [upper_mask, lower_mask] = self.bits.map(|bits| (1_u64 << bits) - 1);
        let (mut upper, mut lower) = (u64::from(number) >> lower_bits, u64::from(number) & lower_mask);
        for key in self.keys.iter().rev() {
            let lent = lower_bits - upper_bits;
            // The lower half is the product's low bits, which an odd factor leaves apart.
            let before = (lower >> lent).wrapping_mul(INVERSE) & upper_mask;
            let low = (FACTOR & u64::from(u32::MAX)) * before;
            let high = ((FACTOR >> 32) * before + (low >> 32)) >> 32;
            lower = (lower & ((1 << lent) - 1)) << upper_bits | (upper ^ high ^ u64::from(*key)) & upper_mask;
            upper = before;
        }
        (upper << lower_bits | lower) as u32
    }

    /// Gives numbers of as many bits for numbers, each another one.
    fn shuffle(&self, numbers: &mut [u32]) {
        let (blocks, rest) = numbers.as_chunks_mut::<LANES>();
        for block in blocks {
            self.network(block);
        }
        for number in rest.as_chunks_mut::<1>().0 {
            self.network(number);
        }
    }

    /// The rounds of the network, of numbers side by side.
    fn network<const SIDE_BY_SIDE: usize>(&self, numbers: &mut [u32; SIDE_BY_SIDE]) {
        let [upper_bits, lower_bits] = self.bits;
        let [upper_mask, lower_mask] = self.bits.map(|bits| (1_u64 << bits) - 1);
        let mut upper = numbers.map(|number| u64::from(number) >> lower_bits);
        let mut lower = numbers.map(|number| u64::from(number) & lower_mask);
        for key in self.keys {
            for (upper, lower) in upper.iter_mut().zip(&mut lower) {
                // The product with the factor, of which a half has at most 16 bits: its upper 64 bits are the sum of
                // two products of 32 bits.
                let low = (FACTOR & u64::from(u32::MAX)) * *upper;
                let high = ((FACTOR >> 32) * *upper + (low >> 32)) >> 32;
                // Where the halves differ in length, the lower one lends its uppermost bit.
                let next = low << (lower_bits - upper_bits) | *lower >> upper_bits;
                *upper = (high ^ u64::from(key) ^ *lower) & upper_mask;
                *lower = next & lower_mask;
            }
        }
        for (number, (upper, lower)) in numbers.iter_mut().zip(upper.iter().zip(&lower)) {
            *number = (upper << lower_bits | lower) as u32;
        }
    }
}
