//! Exchanges with partners that come as a list, or that nodes choose when their turn comes.
//!
//! ```text
//! few nodes start: one after the other, in the order of a random permutation
//! many: cut the nodes into domains, a seat each; cut the domains into chunks; shuffle the chunks of each domain
//!     for each step: the next chunks of every domain travel
//!         they are copied out; the exchanges that their nodes start are sorted by the partner's domain
//!         for each round: every traveller sits at another seat
//!             in parallel, at every seat: run the traveller's exchanges with partners in that domain
//!         run the exchanges among travellers; copy them back
//! ```
//!
//! A seat and the traveller that sits at it belong to one thread, so exchanges need no locks, and each finds both ends
//! as they are at its turn. Domains, chunks and steps depend on the number of nodes and on the bytes that one holds.
//!
//! The nodes of a step are a random set of chunks, drawn anew for each pass of each cycle. The order of exchanges
//! differs from that of a random permutation in three ways: nodes of a chunk, 2^6 to 2^15 of them, start in the same
//! step; within a step nodes start in the order of rounds, which the domains of both ends tell; and exchanges among
//! travellers, as many as one in the number of steps, come last in their step. Of what is published (`bench --bin
//! published`) one figure shows it: averaging over Newscast is faster by 0.4 % in cycles 6 to 10.
//!
//! Initiators stay in cache while they travel: an exchange costs one cache line of the partner at random, 4 bytes of
//! list read and the initiator's state read and written once, as streams, and 8 bytes of sorted exchange written and
//! read in cache. Half of the chunks stay with a thread for the whole step, so that caches of different cores have
//! little to tell each other. Nothing is kept between cycles.

use std::ops::Range;

use kernels::exchange::{Cross, Ends, Nodes, Tally, Within};
use kernels::prefetch::prefetch;
use rayon::prelude::*;

use super::blocks::{permuted, shuffle, total};
use super::domains::{Domains, MOST_DOMAINS};
use super::partition::FEW;
use super::{Batch, Draws, NOBODY, Partners, Protocol};
use crate::memory::{STRIDE, between};

/// The most bytes that travel: they stay in the cores' own caches. May change results.
const TRAVELLING: usize = 1 << 21;

/// Steps of a cycle, at least. May change results.
const LEAST_STEPS: usize = 16;

/// Chunks of a domain in a step, at least; nodes of a chunk, at least. May change results.
const LEAST_CHUNKS: usize = 4;
const LEAST_CHUNK: usize = 1 << 6;

/// Exchanges of a batch, and batches between the fetching of a batch's cache lines and its exchanges. Change speed
/// only.
const SMALL: usize = 16;
const AHEAD: usize = 4;

/// Bytes of a cache line.
const LINE: usize = 64;

/// A pass whose partners come as a list, or are chosen when nodes start.
#[derive(Clone, Copy, Debug)]
pub struct Listed<P> {
    /// Where random numbers come from.
    pub draws: Draws,
    /// The partner of each node.
    pub partners: P,
}

/// How the nodes of a cloud are cut into chunks, and how many of these travel at once.
struct Layout {
    domains: Domains,
    nodes: usize,
    /// Cells of a node.
    cells: usize,
    /// A chunk has 2^`bits` nodes, but for the last.
    bits: u32,
    /// Steps of a cycle.
    steps: usize,
    /// The chunks of each domain, in the order in which they travel.
    chunks: Vec<Vec<u32>>,
}

impl Layout {
    /// For so many nodes with so many cells of state each, which have so many bytes together.
    fn new(nodes: usize, cells: usize, bytes: usize, draws: &Draws) -> Self {
        let domains = Domains::new(nodes);
        let steps = (nodes * bytes).div_ceil(TRAVELLING).max(LEAST_STEPS);
        let together = nodes / (domains.count() * steps);
        let bits = (together / LEAST_CHUNKS).clamp(LEAST_CHUNK, domains.unit).ilog2();
        let order = |pair: &[usize]| {
            let first = pair[0] >> bits;
            let mut chunks: Vec<_> = (first as u32..pair[1].div_ceil(1 << bits) as u32).collect();
            shuffle(&mut chunks, &draws.order(), first as u32, 0);
            chunks
        };
        let chunks = domains.bounds.par_windows(2).map(order).collect();
        Self { domains, nodes, cells, bits, steps, chunks }
    }

    /// The most nodes of a domain that travel at once.
    fn together(&self) -> usize {
        let most = self.chunks.iter().map(|chunks| chunks.len().div_ceil(self.steps)).max().unwrap_or(0);
        most << self.bits
    }

    /// The chunks of a domain that travel in a step.
    fn travelling(&self, domain: usize, step: usize) -> &[u32] {
        let chunks = &self.chunks[domain];
        let bound = |step: usize| chunks.len() * step / self.steps;
        &chunks[bound(step)..bound(step + 1)]
    }

