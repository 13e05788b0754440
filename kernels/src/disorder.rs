//! How far random ids are from the order of the nodes: the observer's measures of slicing.
//!
//! Reads four bytes of rank and eight of slot a node, one byte of its slice that is written back, and two neighbouring
//! words of a table of at most 128 KiB.

use crate::slicing::Slot;

/// The most equal slices into which members are cut.
pub const MOST_SLICES: u32 = 256;

/// As many slices fit into half a byte, and a number for nodes that take no part: more are noted without the true one.
const FEW_SLICES: u32 = 15;

/// Rank of a node that takes no part.
pub const OUTSIDE: u32 = u32::MAX;

/// Where ids lie: the normalised rank of an id among them.
///
/// Ids are cut into cells of equal width. The rank of an id is
/// `(below + inside · (1/2 + position − mean position)) / total`: the ids in lower cells, the ids in its cell, and its
/// position in the cell and the mean position of the ids there, both in 0..1. So the mean rank in a cell is exact, ids
/// spread evenly over a cell have the ranks of a straight line, and equal ids alone in a cell share the mean of their
/// ranks.
#[derive(Clone, Debug, PartialEq)]
pub struct Ecdf {
    shift: u32,
    /// For each cell, the normalised rank at its lower border, and its rise from one id to the next.
    cells: Vec<[f64; 2]>,
    total: u64,
}

/// Ids of a cell: how many, and the sum of their positions in units of 2^-32.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    count: u64,
    positions: u64,
}

impl Cell {
    /// Adds the ids of other nodes.
    pub fn add(&mut self, other: Self) {
        self.count += other.count;
        self.positions += other.positions;
    }
}

impl Ecdf {
    /// Cells for so many ids, as a power of two: two to four cells an id, within 2^8 and 2^13 cells.
    #[must_use]
    pub fn bits(ids: usize) -> u32 {
        (ids.max(1).ilog2() + 2).clamp(8, 13)
    }

    /// From the ids by their highest bits; there are 2^bits cells.
    #[must_use]
    pub fn new(counted: &[Cell]) -> Self {
        let total: u64 = counted.iter().map(|cell| cell.count).sum();
        let shift = 32 - counted.len().trailing_zeros();
        let scale = 1.0 / total.max(1) as f64;
        let step = 0.5_f64.powi(shift as i32);
        let mut below = 0_u64;
        let cells = counted.iter().map(|cell| {
            let border = below as f64 + 0.5 * cell.count as f64 - cell.positions as f64 * step;
            below += cell.count;
            [border * scale, cell.count as f64 * step * scale]
        });
        Self { shift, cells: cells.collect(), total }
    }

    /// The number of ids.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The normalised rank of an id.
    #[must_use]
    #[inline]
    pub fn rank(&self, id: u32) -> f64 {
        let [border, rise] = self.cells[(id >> self.shift) as usize];
        border + rise * f64::from(id & ((1 << self.shift) - 1))
    }
}

/// Counts the ids of some slots by their highest bits, adding to `cells`, of which there is a power of two; `members`
/// marks with 1 those that count; without it all do.
pub fn count(cells: &mut [Cell], slots: &[Slot], members: Option<&[u8]>) {
    let shift = 32 - cells.len().trailing_zeros();
    let position = |id: u32| u64::from(id & ((1 << shift) - 1));
    match members {
        None => {
            for slot in slots {
                let cell = &mut cells[(slot.id() >> shift) as usize];
                cell.add(Cell { count: 1, positions: position(slot.id()) });
            }
        }
        Some(members) => {
            for (slot, &member) in slots.iter().zip(members) {
                let (cell, is_in) = (&mut cells[(slot.id() >> shift) as usize], u64::from(member == 1));
                cell.add(Cell { count: is_in, positions: is_in * position(slot.id()) });
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
    /// Squared differences between the id itself, as a fraction, and the normalised rank of the attribute: see
    /// [`Ids::Estimates`].
    pub errors: f64,
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
        self.errors += other.errors;
        self.slices += other.slices;
        self.wrong += other.wrong;
        self.changes += other.changes;
    }
}

/// What ids are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Random numbers, which tell a rank by their order alone.
    Random,
    /// Estimates of the normalised rank, whose own error is measured too.
    Estimates,
}

/// Nodes measured between two sums of counts; lanes of the sum of squares.
const STRIP: usize = 1 << 9;
const LANES: usize = 8;

/// Nodes whose distances, of less than [`MOST_SLICES`] each, fit into 16 bits.
const PART: usize = 1 << 8;

/// The range of ids.
const FULL: f64 = 4_294_967_296.0;

/// What members are compared with.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// What ids are.
    pub ids: Ids,
    /// Where they lie.
    pub ecdf: &'a Ecdf,
    /// How many members there are by a central sort.
    pub members: u64,
    /// Equal slices into which they are cut, at most [`MOST_SLICES`].
    pub slices: u32,
}

