//! How far random ids are from the order of the nodes: the observer's measures of slicing.
//!
//! Reads four bytes of rank and eight of slot a node, one byte of its tenth that is written back, and two neighbouring
//! words of a table of counts that lies in cache.

pub use crate::scalar::SLICES;
use crate::slicing::Slot;

/// Rank of a node that takes no part.
pub const OUTSIDE: u32 = u32::MAX;

/// How many ids lie below an id: exact at the borders of cells, a straight line within them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ecdf {
    shift: u32,
    /// 2^-shift.
    width: f64,
    /// For each cell, the share of ids below it, and in it.
    cells: Vec<[f32; 2]>,
    total: u64,
}

impl Ecdf {
    /// Cells for so many ids, as a power of two: a few ids a cell, within 2^8 and 2^14 cells.
    #[must_use]
    pub fn bits(ids: usize) -> u32 {
        (ids.max(1).ilog2() + 2).clamp(8, 14)
    }

    /// From the counts of ids by their highest bits; there are 2^bits counts.
    #[must_use]
    pub fn new(counts: &[u64]) -> Self {
        let total: u64 = counts.iter().sum();
        let share = |count: u64| (count as f64 / total.max(1) as f64) as f32;
        let mut below = 0_u64;
        let cells = counts.iter().map(|&count| {
            below += count;
            [share(below - count), share(count)]
        });
        let shift = 32 - counts.len().trailing_zeros();
        Self { shift, width: 0.5_f64.powi(shift as i32), cells: cells.collect(), total }
    }

    /// Of so many ids that are ranks themselves.
    #[must_use]
    pub fn even(total: u64) -> Self {
        Self { total, ..Self::new(&[1; 1 << 8]) }
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
        let [below, inside] = self.cells[(id >> self.shift) as usize];
        let within = f64::from(id & ((1 << self.shift) - 1)) * self.width;
        f64::from(below) + f64::from(inside) * within
    }
}

/// Counts the ids of some slots by their highest bits, adding to `counts`, which holds a power of two; `members` marks
/// with 1 those that count; without it all do.
pub fn count(counts: &mut [u64], slots: &[Slot], members: Option<&[u8]>) {
    let shift = 32 - counts.len().trailing_zeros();
    match members {
        None => slots.iter().for_each(|slot| counts[(slot.id() >> shift) as usize] += 1),
        Some(members) => {
            for (slot, &member) in slots.iter().zip(members) {
                counts[(slot.id() >> shift) as usize] += u64::from(member == 1);
            }
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
const STRIP: usize = 1 << 9;
const LANES: usize = 8;

/// The true slice of a node that takes no part.
const NO_SLICE: u8 = 15;

/// Notes the true slice of each node in the upper half of its byte, by its rank among `members` ([`OUTSIDE`] for those
/// that take no part); the lower half stays.
///
/// # Panics
/// If the lengths differ.
pub fn mark(noted: &mut [u8], ranks: &[u32], members: u64) {
    assert_eq!(noted.len(), ranks.len());
    let borders = borders(members);
    for (noted, &rank) in noted.iter_mut().zip(ranks) {
        let slice: u8 = borders.iter().map(|&border| u8::from(rank >= border)).sum();
        *noted = *noted & 15 | if rank == OUTSIDE { NO_SLICE } else { slice } << 4;
    }
}

/// Measures nodes by their true `ranks` among `members`, which [`mark`] has marked, and notes their slices in the lower
/// halves of their bytes. `present` marks with 1 those that take part now; without it all do.
///
/// # Panics
/// If the lengths differ.
pub fn measure(
    noted: &mut [u8],
    slots: &[Slot],
    ranks: &[u32],
    present: Option<&[u8]>,
    ecdf: &Ecdf,
    members: u64,
) -> Disorder {
    assert!(noted.len() == slots.len() && ranks.len() == slots.len());
    assert!(present.is_none_or(|present| present.len() == slots.len()));
    let scale = 1.0 / members.max(1) as f64;
    let mut sum = Disorder::default();
    let strips = noted.chunks_mut(STRIP).zip(slots.chunks(STRIP)).zip(ranks.chunks(STRIP));
    for (strip, ((noted, slots), ranks)) in strips.enumerate() {
        let mut truths = [NO_SLICE; STRIP];
        for (truth, noted) in truths.iter_mut().zip(&*noted) {
            *truth = *noted >> 4;
        }
        for (truth, &present) in truths.iter_mut().zip(present.into_iter().flat_map(|marks| &marks[strip * STRIP..])) {
            *truth = if present == 1 { *truth } else { NO_SLICE };
        }
        sum.add(slices(noted, slots, &truths));
        sum.squares += squares(slots, ranks, &truths, ecdf, scale);
    }
    sum
}

/// Counts a strip by its slices, and notes them.
fn slices(noted: &mut [u8], slots: &[Slot], truths: &[u8; STRIP]) -> Disorder {
    let mut slices = [0; STRIP];
    for (slice, slot) in slices.iter_mut().zip(slots) {
        *slice = (u64::from(slot.id()) * u64::from(SLICES) >> 32) as u8;
    }
    // A strip is short enough for sums of 16 bits.
    let [mut members, mut distance, mut wrong, mut changes] = [0_u16; 4];
    for ((noted, &slice), &truth) in noted.iter_mut().zip(&slices).zip(truths) {
        let counts = u16::from(truth != NO_SLICE);
        members += counts;
        distance += counts * u16::from(slice.abs_diff(truth));
        wrong += counts & u16::from(slice != truth);
        changes += counts & u16::from(slice != *noted & 15);
        *noted = *noted & !15 | slice;
    }
    let [members, slices, wrong, changes] = [members, distance, wrong, changes].map(u64::from);
    Disorder { members, squares: 0.0, slices, wrong, changes }
}

/// The sum of squared differences between the normalised ranks of a strip, in lanes. Cells are looked up first, so that
/// the arithmetic is a loop of its own, in vectors.
fn squares(slots: &[Slot], ranks: &[u32], truths: &[u8; STRIP], ecdf: &Ecdf, scale: f64) -> f64 {
    let mut cells = [[0.0_f32; 2]; STRIP];
    for (cell, slot) in cells.iter_mut().zip(slots) {
        *cell = ecdf.cells[(slot.id() >> ecdf.shift) as usize];
    }
    let mask = (1_u32 << ecdf.shift) - 1;
    let mut terms = [0.0; STRIP];
    for ((term, (slot, &rank)), ([below, inside], &truth)) in
        terms.iter_mut().zip(slots.iter().zip(ranks)).zip(cells.iter().zip(truths))
    {
        let within = f64::from((slot.id() & mask) as i32) * ecdf.width;
        // Signed words turn into floats in one instruction.
        let rank = f64::from(rank.wrapping_sub(1 << 31) as i32) + 2_147_483_648.5;
        let difference = f64::from(*below) + f64::from(*inside) * within - rank * scale;
        *term = difference * difference * f64::from(u8::from(truth != NO_SLICE));
    }
    let mut lanes = [0.0; LANES];
    for strip in terms.as_chunks::<LANES>().0 {
        for (lane, term) in lanes.iter_mut().zip(strip) {
            *lane += term;
        }
    }
    lanes.iter().sum()
}
