//! Exchanges with partners that come as a list.
//!
//! ```text
//! cut the nodes into domains, a seat each; cut the domains into chunks
//! for each step, in random order: a chunk of every domain travels
//!     it is copied out; the exchanges that its nodes start are sorted by the partner's domain
//!     for each round: every travelling chunk sits at another seat
//!         in parallel, at every seat: run the chunk's exchanges with partners in that domain
//!     run the exchanges among travelling chunks; copy them back
//! ```
//!
//! A seat and the chunk that sits at it belong to one thread, so exchanges need no locks, and each finds both ends as
//! they are at its turn. Domains and chunks depend on the number of nodes alone. As steps come in random order, so do a
//! node's exchanges.
//!
//! Initiators stay in cache while they travel: an exchange costs one cache line of the partner at random, 4 bytes of
//! list read and the initiator's state read and written once, as streams, and 8 bytes of sorted exchange written and
//! read in cache. Half of the chunks stay with a thread for the whole step, so that caches of different cores have
//! little to tell each other. Nothing is kept between cycles.

use std::ops::Range;

use kernels::exchange::{Cross, Ends, Tally, Within};
use rayon::prelude::*;

use super::blocks::{shuffle, total};
use super::{Batch, Draws, NOBODY, Partners, Protocol};
use crate::memory::between;

/// The most domains, so that as many threads run side by side. May change results.
const MOST_DOMAINS: usize = 16;

/// A domain has at least so many nodes, unless it is the only one: in small clouds, waiting for each other costs more
/// than it gains. May change results.
const LEAST_DOMAIN: usize = 1 << 15;

/// The most bytes that travel: they stay in the cache that cores share. May change results.
const TRAVELLING: usize = 1 << 22;

/// Steps of a cycle, at least, as far as there are nodes: the order of exchanges is as random as that of the steps.
const LEAST_STEPS: usize = 16;

/// Exchanges of a batch, and batches between the fetching of a batch's cache lines and its exchanges. Change speed
/// only.
const SMALL: usize = 16;
const AHEAD: usize = 4;

/// Bytes of a cache line.
const LINE: usize = 64;

/// A pass whose partners come as a list, or are chosen when a chunk leaves.
#[derive(Clone, Copy, Debug)]
pub struct Listed<P> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// The partner of each node.
    pub partners: P,
}

/// How nodes are cut into domains and chunks.
struct Domains {
    nodes: usize,
    /// Cells of a node.
    cells: usize,
    /// A chunk has 2^`bits` nodes, but for the last.
    bits: u32,
    /// Which chunks make up each domain: those from one bound to the next.
    bounds: Vec<usize>,
}

impl Domains {
    /// For so many nodes with so many cells of state each, which have so many bytes together.
    fn new(nodes: usize, cells: usize, bytes: usize) -> Self {
        let domains = 1 << (nodes / LEAST_DOMAIN).clamp(1, MOST_DOMAINS).ilog2();
        let chunk = (nodes / LEAST_STEPS).min(TRAVELLING / bytes.max(1)) / domains;
        let bits = chunk.max(1).ilog2();
        let chunks = nodes.div_ceil(1 << bits);
        Self { nodes, cells, bits, bounds: (0..=domains).map(|domain| domain * chunks / domains).collect() }
    }

    /// Steps of a cycle: the chunks of the largest domain.
    fn steps(&self) -> usize {
        self.bounds.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
    }

    /// The first node of a chunk.
    fn first(&self, chunk: usize) -> usize {
        (chunk << self.bits).min(self.nodes)
    }

    /// A map on which no chunk travels.
    fn map(&self) -> Map {
        let domains = self.bounds.windows(2).enumerate();
        let places: Vec<_> =
            domains.flat_map(|(domain, pair)| std::iter::repeat_n(domain as u8, pair[1] - pair[0])).collect();
        let mut firsts = [0; Map::PLACES];
        firsts.iter_mut().zip(&self.bounds).for_each(|(first, &bound)| *first = self.first(bound) as u32);
        firsts[Map::TRAVELLING..].fill(0);
        Map { bits: self.bits, places, firsts }
    }

    /// The domains, a seat each.
    fn seats<'a, T: Send>(&self, state: &'a mut [T]) -> Vec<Seat<'a, T>> {
        let cuts: Vec<_> = self.bounds.iter().map(|&bound| self.first(bound) * self.cells).collect();
        let seats = between(state, &cuts).into_iter().zip(&self.bounds).enumerate();
        seats.map(|(number, (state, &bound))| Seat { number, first: self.first(bound), state }).collect()
    }
}

/// Where nodes are during a step.
struct Map {
    /// A chunk has 2^`bits` nodes.
    bits: u32,
    /// The domain of each chunk, or [`Map::TRAVELLING`].
    places: Vec<u8>,
    /// The first node of each domain; 0 for the other places.
    firsts: [u32; Map::PLACES],
}

