//! The merge of two views with AVX-512: 16 addresses at a time, and all bytes of both views in one vector.
//!
//! The steps are those of [`super::vectors`], with ages 0 to 7 at once. Instructions that expand and compress bytes
//! make them simpler: the merged order is a vector of the numbers of the entries, a byte each, and addresses and stamps
//! are looked up by number at the end. All stays in registers until the new views are written: some 450 instructions a
//! meeting with views of 20. Reads and writes the two records only.
//!
//! A vector of bytes holds the first view's entries in its lower half and those of the second in its upper half; a
//! number has bit 5 set if its entry is the second view's.

#![allow(clippy::wildcard_imports, reason = "intrinsics bear their prefix, and are many")]

use std::arch::x86_64::*;
use std::ops::RangeInclusive;

use super::vectors::ordered;
use crate::views::{Pair, View};

/// Views of so many entries can be merged.
pub const ENTRIES: RangeInclusive<usize> = 16..=32;

/// Addresses in a vector.
const LANES: usize = 16;
/// Bytes of a view in a vector.
const HALF: usize = 32;
/// Ages that are counted: a byte each of a word.
const AGES: u8 = 8;
/// Place of an entry that is too old for its place to be known, at least.
const UNKNOWN: u64 = u64::from_le_bytes([64; 8]);

/// The numbers of a run, a byte each: from `first` on, and `step` more each; in the upper half again, from `second` on.
const fn numbers(first: u8, second: u8, step: u8) -> [u8; 2 * HALF] {
    let (mut numbers, mut k) = ([0; 2 * HALF], 0);
    while k < HALF {
        numbers[k] = first + k as u8 * step;
        numbers[HALF + k] = second + k as u8 * step;
        k += 1;
    }
    numbers
}

/// Merges two full views, unless they are too old: then `false`, and nothing is changed.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,popcnt")]
pub fn merge(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let entries = own_view.addresses.len();
    assert!(ENTRIES.contains(&entries));
    for view in [&*own_view, &*other_view] {
        assert!(view.addresses.len() == entries && view.ages.len() == entries);
    }
    // The first view, whose entries precede those of the second of the same age, and the second.
    let addresses = ordered(partner_first, &*own_view.addresses, &*other_view.addresses);
    let stamps = ordered(partner_first, &*own_view.ages, &*other_view.ages);
    let owners = ordered(partner_first, *own, *other);
    let [one, two] = [wide_addresses(addresses[0]), wide_addresses(addresses[1])];
    let stamps = wide_stamps(stamps);
    let (places, known) = places(_mm512_sub_epi8(splat(now), stamps), entries);
    let [place_one, place_two] = [_mm512_castsi512_si256(places), _mm512_extracti64x4_epi64::<1>(places)];
    let copies = copies(addresses[0], two);
    // Of an entry of the second view and its copy in the first the later place, or its own if it is the first's owner.
    // The number of a copy is not above its place, and that of no copy is no place.
    let later = _mm256_max_epu8(_mm256_permutexvar_epi8(copies, place_one), _mm256_max_epu8(place_two, copies));
    let later = _mm256_mask_mov_epi8(later, is(two, owners[0]), place_two);
    let owner_two = _mm256_mask_mov_epi8(_mm256_set1_epi8(-1), is(one, owners[1]), place_one);
    let kept = known & !(bits(later) | bits(owner_two));
    if (kept.count_ones() as usize) < entries - 1 {
        return false;
    }
    let order = bits(place_one);
    let [first, second] = [numbers(0, 32, 1), numbers(32, 64, 1)].map(bytemuck::cast::<_, __m512i>);
    let merged = _mm512_mask_expand_epi8(_mm512_maskz_expand_epi8(order, first), !order, second);
    // Behind one that is to come.
    let numbers = _mm512_maskz_expand_epi8(!1, _mm512_maskz_compress_epi8(kept, merged));
    let stamps = _mm512_mask_mov_epi8(_mm512_permutexvar_epi8(numbers, stamps), 1, splat(now));
    let looked_up = |numbers: __m128i| {
        let numbers = _mm512_cvtepu8_epi32(numbers);
        let one = _mm512_permutex2var_epi32(one[0], numbers, one[1]);
        let two = _mm512_permutex2var_epi32(two[0], numbers, two[1]);
        _mm512_mask_blend_epi32(_mm512_test_epi32_mask(numbers, _mm512_set1_epi32(HALF as i32)), one, two)
    };
    let addresses = [looked_up(_mm512_castsi512_si128(numbers)), looked_up(_mm512_extracti32x4_epi32::<1>(numbers))];
    let stamps = _mm512_castsi512_si256(stamps);
    if !*reply_lost {
        write(own_view, addresses, stamps, *other);
    }
    write(other_view, addresses, stamps, *own);
    true
}

