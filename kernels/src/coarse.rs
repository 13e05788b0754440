//! Slots in a byte: enough to tell of most pairs of nodes whether their ids are in order.
//!
//! The keys of a gradient are cut into bins of about as many nodes each, and so are the ids. Two nodes in different
//! bins of both are in order if and only if their bins are. Of the others the slots must be looked at: one pair in
//! eight while ids are random, one in sixteen when they are in order. So a node that looks at random others in a cloud
//! of 10^7 reads 10 MB at random and not 80, which lie in the cache that cores share, and sees by the way who takes
//! part.

use bytemuck::{Pod, Zeroable};
use wide::i8x32;

use crate::slicing::Slot;

/// A slot in a byte: the bin of its key in the upper half, that of its id in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(transparent)]
pub struct Coarse(u8);

/// Coarse slots that are compared at once.
pub const COMPARED: usize = 32;

/// Bins of keys. One more number stands for those who take no part.
const BINS: usize = 15;

impl Coarse {
    /// Of a node that takes no part: it is in order with everybody.
    pub const ABSENT: Self = Self(u8::MAX);

    /// The bin of the key.
    #[must_use]
    #[inline]
    pub fn key(self) -> u8 {
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

/// The least key of each bin but the first.
#[derive(Clone, Copy, Debug)]
pub struct Bins([u32; BINS + 1]);

impl Bins {
    /// Bins that hold about as many of some keys each. Sorts the keys.
    #[must_use]
    pub fn of(keys: &mut [u32]) -> Self {
        keys.sort_unstable();
        // The last one is that of no bin.
        Self(std::array::from_fn(|bin| keys.get(bin * keys.len() / BINS).copied().unwrap_or(u32::MAX)))
    }

    /// A slot in a byte.
    #[must_use]
    #[inline]
    pub fn coarse(&self, slot: Slot) -> Coarse {
        let mut bin = 0;
        for half in [8, 4, 2, 1] {
            // The mask changes nothing, and saves looking whether there is such a bin.
            let next = (bin + half) & BINS;
            bin = if self.0[next] <= slot.key() { next } else { bin };
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
    let (keys, ids) = (i8x32::splat(!15), i8x32::splat(15));
    let differs = others ^ own;
    let open = (differs & keys).simd_eq(i8x32::ZERO) | (differs & ids).simd_eq(i8x32::ZERO);
    // In different bins of keys, whole bytes compare as the bins do. Vectors compare numbers with signs.
    let signs = i8x32::splat(i8::MIN);
    let wrong = (others ^ signs).simd_gt(own ^ signs) ^ (others & ids).simd_gt(own & ids);
    let takes_part = !others.simd_eq(i8x32::splat(Coarse::ABSENT.0 as i8));
    [!open & wrong & takes_part, open & takes_part].map(i8x32::to_bitmask)
}
