//! Newscast: what two nodes keep of both views when they meet.
//!
//! ```text
//! the entries of both views lie side by side, a vector of eight addresses after the other
//! duplicates: each of one view's addresses against all of the other's; the older copy goes
//! border: the age at which a view is full; what is younger stays, of what is as old a random part
//! each view: what stays of a vector moves to its beginning (a table says how), and is written behind what is there
//! ```
//!
//! Nothing branches on who the entries are: about 1,000 instructions a meeting with views of 20, and seldom a jump that
//! the processor guesses wrong. Views of 8 to 32 entries; others go to the twin.

#![expect(clippy::inline_always, reason = "vectors stay in registers, and lengths are known")]

use std::hint::select_unpredictable;

use wide::{i32x8, u8x16, u8x32, u16x8, u32x8};

use crate::scalar::mixed;
use crate::views::{NOBODY, OLDEST, Pair, View};

/// Newscast: both keep the freshest entries of both views, ties at random, and a fresh one of each other.
///
/// An age is the low byte of the cycle in which the entry was made, and `now` that of this cycle; a node must
/// [`crate::views::forget`] before its entries are 256 cycles old.
pub fn newscast(meeting: &mut Pair<'_>, now: u8, seed: [u32; 2]) {
    match meeting.own_view.addresses.len() {
        8 => in_vectors::<1>(meeting, now, seed),
        9..=16 => in_vectors::<2>(meeting, now, seed),
        17..=24 => in_vectors::<3>(meeting, now, seed),
        25..=32 => in_vectors::<4>(meeting, now, seed),
        _ => crate::scalar::newscast::merge(meeting, now, seed),
    }
}

/// Addresses in a vector.
const LANES: usize = 8;
/// Bits of a view in the set of all entries.
const HALF: usize = 32;
/// Random bits of an entry that are drawn at once, for either view.
const PLANES: usize = 8;
/// Ages among which the one at which a view is full is found without a branch.
const FEW: usize = 4;

/// For each set of lanes its members in order, a byte each.
static BYTES: [u64; 256] = members(8);
/// For each set of lanes its members in order, three bits each.
static LANES_OF: [u32; 256] = {
    let (wide, mut table, mut set) = (members(3), [0; 256], 0);
    while set < 256 {
        table[set] = wide[set] as u32;
        set += 1;
    }
    table
};

/// The members of each set of lanes, in order, in so many bits each.
const fn members(bits: u32) -> [u64; 256] {
    let (mut table, mut set) = ([0; 256], 0);
    while set < 256 {
        let (mut lane, mut shift) = (0, 0);
        while lane < LANES as u64 {
            if set >> lane & 1 == 1 {
                table[set] |= lane << shift;
                shift += bits;
            }
            lane += 1;
        }
        set += 1;
    }
    table
}

fn in_vectors<const VECTORS: usize>(meeting: &mut Pair<'_>, now: u8, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    // Their lengths are checked once, which holds for these alone.
    let [mut own_view, mut other_view] =
        [own_view, other_view].map(|View { addresses, ages }| View { addresses, ages });
    let entries = own_view.addresses.len();
    assert!(entries.div_ceil(LANES) == VECTORS && entries >= LANES);
    for view in [&own_view, &other_view] {
        assert!(view.addresses.len() == entries && view.ages.len() == entries);
    }
    let halves = [Half::<VECTORS>::read(&own_view), Half::<VECTORS>::read(&other_view)];
    let ages = [&halves[0], &halves[1]].map(|half| half.ages(now));
    let there = there(&halves, own_view.addresses, &ages, [*own, *other]);
    let wanted = entries as u32 - 1;
    let [younger, ties] = freshest(there, &ages, wanted);
    let room = wanted - younger.count_ones();
    let chosen = Bits::new(seed).choose(ties, room).map(|ties| younger | ties);
    let (mut own_kept, mut other_kept) = (Kept::NOBODY, Kept::NOBODY);
    for (half, chosen) in halves.iter().zip([chosen, chosen.map(|chosen| chosen >> HALF)]) {
        for (k, (&vector, stamps)) in half.addresses.iter().zip(half.stamps).enumerate() {
            own_kept.push(vector, stamps, (chosen[0] >> (LANES * k)) as u8);
            other_kept.push(vector, stamps, (chosen[1] >> (LANES * k)) as u8);
        }
    }
    own_kept.meet(*other, now);
    other_kept.meet(*own, now);
    if !*reply_lost {
        own_kept.write::<VECTORS>(&mut own_view);
    }
    other_kept.write::<VECTORS>(&mut other_view);
}

