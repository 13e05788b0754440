//! Slicing by swaps of random ids, and how far from order they are.
//!
//! Nodes are ordered by (attribute, index). Each holds a random id; nodes whose ids are in the wrong order swap them,
//! until a node's id tells its normalised rank. *Ordered*: swap with a random misplaced candidate (Jelasity and
//! Kermarrec, *Ordered slicing of very large-scale overlay networks*, P2P 2006). *Max gain*: with the candidate of the
//! largest product of local rank differences (Fernández et al., *Distributed slicing in dynamic systems*, ICDCS 2007).
//!
//! Candidates are independent and in random order, so the first misplaced one is a uniform misplaced one, and the first
//! of several equal gains a uniform one of those.
//!
//! Per node: reads itself and c candidates (8 bytes each, within the opposing block), writes two ids at most.

use bytemuck::{Pod, Zeroable};
use wide::{i32x8, u64x4};

use crate::exchange::{BATCH, Ends, REPLY_LOST, REQUEST_LOST, Tally};

/// What a node holds of one gradient: its attribute, as a key that orders like it ([`crate::sort::key`]), in the lower
/// half, and its random id, a fraction of 2^32, in the upper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Slot(u64);

impl Slot {
    /// A node's attribute and random id.
    #[must_use]
    #[inline]
    pub fn new(key: u32, id: u32) -> Self {
        Self(u64::from(id) << 32 | u64::from(key))
    }
    /// The attribute, as a key.
    #[must_use]
    #[inline]
    pub fn key(self) -> u32 {
        self.0 as u32
    }
    /// The random id.
    #[must_use]
    #[inline]
    pub fn id(self) -> u32 {
        (self.0 >> 32) as u32
    }
    /// The place of a node that holds this slot in the order of the gradient: (attribute, index) as one number.
    #[must_use]
    #[inline]
    pub fn place(self, node: u32) -> u64 {
        u64::from(self.key()) << 32 | u64::from(node)
    }
    /// The same attribute with another id.
    #[inline]
    fn with_id_of(self, other: Self) -> Self {
        Self(self.0 & LOW | other.0 & !LOW)
    }
    /// The slot as a node below it (`lower`) or above it in the cloud sees it: of two equal attributes the one at the
    /// higher index is larger.
    #[must_use]
    #[inline]
    pub fn seen_from(self, lower: bool) -> Self {
        Self(self.0 + u64::from(lower))
    }
}

/// The lower half of a slot.
const LOW: u64 = 0xffff_ffff;

/// The most candidates that a node can look at.
pub const MOST_CANDIDATES: usize = 128;

/// Candidates looked at before the first misplaced one is sought.
const SEEN_TOGETHER: usize = 32;

/// Each node of `from`, in order, swaps ids with the first misplaced of its candidates. Counts the nodes that tried to.
///
/// `candidates` holds a row for each draw, with an entry for each node of `from`. `losses` is empty, or one entry a
/// node of `from`: 0, [`REQUEST_LOST`] or [`REPLY_LOST`].
///
/// # Panics
/// If the lengths do not fit, an index lies outside its block, or there are no candidates or more than
/// [`MOST_CANDIDATES`].
pub fn ordered(ends: &mut impl Ends<Slot>, from: &[u32], candidates: &[[u32; BATCH]], losses: &[u8]) -> Tally {
    assert!(from.len() <= BATCH && (losses.is_empty() || losses.len() == from.len()));
    // The last group of four is filled up with draw 0, which changes nothing about the first that is misplaced.
    let mut rows = [&candidates[0]; MOST_CANDIDATES];
    rows[..candidates.len()].iter_mut().zip(candidates).for_each(|(row, draw)| *row = draw);
    let (groups, _) = rows[..candidates.len().next_multiple_of(4)].as_chunks::<4>();
    let mut tally = Tally::default();
    for k in 0..from.len().min(BATCH) {
        let own = from[k];
        let slot = ends.initiator(own);
        for groups in groups.chunks(SEEN_TOGETHER / 4) {
            let draw = first_misplaced(slot, groups, |group| {
                group.map(|row| ends.partner(row[k]).seen_from(ends.initiator_is_lower(own, row[k])))
            });
            if let Some(draw) = draw {
                let partner = groups.as_flattened()[draw][k];
                tally.count(swap(ends, own, partner, losses.get(k).copied().unwrap_or(0)));
                break;
            }
        }
    }
    tally
}

/// The first candidate whose id is in the wrong order with one's own: its key is above one's own and its id is not, or
/// the other way round. (Equal ids count as misplaced on one side; swapping them changes nothing.)
///
/// One comparison for the keys and ids of four candidates; `see` looks at four.
#[inline]
pub fn first_misplaced<G>(own: Slot, groups: &[G], see: impl Fn(&G) -> [Slot; 4]) -> Option<usize> {
    debug_assert!(groups.len() <= SEEN_TOGETHER / 4);
    let own = Own::of(own);
    let mut above = 0_u64;
    let mut shift = 0;
    for group in groups {
        above |= u64::from(own.above(see(group))) << shift;
        shift += 8;
    }
    // Even bits: the key is above; odd bits: the id is.
    let misplaced = (above ^ above >> 1) & 0x5555_5555_5555_5555;
    (misplaced != 0).then(|| misplaced.trailing_zeros() as usize / 2)
}

/// A slot four times, to be compared with four others.
#[derive(Clone, Copy)]
struct Own(i32x8);

impl Own {
    /// Halves of slots are compared with their highest bits turned, as if they had signs.
    const SIGNS: i32x8 = i32x8::splat(i32::MIN);

