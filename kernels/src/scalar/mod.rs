//! One-loop twins of the vectorised kernels. They are the specification: tails call them, tests compare bits.

pub mod contacts;
pub mod cyclon;
pub mod generic;
pub mod newscast;
pub mod slicing;
pub mod subset;

/// Peers of a window: a node draws among so many at once. See [`crate::exchange::Windowed`].
pub const WINDOW: usize = 1 << 10;

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

/// Draw number `draw` of a node within a window, from the words that `word` draws: a third of one of seven words, of
/// which four are drawn and three mix neighbours among them (see [`crate::peers::in_window`]).
pub fn place_in_window(draw: u32, word: impl Fn(u32) -> u32) -> u32 {
    let (group, number, third) = (draw / 21, draw / 3 % 7, draw % 3);
    let drawn = |number: u32| word(4 * group + number);
    let word = if number < 4 { drawn(number) } else { drawn(number - 4) ^ drawn(number - 3) };
    word >> (third * WINDOW.trailing_zeros()) & (WINDOW as u32 - 1)
}

/// Whether an application takes a node without one, by its word (see [`crate::suite::claim`]).
#[must_use]
pub fn takes(word: u32, from: u64, to: u64) -> bool {
    (from..to).contains(&u64::from(word))
}

/// Which of so many equal slices an id or a rank of a `whole` lies in (see [`crate::disorder::measure`]).
#[must_use]
pub fn slice(position: u64, whole: u64, slices: u32) -> u64 {
    position * u64::from(slices) / whole
}

/// A random word made of two: number `number` of many. A bijection of 32 bits with small bias (*prospecting for hash
/// functions*, Wellons 2018), into which the second word enters half way.
#[must_use]
#[inline]
pub fn mixed(seed: [u32; 2], number: u32) -> u32 {
    let mut word = seed[0].wrapping_add(number.wrapping_mul(MIXERS[0]));
    word = (word ^ word >> 16).wrapping_mul(MIXERS[1]).wrapping_add(seed[1]);
    word = (word ^ word >> 15).wrapping_mul(MIXERS[2]);
    word ^ word >> 15
}

/// The factors of [`mixed`].
pub(crate) const MIXERS: [u32; 3] = [0x9E37_79B9, 0x21F0_AAAD, 0x735A_2D97];

/// The number of which [`mixed`] has made a word, step by step back.
#[must_use]
#[inline]
pub fn unmixed(seed: [u32; 2], word: u32) -> u32 {
    const BACK: [u32; 3] =
        [inverse(MIXERS[0] as u64) as u32, inverse(MIXERS[1] as u64) as u32, inverse(MIXERS[2] as u64) as u32];
    let unshifted = |word: u32| word ^ word >> 15 ^ word >> 30;
    let word = unshifted(unshifted(word).wrapping_mul(BACK[2]));
    let word = word.wrapping_sub(seed[1]).wrapping_mul(BACK[1]);
    (word ^ word >> 16).wrapping_sub(seed[0]).wrapping_mul(BACK[0])
}

/// The inverse of an odd number, of 64 bits: each step of Newton's doubles the bits that are right. Its lower 32 bits
/// are the inverse of the number's lower 32 bits.
pub(crate) const fn inverse(odd: u64) -> u64 {
    let (mut found, mut step) = (odd, 0);
    while step < 6 {
        found = found.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(found)));
        step += 1;
    }
    found
}