/// A view in vectors. What lies behind its last entry is anything.
struct Half<const VECTORS: usize> {
    addresses: [u32x8; VECTORS],
    /// The bytes of its ages, eight in each.
    stamps: [u64; VECTORS],
}

/// Where vector `k` of a view begins: the last one ends where the view does.
fn start<const VECTORS: usize>(k: usize, entries: usize) -> usize {
    if k + 1 < VECTORS { LANES * k } else { entries - LANES }
}

impl<const VECTORS: usize> Half<VECTORS> {
    #[inline(always)]
    fn read(view: &View<'_>) -> Self {
        let entries = view.addresses.len();
        // Of the last vector, lanes that are in the one before as well go.
        let twice = (LANES * VECTORS - entries) % LANES;
        let addresses = std::array::from_fn(|k| {
            let mut lanes = [0; LANES];
            lanes.copy_from_slice(&view.addresses[start::<VECTORS>(k, entries)..][..LANES]);
            let lanes = u32x8::new(lanes);
            let moved = u32x8::new([0, 1, 2, 3, 4, 5, 6, 7]) + u32x8::splat(twice as u32);
            if k + 1 < VECTORS { lanes } else { lanes.shuffle_wrapping(moved) }
        });
        let stamps = std::array::from_fn(|k| {
            let mut bytes = [0; LANES];
            bytes.copy_from_slice(&view.ages[start::<VECTORS>(k, entries)..][..LANES]);
            u64::from_le_bytes(bytes) >> if k + 1 < VECTORS { 0 } else { 8 * twice }
        });
        Self { addresses, stamps }
    }

    #[inline(always)]
    fn ages(&self, now: u8) -> u8x32 {
        let mut bytes = [[0; LANES]; HALF / LANES];
        for (bytes, stamps) in bytes.iter_mut().zip(self.stamps) {
            *bytes = stamps.to_le_bytes();
        }
        (u8x32::splat(now) - bytemuck::cast::<_, u8x32>(bytes)).min(u8x32::splat(OLDEST))
    }
}

/// The entries of both views but for the two nodes, empty places, and older copies; of two of an age, the first stays.
#[inline(always)]
fn there<const VECTORS: usize>(
    [one, two]: &[Half<VECTORS>; 2],
    addresses: &[u32],
    ages: &[u8x32; 2],
    [own, other]: [u32; 2],
) -> u64 {
    let lanes = i32x8::new([0, 1, 2, 3, 4, 5, 6, 7]);
    let is = |vector: u32x8, address: u32| vector.simd_eq(u32x8::splat(address)) | vector.simd_eq(u32x8::splat(NOBODY));
    // The younger, the more.
    let [young_one, young_two] = ages.map(|ages| lanes_of::<VECTORS>(!ages));
    let mut tags = [[0; LANES]; VECTORS];
    for (k, tags) in tags.iter_mut().enumerate() {
        *tags = ((young_one[k] << 8_i32) + lanes + i32x8::splat((LANES * k) as i32)).to_array();
    }
    // How young the copy of each of the second view's entries in the first is, and where.
    let mut copies = [i32x8::splat(0xFF); VECTORS];
    for (&address, &tag) in addresses.iter().zip(tags.as_flattened()) {
        let (address, tag) = (u32x8::splat(address), i32x8::splat(tag));
        for (copy, vector) in copies.iter_mut().zip(two.addresses) {
            let same: i32x8 = bytemuck::cast(vector.simd_eq(address));
            *copy = same.select(tag, *copy);
        }
    }
    let (mut kept, mut gone, mut older) = (0, 0, u32x8::splat(0));
    for k in 0..VECTORS {
        let end = i32x8::splat(addresses.len() as i32 - (LANES * k) as i32);
        let out = is(two.addresses[k], own);
        let mut young = (young_two[k] << 8_i32) & !bytemuck::cast::<_, i32x8>(out);
        if k + 1 == VECTORS {
            young &= end.simd_gt(lanes);
        }
        let stays = young.simd_gt(copies[k]);
        kept |= stays.to_bitmask() << (LANES * k);
        let [stays, copy]: [u32x8; 2] = bytemuck::cast([stays, copies[k]]);
        older |= (stays & u32x8::splat(1)).unbounded_shl(copy & u32x8::splat(0xFF));
        gone |= is(one.addresses[k], other).to_bitmask() << (LANES * k);
    }
    let older = older.to_array().into_iter().fold(0, |all, bits| all | bits);
    let whole = u32::MAX >> (HALF - addresses.len());
    u64::from(whole & !gone & !older) | u64::from(kept) << HALF
}

