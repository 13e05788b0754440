//! Keys that order floats, and the steps of a stable radix sort.
//!
//! A step counts the digits of a chunk of records, and then moves each record to the next place of its digit's cell. A
//! digit has at most 10 bits: the tails of 1024 cells still lie in a core's nearest cache, those of 2048 do not, and a
//! step then takes three times as long. So the digits are cut out of those bits of the keys alone in which keys differ
//! at all.
//!
//! Counting reads a chunk as a stream; moving reads it as a stream, and writes as many streams as there are digits.

/// The most bits of a digit.
pub const DIGIT_BITS: u32 = 10;
/// The most values of a digit.
pub const DIGITS: usize = 1 << DIGIT_BITS;

/// Records whose digits are found together, before any of them moves.
pub const BATCH: usize = 128;

/// A record of a sort: two words, the upper of which orders.
#[must_use]
#[inline]
pub fn record(upper: u32, lower: u32) -> u64 {
    (u64::from(upper) << 32) | u64::from(lower)
}

/// The upper word of a record.
#[must_use]
#[inline]
pub fn upper(record: u64) -> u32 {
    (record >> 32) as u32
}

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

/// In what the keys of some values differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number of values.
    pub count: u64,
    /// The least key; the largest word if there is no value.
    pub least: u32,
    /// The greatest key; 0 if there is no value.
    pub greatest: u32,
    /// Bits that are set in some key.
    pub some: u32,
    /// Bits that are set in every key.
    pub every: u32,
}

impl Default for Span {
    fn default() -> Self {
        Self { count: 0, least: u32::MAX, greatest: 0, some: 0, every: u32::MAX }
    }
}

impl Span {
    /// The span of the values that `mask` marks with 1, or of all if there is no mask. Reads four bytes a value, and
    /// one of the mask.
    ///
    /// # Panics
    /// If there is a mask of another length.
    #[must_use]
    pub fn of(values: &[f32], mask: Option<&[u8]>) -> Self {
        let mut span = Self::default();
        if let Some(mask) = mask {
            assert_eq!(values.len(), mask.len());
            for (&value, &mark) in values.iter().zip(mask) {
                span.extend(key(value), if mark == 1 { u32::MAX } else { 0 });
            }
            span.count = mask.iter().map(|&mark| u64::from(mark == 1)).sum();
        } else {
            for &value in values {
                span.extend(key(value), u32::MAX);
            }
            span.count = values.len() as u64;
        }
        span
    }

    /// Takes in a key where `marked` has all bits set, and nothing where it has none.
    #[inline]
    fn extend(&mut self, key: u32, marked: u32) {
        self.least = self.least.min(key | !marked);
        self.greatest = self.greatest.max(key & marked);
        self.some |= key & marked;
        self.every &= key | !marked;
    }

    /// The span of both sets of values together.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            some: self.some | other.some,
            every: self.every & other.every,
        }
    }

    /// The digits in which the keys differ.
    #[must_use]
    pub fn digits(&self) -> Digits {
        if self.least >= self.greatest {
            return Digits { least: self.least, shift: 0, width: 0, steps: 2 };
        }
        // Bits that all keys share at the lower end say nothing about the order; nor do those above the widest
        // distance.
        let shift = (self.some & !self.every).trailing_zeros();
        let bits = u32::BITS - ((self.greatest - self.least) >> shift).leading_zeros();
        let steps = bits.div_ceil(DIGIT_BITS).max(2);
        Digits { least: self.least, shift, width: bits.div_ceil(steps), steps }
    }
}

/// How keys are cut into digits of equally many bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    least: u32,
    shift: u32,
    width: u32,
    steps: u32,
}

impl Digits {
    /// Number of digits, and so of steps of the sort: 2 to 4.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// A number that orders as the value does, from 0 up: what digits are cut from.
    #[must_use]
    #[inline]
    pub fn number(&self, value: f32) -> u32 {
        key(value).wrapping_sub(self.least) >> self.shift
    }

    /// Writes the records (number of the value, index) of those values that `mask` marks with 1, or of all if there is
    /// no mask; the first index is `first`. Returns how many.
    ///
    /// # Panics
    /// If there are more than [`BATCH`] values, or a mask of another length.
    pub fn records(&self, records: &mut [u64; BATCH], values: &[f32], mask: Option<&[u8]>, first: u32) -> usize {
        assert!(values.len() <= BATCH && mask.is_none_or(|mask| mask.len() == values.len()));
        for ((to, &value), index) in records.iter_mut().zip(values).zip(first..) {
            *to = record(self.number(value), index);
        }
        let Some(mask) = mask.filter(|mask| mask.iter().any(|&mark| mark != 1)) else { return values.len() };
        let mut count = 0;
        for (k, &mark) in mask.iter().enumerate() {
            records[count] = records[k];
            count += usize::from(mark == 1);
        }
        count
    }

    /// The value of a number, with a positive sign if it is zero.
    #[must_use]
    #[inline]
    pub fn value(&self, number: u32) -> f32 {
        value((number << self.shift).wrapping_add(self.least))
    }

    /// The digit of a number in a step: the lowest in step 0.
    #[must_use]
    #[inline]
    pub fn digit(&self, number: u32, step: u32) -> usize {
        (number >> (step * self.width)) as usize & ((1 << self.width) - 1)
    }

    /// The digits of a number below that of a step.
    #[must_use]
    #[inline]
    pub fn below(&self, number: u32, step: u32) -> u32 {
        number & ((1 << (step * self.width)) - 1)
    }
}

/// Counts the digits of some records.
#[inline]
pub fn count(counts: &mut [u32; DIGITS], records: &[u64], digit: impl Fn(u64) -> usize) {
    for &record in records {
        counts[digit(record) % DIGITS] += 1;
    }
}

/// Where the records of a chunk move to: a cell for each digit, filled from its beginning.
#[derive(Debug)]
pub struct Cells<'a> {
    /// The cells.
    pub places: [&'a mut [u64]; DIGITS],
    /// Records in each.
    pub filled: [u32; DIGITS],
}

impl Default for Cells<'_> {
    fn default() -> Self {
        Self { places: std::array::from_fn(|_| <&mut [u64]>::default()), filled: [0; DIGITS] }
    }
}

impl Cells<'_> {
    /// Moves records to the cells of their digits, in order.
    ///
    /// # Panics
    /// If a cell is full.
    #[inline]
    pub fn scatter(&mut self, records: &[u64], digit: impl Fn(u64) -> usize) {
        // The digits of a batch are known before its first store, so that no load has to wait to see where that one
        // goes.
        let mut digits = [0_u16; BATCH];
        for records in records.chunks(BATCH) {
            for (to, &record) in digits.iter_mut().zip(records) {
                *to = digit(record) as u16;
            }
            for (&digit, &record) in digits.iter().zip(records) {
                let digit = digit as usize % DIGITS;
                let filled = &mut self.filled[digit];
                self.places[digit][*filled as usize] = record;
                *filled += 1;
            }
        }
    }
}
