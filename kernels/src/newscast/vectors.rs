//! The merge of two views, eight addresses at a time.
//!
//! ```text
//! ages:        how many entries of either view have age 0, 1, 2, 3; in the rare meetings that need more, up to 6
//! places:      where each entry stands in the merged order, looked up in these counts
//! duplicates:  each address of one view against all of the other; the later place of the two is dropped
//! merge:       for eight places at a time, the eight next addresses of either view; a table says which go where, and
//!              leaves out those that are dropped; the result is written behind what is there
//! ```
//!
//! Nothing branches on who the entries are: some 690 instructions a meeting with views of 20, 190 of them for
//! duplicates and 170 for the merge. Reads and writes the two records only.

#![expect(clippy::inline_always, reason = "vectors stay in registers, and lengths are known")]

use std::hint::select_unpredictable;

use wide::{i8x32, i32x8, u8x16, u8x32, u16x8, u32x8, u64x4};

use crate::two_views::{self, LANES, MOST, start};
use crate::views::{NOBODY, Pair, View};

/// Place of an entry that is too old for its place to be known, at least.
const UNKNOWN: u8 = 64;
/// Place that is never kept, even with two views of 32: so few are dropped that those before it fill a view.
const LAST: u8 = 63;

/// For each set of lanes its members in order, a byte each.
static MEMBERS: [[u8; LANES]; 256] = orders(false);
/// For each set of eight places that hold entries of the first view, where the entry of each comes from: byte k is the
/// k-th due entry of the first view, byte 8 + k that of the second.
static SOURCES: [[u8; LANES]; 256] = orders(true);

/// [`SOURCES`] if `spread`, else [`MEMBERS`].
const fn orders(spread: bool) -> [[u8; LANES]; 256] {
    let (mut table, mut set) = ([[0; LANES]; 256], 0);
    while set < 256 {
        let (mut lane, mut inside, mut outside) = (0, 0, 0);
        while lane < LANES {
            let member = set >> lane & 1 == 1;
            if spread {
                table[set][lane] = if member { inside } else { LANES as u8 + outside };
            } else if member {
                table[set][inside as usize] = lane as u8;
            }
            if member {
                inside += 1;
            } else {
                outside += 1;
            }
            lane += 1;
        }
        set += 1;
    }
    table
}

/// The numbers 0 to 31, a byte each.
const NUMBERS: [u8; MOST] = {
    let (mut numbers, mut k) = ([0; MOST], 0);
    while k < MOST {
        numbers[k] = k as u8;
        k += 1;
    }
    numbers
};

/// The same numbers, a vector each.
static NUMBERED: [[i32; LANES]; MOST] = {
    let (mut numbers, mut k) = ([[0; LANES]; MOST], 0);
    while k < MOST {
        numbers[k] = [k as i32; LANES];
        k += 1;
    }
    numbers
};

/// Merges two full views, unless they are too long, too short, or too old: then `false`, and nothing is changed.
pub fn merge(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    match meeting.own_view.addresses.len() {
        8 => by_ages::<1>(meeting, now, partner_first),
        9..=16 => by_ages::<2>(meeting, now, partner_first),
        17..=24 => by_ages::<3>(meeting, now, partner_first),
        25..=32 => by_ages::<4>(meeting, now, partner_first),
        _ => false,
    }
}

/// What is of the initiator and what is of the partner, the first view's first. Without a branch, which the processor
/// would guess wrong half of the time.
#[inline(always)]
pub fn ordered<T: Copy>(partner_first: bool, own: T, other: T) -> [T; 2] {
    [select_unpredictable(partner_first, other, own), select_unpredictable(partner_first, own, other)]
}

/// Merges with four ages, or if they do not fill a view, with seven.
fn by_ages<const VECTORS: usize>(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    in_vectors::<VECTORS, 4>(meeting, now, partner_first) || seven_ages::<VECTORS>(meeting, now, partner_first)
}

