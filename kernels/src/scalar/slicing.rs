//! The twins of the search for a misplaced candidate, and of the comparison of coarse slots.

use crate::coarse::{COMPARED, Coarse};
use crate::slicing::Slot;

/// The first candidate whose id is in the wrong order with one's own (see [`crate::slicing::first_misplaced`]).
#[must_use]
pub fn first_misplaced(own: Slot, candidates: &[Slot]) -> Option<usize> {
    candidates.iter().position(|candidate| (candidate.key() > own.key()) != (candidate.id() > own.id()))
}

/// Who is misplaced for sure, and of whom the slots must be looked at (see [`crate::coarse::compare`]).
#[must_use]
pub fn compare(own: Coarse, others: [Coarse; COMPARED]) -> [u32; 2] {
    let mut bits = [0; 2];
    for (k, other) in others.into_iter().enumerate().filter(|(_, other)| other.takes_part()) {
        let is_open = other.place() == own.place() || other.id() == own.id();
        let is_wrong = !is_open && (other.place() > own.place()) != (other.id() > own.id());
        bits[0] |= u32::from(is_wrong) << k;
        bits[1] |= u32::from(is_open) << k;
    }
    bits
}
