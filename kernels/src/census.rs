//! How many nodes there are, as each node believes: the last result of the aggregate that counts the cloud.
//!
//! A node rounds its estimate to eleven binary digits, at most one in 2048 off. So nodes that believe nearly the
//! same decide alike, and what the suite asks of them is found once for all. Rounded estimates are places on a grid:
//!
//! ```
//! use kernels::census::{nodes, place};
//!
//! assert_eq!(nodes(place(100_000_000.0)), Some(100_007_936.0));
//! assert_eq!(nodes(place(f32::NAN)), None);
//! ```
//!
/// Binary digits of an estimate that count, after the first. May change results.
const DIGITS: u32 = 10;
/// Those that do not.
const CUT: u32 = f32::MANTISSA_DIGITS - 1 - DIGITS;
/// The bits of 1, the least estimate: from there on they ascend as estimates do.
const LEAST: u32 = 1.0_f32.to_bits();
/// The bits of 2^32, the largest estimate.
const MOST: u32 = 4_294_967_296.0_f32.to_bits();

/// The place of a node that has no estimate.
pub const UNKNOWN: u16 = 0;

/// The place of an estimate; [`UNKNOWN`] for what is not a number, or below 1.
#[must_use]
pub fn place(estimate: f32) -> u16 {
    const HALF: u32 = 1 << (CUT - 1);
    let bits = estimate.to_bits().min(MOST);
    let place = (bits.wrapping_sub(LEAST).wrapping_add(HALF) >> CUT) as u16;
    if estimate >= 1.0 { place + 1 } else { UNKNOWN }
}

/// The number of nodes at a place, if it is an estimate's.
#[must_use]
pub fn nodes(place: u16) -> Option<f64> {
    let above = u32::from(place).checked_sub(1)?;
    Some(f64::from(f32::from_bits(LEAST + (above << CUT))))
}

/// The places of estimates.
pub fn places(places: &mut [u16], estimates: &[f32]) {
    places.iter_mut().zip(estimates).for_each(|(place, &estimate)| *place = self::place(estimate));
}

/// Which places some nodes have, ascending, and how many of these have each.
pub fn among(places: &[u16], counts: impl Fn(usize) -> bool) -> Vec<(u16, u32)> {
    let (mut unknown, mut known) = (0, 0);
    let (mut least, mut most) = (u16::MAX, UNKNOWN);
    for (k, &place) in places.iter().enumerate() {
        let (counts, is_known) = (counts(k), place != UNKNOWN);
        unknown += u32::from(counts && !is_known);
        known += u32::from(counts && is_known);
        least = least.min(if counts && is_known { place } else { u16::MAX });
        most = most.max(if counts { place } else { UNKNOWN });
    }
    let mut found = vec![(UNKNOWN, unknown)];
    if least == most {
        found.push((most, known));
    } else if least < most {
        let mut table = vec![0; usize::from(most - least) + 1];
        let each = places.iter().enumerate().filter(|&(k, &place)| counts(k) && place != UNKNOWN);
        each.for_each(|(_, place)| table[usize::from(place - least)] += 1);
        found.extend((least..=most).zip(table));
    }
    found.retain(|&(_, count)| count > 0);
    found
}
