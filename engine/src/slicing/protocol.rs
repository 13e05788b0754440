//! What a slicing protocol is.

use std::fmt::Debug;

use kernels::exchange::Tally;

use super::gradient::Gradient;
use crate::aggregate::{Aggregation, Item};
use crate::memory::Fields;
use crate::overlay::Overlay;
use crate::population::{Changes, Members};
use crate::schedule::Cycle;

/// A gradient in a cycle under way.
#[derive(Clone, Copy)]
pub struct Pass<'a> {
    /// Its number.
    pub number: usize,
    /// The live nodes.
    pub live: Members<'a>,
    /// The cycle.
    pub cycle: Cycle,
    /// Shares of a gradient's members at which applications begin and end, by its number.
    pub borders: &'a dyn Fn(usize) -> Vec<u32>,
}

/// How nodes learn their rank: one file, and one line of the table in [`super`]. What it visits is room of its own.
pub trait SlicingProtocol: Debug + Fields + Send + Sync {
    /// Bytes of a request, and of its reply.
    fn wire_bytes(&self) -> [u64; 2];

    /// Whether ids are ranks, and not random numbers that are to be ordered.
    fn knows_rank(&self) -> bool {
        true
    }

    /// Words of what a node remembers of others in a gradient.
    fn memory_words(&self) -> Option<usize> {
        None
    }

    /// Whether exchanges run from a list, however partners are found.
    fn lists(&self) -> bool {
        false
    }

    /// What is to be aggregated among the members of a gradient.
    fn item(&self, _number: usize, _gradient: &Gradient) -> Option<Item> {
        None
    }

    /// Runs one cycle in a gradient.
    fn cycle(&mut self, gradient: &mut Gradient, overlay: &mut Overlay, pass: Pass<'_>) -> Tally;

    /// Nodes that come, and have new random ids, get what else the protocol gives them.
    fn welcome(&self, _number: usize, _gradient: &mut Gradient, _aggregation: &Aggregation, _changes: &Changes) {}
}
