//! Who meets whom in the rounds of [`super::steps`]: travellers, and the seats at which they sit.

use kernels::exchange::Nodes;

use super::layout::{Layout, Map};
use super::{NOBODY, Notes, Partners};
use crate::memory::between;

/// Nodes between the fetching of what a node will look at and its turn. Changes speed only.
const AHEAD: usize = 16;

/// A step under way.
pub struct Step<'a> {
    /// How the cloud is cut.
    pub layout: &'a Layout,
    /// Where nodes are during the step.
    pub map: &'a Map,
    /// Its number, from 0.
    pub number: usize,
}

/// A domain, as travellers meet it.
pub struct Seat<'a, T> {
    /// The number of the domain.
    pub number: usize,
    /// Its first node.
    pub first: u32,
    /// The state of its nodes.
    pub state: &'a mut [T],
    /// What its nodes pick, if they do.
    picks: Option<&'a mut [u32]>,
    /// Whom its nodes have met, if that is noted.
    met: Option<&'a mut [u32]>,
}

impl<'a, T: Send> Seat<'a, T> {
    /// The domains of a cloud.
    pub fn all(layout: &Layout, state: &'a mut [T], notes: Notes<'a>) -> Vec<Self> {
        let bounds = &layout.domains.bounds;
        let cuts: Vec<_> = bounds.iter().map(|&bound| bound * layout.cells).collect();
        let notes = between((notes.picks, notes.met), bounds);
        let seats = between(state, &cuts).into_iter().zip(notes).zip(bounds).enumerate();
        let seat = |(number, ((state, (picks, met)), &bound))| Self { number, first: bound as u32, state, picks, met };
        seats.map(seat).collect()
    }
}

/// The nodes of a domain that travel in a step, and the exchanges that they start.
pub struct Traveller<T> {
    /// Its domain.
    pub domain: usize,
    /// The state of its nodes, chunk by chunk.
    pub state: Vec<T>,
    /// The exchanges that its nodes start.
    pub exchanges: Sorted,
    /// Room for the partners of a chunk.
    partners: Vec<u32>,
    /// What its nodes pick, words until their turns are over; empty if they pick nothing.
    pub picks: Vec<u32>,
}

/// The exchanges that the nodes of a traveller start, sorted by the place of the partner.
pub struct Sorted {
    /// For each place, the initiators' numbers in the traveller. There is room for as many as it has nodes; memory that
    /// is not touched is not taken.
    from: Vec<u32>,
    /// For each place, the partners: their numbers in the domain, or of those who travel their numbers in the cloud.
    to: Vec<u32>,
    /// The exchanges with partners who travel, sorted anew by the partner's traveller: the numbers of initiators and of
    /// partners in their travellers.
    among: Vec<[Vec<u32>; 2]>,
    /// Where those for each place end.
    ends: [usize; Map::PLACES],
    /// Room for each place: not a power of two, so that places do not compete for the same sets of a cache.
    room: usize,
}

impl Sorted {
    /// For a traveller of at most so many nodes, one of as many as there are `domains`.
    fn new(nodes: usize, domains: usize) -> Self {
        let room = nodes + 144;
        let (from, to) = (vec![0; Map::PLACES * room], vec![0; Map::PLACES * room]);
        Self { from, to, among: vec![Default::default(); domains], ends: [0; Map::PLACES], room }
    }

    /// Forgets all exchanges.
    fn clear(&mut self) {
        self.ends = std::array::from_fn(|place| place * self.room);
        self.among.iter_mut().flatten().for_each(Vec::clear);
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
            to[*end] = partner.wrapping_sub(map.origins[place]);
            *end += 1;
        }
    }

    /// Sorts the exchanges with those who travel by traveller, once all nodes have chosen.
    ///
    /// # Panics
    /// If a node has chosen a partner that is neither a node nor [`NOBODY`].
    fn finish(&mut self, map: &Map) {
        assert!(self.with(Map::NOWHERE)[1].iter().all(|&partner| partner == NOBODY), "a partner is a node");
        for at in Map::TRAVELLING * self.room..self.ends[Map::TRAVELLING] {
            let (traveller, number) = map.traveller(self.to[at]);
            let [from, to] = &mut self.among[traveller];
            from.push(self.from[at]);
            to.push(number);
        }
    }

    /// The exchanges with partners at a place: of the initiators and of the partners.
    pub fn with(&self, place: usize) -> [&[u32]; 2] {
        let start = place * self.room;
        [&self.from, &self.to].map(|ends| &ends[start..self.ends[place]])
    }

    /// The exchanges with those who travel from a domain: of the initiators and of the partners.
    pub fn with_travellers(&self, domain: usize) -> [&[u32]; 2] {
        self.among[domain].each_ref().map(Vec::as_slice)
    }
}

