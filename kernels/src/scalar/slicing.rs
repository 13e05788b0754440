//! The twin of the search for a misplaced candidate.

use crate::slicing::Slot;

/// The first candidate whose id is in the wrong order with one's own (see [`crate::slicing::first_misplaced`]).
#[must_use]
pub fn first_misplaced(own: Slot, candidates: &[Slot]) -> Option<usize> {
    candidates.iter().position(|candidate| (candidate.key() > own.key()) != (candidate.id() > own.id()))
}
