//! Peer sampling: every node keeps a view of others, and meets one of them a cycle.
//!
//! ```text
//! before the first cycle: every view holds random nodes, neighbours on a ring, or one contact
//! each cycle, for each live node in the order of the schedule:
//!     it chooses a partner from its view; both change their views
//! ```
//!
//! A cycle reads and writes every record of 5c + 1 bytes, rounded up to words, twice, once as a stream and once at random. The last
//! byte is the version of the suite that a node holds: see [`crate::spread`]. Other protocols draw their
//! partners from the views as they are then: the records are read once more, as a stream.

mod start;
mod views;

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use datasets::scenario::{OnDead, Peer, Propagation, Sampling, SamplingProtocol, Scenario};
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::peers::uniform;
use kernels::spread::{Rules, Spread};
use kernels::views::{
    FORGET_CYCLES, Generic, Meeting, NOBODY, Room, TOGETHER, View, Words, cyclon, forget, generic, newscast, told,
    words,
};

pub use start::{start, welcome};
pub use views::Views;

use crate::cloud::Cloud;
use crate::purpose::SAMPLING;
use crate::schedule::{Batch, Draws, Listed, Partners, Protocol, is_member};
use crate::spread::gather;

/// Exchanges between the fetching of an initiator's record and its turn. Changes speed only.
const AHEAD: usize = 4;

/// Words of a cache line.
const LINE_WORDS: usize = 16;

/// Runs one cycle of the peer sampling protocol.
pub fn sampling(cloud: &mut Cloud, scenario: &Scenario, draws: Draws, rules: Rules) -> (Tally, Spread) {
    let Some(views) = &mut cloud.views else { return Default::default() };
    let draws = Draws { purpose: SAMPLING, ..draws };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let failed = AtomicU64::new(0);
    let spread = Mutex::default();
    let gossip = Gossip { sampling: &scenario.sampling, draws, alive, failed: &failed, rules, spread: &spread };
    let tally = Listed { draws, partners: gossip }.run(views, &gossip);
    (Tally { failed: failed.into_inner(), ..tally }, spread.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The protocol of a scenario in one cycle.
#[derive(Clone, Copy, Debug)]
struct Gossip<'a> {
    sampling: &'a Sampling,
    draws: Draws,
    /// Who is alive; empty if all are.
    alive: &'a [u8],
    /// Dead nodes that were tried: a sum, so that the order of threads is no matter.
    failed: &'a AtomicU64,
    /// What nodes do with the versions of the suite that they are told of.
    rules: Rules,
    /// What they have sent of them.
    spread: &'a Mutex<Spread>,
}

impl Gossip<'_> {
    fn entries(&self) -> usize {
        self.sampling.view as usize
    }

    /// The low byte of this cycle's number.
    fn now(&self) -> u8 {
        self.draws.cycle as u8
    }

    fn is_alive(&self, node: u32) -> bool {
        is_member(self.alive, node as usize)
    }

    /// Which entry of its view a node meets; the place, unless all are dead or its turn is lost. `first` is a random place.
    fn choose(&self, node: u32, view: &View<'_>, first: u32) -> Option<usize> {
        let tail = match self.sampling.protocol {
            SamplingProtocol::Cyclon => true,
            SamplingProtocol::Generic => self.sampling.peer == Peer::Tail,
            SamplingProtocol::Newscast | SamplingProtocol::Oracle => false,
        };
        let dead = Cell::new(0);
        let accept = |node| {
            let is_alive = self.is_alive(node);
            dead.update(|dead| dead + u64::from(!is_alive));
            is_alive
        };
        let retry = self.sampling.on_dead == OnDead::Retry;
        let words = || Words::new(self.draws.retries(), node);
        let place = if tail {
            oldest(view, &mut words(), retry, accept)
        } else {
            any(view.addresses, first, words, retry, accept)
        };
        if dead.get() > 0 {
            self.failed.fetch_add(dead.get(), Ordering::Relaxed);
        }
        place
    }
}