/// A byte in every lane.
#[target_feature(enable = "avx512f,avx512bw")]
fn splat(byte: u8) -> __m512i {
    _mm512_set1_epi8(byte as i8)
}

/// The numbers `first..first + 16`, four bytes each.
#[target_feature(enable = "avx512f")]
fn from(first: usize) -> __m512i {
    let lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    _mm512_add_epi32(lanes, _mm512_set1_epi32(first as i32))
}

/// The addresses of a view. What lies behind the last is anything.
#[target_feature(enable = "avx512f")]
fn wide_addresses(addresses: &[u32]) -> [__m512i; 2] {
    let (mut low, mut high) = ([0; LANES], [0; LANES]);
    low.copy_from_slice(&addresses[..LANES]);
    high.copy_from_slice(&addresses[addresses.len() - LANES..]);
    let [low, high] = [low, high].map(bytemuck::cast::<_, __m512i>);
    // The last vector begins where the view is still in the first.
    [low, _mm512_permutexvar_epi32(from(2 * LANES - addresses.len()), high)]
}

/// The stamps of both views. What lies behind the last of a view is anything.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn wide_stamps(stamps: [&[u8]; 2]) -> __m512i {
    let mut bytes = [[0; LANES]; 4];
    for (halves, stamps) in bytes.as_chunks_mut::<2>().0.iter_mut().zip(stamps) {
        halves[0].copy_from_slice(&stamps[..LANES]);
        halves[1].copy_from_slice(&stamps[stamps.len() - LANES..]);
    }
    let moved = splat((2 * LANES - stamps[0].len()) as u8);
    let numbers: __m512i = bytemuck::cast(numbers(0, 32, 1));
    let upper = 0xFFFF_0000_FFFF_0000;
    _mm512_permutexvar_epi8(_mm512_mask_add_epi8(numbers, upper, numbers, moved), bytemuck::cast(bytes))
}

/// The place of each entry in the merged order, 64 or more if it is too old; and the places of all others.
#[target_feature(enable = "avx512f,avx512bw,popcnt")]
fn places(ages: __m512i, entries: usize) -> (__m512i, u64) {
    let there = u64::from(u32::MAX) >> (HALF - entries);
    let there = there | there << HALF;
    // Of both views, entries of each age, a byte each.
    let mut counts = [0_u64; 2];
    for age in 0..AGES {
        let of_age = _mm512_mask_cmpeq_epi8_mask(there, ages, splat(age));
        counts[0] |= u64::from((of_age as u32).count_ones()) << (8 * age);
        counts[1] |= u64::from(((of_age >> HALF) as u32).count_ones()) << (8 * age);
    }
    let through = counts.map(|counts| counts.wrapping_mul(u64::from_le_bytes([1; 8])));
    let known = through.map(|through| through >> 56).iter().sum::<u64>() as u32;
    // The ninth byte of a table is of all that are older.
    let ages = _mm512_mask_min_epu8(splat(AGES), there, ages, splat(AGES));
    let looked_up = |table: __m512i| _mm512_shuffle_epi8(table, ages);
    let younger = through.map(|through| through << 8);
    let upto = looked_up(tables([through[1], through[0]], UNKNOWN));
    let ahead = looked_up(_mm512_sub_epi8(tables([younger[1], younger[0]], UNKNOWN), tables(younger, 0)));
    let [once, twice] = [numbers(0, 0, 1), numbers(0, 1, 2)].map(bytemuck::cast::<_, __m512i>);
    let places = _mm512_min_epi8(_mm512_add_epi8(once, upto), _mm512_add_epi8(twice, ahead));
    (places, u64::MAX.unbounded_shr(64 - known))
}

