//! How far random ids are from the order of the nodes: the observer's measures of slicing.
//!
//! Reads four bytes of rank and eight of slot a node, one byte of its tenth that is written back, and two neighbouring words
//! of a table of counts that lies in cache.

use crate::slicing::Slot;

/// Equal slices in which nodes are counted.
pub const SLICES: u32 = 10;

/// Rank of a node that takes no part.
pub const OUTSIDE: u32 = u32::MAX;

/// How many ids lie below an id: exact at the borders of cells, a straight line within them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ecdf {
    shift: u32,
    below: Vec<f32>,
    total: u64,
}

impl Ecdf {
    /// Cells for so many ids, as a power of two: a few ids a cell, within 2^8 and 2^17 cells.
    #[must_use]
    pub fn bits(ids: usize) -> u32 {
        (ids.max(1).ilog2() + 2).clamp(8, 17)
    }

    /// From the counts of ids by their highest bits; there are 2^bits counts.
    #[must_use]
    pub fn new(counts: &[u64]) -> Self {
        let total: u64 = counts.iter().sum();
        let mut below = Vec::with_capacity(counts.len() + 1);
        let mut sum = 0_u64;
        for count in counts.iter().copied().chain([0]) {
            below.push((sum as f64 / total.max(1) as f64) as f32);
            sum += count;
        }
        Self { shift: 32 - counts.len().trailing_zeros(), below, total }
    }

    /// The number of ids.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The share of ids below an id.
    #[must_use]
    #[inline]
    pub fn share_below(&self, id: u32) -> f64 {
        let cell = (id >> self.shift) as usize;
        let within = f64::from(id & ((1 << self.shift) - 1)) / f64::from(1_u32 << self.shift);
        let (near, far) = (f64::from(self.below[cell]), f64::from(self.below[cell + 1]));
        near + (far - near) * within
    }
}

/// Counts the ids of some slots by their highest bits, adding to `counts`, which holds a power of two; `members` marks with
/// 1 those that count, or is empty if all do.
pub fn count(counts: &mut [u64], slots: &[Slot], members: &[u8]) {
    let shift = 32 - counts.len().trailing_zeros();
    if members.is_empty() {
        slots.iter().for_each(|slot| counts[(slot.id() >> shift) as usize] += 1);
    } else {
        for (slot, &member) in slots.iter().zip(members) {
            counts[(slot.id() >> shift) as usize] += u64::from(member == 1);
        }
    }
}

/// Sums over some nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Disorder {
    /// Nodes that take part.
    pub members: u64,
    /// Squared differences between the normalised ranks of id and attribute.
    pub squares: f64,
    /// Absolute differences between the slices of id and attribute.
    pub slices: u64,
    /// Nodes in the wrong slice.
    pub wrong: u64,
    /// Nodes whose slice is not that noted before.
    pub changes: u64,
}

impl Disorder {
    /// Adds the sums over other nodes.
    pub fn add(&mut self, other: Self) {
        self.members += other.members;
        self.squares += other.squares;
        self.slices += other.slices;
        self.wrong += other.wrong;
        self.changes += other.changes;
    }
}

/// First ranks of the slices 1.. among so many members.
#[must_use]
pub fn borders(members: u64) -> [u32; SLICES as usize - 1] {
    std::array::from_fn(|k| ((k as u64 + 1) * members).div_ceil(u64::from(SLICES)) as u32)
}

/// Measures nodes by their true `ranks` ([`OUTSIDE`] for those that take no part) among `members`, and notes their slices.
///
/// # Panics
/// If the lengths differ.
pub fn measure(noted: &mut [u8], slots: &[Slot], ranks: &[u32], present: &[u8], ecdf: &Ecdf, members: u64) -> Disorder {
    assert!(noted.len() == slots.len() && ranks.len() == slots.len());
    assert!(present.is_empty() || present.len() == slots.len());
    let borders = borders(members);
    let mut sum = Disorder::default();
    for (k, (noted, (slot, &rank))) in noted.iter_mut().zip(slots.iter().zip(ranks)).enumerate() {
        let counts = u64::from(rank != OUTSIDE && present.get(k).is_none_or(|&p| p == 1));
        let slice = (u64::from(slot.id()) * u64::from(SLICES) >> 32) as u8;
        let truth: u8 = borders.iter().map(|&border| u8::from(rank >= border)).sum();
        sum.members += counts;
        sum.slices += counts * u64::from(slice.abs_diff(truth));
        sum.wrong += counts & u64::from(slice != truth);
        sum.changes += counts & u64::from(slice != *noted);
        *noted = slice;
    }
    let scale = 1.0 / members.max(1) as f64;
    for (k, (slot, &rank)) in slots.iter().zip(ranks).enumerate() {
        if rank != OUTSIDE && present.get(k).is_none_or(|&p| p == 1) {
            let difference = ecdf.share_below(slot.id()) - (f64::from(rank) + 0.5) * scale;
            sum.squares += difference * difference;
        }
    }
    sum
}
