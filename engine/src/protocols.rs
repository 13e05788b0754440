//! What happens at an exchange: the protocols of aggregation and slicing.
//!
//! Each reads and writes the state of both ends and nothing else.

use kernels::exchange::{Ends, Tally, exchange};
use kernels::ranking::tell;
use kernels::slicing::{Slot, ordered, ordered_max_gain, part, retest};

use crate::schedule::{Batch, Protocol};

/// Both ends take the mean: push-pull averaging (Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large
/// dynamic networks*, TOCS 2005).
#[derive(Clone, Copy, Debug)]
pub struct Averaging;

/// Both ends take the smaller value.
#[derive(Clone, Copy, Debug)]
pub struct Minimum;

/// Both ends take the larger value.
#[derive(Clone, Copy, Debug)]
pub struct Maximum;

/// A swap of random ids with a random misplaced candidate.
#[derive(Clone, Copy, Debug)]
pub struct Ordered {
    /// Candidates a node looks at.
    pub candidates: usize,
}

/// A swap of random ids with the misplaced candidate of the largest gain.
#[derive(Clone, Copy, Debug)]
pub struct OrderedMaxGain {
    /// Candidates a node looks at.
    pub candidates: usize,
}

/// A swap of random ids by which a node leaves a gradient.
#[derive(Clone, Copy, Debug)]
pub struct Parting;

/// A swap of random ids with a partner that was misplaced when it was chosen, if it still is.
#[derive(Clone, Copy, Debug)]
pub struct Retest;

/// A message by which the partner learns the initiator's attribute, between records of so many cells.
#[derive(Clone, Copy, Debug)]
pub struct Tell {
    /// Words of a record.
    pub cells: usize,
}

impl Protocol<f64> for Averaging {
    #[inline]
    fn run(&self, ends: &mut impl Ends<f64>, batch: &mut Batch<'_>) -> Tally {
        exchange(ends, batch.from, batch.partners, batch.losses, |a, b| (a + b) * 0.5)
    }
}

impl Protocol<f64> for Minimum {
    #[inline]
    fn run(&self, ends: &mut impl Ends<f64>, batch: &mut Batch<'_>) -> Tally {
        exchange(ends, batch.from, batch.partners, batch.losses, f64::min)
    }
}

impl Protocol<f64> for Maximum {
    #[inline]
    fn run(&self, ends: &mut impl Ends<f64>, batch: &mut Batch<'_>) -> Tally {
        exchange(ends, batch.from, batch.partners, batch.losses, f64::max)
    }
}

impl Protocol<Slot> for Ordered {
    fn draws(&self) -> usize {
        self.candidates
    }
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        ordered(ends, batch.from, batch.peers, batch.losses)
    }
}

impl Protocol<Slot> for OrderedMaxGain {
    fn draws(&self) -> usize {
        self.candidates
    }
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        ordered_max_gain(ends, batch.from, batch.peers, batch.losses, batch.scratch)
    }
}

impl Protocol<Slot> for Retest {
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        retest(ends, batch.from, batch.partners, batch.losses)
    }
}

impl Protocol<Slot> for Parting {
    fn run(&self, ends: &mut impl Ends<Slot>, batch: &mut Batch<'_>) -> Tally {
        part(ends, batch.from, batch.partners);
        Tally { requests: batch.from.len() as u64, ..Tally::default() }
    }
}

impl Protocol<u32> for Tell {
    fn cells(&self) -> usize {
        self.cells
    }
    fn run(&self, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        tell(ends, batch.from, batch.partners, batch.losses, self.cells)
    }
}