/// A table of 16 bytes for either half: its first eight bytes, and what the others are.
#[target_feature(enable = "avx512f")]
fn tables(tables: [u64; 2], others: u64) -> __m512i {
    let [one, two, others] = [tables[0] as i64, tables[1] as i64, others as i64];
    _mm512_set_epi64(others, two, others, two, others, one, others, one)
}

/// For each address of the second view, the number of its copy in the first, or 255.
#[target_feature(enable = "avx512f,avx512vl")]
fn copies(one: &[u32], two: [__m512i; 2]) -> __m256i {
    let [mut low, mut high] = [_mm512_set1_epi32(-1); 2];
    for (number, &address) in (0..).zip(one) {
        let (address, number) = (_mm512_set1_epi32(address as i32), _mm512_set1_epi32(number));
        low = _mm512_mask_mov_epi32(low, _mm512_cmpeq_epi32_mask(two[0], address), number);
        high = _mm512_mask_mov_epi32(high, _mm512_cmpeq_epi32_mask(two[1], address), number);
    }
    _mm256_set_m128i(_mm512_cvtepi32_epi8(high), _mm512_cvtepi32_epi8(low))
}

/// In which lanes an address is.
#[target_feature(enable = "avx512f")]
fn is(addresses: [__m512i; 2], address: u32) -> u32 {
    let masks = addresses.map(|lanes| _mm512_cmpeq_epi32_mask(lanes, _mm512_set1_epi32(address as i32)));
    u32::from(masks[0]) | u32::from(masks[1]) << LANES
}

/// The set of some places below 64; others do not count.
#[target_feature(enable = "avx512f,avx512vl")]
fn bits(places: __m256i) -> u64 {
    let (low, high) = (_mm256_castsi256_si128(places), _mm256_extracti128_si256::<1>(places));
    let (a, b) = (bits_of_eight(low), bits_of_eight(_mm_unpackhi_epi64(low, low)));
    let (c, d) = (bits_of_eight(high), bits_of_eight(_mm_unpackhi_epi64(high, high)));
    _mm512_reduce_or_epi64(_mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d))) as u64
}

/// For each of the first eight places, a word with its bit set, if it is below 64.
#[target_feature(enable = "avx512f")]
fn bits_of_eight(places: __m128i) -> __m512i {
    _mm512_sllv_epi64(_mm512_set1_epi64(1), _mm512_cvtepu8_epi64(places))
}

/// Replaces a view by what is new, and its first address by that of whom its owner has met.
#[target_feature(enable = "avx512f,avx512vl,avx512vbmi")]
fn write(view: &mut View<'_>, addresses: [__m512i; 2], stamps: __m256i, met: u32) {
    let last = view.addresses.len() - LANES;
    let rest = _mm512_permutex2var_epi32(addresses[0], from(last), addresses[1]);
    view.addresses[..LANES].copy_from_slice(&bytemuck::cast::<_, [u32; LANES]>(addresses[0]));
    view.addresses[last..].copy_from_slice(&bytemuck::cast::<_, [u32; LANES]>(rest));
    view.addresses[0] = met;
    let numbers: [u8; 2 * HALF] = numbers(0, 0, 1);
    let numbers: [__m256i; 2] = bytemuck::cast(numbers);
    let rest = _mm256_permutexvar_epi8(_mm256_add_epi8(numbers[0], _mm256_set1_epi8(last as i8)), stamps);
    let low = _mm256_castsi256_si128(stamps);
    view.ages[..LANES].copy_from_slice(&bytemuck::cast::<_, [u8; LANES]>(low));
    view.ages[last..].copy_from_slice(&bytemuck::cast::<_, [u8; LANES]>(_mm256_castsi256_si128(rest)));
}
