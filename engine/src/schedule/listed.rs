//! Exchanges with partners that come as a list, or that nodes choose when their turn comes.
//!
//! Nodes of small clouds, and few of large ones, start one after the other ([`super::sequence`]); many of large clouds
//! travel in steps, on all threads ([`super::steps`]).

use kernels::exchange::Tally;

use super::partition::FEW;
use super::sequence::Sequence;
use super::steps::Steps;
use super::{Draws, Notes, Partners, Protocol};
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
        self.run_and_note(state, Notes::default(), protocol)
    }

    /// The same, where something is noted of each node.
    ///
    /// # Panics
    /// If the lengths of the list, the notes and the state differ, or a partner is neither a node nor
    /// [`super::NOBODY`].
    pub fn run_and_note<T: Copy + Send + Sync>(
        &self,
        state: &mut [T],
        noted: Notes<'_>,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        let nodes = state.len() / protocol.cells();
        assert!(self.partners.list().is_none_or(|list| list.len() == nodes), "a list has an entry for each node");
        let all = [&noted.picks, &noted.met];
        assert!(all.into_iter().flatten().all(|noted| noted.len() == nodes), "there is a note of each node");
        let Self { draws, partners } = self;
        if self.are_few(nodes) {
            return Sequence { draws: *draws, partners, protocol }.run(state, noted);
        }
        Steps { draws: *draws, partners, protocol }.run(state, noted)
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