    /// The nodes of a chunk.
    fn nodes(&self, chunk: u32) -> Range<usize> {
        let first = (chunk as usize) << self.bits;
        first..self.nodes.min(first + (1 << self.bits))
    }

    /// A map on which no chunk travels.
    fn map(&self) -> Map {
        let domains = self.chunks.iter().enumerate();
        let places = domains.flat_map(|(domain, chunks)| std::iter::repeat_n(domain as u8, chunks.len())).collect();
        let mut firsts = [0; Map::PLACES];
        firsts.iter_mut().zip(&self.domains.bounds).for_each(|(first, &bound)| *first = bound as u32);
        firsts[Map::TRAVELLING..].fill(0);
        Map { bits: self.bits, places, firsts }
    }

    /// The domains, a seat each.
    fn seats<'a, T: Send>(&self, state: &'a mut [T]) -> Vec<Seat<'a, T>> {
        let bounds = &self.domains.bounds;
        let cuts: Vec<_> = bounds.iter().map(|&bound| bound * self.cells).collect();
        let seats = between(state, &cuts).into_iter().zip(bounds).enumerate();
        seats.map(|(number, (state, &bound))| Seat { number, first: bound as u32, state }).collect()
    }

    /// Those who have travelled in a step pick something of what they now hold.
    fn pick<T: Sync>(&self, step: usize, state: &[T], picks: &mut [u32], partners: &impl Partners<T>) {
        let domains = between(picks, &self.domains.bounds).into_par_iter().enumerate();
        domains.for_each(|(domain, picks)| {
            for &chunk in self.travelling(domain, step) {
                let nodes = self.nodes(chunk);
                let picks = &mut picks[nodes.start - self.domains.bounds[domain]..][..nodes.len()];
                let cells = &state[nodes.start * self.cells..nodes.end * self.cells];
                partners.pick(nodes, cells, picks);
            }
        });
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
    first: u32,
    state: &'a mut [T],
}

/// The nodes of a domain that travel in a step, and the exchanges that they start.
struct Traveller<T> {
    /// Its domain.
    domain: usize,
    /// The first nodes of its chunks.
    firsts: Vec<u32>,
    /// The state of its nodes: as much for each chunk, although the last one of the cloud may have fewer nodes.
    state: Vec<T>,
    /// The exchanges that they start.
    exchanges: Sorted,
    /// Room for the partners of a chunk.
    partners: Vec<u32>,
}

/// The exchanges that the nodes of a traveller start, sorted by the place of the partner.
struct Sorted {
    /// For each place, the initiators' numbers in the traveller. There is room for as many as it has nodes; memory that
    /// is not touched is not taken.
    from: Vec<u32>,
    /// For each place, the partners' numbers in their domains.
    to: Vec<u32>,
    /// Where those for each place end.
    ends: [usize; Map::PLACES],
    /// Room for each place: not a power of two, so that places do not compete for the same sets of a cache.
    room: usize,
}

impl Sorted {
    /// For a traveller of at most so many nodes.
    fn new(nodes: usize) -> Self {
        let room = nodes + 144;
        let (from, to) = (vec![0; Map::PLACES * room], vec![0; Map::PLACES * room]);
        Self { from, to, ends: [0; Map::PLACES], room }
    }

    /// Forgets all exchanges.
    fn clear(&mut self) {
        self.ends = std::array::from_fn(|place| place * self.room);
    }

