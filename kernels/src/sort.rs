//! Keys that order floats, and the steps of a stable radix sort by 11 bits of the key at a time.
//!
//! A step reads eight bytes a node and writes eight, to one of 2048 places that each advance in order.

/// Bits of a digit.
pub const DIGIT_BITS: u32 = 11;
/// Values of a digit.
pub const DIGITS: usize = 1 << DIGIT_BITS;
/// Digits of a key.
pub const STEPS: u32 = 3;

/// A key that orders as the value does. Zeros of both signs are equal; the value must be a number.
///
/// ```
/// use kernels::sort::key;
/// assert!(key(-2.0) < key(-1.0) && key(-1.0) < key(0.0) && key(0.0) < key(0.5));
/// assert_eq!(key(-0.0), key(0.0));
/// ```
#[must_use]
#[inline]
pub fn key(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if bits >> 31 == 1 { !bits } else { bits | 1 << 31 }
}

/// The value of a key: the inverse of [`key`].
#[must_use]
#[inline]
pub fn value(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & !(1 << 31) } else { !key })
}

/// The digit of a key in a step of the sort.
#[must_use]
#[inline]
pub fn digit(key: u32, step: u32) -> usize {
    (key >> (step * DIGIT_BITS)) as usize % DIGITS
}