/// Measures nodes by their true `ranks` ([`OUTSIDE`] for those that take no part), and notes the slice in which each
/// believes itself: up to 15 slices in the lower half of its byte, and the true one in the upper half, 15 for nodes
/// that take no part; of more slices in the whole byte. `present` marks with 1 those that take part now; without it all
/// do.
///
/// # Panics
/// If the lengths differ, or there are no slices or too many.
pub fn measure(noted: &mut [u8], slots: &[Slot], ranks: &[u32], present: Option<&[u8]>, order: Order<'_>) -> Disorder {
    assert!(noted.len() == slots.len() && ranks.len() == slots.len());
    assert!(present.is_none_or(|present| present.len() == slots.len()));
    assert!((1..=MOST_SLICES).contains(&order.slices));
    let Order { ids, ecdf, members, slices } = order;
    let scale = 1.0 / members.max(1) as f64;
    let mut sum = Disorder::default();
    let strips = noted.chunks_mut(STRIP).zip(slots.chunks(STRIP)).zip(ranks.chunks(STRIP));
    for (strip, ((noted, slots), ranks)) in strips.enumerate() {
        let mut counts = [0; STRIP];
        for (counts, &rank) in counts.iter_mut().zip(ranks) {
            *counts = u8::from(rank != OUTSIDE);
        }
        if let Some(marks) = present {
            for (counts, &mark) in counts.iter_mut().zip(&marks[strip * STRIP..]) {
                *counts &= u8::from(mark == 1);
            }
        }
        sum.add(by_slice(noted, slots, ranks, &counts, (slices, members)));
        let mut believed = [0.0; STRIP];
        look_up(&mut believed, slots, ecdf);
        sum.squares += squares(&believed, ranks, &counts, scale);
        if ids == Ids::Estimates {
            believed.iter_mut().zip(slots).for_each(|(rank, slot)| *rank = f64::from(slot.id()) / FULL);
            sum.errors += squares(&believed, ranks, &counts, scale);
        }
    }
    sum
}

/// Counts those of a strip that `count`, by their slices, and notes the slices in which nodes believe themselves.
fn by_slice(
    noted: &mut [u8],
    slots: &[Slot],
    ranks: &[u32],
    counts: &[u8; STRIP],
    (slices, members): (u32, u64),
) -> Disorder {
    let mut truths = [0; STRIP];
    let whole = members.max(1) as f64;
    for (truth, &rank) in truths.iter_mut().zip(ranks) {
        // A quotient of whole numbers below 2^53 that lies below a whole number is not rounded up to it: it is off by
        // more than 1 / members.
        let position = f64::from(rank.wrapping_sub(1 << 31) as i32) + 2_147_483_648.0;
        *truth = (position * f64::from(slices) / whole) as i32 as u8;
    }
    let mut believed = [0; STRIP];
    for (slice, slot) in believed.iter_mut().zip(slots) {
        *slice = (u64::from(slot.id()) * u64::from(slices) >> 32) as u8;
    }
    let mask = if slices <= FEW_SLICES { 15 } else { u8::MAX };
    let mut sum = Disorder::default();
    // Parts of a strip are short enough for sums of 16 bits.
    let parts = noted.chunks_mut(PART).zip(believed.chunks(PART)).zip(truths.chunks(PART)).zip(counts.chunks(PART));
    for (((noted, believed), truths), counts) in parts {
        let [mut members, mut distance, mut wrong, mut changes] = [0_u16; 4];
        for (((&noted, &slice), &truth), &counts) in noted.iter().zip(believed).zip(truths).zip(counts) {
            let counts = u16::from(counts);
            members += counts;
            distance += counts * u16::from(slice.abs_diff(truth));
            wrong += counts & u16::from(slice != truth);
            changes += counts & u16::from(slice != noted & mask);
        }
        let [members, slices, wrong, changes] = [members, distance, wrong, changes].map(u64::from);
        sum.add(Disorder { members, slices, wrong, changes, ..Disorder::default() });
    }
    for (((noted, &slice), &truth), &rank) in noted.iter_mut().zip(&believed).zip(&truths).zip(ranks) {
        let upper = if rank == OUTSIDE { !mask } else { truth << 4 & !mask };
        *noted = slice | upper;
    }
    sum
}

/// The normalised ranks of a strip's ids. Cells are looked up first, so that the arithmetic is a loop of its own, in
/// vectors.
fn look_up(ranks: &mut [f64; STRIP], slots: &[Slot], ecdf: &Ecdf) {
    let mut cells = [[0.0; 2]; STRIP];
    for (cell, slot) in cells.iter_mut().zip(slots) {
        *cell = ecdf.cells[(slot.id() >> ecdf.shift) as usize];
    }
    let mask = (1_u32 << ecdf.shift) - 1;
    for ((rank, slot), [border, rise]) in ranks.iter_mut().zip(slots).zip(&cells) {
        // Signed words turn into floats in one instruction.
        *rank = border + rise * f64::from((slot.id() & mask) as i32);
    }
}

/// The sum of squared differences between the normalised ranks that a strip's nodes believe and have, in lanes.
fn squares(believed: &[f64; STRIP], ranks: &[u32], counts: &[u8; STRIP], scale: f64) -> f64 {
    let mut terms = [0.0; STRIP];
    for (((term, &believed), &rank), &counts) in terms.iter_mut().zip(believed).zip(ranks).zip(counts) {
        let rank = f64::from(rank.wrapping_sub(1 << 31) as i32) + 2_147_483_648.5;
        let difference = believed - rank * scale;
        *term = difference * difference * f64::from(counts);
    }
    let mut lanes = [0.0; LANES];
    for strip in terms.as_chunks::<LANES>().0 {
        for (lane, term) in lanes.iter_mut().zip(strip) {
            *lane += term;
        }
    }
    lanes.iter().sum()
}
