//! Exchanges with partners that come as a list, or that nodes choose when their turn comes.
//!
//! Nodes of small clouds, and few of large ones, start one after the other ([`super::sequence`]); many of large clouds
//! travel in steps, on all threads ([`super::steps`]).

use kernels::exchange::Tally;

use super::partition::FEW;
use super::sequence::Sequence;
use super::steps::Steps;
use super::{Draws, Partners, Protocol};
use crate::memory::STRIDE;

/// A pass whose partners come as a list, or are chosen when nodes start.
#[derive(Clone, Copy, Debug)]
pub struct Listed<P> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// The partner of each node.
    pub partners: P,
}

impl<P> Listed<P> {
    /// Runs one cycle of a protocol that has one partner an exchange.
    ///
    /// # Panics
    /// If the lengths of the list and the state differ, or a partner is neither a node nor [`super::NOBODY`].
    pub fn run<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally
    where
        P: Partners<T>,
    {
        self.run_and_pick(state, None, protocol)
    }

    /// The same, where each node picks something when its turn is over ([`Partners::pick`]), if there are `picks`, a
    /// word a node; nodes that may not start pick [`super::NOBODY`].
    ///
    /// # Panics
    /// If the lengths of the list, the picks and the state differ, or a partner is neither a node nor
    /// [`super::NOBODY`].
    pub fn run_and_pick<T: Copy + Send + Sync>(
        &self,
        state: &mut [T],
        picks: Option<&mut [u32]>,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        let nodes = state.len() / protocol.cells();
        assert!(self.partners.list().is_none_or(|list| list.len() == nodes), "a list has an entry for each node");
        assert!(picks.as_ref().is_none_or(|picks| picks.len() == nodes), "there is a pick for each node");
        let Self { draws, partners } = self;
        if self.are_few(nodes) {
            return Sequence { draws: *draws, partners, protocol }.run(state, picks);
        }
        Steps { draws: *draws, partners, protocol }.run(state, picks)
    }

    /// Whether fewer than [`FEW`] nodes may start. Of many it counts no more than the first.
    fn are_few<T>(&self, nodes: usize) -> bool
    where
        P: Partners<T>,
    {
        let mut starts = (0..nodes).step_by(STRIDE);
        let mut count = 0;
        while let Some(first) = starts.next().filter(|_| count < FEW) {
            count += self.partners.starting(first..nodes.min(first + STRIDE));
        }
        count < FEW
    }
}