/// Bytes in lanes of their own.
#[inline(always)]
fn lanes_of<const VECTORS: usize>(bytes: u8x32) -> [i32x8; VECTORS] {
    let halves: [u8x16; 2] = bytemuck::cast(bytes);
    std::array::from_fn(|k| {
        let half = halves[k / 2];
        let eight = if k % 2 == 0 { u16x8::from_u8x16_low(half) } else { u16x8::from_u8x16_high(half) };
        i32x8::from_u16x8(eight)
    })
}

/// Of the entries that are there, those younger than the age at which so many are reached, and those of that age.
#[inline(always)]
fn freshest(there: u64, ages: &[u8x32; 2], wanted: u32) -> [u64; 2] {
    let at_most = |age: u8| {
        let [one, two] = ages.map(|ages| ages.min(u8x32::splat(age)).simd_eq(ages).to_bitmask());
        there & (u64::from(one) | u64::from(two) << HALF)
    };
    // Without branches if it is one of the first few.
    let first: [u64; FEW] = std::array::from_fn(|age| at_most(age as u8));
    let (mut younger, mut last) = (0, first[0]);
    for pair in first.windows(2) {
        let short = pair[0].count_ones() < wanted;
        (younger, last) = (if short { pair[0] } else { younger }, if short { pair[1] } else { last });
    }
    let mut age = FEW as u8 - 1;
    if last.count_ones() < wanted && there.count_ones() < wanted {
        (younger, last, age) = (0, there, OLDEST);
    }
    while last.count_ones() < wanted && age < OLDEST {
        age += 1;
        (younger, last) = (last, at_most(age));
    }
    [younger, last & !younger]
}

/// Random bits: for either view, a bit for each entry in every plane.
struct Bits {
    seed: [u32; 2],
    planes: [[u64; 2]; PLANES],
}

impl Bits {
    #[inline(always)]
    fn new(seed: [u32; 2]) -> Self {
        let words: [u32x8; PLANES / 2] = std::array::from_fn(|k| {
            let numbers = u32x8::new([0, 1, 2, 3, 4, 5, 6, 7]) + u32x8::splat((LANES * k) as u32);
            let mut word = u32x8::splat(seed[0]) + numbers * u32x8::splat(0x9E37_79B9);
            word = (word ^ word >> 16) * u32x8::splat(0x21F0_AAAD) + u32x8::splat(seed[1]);
            word = (word ^ word >> 15) * u32x8::splat(0x735A_2D97);
            word ^ word >> 15
        });
        let words: [[[u32; 2]; 2]; PLANES] = bytemuck::cast(words);
        Self { seed, planes: words.map(|plane| plane.map(whole)) }
    }