    /// Sorts the exchanges of some nodes, from number `first` of the traveller on.
    fn sort(&mut self, first: u32, list: &[u32], map: &Map) {
        // Slices of one length need one check.
        let room = self.from.len();
        let (from, to) = (&mut self.from[..room], &mut self.to[..room]);
        for (own, &partner) in (first..).zip(list) {
            let place = map.place(partner) % Map::PLACES;
            let end = &mut self.ends[place];
            from[*end] = own;
            to[*end] = partner.wrapping_sub(map.firsts[place]);
            *end += 1;
        }
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
    fn new(domain: usize, layout: &Layout) -> Self {
        let nodes = layout.together();
        Self {
            domain,
            firsts: Vec::new(),
            state: Vec::with_capacity(layout.cells * nodes),
            exchanges: Sorted::new(nodes),
            partners: Vec::new(),
        }
    }

    /// Leaves for its journey, with some chunks, from the seat of its own domain.
    fn leave(&mut self, seat: &Seat<'_, T>, partners: &impl Partners<T>, step: &Step<'_>) {
        let Step { layout, map, number } = step;
        let (cells, chunk) = (layout.cells, layout.cells << layout.bits);
        self.firsts.clear();
        self.state.clear();
        self.exchanges.clear();
        for (number, &travelling) in layout.travelling(self.domain, *number).iter().enumerate() {
            let nodes = layout.nodes(travelling);
            self.firsts.push(nodes.start as u32);
            let start = self.state.len();
            let [from, to] = [nodes.start, nodes.end].map(|node| (node - seat.first as usize) * cells);
            self.state.extend_from_slice(&seat.state[from..to]);
            let first = (number << layout.bits) as u32;
            if let Some(list) = partners.list() {
                self.exchanges.sort(first, &list[nodes], map);
            } else {
                partners.words(nodes.clone(), &mut self.partners);
                let states = self.state[start..].chunks_exact_mut(cells);
                for ((node, state), word) in nodes.zip(states).zip(&mut self.partners) {
                    *word = partners.choose(node, *word, state);
                }
                self.exchanges.sort(first, &self.partners, map);
            }
            if let Some(&last) = self.state.last() {
                self.state.resize(start + chunk, last);
            }
        }
        self.exchanges.check();
    }

    /// Comes back from its journey.
    fn come_home(&self, seat: &mut Seat<'_, T>, layout: &Layout) {
        let cells = layout.cells;
        for (&first, state) in self.firsts.iter().zip(self.state.chunks_exact(cells << layout.bits)) {
            let home = &mut seat.state[(first - seat.first) as usize * cells..];
            let cells = home.len().min(state.len());
            home[..cells].copy_from_slice(&state[..cells]);
        }
    }
}

/// A step under way.
struct Step<'a> {
    layout: &'a Layout,
    map: &'a Map,
    number: usize,
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
        self.run_and_pick(state, None, protocol)
    }

    /// The same, where nodes pick something when their turn is over ([`Partners::pick`]), if there are `picks`, a word
    /// a node; nodes that may not start pick [`NOBODY`].
    ///
    /// # Panics
    /// If the lengths of the list, the picks and the state differ, or a partner is neither a node nor [`NOBODY`].
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
        if let Some(few) = self.few(nodes) {
            return self.in_sequence(few, state, picks, protocol);
        }
        // Steps are short: to wake a thread of the pool from outside for each would take as long.
        rayon::scope(|_| self.steps(state, picks, protocol))
    }

    /// The nodes that start, if they are few. Of many it counts no more than the first.
    fn few<T>(&self, nodes: usize) -> Option<Vec<u32>>
    where
        P: Partners<T>,
    {
        let mut count = 0;
        for first in (0..nodes).step_by(STRIDE) {
            count += self.partners.starting(first..nodes.min(first + STRIDE));
            if count >= FEW {
                return None;
            }
        }
        Some((0..nodes).filter(|&node| self.partners.may_start(node)).map(|node| node as u32).collect())
    }

    /// Runs one cycle of few nodes, one after the other.
    fn in_sequence<T: Copy>(
        &self,
        few: Vec<u32>,
        state: &mut [T],
        mut picks: Option<&mut [u32]>,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        // Nodes that may not start pick nobody.
        if let Some(picks) = &mut picks {
            picks.fill(NOBODY);
        }
        let whole = [Nodes::from(&0); 2];
        if let Some(list) = self.partners.list() {
            let from = permuted(few, &self.draws);
            let to: Vec<_> = from.iter().map(|&node| list[node as usize]).collect();
            assert!(to.iter().all(|&to| (to as usize) < list.len()), "a partner is a node");
            return self.exchange(&mut Within(state), &from, &to, whole, protocol);
        }
        let cells = protocol.cells();
        let (mut order, mut words) = (Vec::with_capacity(few.len()), Vec::new());
        for near in few.chunk_by(|one, other| one / SMALL as u32 == other / SMALL as u32) {
            let first = near[0] as usize / SMALL * SMALL;
            self.partners.words(first..(first + SMALL).min(state.len() / cells), &mut words);
            order.extend(near.iter().map(|&node| (node, words[node as usize - first])));
        }
        let order = permuted(order, &self.draws);
        let (mut from, mut to) = (Vec::with_capacity(SMALL), Vec::with_capacity(SMALL));
        let mut tally = Tally::default();
        let mut next = 0;
        while next < order.len() {
            // A node finds its state as it is when all exchanges before its own are done: as many start together as do
            // not come in each other's way.
            let first = next;
            let is_free = |node: &u32, from: &[u32], to: &[u32]| !from.contains(node) && !to.contains(node);
            while let Some((node, word)) = order.get(next).filter(|(node, _)| is_free(node, &from, &to)) {
                if next == first + SMALL {
                    break;
                }
                if let Some(&(ahead, _)) = order.get(next + SMALL) {
                    let ahead = &state[ahead as usize * cells..][..cells];
                    ahead.iter().step_by((LINE / size_of::<T>()).max(1)).chain(ahead.last()).for_each(prefetch);
                }
                let own = &mut state[*node as usize * cells..][..cells];
                let partner = self.partners.choose(*node as usize, *word, own);
                if partner != NOBODY {
                    from.push(*node);
                    to.push(partner);
                }
                next += 1;
            }
            tally.add(self.exchange(&mut Within(&mut *state), &from, &to, whole, protocol));
            for node in order[first..next].iter().map(|&(node, _)| node as usize) {
                let Some(picks) = &mut picks else { break };
                self.partners.pick(node..node + 1, &state[node * cells..][..cells], &mut picks[node..=node]);
            }
            from.clear();
            to.clear();
        }
        tally
    }

    /// Runs one cycle of many nodes on a thread of the pool.
    fn steps<T: Copy + Send + Sync>(
        &self,
        state: &mut [T],
        mut picks: Option<&mut [u32]>,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        let nodes = state.len() / protocol.cells();
        let layout = Layout::new(nodes, protocol.cells(), protocol.bytes(), &self.draws);
        let mut map = layout.map();
        let mut travellers: Vec<_> =
            (0..layout.domains.count()).map(|domain| Traveller::new(domain, &layout)).collect();
        let mut tally = Tally::default();
        for number in 0..layout.steps {
            for domain in 0..layout.domains.count() {
                for &chunk in layout.travelling(domain, number) {
                    map.places[chunk as usize] = Map::TRAVELLING as u8;
                }
            }
            let mut seats = layout.seats(state);
            let step = Step { layout: &layout, map: &map, number };
            tally.add(self.journey(&mut seats, &mut travellers, &step, protocol));
            seats.par_iter_mut().zip(&travellers).for_each(|(seat, traveller)| traveller.come_home(seat, &layout));
            for traveller in &travellers {
                let [from, to] = traveller.exchanges.with(Map::TRAVELLING);
                let nodes = Nodes::ranges(&traveller.firsts, layout.bits);
                let from: Vec<_> = from.iter().map(|&from| nodes.at(from)).collect();
                tally.add(self.exchange(&mut Within(&mut *state), &from, to, [Nodes::from(&0); 2], protocol));
            }
            if let Some(picks) = &mut picks {
                layout.pick(number, state, picks, &self.partners);
            }
            for domain in 0..layout.domains.count() {
                for &chunk in layout.travelling(domain, number) {
                    map.places[chunk as usize] = domain as u8;
                }
            }
        }
        tally
    }

    /// Every traveller meets every domain: each half of them meets one half of the domains, then the other.
    fn journey<T: Copy + Send + Sync>(
        &self,
        seats: &mut [Seat<'_, T>],
        travellers: &mut [Traveller<T>],
        step: &Step<'_>,
        protocol: &impl Protocol<T>,
    ) -> Tally
    where
        P: Partners<T>,
    {
        if let ([seat], [traveller]) = (&mut *seats, &mut *travellers) {
            // This is the first seat at which a traveller sits.
            if traveller.domain == seat.number {
                traveller.leave(seat, &self.partners, step);
            }
            return self.meet(seat, traveller, step.layout.bits, protocol);
        }
        let (low_seats, high_seats) = seats.split_at_mut(seats.len() / 2);
        let (low, high) = travellers.split_at_mut(travellers.len() / 2);
        // In both rounds the first half is this thread's, and stays in its cache.
        let mut round = |low_seats: &mut [Seat<'_, T>], high_seats: &mut [Seat<'_, T>]| {
            let (one, other) = rayon::join(
                || self.journey(low_seats, low, step, protocol),
                || self.journey(high_seats, high, step, protocol),
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
        bits: u32,
        protocol: &impl Protocol<T>,
    ) -> Tally {
        let Traveller { firsts, state, exchanges, .. } = traveller;
        let nodes = [Nodes::ranges(firsts, bits), Nodes::from(&seat.first)];
        let mut ends = Cross { own: state, other: seat.state, nodes };
        let [from, to] = exchanges.with(seat.number);
        self.exchange(&mut ends, from, to, nodes, protocol)
    }

    /// Exchanges, in order. Which nodes the places of initiators and of partners are, `nodes` tell.
    fn exchange<T: Copy>(
        &self,
        ends: &mut impl Ends<T>,
        from: &[u32],
        to: &[u32],
        nodes: [Nodes<'_>; 2],
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
            // What partners of a batch hold is fetched all at once: the processor looks up their pages side by side.
            fetch(ends, ahead.next().unwrap_or_default());
            let mut losses = [0; SMALL];
            let losses = &mut losses[..if self.draws.lossy() { from.len() } else { 0 }];
            for (loss, &at) in losses.iter_mut().zip(from) {
                *loss = self.draws.losses().of(nodes[0].at(at));
            }
            let batch = &mut Batch { from, partners, peers: &[], nodes, losses, scratch: &mut [0; 2] };
            tally.add(protocol.run(ends, batch));
        }
        tally
    }
}