#[cold]
fn seven_ages<const VECTORS: usize>(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    in_vectors::<VECTORS, 7>(meeting, now, partner_first)
}

#[inline(always)]
fn in_vectors<const VECTORS: usize, const AGES: usize>(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    // Their lengths are checked once, which holds for these alone.
    let [mut own_view, mut other_view] =
        [own_view, other_view].map(|View { addresses, ages }| View { addresses, ages });
    let entries = own_view.addresses.len();
    assert!(entries.div_ceil(LANES) == VECTORS && entries >= LANES);
    for view in [&own_view, &other_view] {
        assert!(view.addresses.len() == entries && view.ages.len() == entries);
    }
    // The first view, whose entries precede those of the second of the same age, and the second.
    let addresses = ordered(partner_first, &*own_view.addresses, &*other_view.addresses);
    let stamps = ordered(partner_first, &*own_view.ages, &*other_view.ages);
    let owners = ordered(partner_first, *own, *other);
    let vectors = addresses.map(two_views::in_vectors::<VECTORS>);
    let stamps = stamps.map(two_views::in_eights::<VECTORS>);
    let ages = stamps.map(|stamps| u8x32::splat(now) - bytemuck::cast::<_, u8x32>(stamps));
    let places = Places::<VECTORS>::of::<AGES>(ages, entries);
    let gone = places.later(copies(addresses[0], &vectors[1], owners[0])) | places.one_of(is(&vectors[0], owners[1]));
    let kept = places.known & !gone;
    if (kept.count_ones() as usize) < entries - 1 {
        return false;
    }
    let order = bits::<VECTORS>(across(places.one));
    let mut merged = Merged::new(now);
    let sources = vectors.map(|vectors| padded(&vectors));
    let stamps = stamps.map(|stamps| padded(&[stamps]));
    let mut due = [0; 2];
    for eight in 0..2 * VECTORS {
        // Of the first places nearly all are needed, of the others hardly ever one.
        if eight > VECTORS && merged.end >= entries {
            break;
        }
        let [order, kept] = [order, kept].map(|set| (set >> (LANES * eight)) as u8);
        merged.push(&sources, &stamps, due, [order, kept]);
        due[0] += order.count_ones() as usize;
        due[1] = LANES * (eight + 1) - due[0];
    }
    if !*reply_lost {
        merged.write::<VECTORS>(&mut own_view, *other);
    }
    merged.write::<VECTORS>(&mut other_view, *own);
    true
}

/// For each address of the second view, the number of its copy in the first, [`NONE`] if there is none, or [`OWNER`] if
/// it is the first view's owner. The bytes lie [`across`].
#[inline(always)]
fn copies<const VECTORS: usize>(one: &[u32], two: &[u32x8; VECTORS], owner: u32) -> u8x32 {
    let mut copies = two.map(|vector| {
        let same: i32x8 = bytemuck::cast(vector.simd_eq(u32x8::splat(owner)));
        same.select(i32x8::splat(OWNER.into()), i32x8::splat(NONE.into()))
    });
    for (&address, &number) in one.iter().zip(&NUMBERED) {
        for (copy, vector) in copies.iter_mut().zip(two) {
            let same: i32x8 = bytemuck::cast(vector.simd_eq(u32x8::splat(address)));
            *copy = same.select(i32x8::new(number), *copy);
        }
    }
    bytemuck::cast((0..).zip(copies).fold(i32x8::splat(0), |all, (k, copy)| all | copy << (8 * k)))
}

/// No copy, in [`copies`].
const NONE: u8 = 0xFF;
/// The owner of the other view, in [`copies`].
const OWNER: u8 = 0xFE;

/// In which lanes an address is.
#[inline(always)]
fn is<const VECTORS: usize>(vectors: &[u32x8; VECTORS], address: u32) -> u32 {
    let masks = (0..).zip(vectors).map(|(k, vector)| vector.simd_eq(u32x8::splat(address)).to_bitmask() << (8 * k));
    masks.fold(0, |all, mask| all | mask)
}