    /// For each of the two views, `count` random ones of the bits that are set, or all if there are no more.
    ///
    /// Both choices go on side by side: each is a chain of steps that wait for one another.
    #[inline(always)]
    fn choose(&self, ties: u64, count: u32) -> [u64; 2] {
        let mut choices = [0, 1].map(|_| Choice { chosen: 0, open: ties, left: i64::from(count) });
        let [one, other] = &mut choices;
        for plane in &self.planes {
            one.split(plane[0]);
            other.split(plane[1]);
        }
        for (view, choice) in (0..).zip(&mut choices) {
            let mut number = 4 * PLANES as u32 + 2 * view;
            while !choice.made() {
                choice.split(whole([number, number + 1].map(|number| mixed(self.seed, number))));
                number += 4;
            }
        }
        choices.map(|choice| choice.chosen | if choice.left > 0 { choice.open } else { 0 })
    }
}

/// The bits of the first view's entries and those of the second's.
fn whole([low, high]: [u32; 2]) -> u64 {
    u64::from(low) | u64::from(high) << HALF
}

/// A choice of some entries under way: those chosen, those still to choose from, and how many of them.
struct Choice {
    chosen: u64,
    open: u64,
    left: i64,
}

impl Choice {
    /// Takes the entries whose bits are set, unless these are too many: then the others go.
    #[inline(always)]
    fn split(&mut self, bits: u64) {
        let (ones, rest) = (self.open & bits, self.open & !bits);
        let left = self.left - i64::from(ones.count_ones());
        let many = left < 0;
        self.open = select_unpredictable(many, ones, rest);
        self.chosen |= select_unpredictable(many, 0, ones);
        self.left = select_unpredictable(many, self.left, left);
    }

    /// Whether it is made, but for taking all that are still open or none.
    fn made(&self) -> bool {
        self.left == 0 || i64::from(self.open.count_ones()) <= self.left
    }
}

/// The new view of a node, with room for a vector behind its end.
struct Kept {
    addresses: [u32; HALF + LANES],
    ages: [u8; HALF + LANES],
    /// Where its entries end.
    end: usize,
}

impl Kept {
    const NOBODY: Self = Self { addresses: [NOBODY; HALF + LANES], ages: [0; HALF + LANES], end: 0 };

    /// Adds a fresh entry.
    #[inline(always)]
    fn meet(&mut self, met: u32, now: u8) {
        (self.addresses[self.end % HALF], self.ages[self.end % HALF]) = (met, now);
        self.end += 1;
    }

    /// Adds some lanes.
    #[inline(always)]
    fn push(&mut self, vector: u32x8, stamps: u64, set: u8) {
        let lanes = u32x8::splat(LANES_OF[usize::from(set)]).unbounded_shr(u32x8::new([0, 3, 6, 9, 12, 15, 18, 21]));
        let moved = vector.shuffle_wrapping(lanes);
        let [lanes, stamps] = [BYTES[usize::from(set)], stamps].map(|eight| bytemuck::cast::<_, u8x16>([eight, 0]));
        let [stamps, _]: [u64; 2] = bytemuck::cast(stamps.shuffle(lanes));
        let end = self.end % HALF;
        self.addresses[end..end + LANES].copy_from_slice(&moved.to_array());
        self.ages[end..end + LANES].copy_from_slice(&stamps.to_le_bytes());
        self.end += set.count_ones() as usize;
    }

    /// Replaces a view.
    #[inline(always)]
    fn write<const VECTORS: usize>(&self, view: &mut View<'_>) {
        let entries = view.addresses.len();
        for k in 0..VECTORS {
            let start = start::<VECTORS>(k, entries);
            view.addresses[start..start + LANES].copy_from_slice(&self.addresses[start..start + LANES]);
            view.ages[start..start + LANES].copy_from_slice(&self.ages[start..start + LANES]);
        }
        if self.end < entries {
            view.addresses[self.end..].fill(NOBODY);
        }
    }
}
