//! Whom a member of a topology meets, and whom it gets to know.

use kernels::topology::nearest::MOST_CHOSEN;
use kernels::topology::place::Space;
use kernels::topology::record::Record;

use super::numbering::{Numbering, Place};
use crate::gossip::around::Turn;

/// Among whom a member chooses.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// The best of near, so many of them.
    pub count: usize,
    /// A member that has learnt nothing new for so many cycles starts no exchange.
    pub idle: Option<u8>,
    /// Entries that are older do not count.
    pub most_age: u8,
}

/// A random one of the best of near who is still a member; whoever is none is near no more. A sample, if there is
/// nobody else.
pub fn partner<N: Numbering>(
    numbering: &N,
    record: &mut Record<'_, Place<N>>,
    turn: &mut Turn<'_>,
    choice: Choice,
) -> Option<u32> {
    if choice.idle.is_some_and(|cycles| record.still() > cycles) {
        return None;
    }
    loop {
        let best = record.best(N::SPACE, choice.count, (turn.cycle() as u8, choice.most_age));
        let numbers = best.numbers();
        if numbers.is_empty() {
            return turn.sample();
        }
        let number = usize::from(numbers[turn.below(numbers.len())]);
        let other = numbering.node(record.place(number));
        if turn.answers(other) {
            return Some(other);
        }
        record.drop(number);
    }
}

/// A member gets samples, those that a node finds around it.
pub fn sample<N: Numbering>(numbering: &N, record: &mut Record<'_, Place<N>>, turn: &mut Turn<'_>, node: u32) {
    let now = turn.cycle() as u8;
    let mut known = [(0, 0); MOST_CHOSEN];
    let mut count = 0;
    for (slot, sample) in known.iter_mut().zip(turn.samples_of(node, record.parts.samples)) {
        *slot = sample;
        count += 1;
    }
    let known = known[..count].iter();
    record.sample(known.map(|&(node, age)| (numbering.place_of(node, turn), now.wrapping_sub(age))));
}

/// Bytes of so many entries in messages: of each its place and its stamp.
#[must_use]
pub const fn entries_bytes<N: Numbering>(entries: usize) -> u64 {
    entries as u64 * (<N::Space as Space>::WIRE_BYTES + 1)
}