/// Bytes in the order in which vectors of addresses have them: byte k of lane l is that of address l in vector k.
#[inline(always)]
fn across(bytes: u8x32) -> u8x32 {
    let fours = bytemuck::cast::<_, u32x8>(bytes).shuffle_wrapping(u32x8::new([0, 2, 4, 6, 1, 3, 5, 7]));
    let turned: [u8; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];
    bytemuck::cast::<_, u8x32>(fours).swizzle_half_relaxed(bytemuck::cast([turned; 2]))
}

/// The set of some places, which lie [`across`]; [`LAST`] stands for all from there on.
#[inline(always)]
fn bits<const VECTORS: usize>(places: u8x32) -> u64 {
    let places: u64x4 = bytemuck::cast(places.min(u8x32::splat(LAST)));
    let mut all = u64x4::splat(0);
    for half in 0..2 {
        for k in 0..VECTORS {
            let shift = (8 * (4 * half + k)) as u32;
            all |= u64x4::splat(1).unbounded_shl(places >> shift & u64x4::splat(LAST.into()));
        }
    }
    all.to_array().into_iter().fold(0, |all, bits| all | bits)
}

/// Where entries stand in the merged order.
struct Places<const VECTORS: usize> {
    /// Of the entries of the first view; [`UNKNOWN`] or more if they are too old.
    one: u8x32,
    /// Of those of the second.
    two: u8x32,
    /// The places of all others.
    known: u64,
}

impl<const VECTORS: usize> Places<VECTORS> {
    /// From the ages of both views' entries.
    ///
    /// An entry of the first view that has entries of its view before it, so many of them younger, comes after as many
    /// of the second as are younger, and one for each before it of its own age, as far as there are: the smaller of two
    /// sums.
    #[inline(always)]
    fn of<const AGES: usize>(ages: [u8x32; 2], entries: usize) -> Self {
        let numbers = u8x32::new(NUMBERS);
        let behind: u8x32 = bytemuck::cast::<_, u8x32>(numbers).simd_lt(u8x32::splat(entries as u8));
        let ages = ages.map(|ages| (ages | !behind).min(u8x32::splat(AGES as u8)));
        // Bytes of ages that are counted; that behind them is of all older ones.
        let covered = u64::MAX >> (64 - 8 * AGES);
        // Entries up to each age, a byte each.
        let through = ages.map(|ages| {
            let of = |age: usize| u64::from(ages.simd_eq(u8x32::splat(age as u8)).to_bitmask().count_ones());
            let counts = (0..AGES).map(|age| of(age) << (8 * age)).fold(0, |all, count| all | count);
            counts.wrapping_mul(u64::from_le_bytes([1; 8])) & covered
        });
        let younger = through.map(|through| through << 8 & covered);
        let known: u64 = through.map(|through| through >> (8 * (AGES - 1))).into_iter().sum();
        let unknown = u64::from_le_bytes([UNKNOWN; 8]) & !covered;
        let place = |k: usize, after: u8| {
            let looked_up =
                |counts: u64| bytemuck::cast::<_, u8x32>(u64x4::splat(counts)).swizzle_half_relaxed(ages[k]);
            let upto = looked_up(through[1 - k] | unknown);
            // The difference of each byte alone.
            let high = u64::from_le_bytes([0x80; 8]);
            let ahead = looked_up(((younger[1 - k] | unknown | high) - younger[k]) ^ high);
            let [one, other]: [i8x32; 2] =
                bytemuck::cast([numbers + upto, numbers + numbers + u8x32::splat(after) + ahead]);
            bytemuck::cast(one.min(other))
        };
        Self {
            one: place(0, 0),
            two: place(1, 1),
            known: (u64::MAX >> 1).unbounded_shr(63_u32.saturating_sub(known as u32)),
        }
    }

