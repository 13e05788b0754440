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

use crate::exchange::{Ends, REPLY_LOST, REQUEST_LOST};

/// What a node holds of one gradient.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Slot {
    /// The attribute, as a key that orders like it ([`crate::sort::key`]).
    pub key: u32,
    /// The random id: a fraction of 2^32.
    pub id: u32,
}

impl Slot {
    /// Whether the two ids are in the wrong order; `lower` breaks ties of the attribute.
    #[inline]
    fn misplaced(self, other: Self, lower: bool) -> bool {
        let before = if lower { self.key <= other.key } else { self.key < other.key };
        if before { self.id > other.id } else { self.id < other.id }
    }
}

/// Candidates looked at together.
const STRIDE: usize = 32;

/// Each node of `from`, in order, swaps ids with the first misplaced of its candidates. Returns the number of nodes that
/// tried to.
///
/// `candidates` holds draw 0 of all nodes of `from`, then draw 1, and so on. `losses` is empty, or one entry a node of
/// `from`: 0, [`REQUEST_LOST`] or [`REPLY_LOST`].
///
/// # Panics
/// If the lengths do not fit or an index lies outside its block.
pub fn ordered(ends: &mut impl Ends<Slot>, from: &[u32], candidates: &[u32], losses: &[u8]) -> Swaps {
    let count = from.len();
    assert!(candidates.len().is_multiple_of(count.max(1)) && (losses.is_empty() || losses.len() == count));
    let mut swaps = Swaps::default();
    for (k, &own) in from.iter().enumerate() {
        let slot = ends.initiator(own);
        for strip in candidates.chunks(STRIDE * count) {
            let mut misplaced = 0_u32;
            for (bit, row) in strip.chunks_exact(count).enumerate() {
                let wrong = slot.misplaced(ends.partner(row[k]), ends.initiator_is_lower(own, row[k]));
                misplaced |= u32::from(wrong) << bit;
            }
            if misplaced != 0 {
                let partner = strip[misplaced.trailing_zeros() as usize * count + k];
                swaps.count(swap(ends, own, partner, losses.get(k).copied().unwrap_or(0)));
                break;
            }
        }
    }
    swaps
}

/// As [`ordered`], with the misplaced candidate of the largest gain. `scratch` holds at least 3·c words.
///
/// # Panics
/// If the lengths do not fit or an index lies outside its block.
pub fn ordered_max_gain(
    ends: &mut impl Ends<Slot>,
    from: &[u32],
    candidates: &[u32],
    losses: &[u8],
    scratch: &mut [u64],
) -> Swaps {
    let count = from.len();
    assert!(candidates.len().is_multiple_of(count.max(1)) && (losses.is_empty() || losses.len() == count));
    let mut swaps = Swaps::default();
    let c = candidates.len() / count.max(1);
    let (places, rest) = scratch.split_at_mut(c);
    let ids = &mut rest[..c];
    for (k, &own) in from.iter().enumerate() {
        let slot = ends.initiator(own);
        let mut own_place = u64::from(slot.key) << 33;
        for (draw, row) in candidates.chunks_exact(count).enumerate() {
            let candidate = ends.partner(row[k]);
            // Ties of the attribute are broken by the index: candidates among each other by their place in the block,
            // oneself below or above as the blocks (or places) lie.
            let above = u64::from(ends.initiator_is_lower(own, row[k]));
            places[draw] = u64::from(candidate.key) << 33 | above << 32 | u64::from(row[k]);
            ids[draw] = u64::from(candidate.id);
        }
        own_place |= 1 << 32;
        let rank = |all: &[u64], value: u64| all.iter().map(|&other| u32::from(other < value)).sum::<u32>();
        let own_id = u64::from(slot.id);
        let (own_place_rank, own_id_rank) = (rank(places, own_place), rank(ids, own_id));
        let mut best = (0, 0);
        for draw in 0..c {
            let (above, higher) = (places[draw] >= own_place, ids[draw] > own_id);
            if above == higher || ids[draw] == own_id {
                continue;
            }
            // Oneself counts among the ranked: it lies below whatever is above it.
            let place_rank = rank(places, places[draw]) + u32::from(above);
            let id_rank = rank(ids, ids[draw]) + u32::from(higher);
            let gain = place_rank.abs_diff(own_place_rank) * id_rank.abs_diff(own_id_rank);
            if gain > best.0 {
                best = (gain, draw);
            }
        }
        if best.0 > 0 {
            swaps.count(swap(ends, own, candidates[best.1 * count + k], losses.get(k).copied().unwrap_or(0)));
        }
    }
    swaps
}

/// Each node of `from`, in order, swaps ids with its partner, whatever their order: how a node leaves a gradient. The
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

/// Swaps the ids of an initiator and its partner; the partner replies with its old id. Returns `loss`.
fn swap(ends: &mut impl Ends<Slot>, from: u32, to: u32, loss: u8) -> u8 {
    if loss != REQUEST_LOST {
        let (own, other) = (ends.initiator(from), ends.partner(to));
        ends.set_partner(to, Slot { id: own.id, ..other });
        if loss != REPLY_LOST {
            ends.set_initiator(from, Slot { id: other.id, ..own });
        }
    }
    loss
}

/// What became of the swaps that nodes tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swaps {
    /// Requests sent.
    pub requests: u64,
    /// Requests that were lost.
    pub requests_lost: u64,
    /// Replies that were lost.
    pub replies_lost: u64,
}

impl Swaps {
    fn count(&mut self, loss: u8) {
        self.requests += 1;
        self.requests_lost += u64::from(loss == REQUEST_LOST);
        self.replies_lost += u64::from(loss == REPLY_LOST);
    }
}
