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
        for slot in slots {
            counts[(slot.id() >> shift) as usize] += 1;
        }
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

/// Nodes measured between two sums of counts; lanes of the sum of squares.
const STRIP: usize = 1 << 10;
const LANES: usize = 8;

/// Measures nodes by their true `ranks` ([`OUTSIDE`] for those that take no part) among `members`, and notes their slices.
/// `present` marks with 1 those that take part now, or is empty if all do.
///
/// # Panics
/// If the lengths differ.
pub fn measure(noted: &mut [u8], slots: &[Slot], ranks: &[u32], present: &[u8], ecdf: &Ecdf, members: u64) -> Disorder {
    assert!(noted.len() == slots.len() && ranks.len() == slots.len());
    assert!(present.is_empty() || present.len() == slots.len());
    let borders = borders(members);
    let scale = 1.0 / members.max(1) as f64;
    let mut sum = Disorder::default();
    let strips = noted.chunks_mut(STRIP).zip(slots.chunks(STRIP)).zip(ranks.chunks(STRIP));
    for (strip, ((noted, slots), ranks)) in strips.enumerate() {
        let mut counted = [OUTSIDE; STRIP];
        let counted = &mut counted[..ranks.len()];
        counted.copy_from_slice(ranks);
        for (rank, &present) in counted.iter_mut().zip(present.get(strip * STRIP..).unwrap_or_default()) {
            *rank = if present == 1 { *rank } else { OUTSIDE };
        }
        sum.add(slices(noted, slots, counted, &borders));
        sum.squares += squares(slots, counted, ecdf, scale);
    }
    sum
}

/// Counts a strip by its slices, and notes them.
fn slices(noted: &mut [u8], slots: &[Slot], ranks: &[u32], borders: &[u32; SLICES as usize - 1]) -> Disorder {
    let [mut members, mut distance, mut wrong, mut changes] = [0_u32; 4];
    for (noted, (slot, &rank)) in noted.iter_mut().zip(slots.iter().zip(ranks)) {
        let counts = u32::from(rank != OUTSIDE);
        let slice = (u64::from(slot.id()) * u64::from(SLICES) >> 32) as u32;
        let truth: u32 = borders.iter().map(|&border| u32::from(rank >= border)).sum();
        members += counts;
        distance += counts * slice.abs_diff(truth);
        wrong += counts & u32::from(slice != truth);
        changes += counts & u32::from(slice != u32::from(*noted));
        *noted = slice as u8;
    }
    let [members, slices, wrong, changes] = [members, distance, wrong, changes].map(u64::from);
    Disorder { members, squares: 0.0, slices, wrong, changes }
}

/// The sum of squared differences between the normalised ranks of a strip, in lanes.
fn squares(slots: &[Slot], ranks: &[u32], ecdf: &Ecdf, scale: f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let add = |lane: &mut f64, slot: &Slot, rank: u32| {
        let difference = ecdf.share_below(slot.id()) - (f64::from(rank) + 0.5) * scale;
        *lane += if rank == OUTSIDE { 0.0 } else { difference * difference };
    };
    for (slots, ranks) in slots.chunks(LANES).zip(ranks.chunks(LANES)) {
        for ((lane, slot), &rank) in lanes.iter_mut().zip(slots).zip(ranks) {
            add(lane, slot, rank);
        }
    }
    lanes.iter().sum()
}
