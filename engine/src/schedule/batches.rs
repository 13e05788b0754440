//! Exchanges of a list, a few at a time: what they touch is fetched ahead.

use kernels::exchange::{Ends, Nodes, Tally};

use super::{Batch, Draws, Protocol};

/// Exchanges of a batch, and the most batches between the fetching of a batch's cache lines and its exchanges. Change
/// speed only.
pub const SMALL: usize = 16;
const AHEAD: usize = 4;

/// Bytes of a cache line.
const LINE: usize = 64;

/// How the exchanges of a list are run.
#[derive(Debug)]
pub struct Exchanges<'a, P> {
    /// What is lost.
    pub draws: Draws,
    /// What happens at each.
    pub protocol: &'a P,
    /// Which nodes the places of initiators and of partners are.
    pub nodes: [Nodes<'a>; 2],
    /// Whether initiators lie anywhere, so that what they hold must be fetched, too.
    pub scattered: bool,
}

impl<P> Exchanges<'_, P> {
    /// Runs exchanges in order: places of initiators, and of their partners.
    pub fn run<T: Copy>(&self, ends: &mut impl Ends<T>, from: &[u32], to: &[u32]) -> Tally
    where
        P: Protocol<T>,
    {
        let mut tally = Tally::default();
        let lead = (LINE / (self.protocol.cells() * size_of::<T>())).clamp(1, AHEAD);
        let batches = || from.chunks(SMALL).zip(to.chunks(SMALL));
        let mut ahead = batches();
        ahead.by_ref().take(lead).for_each(|(from, to)| self.fetch(ends, from, to));
        for (from, to) in batches() {
            // What partners of a batch hold is fetched all at once: the processor looks up their pages side by side.
            ahead.next().into_iter().for_each(|(from, to)| self.fetch(ends, from, to));
            tally.add(self.run_fetched(ends, from, to));
        }
        tally
    }

    /// Fetches what is read and written in some exchanges.
    pub fn fetch<T: Copy>(&self, ends: &impl Ends<T>, from: &[u32], to: &[u32])
    where
        P: Protocol<T>,
    {
        let cells = self.protocol.cells();
        for &to in to {
            lines::<T>(to as usize, cells).for_each(|cell| ends.prefetch_partner(cell));
        }
        for &from in from.iter().filter(|_| self.scattered) {
            lines::<T>(from as usize, cells).for_each(|cell| ends.prefetch_initiator(cell));
        }
    }

    /// Runs the exchanges of a batch, at most [`SMALL`], in order.
    pub fn run_fetched<T: Copy>(&self, ends: &mut impl Ends<T>, from: &[u32], partners: &[u32]) -> Tally
    where
        P: Protocol<T>,
    {
        let mut losses = [0; SMALL];
        let losses = &mut losses[..if self.draws.lossy() { from.len() } else { 0 }];
        for (loss, &at) in losses.iter_mut().zip(from) {
            *loss = self.draws.losses().of(self.nodes[0].at(at));
        }
        let batch = &mut Batch { from, partners, peers: &[], nodes: self.nodes, losses, scratch: &mut [0; 2] };
        self.protocol.run(ends, batch)
    }
}

/// A cell in each cache line of what a node at some place holds, which has so many cells of type `T`.
#[inline]
pub fn lines<T>(node: usize, cells: usize) -> impl Iterator<Item = usize> {
    let first = node * cells;
    let line = (LINE / size_of::<T>()).max(1);
    (first..first + cells).step_by(line).chain((cells > 1).then_some(first + cells - 1))
}
