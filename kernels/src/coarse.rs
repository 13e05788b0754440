//! Slots in a byte: enough to tell of most pairs of nodes whether their ids are in order.
//!
//! The order of a gradient is cut into bins of about as many nodes each, and so are the ids. The order is that by
//! (attribute, index), so nodes of equal attributes lie in different bins if they are many. Two nodes in different
//! bins of both are in order if and only if their bins are. Of the others the slots must be looked at: one pair in
//! eight while ids are random, one in sixteen when they are in order. So a node that looks at random others in a cloud
//! of 10^7 reads 10 MB at random and not 80, which lie in the cache that cores share, and sees by the way who takes
//! part.

use bytemuck::{Pod, Zeroable};
use wide::i8x32;

use crate::slicing::Slot;

/// A slot in a byte: the bin of its node's place in the upper half, that of its id in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Coarse(u8);

/// Coarse slots that are compared at once.
pub const COMPARED: usize = 32;

/// Bins of places. One more number stands for those who take no part.
const BINS: usize = 15;

impl Coarse {
    /// Of a node that takes no part: it is in order with everybody.
    pub const ABSENT: Self = Self(u8::MAX);

    /// The bin of the node's place in the order of the gradient.
    #[must_use]
    #[inline]
    pub fn place(self) -> u8 {
        self.0 >> 4
    }

    /// The bin of the id.
    #[must_use]
    #[inline]
    pub fn id(self) -> u8 {
        self.0 & 15
    }

    /// Whether it is that of a node that takes part.
    #[must_use]
    #[inline]
    pub fn takes_part(self) -> bool {
        self != Self::ABSENT
    }
}

/// The least place of each bin but the first.
#[derive(Clone, Copy, Debug)]
pub struct Bins([u64; BINS + 1]);

impl Bins {
    /// Bins that hold about as many of some nodes each. Sorts their places ([`Slot::place`]).
    #[must_use]
    pub fn of(places: &mut [u64]) -> Self {
        places.sort_unstable();
        // The last one is that of no bin.
        Self(std::array::from_fn(|bin| places.get(bin * places.len() / BINS).copied().unwrap_or(u64::MAX)))
    }

    /// The slot of a node in a byte.
    #[must_use]
    #[inline]
    pub fn coarse(&self, slot: Slot, node: u32) -> Coarse {
        let (mut bin, place) = (0, slot.place(node));
        for half in [8, 4, 2, 1] {
            // The mask changes nothing, and saves looking whether there is such a bin.
            let next = (bin + half) & BINS;
            bin = if self.0[next] <= place { next } else { bin };
        }
        Coarse((bin.min(BINS - 1) << 4) as u8 | (slot.id() >> 28) as u8)
    }
}

/// Of others beside oneself, a bit each: who is misplaced for sure, and of whom the slots must be looked at. Whoever
/// takes no part is neither.
#[must_use]
#[inline]
pub fn compare(own: Coarse, others: [Coarse; COMPARED]) -> [u32; 2] {
    let others: i8x32 = bytemuck::cast(others);
    let own = i8x32::splat(own.0 as i8);
    let (places, ids) = (i8x32::splat(!15), i8x32::splat(15));
    let differs = others ^ own;
    let open = (differs & places).simd_eq(i8x32::ZERO) | (differs & ids).simd_eq(i8x32::ZERO);
    // In different bins of places, whole bytes compare as the bins do. Vectors compare numbers with signs.
    let signs = i8x32::splat(i8::MIN);
    let wrong = (others ^ signs).simd_gt(own ^ signs) ^ (others & ids).simd_gt(own & ids);
    let takes_part = !others.simd_eq(i8x32::splat(Coarse::ABSENT.0 as i8));
    [!open & wrong & takes_part, open & takes_part].map(i8x32::to_bitmask)
}