    #[inline]
    fn of(slot: Slot) -> Self {
        Self(bytemuck::cast::<_, i32x8>([slot; 4]) ^ Self::SIGNS)
    }

    /// Of each of four others, whether the key is above its own (even bits), and whether the id is (odd bits).
    #[inline]
    fn above(self, [a, b, c, d]: [Slot; 4]) -> u32 {
        let four: i32x8 = bytemuck::cast(u64x4::new([a.0, b.0, c.0, d.0]));
        (four ^ Self::SIGNS).simd_gt(self.0).to_bitmask()
    }
}

/// As [`ordered`], with the misplaced candidate of the largest gain. `scratch` holds at least two words a candidate.
///
/// # Panics
/// If the lengths do not fit or an index lies outside its block.
pub fn ordered_max_gain(
    ends: &mut impl Ends<Slot>,
    from: &[u32],
    candidates: &[[u32; BATCH]],
    losses: &[u8],
    scratch: &mut [u64],
) -> Tally {
    assert!(from.len() <= BATCH && (losses.is_empty() || losses.len() == from.len()));
    let mut tally = Tally::default();
    let c = candidates.len();
    let (places, rest) = scratch.split_at_mut(c);
    let ids = &mut rest[..c];
    for (k, &own) in from.iter().enumerate() {
        let slot = ends.initiator(own);
        let mut own_place = u64::from(slot.key()) << 32;
        for (draw, row) in candidates.iter().enumerate() {
            let candidate = ends.partner(row[k]);
            // Ties of the attribute are broken by the index: candidates among each other by their place in the block,
            // oneself below or above as the blocks (or places) lie.
            let above = u64::from(ends.initiator_is_lower(own, row[k]));
            places[draw] = u64::from(candidate.key()) << 32 | above << 31 | u64::from(row[k]);
            ids[draw] = u64::from(candidate.id());
        }
        own_place |= 1 << 31;
        if let Some(draw) = largest_gain((own_place, u64::from(slot.id())), places, ids) {
            tally.count(swap(ends, own, candidates[draw][k], losses.get(k).copied().unwrap_or(0)));
        }
    }
    tally
}

/// The misplaced candidate of the largest gain, the first of equal ones: the product of the differences between its
/// rank and one's own by place and by id, among the candidates and oneself. `None` if none is misplaced.
///
/// # Panics
/// If there are fewer ids than places.
#[must_use]
pub fn largest_gain((own_place, own_id): (u64, u64), places: &[u64], ids: &[u64]) -> Option<usize> {
    let rank = |all: &[u64], value: u64| all.iter().map(|&other| u32::from(other < value)).sum::<u32>();
    let (own_place_rank, own_id_rank) = (rank(places, own_place), rank(ids, own_id));
    let mut best = (0, None);
    for draw in 0..places.len() {
        let (above, higher) = (places[draw] >= own_place, ids[draw] > own_id);
        if above == higher || ids[draw] == own_id {
            continue;
        }
        // Oneself counts among the ranked: it lies below whatever is above it.
        let place_rank = rank(places, places[draw]) + u32::from(above);
        let id_rank = rank(ids, ids[draw]) + u32::from(higher);
        let gain = place_rank.abs_diff(own_place_rank) * id_rank.abs_diff(own_id_rank);
        if gain > best.0 {
            best = (gain, Some(draw));
        }
    }
    best.1
}

/// Each node of `from`, in order, tally ids with its partner, whatever their order: how a node leaves a gradient. The
/// ids that stay behind are then as uniform as before, although the node that leaves was not a random one.
///
/// # Panics
/// If the lengths differ or an index lies outside its block.
pub fn part(ends: &mut impl Ends<Slot>, from: &[u32], to: &[u32]) {
    assert_eq!(from.len(), to.len());
    for (&from, &to) in from.iter().zip(to) {
        swap(ends, from, to, 0);
    }
}

/// Whether the id of a node is in the wrong order with that of another, which lies above it in the cloud or below.
#[must_use]
#[inline]
pub fn out_of_order(own: Slot, other: Slot, own_is_lower: bool) -> bool {
    let seen = other.seen_from(own_is_lower);
    (seen.key() > own.key()) != (seen.id() > own.id())
}

/// Each node of `from`, in order, swaps ids with its partner if they are still misplaced: the partner tests it. Counts
/// the nodes that tried to, and those whose request arrived too late: another swap had put both in order.
///
/// # Panics
/// If the lengths do not fit or an index lies outside its block.
pub fn retest(ends: &mut impl Ends<Slot>, from: &[u32], to: &[u32], losses: &[u8]) -> Tally {
    assert!(from.len() == to.len() && (losses.is_empty() || losses.len() == from.len()));
    let mut tally = Tally::default();
    for (k, (&from, &to)) in from.iter().zip(to).enumerate() {
        let loss = losses.get(k).copied().unwrap_or(0);
        tally.count(loss);
        if out_of_order(ends.initiator(from), ends.partner(to), ends.initiator_is_lower(from, to)) {
            swap(ends, from, to, loss);
        } else {
            tally.useless += u64::from(loss != REQUEST_LOST);
        }
    }
    tally
}

/// Tally the ids of an initiator and its partner; the partner replies with its old id. Returns `loss`.
fn swap(ends: &mut impl Ends<Slot>, from: u32, to: u32, loss: u8) -> u8 {
    if loss != REQUEST_LOST {
        let (own, other) = (ends.initiator(from), ends.partner(to));
        ends.set_partner(to, other.with_id_of(own));
        if loss != REPLY_LOST {
            ends.set_initiator(from, own.with_id_of(other));
        }
    }
    loss
}