/// The turns of some nodes of a traveller are over: they pick something of what they hold, if there are `picks`, a word
/// a node.
pub fn pick<T>(picks: &mut [u32], state: &[T], some: &[u32], nodes: Nodes<'_>, by: &impl Partners<T>) {
    if picks.is_empty() {
        return;
    }
    let cells = state.len() / picks.len();
    let own = |number: usize| &state[number * cells..][..cells];
    for (k, &number) in some.iter().enumerate() {
        if let Some(&ahead) = some.get(k + AHEAD) {
            by.foresee_pick(nodes.at(ahead) as usize, picks[ahead as usize], own(ahead as usize));
        }
        let (node, number) = (nodes.at(number) as usize, number as usize);
        picks[number] = by.pick(node, picks[number], own(number));
    }
}

impl<T: Copy> Traveller<T> {
    /// `state` is that of any node.
    pub fn new(domain: usize, layout: &Layout, state: &[T], do_pick: bool) -> Self {
        let picks = vec![NOBODY; if do_pick { layout.room() } else { 0 }];
        let exchanges = Sorted::new(layout.room(), layout.domains.count());
        let state = state.repeat(layout.room());
        Self { domain, state, exchanges, partners: Vec::new(), picks }
    }

    /// Leaves from the seat of its own domain: its nodes choose whom they meet.
    pub fn leave(&mut self, seat: &mut Seat<'_, T>, partners: &impl Partners<T>, step: &Step<'_>) {
        let Step { layout, map, number } = step;
        let cells = layout.cells;
        let Self { domain, state, exchanges, partners: chosen, picks } = self;
        exchanges.clear();
        let chunks = layout.travelling(*domain, *number).iter().zip(state.chunks_mut(cells << layout.bits));
        for (number, (&chunk, state)) in chunks.enumerate() {
            let nodes = layout.nodes(chunk);
            let state = &mut state[..nodes.len() * cells];
            state.copy_from_slice(&seat.state[(nodes.start - seat.first as usize) * cells..][..state.len()]);
            let first = number << layout.bits;
            if let Some(list) = partners.list() {
                exchanges.sort(first as u32, &list[nodes], map);
                continue;
            }
            partners.words(nodes.clone(), chosen);
            // What a node will look at is asked for some turns before its own.
            for ahead in 0..nodes.len() + AHEAD {
                if let Some(word) = chosen.get(ahead) {
                    partners.foresee(nodes.start + ahead, *word, &state[ahead * cells..][..cells]);
                }
                if let Some(k) = ahead.checked_sub(AHEAD) {
                    chosen[k] = partners.choose(nodes.start + k, chosen[k], &mut state[k * cells..][..cells]);
                }
            }
            exchanges.sort(first as u32, chosen, map);
            if let Some(met) = &mut seat.met {
                met[nodes.start - seat.first as usize..][..nodes.len()].copy_from_slice(chosen);
            }
            if let Some(picks) = picks.get_mut(first..first + nodes.len()) {
                partners.pick_words(nodes.clone(), picks);
                // The turn of whoever has no partner is over.
                let alone = nodes.zip(state.chunks_exact(cells)).zip(&*chosen).zip(picks);
                for (((node, state), _), pick) in alone.filter(|((_, partner), _)| **partner == NOBODY) {
                    *pick = partners.pick(node, *pick, state);
                }
            }
        }
        exchanges.finish(map);
    }

    /// Those who travelled in a step come home to the seat of their own domain.
    pub fn come_home(&self, seat: &mut Seat<'_, T>, layout: &Layout, step: usize) {
        let Seat { first, state: home, picks: home_picks, .. } = seat;
        let cells = layout.cells;
        let chunks = layout.travelling(self.domain, step).iter();
        for (number, (&chunk, state)) in chunks.zip(self.state.chunks(cells << layout.bits)).enumerate() {
            let nodes = layout.nodes(chunk);
            let at = nodes.start - *first as usize;
            let count = nodes.len() * cells;
            home[at * cells..][..count].copy_from_slice(&state[..count]);
            if let Some(home) = home_picks {
                home[at..][..nodes.len()].copy_from_slice(&self.picks[number << layout.bits..][..nodes.len()]);
            }
        }
    }
}
