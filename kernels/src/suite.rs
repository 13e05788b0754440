//! Which application a node belongs to, decided from its own ids alone.
//!
//! Applications are served in order of precedence; each pass over a block serves one. Bounds are in units of 2^-32, as
//! 64-bit words so that a whole share can be told from none. Reads four or eight bytes a node and application, writes
//! one.

use crate::slicing::Slot;

/// The node belongs to no application.
pub const NONE: u8 = u8::MAX;

/// Gives `app` those nodes that have none yet and whose word lies in `from..to`.
///
/// # Panics
/// If the lengths differ.
pub fn claim(apps: &mut [u8], words: impl ExactSizeIterator<Item = u32>, from: u64, to: u64, app: u8) {
    assert_eq!(apps.len(), words.len());
    if to <= from {
        return;
    }
    // from ≤ word < to, in 32 bits: the interval is not empty, so its last word exists.
    let (first, width) = (from as u32, (to - from - 1) as u32);
    for (held, word) in apps.iter_mut().zip(words) {
        let takes = *held == NONE && word.wrapping_sub(first) <= width && from <= u64::from(u32::MAX);
        *held = if takes { app } else { *held };
    }
}

/// The random ids of slots, as words for [`claim`].
pub fn ids(slots: &[Slot]) -> impl ExactSizeIterator<Item = u32> {
    slots.iter().map(|slot| slot.id())
}