/// The entry at a random place, and if nobody is there, at others in random order until somebody is; if it is not accepted, others
/// in random order.
fn any(
    addresses: &[u32],
    first: u32,
    words: impl Fn() -> Words,
    retry: bool,
    accept: impl Fn(u32) -> bool,
) -> Option<usize> {
    let place = first as usize;
    if addresses[place] != NOBODY && accept(addresses[place]) {
        return Some(place);
    }
    if addresses[place] != NOBODY && !retry {
        return None;
    }
    let mut words = words();
    let count = addresses.iter().take_while(|&&address| address != NOBODY).count();
    let mut rest: Vec<usize> = (0..count).filter(|&other| other != place).collect();
    while !rest.is_empty() {
        let next = rest.swap_remove(words.below(rest.len()));
        if accept(addresses[next]) {
            return Some(next);
        }
        if !retry {
            return None;
        }
    }
    None
}

/// The oldest entry, of several any, and if it is not accepted, the next.
fn oldest(view: &View<'_>, words: &mut Words, retry: bool, accept: impl Fn(u32) -> bool) -> Option<usize> {
    let mut rest: Vec<usize> = (0..view.len()).collect();
    while !rest.is_empty() {
        let age = rest.iter().map(|&place| view.ages[place]).max()?;
        let ties: Vec<usize> = (0..rest.len()).filter(|&k| view.ages[rest[k]] == age).collect();
        let place = rest.swap_remove(if ties.len() == 1 { ties[0] } else { ties[words.below(ties.len())] });
        if accept(view.addresses[place]) {
            return Some(place);
        }
        if !retry {
            return None;
        }
    }
    None
}

impl Partners<u32> for Gossip<'_> {
    fn of<'a>(&'a self, nodes: std::ops::Range<usize>, cells: &mut [u32], room: &'a mut Vec<u32>) -> &'a [u32] {
        let entries = self.entries();
        room.resize(nodes.len(), 0);
        uniform(room, &self.draws.partners(), nodes.start as u32, entries as u32);
        if self.sampling.protocol == SamplingProtocol::Newscast {
            self.draw_newscast(nodes, cells, room);
            return room;
        }
        for ((node, record), partner) in nodes.zip(cells.chunks_exact_mut(words(entries))).zip(&mut *room) {
            if !self.is_alive(node as u32) {
                *partner = NOBODY;
                continue;
            }
            let mut view = View::of(record, entries);
            match self.sampling.protocol {
                SamplingProtocol::Cyclon => view.grow_older(),
                SamplingProtocol::Newscast | SamplingProtocol::Generic | SamplingProtocol::Oracle => {}
            }
            let place = self.choose(node as u32, &view, *partner);
            *partner = place.map_or(NOBODY, |place| view.addresses[place]);
            if let (SamplingProtocol::Cyclon, Some(place)) = (self.sampling.protocol, place) {
                view.remove(place);
            }
            if let (SamplingProtocol::Generic, None) = (self.sampling.protocol, place) {
                view.grow_older();
            }
        }
        room
    }
}

impl Protocol<u32> for Gossip<'_> {
    fn cells(&self) -> usize {
        words(self.entries())
    }

    fn fetches(&self) -> bool {
        self.sampling.protocol == SamplingProtocol::Newscast
    }

    fn run(&self, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        if self.sampling.protocol == SamplingProtocol::Newscast {
            return self.newscast(ends, batch);
        }
        let (entries, cells) = (self.entries(), self.cells());
        let sampling = self.sampling;
        let rules = Generic {
            replies: sampling.propagation == Propagation::Pushpull,
            healing: sampling.healing as usize,
            swapping: sampling.swapping as usize,
        };
        let mut room = Room::default();
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        let initiators: Vec<u32> = batch.from.iter().map(|from| batch.firsts[0] + from).collect();
        let words = initiators.chunks(TOGETHER).flat_map(|nodes| Words::of_many(self.draws.meetings(), nodes));
        for (k, ((&from, &to), mut words)) in batch.from.iter().zip(batch.partners).zip(words).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            // Whoever only pushes awaits no reply.
            if sampling.propagation == Propagation::Push {
                tally.tell(loss == REQUEST_LOST);
            } else {
                tally.count(loss);
            }
            let [own_record, other_record] = ends.both(from as usize * cells, to as usize * cells, cells);
            let (own_view, other_view) = (View::of(own_record, entries), View::of(other_record, entries));
            let [own, other] = [batch.firsts[0] + from, batch.firsts[1] + to];
            let mut meeting = Meeting { own, other, own_view, other_view, reply_lost: loss == REPLY_LOST };
            if loss == REQUEST_LOST {
                if sampling.protocol == SamplingProtocol::Generic {
                    meeting.own_view.grow_older();
                }
                continue;
            }
            match sampling.protocol {
                SamplingProtocol::Generic => generic(&mut meeting, &rules, &mut words, &mut room),
                SamplingProtocol::Cyclon => cyclon(&mut meeting, sampling.shuffle as usize, &mut words, &mut room),
                SamplingProtocol::Newscast | SamplingProtocol::Oracle => unreachable!("it keeps no such views"),
            }
            let (own, other) = (told(own_record, entries), told(other_record, entries));
            if sampling.propagation == Propagation::Push {
                self.rules.push(*own, other, loss, &mut spread);
            } else {
                self.rules.meet(own, other, loss, &mut spread);
            }
        }
        gather(self.spread, &spread);
        tally
    }
}