impl Map {
    const TRAVELLING: usize = MOST_DOMAINS;
    const NOWHERE: usize = MOST_DOMAINS + 1;
    /// A power of two, so that places need no check.
    const PLACES: usize = 2 * MOST_DOMAINS;

    /// Where a node is.
    #[inline]
    fn place(&self, node: u32) -> usize {
        self.places.get((node >> self.bits) as usize).map_or(Self::NOWHERE, |&place| place as usize)
    }
}

/// A domain: its number, its first node, and the state of its nodes.
struct Seat<'a, T> {
    number: usize,
    first: usize,
    state: &'a mut [T],
}

/// A chunk that travels, and the exchanges that its nodes start, sorted by the place of the partner.
struct Traveller<T> {
    /// Its domain.
    domain: usize,
    /// Its first node.
    first: usize,
    /// The state of its nodes, and their cells.
    state: Vec<T>,
    cells: usize,
    /// The exchanges that they start.
    exchanges: Sorted,
    /// Room for their partners.
    partners: Vec<u32>,
}

/// The exchanges that the nodes of a chunk start, sorted by the place of the partner.
struct Sorted {
    /// For each place, the initiators' numbers in the chunk. There is room for as many as the chunk has nodes; memory
    /// that is not touched is not taken.
    from: Vec<u32>,
    /// For each place, the partners' numbers in their domains.
    to: Vec<u32>,
    /// Where those for each place end.
    ends: [usize; Map::PLACES],
    /// Room for each place: not a power of two, so that places do not compete for the same sets of a cache.
    room: usize,
}

impl Sorted {
    fn new(bits: u32) -> Self {
        let room = (1 << bits) + 144;
        let (from, to) = (vec![0; Map::PLACES * room], vec![0; Map::PLACES * room]);
        Self { from, to, ends: [0; Map::PLACES], room }
    }

    /// Sorts the exchanges of a chunk.
    fn sort(&mut self, list: &[u32], map: &Map) {
        self.ends = std::array::from_fn(|place| place * self.room);
        // Slices of one length need one check.
        let room = self.from.len();
        let (from, to) = (&mut self.from[..room], &mut self.to[..room]);
        for (own, &partner) in (0..).zip(list) {
            let place = map.place(partner) % Map::PLACES;
            let end = &mut self.ends[place];
            from[*end] = own;
            to[*end] = partner.wrapping_sub(map.firsts[place]);
            *end += 1;
        }
        self.check();
    }

    /// Checks that those without a partner said so.
    fn check(&self) {
        assert!(self.with(Map::NOWHERE)[1].iter().all(|&partner| partner == NOBODY), "a partner is a node");
    }

    /// The exchanges with partners at a place: of the initiators and of the partners.
    fn with(&self, place: usize) -> [&[u32]; 2] {
        let start = place * self.room;
        [&self.from, &self.to].map(|ends| &ends[start..self.ends[place]])
    }
}

impl<T: Copy> Traveller<T> {
    fn new(domain: usize, layout: &Domains) -> Self {
        Self {
            domain,
            first: 0,
            state: Vec::with_capacity(layout.cells << layout.bits),
            cells: layout.cells,
            exchanges: Sorted::new(layout.bits),
            partners: Vec::new(),
        }
    }

    /// Leaves for its journey from the seat of its own domain.
    fn leave(&mut self, nodes: Range<usize>, seat: &Seat<'_, T>, partners: &impl Partners<T>, map: &Map) {
        self.first = nodes.start;
        let [start, end] = [nodes.start, nodes.end].map(|node| (node - seat.first) * self.cells);
        self.state.clear();
        self.state.extend_from_slice(&seat.state[start..end]);
        self.exchanges.sort(partners.of(nodes, &mut self.state, &mut self.partners), map);
    }

    /// Comes back from its journey.
    fn come_home(&self, seat: &mut Seat<'_, T>) {
        seat.state[(self.first - seat.first) * self.cells..][..self.state.len()].copy_from_slice(&self.state);
    }
}

impl<P> Listed<P> {
    /// Runs one cycle of a protocol that has one partner an exchange.
    ///
    /// # Panics
    /// If the lengths of the list and the state differ, or a partner is neither a node nor [`NOBODY`].
    pub fn run<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally
    where
        P: Partners<T>,
    {
        // Steps are short: to wake a thread of the pool from outside for each would take as long.
        rayon::scope(|_| self.steps(state, protocol))
    }

