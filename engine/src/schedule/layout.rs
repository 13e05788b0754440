//! How the nodes of a cloud are cut for [`super::steps`], and where they are during a step.

use std::ops::Range;

use kernels::exchange::Nodes;
use rayon::prelude::*;

use super::Draws;
use super::blocks::shuffle;
use super::domains::{Domains, MOST_DOMAINS};

/// The most bytes that travel: they stay in the cores' own caches. May change results.
const TRAVELLING: usize = 1 << 21;

/// Steps of a cycle, at least, of exchanges from a list. May change results.
pub const LEAST_STEPS: usize = 16;

/// Steps of a cycle, at least, where nodes choose their partners when a step begins. May change results.
pub const LEAST_STEPS_CHOOSING: usize = 64;

/// Chunks of a domain in a step, at least; nodes of a chunk, at least. May change results.
const LEAST_CHUNKS: usize = 4;
const LEAST_CHUNK: usize = 1 << 6;

/// How the nodes of a cloud are cut into chunks, and how many of these travel at once.
pub struct Layout {
    /// The domains, a seat each.
    pub domains: Domains,
    /// Nodes of the cloud.
    nodes: usize,
    /// Cells of a node.
    pub cells: usize,
    /// A chunk has 2^`bits` nodes, but for the last.
    pub bits: u32,
    /// Steps of a cycle.
    pub steps: usize,
    /// The chunks of each domain, in the order in which they travel.
    chunks: Vec<Vec<u32>>,
    /// The most chunks of a domain that travel at once.
    together: usize,
}

impl Layout {
    /// For so many nodes with so many cells of state each, which have so many bytes together, in at least so many
    /// steps.
    pub fn new(nodes: usize, [cells, bytes]: [usize; 2], least_steps: usize, draws: &Draws) -> Self {
        let domains = Domains::new(nodes);
        let steps = (nodes * bytes).div_ceil(TRAVELLING).max(least_steps);
        let together = nodes / (domains.count() * steps);
        let bits = (together / LEAST_CHUNKS).clamp(LEAST_CHUNK, domains.unit).ilog2();
        let order = |pair: &[usize]| {
            let first = pair[0] >> bits;
            let mut chunks: Vec<_> = (first as u32..pair[1].div_ceil(1 << bits) as u32).collect();
            shuffle(&mut chunks, &draws.order(), first as u32, 0);
            chunks
        };
        let chunks: Vec<Vec<_>> = domains.bounds.par_windows(2).map(order).collect();
        let together = chunks.iter().map(|chunks| chunks.len().div_ceil(steps)).max().unwrap_or(0);
        Self { domains, nodes, cells, bits, steps, chunks, together }
    }

    /// The chunks of a domain that travel in a step.
    pub fn travelling(&self, domain: usize, step: usize) -> &[u32] {
        let chunks = &self.chunks[domain];
        let bound = |step: usize| chunks.len() * step / self.steps;
        &chunks[bound(step)..bound(step + 1)]
    }

    /// The nodes of a chunk.
    pub fn nodes(&self, chunk: u32) -> Range<usize> {
        let first = (chunk as usize) << self.bits;
        first..self.nodes.min(first + (1 << self.bits))
    }

    /// Nodes for which a traveller has room.
    pub fn room(&self) -> usize {
        self.together << self.bits
    }

    /// A map on which no chunk travels.
    pub fn map(&self) -> Map {
        let domains = self.chunks.iter().enumerate();
        let homes: Vec<_> =
            domains.flat_map(|(domain, chunks)| std::iter::repeat_n(domain as u8, chunks.len())).collect();
        let places = homes.clone();
        let mut origins = [0; Map::PLACES];
        origins.iter_mut().zip(&self.domains.bounds).for_each(|(origin, &bound)| *origin = bound as u32);
        origins[Map::TRAVELLING..].fill(0);
        let numbers = vec![0; self.chunks.iter().map(Vec::len).sum()];
        let firsts = vec![vec![0; self.together]; self.domains.count()];
        Map { step: None, bits: self.bits, homes, places, origins, numbers, firsts }
    }
}

/// Where nodes are during a step: in their domains, or with their travellers.
pub struct Map {
    /// The step, if any has been.
    step: Option<usize>,
    /// A chunk has 2^`bits` nodes.
    pub bits: u32,
    /// The domain of each chunk.
    homes: Vec<u8>,
    /// The same, but [`Map::TRAVELLING`] if it travels.
    places: Vec<u8>,
    /// The first node of each domain; 0 for the other places: what a partner's number is counted from.
    pub origins: [u32; Map::PLACES],
    /// For each chunk that travels, its number among the chunks of its traveller.
    numbers: Vec<u32>,
    /// The first nodes of the chunks of each traveller.
    firsts: Vec<Vec<u32>>,
}

impl Map {
    /// The place of all who travel.
    pub const TRAVELLING: usize = MOST_DOMAINS;
    /// The place of whoever is no node.
    pub const NOWHERE: usize = MOST_DOMAINS + 1;
    /// Number of places: a power of two, so that places need no check.
    pub const PLACES: usize = 2 * MOST_DOMAINS;

    /// The place at which a node is: the number of its domain, or [`Map::TRAVELLING`].
    #[inline]
    pub fn place(&self, node: u32) -> usize {
        self.places.get((node >> self.bits) as usize).map_or(Self::NOWHERE, |&place| place as usize)
    }

    /// Makes this the map of a step, whichever it was of.
    pub fn at(&mut self, layout: &Layout, step: usize) -> &Self {
        if self.step != Some(step) {
            self.step.into_iter().for_each(|before| self.come_home(layout, before));
            self.leave(layout, step);
            self.step = Some(step);
        }
        self
    }

    /// The chunks of a step leave.
    fn leave(&mut self, layout: &Layout, step: usize) {
        for (domain, firsts) in self.firsts.iter_mut().enumerate() {
            for (number, (&chunk, first)) in layout.travelling(domain, step).iter().zip(firsts).enumerate() {
                self.places[chunk as usize] = Self::TRAVELLING as u8;
                self.numbers[chunk as usize] = number as u32;
                *first = chunk << self.bits;
            }
        }
    }

    /// The chunks of a step are home.
    fn come_home(&mut self, layout: &Layout, step: usize) {
        for domain in 0..self.firsts.len() {
            for &chunk in layout.travelling(domain, step) {
                self.places[chunk as usize] = domain as u8;
            }
        }
    }

    /// The traveller with which a node travels, and the node's number in it.
    pub fn traveller(&self, node: u32) -> (usize, u32) {
        let chunk = (node >> self.bits) as usize;
        (self.homes[chunk] as usize, (self.numbers[chunk] << self.bits) + (node & ((1 << self.bits) - 1)))
    }

    /// Which nodes those of a traveller are.
    pub fn nodes(&self, domain: usize) -> Nodes<'_> {
        Nodes::ranges(&self.firsts[domain], self.bits)
    }
}