impl Gossip<'_> {
    /// The partners of nodes in Newscast, from random places.
    fn draw_newscast(&self, nodes: std::ops::Range<usize>, cells: &mut [u32], partners: &mut [u32]) {
        let forgets = self.draws.cycle.is_multiple_of(FORGET_CYCLES);
        for ((node, record), partner) in nodes.zip(cells.chunks_exact_mut(self.cells())).zip(partners) {
            let node = node as u32;
            if !self.is_alive(node) {
                *partner = NOBODY;
                continue;
            }
            if forgets {
                forget(&mut View::of(record, self.entries()), self.now());
            }
            let first = record[*partner as usize];
            *partner = if first != NOBODY && self.is_alive(first) {
                first
            } else {
                let view = View::of(record, self.entries());
                self.choose(node, &view, *partner).map_or(NOBODY, |place| view.addresses[place])
            };
        }
    }

    /// Runs a batch of Newscast.
    fn newscast(&self, ends: &mut impl Ends<u32>, batch: &Batch<'_>) -> Tally {
        let (entries, cells, now) = (self.entries(), self.cells(), self.now());
        let (mut tally, mut spread) = (Tally::default(), Spread::default());
        for (number, (from, to)) in batch.from.chunks(TOGETHER).zip(batch.partners.chunks(TOGETHER)).enumerate() {
            let mut nodes = [0; TOGETHER];
            nodes.iter_mut().zip(from).for_each(|(node, from)| *node = batch.firsts[0] + from);
            let [ones, others, ..] = self.draws.meetings().quads_of_many(&nodes, 0);
            for (k, (&from, &to)) in from.iter().zip(to).enumerate() {
                if let Some(&ahead) = batch.ahead.get(number * TOGETHER + k) {
                    lines(ahead as usize * cells, cells).for_each(|cell| ends.prefetch_partner(cell));
                }
                if let Some(&ahead) = batch.from.get(number * TOGETHER + k + AHEAD) {
                    lines(ahead as usize * cells, cells).for_each(|cell| ends.prefetch_initiator(cell));
                }
                let loss = batch.losses.get(number * TOGETHER + k).copied().unwrap_or(0);
                tally.count(loss);
                if loss == REQUEST_LOST {
                    continue;
                }
                let [own_record, other_record] = ends.both(from as usize * cells, to as usize * cells, cells);
                let (own_view, other_view) = (View::of(own_record, entries), View::of(other_record, entries));
                let other = batch.firsts[1] + to;
                let mut meeting =
                    Meeting { own: nodes[k], other, own_view, other_view, reply_lost: loss == REPLY_LOST };
                newscast(&mut meeting, now, [ones[k], others[k]]);
                self.rules.meet(told(own_record, entries), told(other_record, entries), loss, &mut spread);
            }
        }
        gather(self.spread, &spread);
        tally
    }
}

/// A cell in each cache line of a record.
fn lines(first: usize, cells: usize) -> impl Iterator<Item = usize> {
    const CELLS: usize = 64 / size_of::<u32>();
    (first..first + cells).step_by(CELLS).chain([first + cells - 1])
}