    /// Runs one cycle on a thread of the pool.
    fn steps<T: Copy + Send + Sync>(&self, state: &mut [T], protocol: &impl Protocol<T>) -> Tally
    where
        P: Partners<T>,
    {
        let layout = Domains::new(state.len() / protocol.cells(), protocol.cells(), protocol.bytes());
        assert!(self.partners.nodes().is_none_or(|nodes| nodes == layout.nodes), "a list has an entry for each node");
        let mut map = layout.map();
        let domains = layout.bounds.len() - 1;
        let mut travellers: Vec<_> = (0..domains).map(|domain| Traveller::new(domain, &layout)).collect();
        let mut steps: Vec<_> = (0..layout.steps()).collect();
        shuffle(&mut steps, &self.draws.order(), 0, 0);
        let mut tally = Tally::default();
        for step in steps {
            // Some domains have a chunk more than others.
            let chunks =
                layout.bounds.windows(2).map(|pair| pair[1].min(pair[0] + step)..pair[1].min(pair[0] + step + 1));
            chunks.clone().flatten().for_each(|chunk| map.places[chunk] = Map::TRAVELLING as u8);
            let nodes: Vec<_> =
                chunks.clone().map(|chunk| layout.first(chunk.start)..layout.first(chunk.end)).collect();
            let mut seats = layout.seats(state);
            tally.add(self.journey(&mut seats, &mut travellers, &nodes, &map, protocol));
            seats.par_iter_mut().zip(&travellers).for_each(|(seat, traveller)| traveller.come_home(seat));
            for traveller in &travellers {
                let [from, to] = traveller.exchanges.with(Map::TRAVELLING);
                let first = traveller.first as u32;
                let from: Vec<_> = from.iter().map(|&from| first + from).collect();
                tally.add(self.exchange(&mut Within(&mut *state), &from, to, [0, 0], protocol));
            }
            for (domain, chunk) in chunks.enumerate() {
                map.places[chunk].fill(domain as u8);
            }
        }
        tally
    }

    /// Every traveller meets every domain: each half of them meets one half of the domains, then the other. `nodes` are
    /// those of each domain that travel.
    fn journey<T: Copy + Send + Sync>(
        &self,
        seats: &mut [Seat<'_, T>],
        travellers: &mut [Traveller<T>],
        nodes: &[Range<usize>],
        map: &Map,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        if let ([seat], [traveller]) = (&mut *seats, &mut *travellers) {
            // This is the first seat at which a traveller sits.
            if traveller.domain == seat.number {
                traveller.leave(nodes[seat.number].clone(), seat, &self.partners, map);
            }
            return self.meet(seat, traveller, protocol);
        }
        let (low_seats, high_seats) = seats.split_at_mut(seats.len() / 2);
        let (low, high) = travellers.split_at_mut(travellers.len() / 2);
        // In both rounds the first half is this thread's, and stays in its cache.
        let mut round = |low_seats: &mut [Seat<'_, T>], high_seats: &mut [Seat<'_, T>]| {
            let (one, other) = rayon::join(
                || self.journey(low_seats, low, nodes, map, protocol),
                || self.journey(high_seats, high, nodes, map, protocol),
            );
            total([one, other])
        };
        total([round(low_seats, high_seats), round(high_seats, low_seats)])
    }

    /// A traveller's exchanges with partners in the domain at whose seat it sits.
    fn meet<T: Copy>(
        &self,
        seat: &mut Seat<'_, T>,
        traveller: &mut Traveller<T>,
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let Traveller { first, state, exchanges, .. } = traveller;
        let (own_first, other_first) = (*first as u32, seat.first as u32);
        let mut ends = Cross { own: state, other: seat.state, own_first, other_first };
        let [from, to] = exchanges.with(seat.number);
        self.exchange(&mut ends, from, to, [own_first, other_first], protocol)
    }

    /// Exchanges, in order. The nodes at place 0 of the initiators and of the partners are `firsts`.
    fn exchange<T: Copy>(
        &self,
        ends: &mut impl Ends<T>,
        from: &[u32],
        to: &[u32],
        firsts: [u32; 2],
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let mut tally = Tally::default();
        let cells = protocol.cells();
        let line = (LINE / size_of::<T>()).max(1);
        let lead = (LINE / (cells * size_of::<T>())).clamp(1, AHEAD);
        let fetch = |ends: &_, batch: &[u32]| {
            for &to in batch {
                let first = to as usize * cells;
                for cell in (first..first + cells).step_by(line) {
                    Ends::prefetch_partner(ends, cell);
                }
                if cells > 1 {
                    Ends::prefetch_partner(ends, first + cells - 1);
                }
            }
        };
        let mut ahead = to.chunks(SMALL);
        ahead.by_ref().take(lead).for_each(|batch| fetch(ends, batch));
        for (from, partners) in from.chunks(SMALL).zip(to.chunks(SMALL)) {
            let next = ahead.next().unwrap_or_default();
            if !protocol.fetches() {
                fetch(ends, next);
            }
            let mut losses = [0; SMALL];
            let losses = &mut losses[..if self.draws.lossy() { from.len() } else { 0 }];
            for (loss, &at) in losses.iter_mut().zip(from) {
                *loss = self.draws.losses().of(firsts[0] + at);
            }
            let batch = &mut Batch { from, partners, ahead: next, peers: &[], firsts, losses, scratch: &mut [0; 2] };
            tally.add(protocol.run(ends, batch));
        }
        tally
    }
}
