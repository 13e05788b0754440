//! Slicing by ranking: a node counts how many of those it has seen have a smaller attribute; their share is its rank.
//!
//! Fernández, Gramoli, Jiménez, Kermarrec and Raynal, *Distributed slicing in dynamic systems*, ICDCS 2007.
//!
//! A record of words: the node's key ([`crate::sort::key`]), how many it has seen, how many of those that it remembers
//! were smaller, then a bit for each that it remembers, a ring. Without a window it remembers all, and keeps no bits.
//! Takes 12 bytes and an eighth of one a comparison remembered.

use crate::exchange::{Ends, REQUEST_LOST, Tally};
use crate::slicing::Slot;

/// Words of a record before its bits.
const HEAD: usize = 3;

/// Words of the record of a node that remembers so many comparisons, a multiple of 32; 0 stands for all.
#[must_use]
pub const fn words(window: usize) -> usize {
    HEAD + window / 32
}

/// What a node remembers, in its record.
#[derive(Debug)]
pub struct Memory<'a> {
    /// The key of its attribute.
    pub key: &'a mut u32,
    seen: &'a mut u32,
    smaller: &'a mut u32,
    bits: &'a mut [u32],
}

impl<'a> Memory<'a> {
    /// The memory that a record holds.
    ///
    /// # Panics
    /// If the record is too short.
    #[must_use]
    #[inline]
    pub fn of(record: &'a mut [u32]) -> Self {
        let [key, seen, smaller, bits @ ..] = record else { unreachable!("a record has a head") };
        Self { key, seen, smaller, bits }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        (*self.seen, *self.smaller) = (0, 0);
    }

    /// Remembers another node: whether its attribute is the smaller one.
    #[inline]
    pub fn add(&mut self, is_smaller: bool) {
        let (window, bit) = (self.bits.len() as u32 * 32, u32::from(is_smaller));
        if window == 0 {
            // Counters that are full forget half of what they know.
            if *self.seen == u32::MAX {
                (*self.seen, *self.smaller) = (*self.seen / 2, *self.smaller / 2);
            }
        } else {
            // Once the ring is full, what is seen counts on from its length.
            let (full, at) = if *self.seen < window { (0, *self.seen) } else { (1, *self.seen - window) };
            let word = &mut self.bits[at as usize / 32];
            let place = at % 32;
            *self.smaller -= full & (*word >> place);
            *word = *word & !(1 << place) | bit << place;
            if at + 1 == window {
                *self.seen = window - 1;
            }
        }
        *self.smaller += bit;
        *self.seen += 1;
    }

    /// The estimate of its rank, as a fraction of 2^32; `None` if it has seen nobody.
    #[must_use]
    #[inline]
    pub fn rank(&self) -> Option<u32> {
        let window = self.bits.len() as u32 * 32;
        let known = if window == 0 { *self.seen } else { (*self.seen).min(window) };
        let share = (u64::from(*self.smaller) << 32).checked_div(known.into())?;
        Some(share.min(u32::MAX.into()) as u32)
    }
}

/// The candidates whose attributes are smaller than one's own, as they are seen from there ([`Slot::seen_from`]): a bit
/// each.
///
/// # Panics
/// If there are more than 128.
#[must_use]
pub fn smaller(own: Slot, candidates: &[Slot]) -> u128 {
    assert!(candidates.len() <= u128::BITS as usize);
    let bit = |(k, slot): (usize, &Slot)| u128::from(slot.key() <= own.key()) << k;
    candidates.iter().enumerate().map(bit).fold(0, |all, bit| all | bit)
}

/// The candidate whose estimate lies nearest one of some borders, the first of equal ones from number `first` on and
/// around the end; `None` if there are no candidates or no borders.
#[must_use]
pub fn nearest(candidates: &[Slot], borders: &[u32], first: usize) -> Option<usize> {
    let distance = |k: usize| borders.iter().map(|border| candidates[k].id().abs_diff(*border)).min();
    let all = (0..candidates.len()).map(|k| (first + k) % candidates.len());
    all.filter_map(|k| Some((distance(k)?, k))).min_by_key(|&(distance, _)| distance).map(|(_, k)| k)
}

/// Each node of `from`, in order, tells its partner its attribute, and the partner remembers it. Records have so many
/// `cells`.
///
/// # Panics
/// If the lengths do not fit or a record lies outside its block.
pub fn tell(ends: &mut impl Ends<u32>, from: &[u32], to: &[u32], losses: &[u8], cells: usize) -> Tally {
    assert!(from.len() == to.len() && (losses.is_empty() || losses.len() == from.len()));
    let mut tally = Tally::default();
    for (k, (&from, &to)) in from.iter().zip(to).enumerate() {
        let lost = losses.get(k).is_some_and(|&loss| loss == REQUEST_LOST);
        tally.tell(lost);
        if lost {
            continue;
        }
        let is_lower = ends.initiator_is_lower(from, to);
        let [own, other] = ends.both(from as usize * cells, to as usize * cells, cells);
        let told = own[0];
        let mut memory = Memory::of(other);
        // Of two equal attributes the one at the lower index is smaller.
        let is_smaller = if is_lower { told <= *memory.key } else { told < *memory.key };
        memory.add(is_smaller);
    }
    tally
}