    /// Of each entry of the second view and its copy in the first, the later place; or its own, if it is the owner of
    /// the first view.
    #[inline(always)]
    fn later(&self, copies: u8x32) -> u64 {
        let two = across(self.two);
        // The number of a copy is not above its place, and that of no copy is no place.
        let later = self.one.shuffle(copies).max(two).max(copies);
        bits::<VECTORS>(copies.simd_eq(u8x32::splat(OWNER)).select(two, later))
    }

    /// The place of the one entry of the first view that is in a set, if there is one.
    #[inline(always)]
    fn one_of(&self, set: u32) -> u64 {
        let place = self.one.to_array()[set.trailing_zeros() as usize % MOST];
        u64::from(set != 0) << place.min(LAST)
    }
}

/// Vectors one behind the other, with room for a vector behind the last.
#[inline(always)]
fn padded<T: bytemuck::NoUninit, U: bytemuck::AnyBitPattern + Default, const VECTORS: usize>(
    vectors: &[T; VECTORS],
) -> [U; MOST + LANES] {
    let mut padded = [U::default(); MOST + LANES];
    let flat: &[U] = bytemuck::cast_slice(vectors);
    padded[..flat.len()].copy_from_slice(flat);
    padded
}

/// A new view, with room for a vector behind its end; the first entry is to come.
struct Merged {
    addresses: [u32; MOST + LANES],
    stamps: [u8; MOST + LANES],
    /// Where its entries end.
    end: usize,
}

impl Merged {
    #[inline(always)]
    fn new(now: u8) -> Self {
        Self { addresses: [NOBODY; MOST + LANES], stamps: [now; MOST + LANES], end: 1 }
    }

    /// Adds eight places: `sources` and `stamps` are those of both views, of which the entries from number `due` on are
    /// next; of the places, those in the one set hold entries of the first view, and those in the other stay.
    #[inline(always)]
    fn push(
        &mut self,
        sources: &[[u32; MOST + LANES]; 2],
        stamps: &[[u8; MOST + LANES]; 2],
        due: [usize; 2],
        [order, kept]: [u8; 2],
    ) {
        let [order, stay]: [u8x16; 2] =
            bytemuck::cast([SOURCES[usize::from(order)], [0; 8], MEMBERS[usize::from(kept)], [0; 8]]);
        let from = order.shuffle(stay);
        let mut eights = [[0; LANES]; 2];
        let mut vectors = [[0; LANES]; 2];
        for (k, due) in due.into_iter().enumerate() {
            // Past the end nothing is taken.
            let due = due % MOST;
            eights[k].copy_from_slice(&stamps[k][due..due + LANES]);
            vectors[k].copy_from_slice(&sources[k][due..due + LANES]);
        }
        let moved = bytemuck::cast::<_, u8x16>(eights).shuffle(from).to_array();
        let from: u32x8 = bytemuck::cast(i32x8::from_u16x8(u16x8::from_u8x16_low(from)));
        let [one, two] = vectors.map(|vector| u32x8::new(vector).shuffle_wrapping(from));
        let is_two: u32x8 = bytemuck::cast(bytemuck::cast::<_, i32x8>(from).simd_gt(i32x8::splat(LANES as i32 - 1)));
        let end = self.end.min(MOST);
        self.addresses[end..end + LANES].copy_from_slice(&is_two.select(two, one).to_array());
        self.stamps[end..end + LANES].copy_from_slice(&moved[..LANES]);
        self.end += kept.count_ones() as usize;
    }

    /// Replaces a view by what is new, and the entry of whom its owner has met before it.
    #[inline(always)]
    fn write<const VECTORS: usize>(&self, view: &mut View<'_>, met: u32) {
        let entries = view.addresses.len();
        for k in 0..VECTORS {
            let start = start::<VECTORS>(k, entries);
            view.addresses[start..start + LANES].copy_from_slice(&self.addresses[start..start + LANES]);
            view.ages[start..start + LANES].copy_from_slice(&self.stamps[start..start + LANES]);
        }
        view.addresses[0] = met;
    }
}
