//! Peer sampling: every node keeps a view of others, and meets one of them a cycle.
//!
//! ```text
//! before the first cycle: every view holds random nodes, neighbours on a ring, or one contact
//! each cycle, for each live node in the order of the schedule:
//!     it chooses a partner from its view; both change their views
//! ```
//!
//! A cycle reads and writes every record of 5c bytes twice, once as a stream and once at random. Other protocols draw their
//! partners from the views as they are then: the records are read once more, as a stream.

use datasets::scenario::{OnDead, Peer, Propagation, Sampling, SamplingProtocol, Scenario, Start};
use kernels::exchange::{BATCH, Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::peers::{uniform, uniform_many};
use kernels::philox::Stream;
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::slicing::{MOST_CANDIDATES, Slot, largest_gain, misplaced, nth};
use kernels::views::{
    FORGET_CYCLES, Generic, Meeting, NOBODY, READY, Room, TOGETHER, View, Words, cyclon, forget, generic, newscast,
    words,
};
use rayon::prelude::*;

use crate::churn::Changes;
use crate::cloud::Cloud;
use crate::purpose::{CONTACTS, SAMPLING, VIEW, for_life};
use crate::schedule::{Batch, Draws, Listed, MEMBER, Partners, Protocol};

/// Nodes that a thread takes at once. Changes speed only.
const STRIDE: usize = 1 << 12;

/// Nodes between the fetching of what a node's entries hold and its choice among them. Changes speed only.
const AHEAD: usize = 4;

/// Words of a cache line.
const LINE_WORDS: usize = 16;

/// Nodes between the fetching of an entry and its reading, where it is one of a view's. Changes speed only.
const FAR: usize = 32;

/// Fills the views before the first cycle: of live nodes, with live nodes.
pub fn start(cloud: &mut Cloud, scenario: &Scenario) {
    let live = cloud.alive_count();
    let Some(views) = &mut cloud.views else { return };
    let (entries, nodes) = (scenario.sampling.view as usize, cloud.nodes);
    let stream = for_life(scenario.run.seed, VIEW);
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let is_live = |node: usize| alive.get(node).is_none_or(|&alive| alive == MEMBER);
    let hub = (0..nodes).find(|&node| is_live(node)).unwrap_or_default();
    if scenario.sampling.start == Start::Random && alive.is_empty() {
        let batches = views.par_chunks_mut(BATCH * words(entries)).enumerate();
        return batches.for_each(|(batch, records)| start_at_random(records, entries, batch * BATCH, nodes, stream));
    }
    views.par_chunks_mut(words(entries)).enumerate().for_each(|(node, record)| {
        let mut view = View::of(record, entries);
        if !is_live(node) {
            return view.fill(std::iter::empty());
        }
        let others = entries.min(live - 1);
        match scenario.sampling.start {
            Start::Random => random(&mut view, node, others, nodes, is_live, stream),
            Start::Ring => {
                let near = (1..=nodes / 2).flat_map(|step| [node + step, node + nodes - step]).map(|at| at % nodes);
                // The node opposite is met from both sides.
                let far = (nodes.is_multiple_of(2) && others == nodes - 1).then_some((node + nodes / 2) % nodes);
                let far = far.filter(|&far| is_live(far));
                let near = near.filter(|&at| Some(at) != far && is_live(at)).take(others - usize::from(far.is_some()));
                view.fill(near.chain(far).map(|at| (at as u32, 0)));
            }
            Start::Star => view.fill((node != hub).then_some((hub as u32, 0)).into_iter()),
        }
    });
}

/// Gives nodes that have come a view of a few live contacts, chosen at random, as a service outside the cloud would know them.
pub fn welcome(cloud: &mut Cloud, scenario: &Scenario, cycle: u32, changes: &Changes) {
    let Some(views) = &mut cloud.views else { return };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let (entries, contacts) = (scenario.sampling.view as usize, scenario.sampling.contacts as usize);
    let stream = Stream::new(scenario.run.seed, cycle, CONTACTS);
    let age = if scenario.sampling.protocol == SamplingProtocol::Newscast { cycle as u8 } else { 0 };
    let cells = words(entries);
    let strides = views.par_chunks_mut(crate::pass::STRIDE * cells).zip(changes).enumerate();
    strides.for_each(|(stride, (records, changes))| {
        let came: Vec<u32> = changes.iter().filter(|change| change.came).map(|change| change.node).collect();
        let drawn: Vec<Words> = came.chunks(TOGETHER).flat_map(|nodes| Words::of_many(stream, nodes)).collect();
        let place = |node: u32| (node as usize - stride * crate::pass::STRIDE) * cells;
        for (&node, words) in came.iter().zip(&drawn) {
            records[place(node)..][..cells].iter().step_by(LINE_WORDS).for_each(prefetch);
            let mut words = words.clone();
            for _ in 0..READY {
                alive.get(words.below(alive.len().max(1))).into_iter().for_each(prefetch);
            }
        }
        for (node, mut words) in came.into_iter().zip(drawn) {
            let mut known: Vec<(u32, u8)> = Vec::with_capacity(contacts);
            for _ in 0..contacts {
                let contact = contact(node, alive, &mut words);
                known.extend(contact.filter(|&other| !known.contains(&(other, age))).map(|other| (other, age)));
            }
            View::of(&mut records[place(node)..][..cells], entries).fill(known.into_iter());
        }
    });
}

/// A live node other than oneself: a random one, as long as one in a hundred nodes or so is alive; else the next alive after a
/// random one.
fn contact(node: u32, alive: &[u8], words: &mut Words) -> Option<u32> {
    const ATTEMPTS: usize = 1000;
    let is_live = |&other: &usize| other != node as usize && alive[other] == MEMBER;
    let mut last = 0;
    for _ in 0..ATTEMPTS {
        last = words.below(alive.len());
        if is_live(&last) {
            return Some(last as u32);
        }
    }
    (last..alive.len()).chain(0..last).find(is_live).map(|other| other as u32)
}

/// Fills the views of the nodes `first..`, at most [`BATCH`], at random: all draws side by side, and those of which two are the
/// same again.
fn start_at_random(records: &mut [u32], entries: usize, first: usize, nodes: usize, stream: Stream) {
    let count = records.len() / words(entries);
    let mut rows = vec![[0; BATCH]; entries];
    uniform_many(&mut rows, count, &stream, first as u32, (nodes as u32 - 1).max(1));
    // Where two are the same.
    let mut same = [nodes <= entries; BATCH];
    for (number, row) in rows.iter().enumerate() {
        for other in &rows[..number] {
            same.iter_mut().zip(row.iter().zip(other)).for_each(|(same, (one, other))| *same |= one == other);
        }
    }
    for (k, record) in records.chunks_exact_mut(words(entries)).enumerate() {
        let node = (first + k) as u32;
        let mut view = View::of(record, entries);
        view.ages.fill(0);
        for (address, row) in view.addresses.iter_mut().zip(&rows) {
            *address = row[k] + u32::from(row[k] >= node);
        }
        if same[k] {
            random(&mut view, first + k, entries.min(nodes - 1), nodes, |_| true, stream);
        }
    }
}

/// Fills the view of a node with so many live others at random.
fn random(
    view: &mut View<'_>,
    node: usize,
    others: usize,
    nodes: usize,
    is_live: impl Fn(usize) -> bool,
    stream: Stream,
) {
    let mut words = Words::new(stream, node as u32);
    let mut chosen = Vec::with_capacity(others);
    while chosen.len() < others {
        // Among a handful of nodes a view holds nearly all, and each is found in turn.
        let other = words.below(nodes - 1);
        let other = other + usize::from(other >= node);
        if is_live(other) && !chosen.contains(&(other as u32, 0)) {
            chosen.push((other as u32, 0));
        }
    }
    view.fill(chosen.into_iter());
}

/// Runs one cycle of the peer sampling protocol.
pub fn sampling(cloud: &mut Cloud, scenario: &Scenario, draws: Draws) -> Tally {
    let Some(views) = &mut cloud.views else { return Tally::default() };
    let draws = Draws { purpose: SAMPLING, ..draws };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let gossip = Gossip { sampling: &scenario.sampling, draws, alive };
    Listed { draws, partners: gossip }.run(views, &gossip)
}

/// The protocol of a scenario in one cycle.
#[derive(Clone, Copy, Debug)]
struct Gossip<'a> {
    sampling: &'a Sampling,
    draws: Draws,
    /// Who is alive; empty if all are.
    alive: &'a [u8],
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
        self.alive.get(node as usize).is_none_or(|&alive| alive == MEMBER)
    }

    /// Which entry of its view a node meets; the place, unless all are dead or its turn is lost. `first` is a random place.
    fn choose(&self, node: u32, view: &View<'_>, first: u32) -> Option<usize> {
        let tail = match self.sampling.protocol {
            SamplingProtocol::Cyclon => true,
            SamplingProtocol::Generic => self.sampling.peer == Peer::Tail,
            SamplingProtocol::Newscast | SamplingProtocol::Oracle => false,
        };
        let accept = |node| self.is_alive(node);
        let retry = self.sampling.on_dead == OnDead::Retry;
        let words = || Words::new(self.draws.retries(), node);
        if tail { oldest(view, &mut words(), retry, accept) } else { any(view.addresses, first, words, retry, accept) }
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
    let mut words = words();
    let count = addresses.iter().take_while(|&&address| address != NOBODY).count();
    let mut rest: Vec<usize> = (0..count).filter(|&other| other != place).collect();
    while !rest.is_empty() {
        let next = rest.swap_remove(words.below(rest.len()));
        if accept(addresses[next]) && (retry || place >= count) {
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
        let mut tally = Tally::default();
        let initiators: Vec<u32> = batch.from.iter().map(|from| batch.firsts[0] + from).collect();
        let words = initiators.chunks(TOGETHER).flat_map(|nodes| Words::of_many(self.draws.meetings(), nodes));
        for (k, ((&from, &to), mut words)) in batch.from.iter().zip(batch.partners).zip(words).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
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
        }
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
        let mut tally = Tally::default();
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
            }
        }
        tally
    }
}

/// A cell in each cache line of a record.
fn lines(first: usize, cells: usize) -> impl Iterator<Item = usize> {
    const CELLS: usize = 64 / size_of::<u32>();
    (first..first + cells).step_by(CELLS).chain([first + cells - 1])
}

/// The views of a cloud, as other protocols read them.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    records: &'a [u32],
    entries: usize,
    retry: bool,
}

impl<'a> Views<'a> {
    /// The views of a cloud, if its nodes keep any.
    #[must_use]
    pub fn of(records: Option<&'a [u32]>, sampling: &Sampling) -> Option<Self> {
        let (entries, retry) = (sampling.view as usize, sampling.on_dead == OnDead::Retry);
        records.map(|records| Self { records, entries, retry })
    }

    /// Whom a node knows; [`NOBODY`] behind the last entry.
    #[must_use]
    pub fn entries_of(&self, node: u32) -> &'a [u32] {
        &self.records[node as usize * words(self.entries)..][..self.entries]
    }

    /// Writes a random entry of its view, one that is a member, for every node that `starts`, into a list. `members` marks who may
    /// be met; a mask that is empty marks all nodes.
    pub fn draw_partners(
        &self,
        list: &mut [u32],
        draws: &Draws,
        members: &[u8],
        starts: impl Fn(usize) -> bool + Sync,
    ) {
        let accept = |node: u32| members.get(node as usize).is_none_or(|&member| member == MEMBER);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            uniform(list, &draws.partners(), first as u32, self.entries as u32);
            for k in 0..list.len() {
                if let Some(&ahead) = list.get(k + FAR) {
                    records.get((k + FAR) * cells + ahead as usize).into_iter().for_each(prefetch);
                }
                let (node, place) = (first + k, list[k]);
                let entry = records[k * cells + place as usize];
                list[k] = if !starts(node) {
                    NOBODY
                } else if entry != NOBODY && accept(entry) {
                    entry
                } else {
                    let addresses = &records[k * cells..][..self.entries];
                    let words = || Words::new(draws.retries(), node as u32);
                    any(addresses, place, words, self.retry, accept).map_or(NOBODY, |place| addresses[place])
                };
            }
        });
    }

    /// Writes, for every member, a random one of those entries of its view that are members and misplaced, into a list.
    pub fn misplaced(&self, list: &mut [u32], draws: &Draws, members: &[u8], slots: &[Slot]) {
        let accept = |node: u32| members.get(node as usize).is_none_or(|&member| member == MEMBER);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            draws.partners().fill(list, first as u32, 0);
            let mut candidates = [Slot::default(); MOST_CANDIDATES];
            for (k, (word, record)) in list.iter_mut().zip(records.chunks_exact(cells)).enumerate() {
                let node = (first + k) as u32;
                for &other in records.get((k + AHEAD) * cells..).unwrap_or_default().iter().take(self.entries) {
                    slots.get(other as usize).into_iter().for_each(prefetch);
                }
                if !accept(node) {
                    *word = NOBODY;
                    continue;
                }
                let own = slots[node as usize];
                for (seen, &other) in candidates.iter_mut().zip(&record[..self.entries]) {
                    // Oneself is in order with oneself.
                    let other = if other != NOBODY && accept(other) { other } else { node };
                    *seen = slots[other as usize].seen_from(node < other);
                }
                let wrong = misplaced(own, &candidates[..self.entries]);
                let count = wrong.count_ones();
                let redraw = || Words::new(draws.retries(), node).below(count as usize) as u32;
                let chosen = if count == 0 { 0 } else { index(*word, count).unwrap_or_else(redraw) };
                *word = if count == 0 { NOBODY } else { record[nth(wrong, chosen)] };
            }
        });
    }

    /// Writes, for every member, that one of those entries of its view that are members and misplaced which has the largest gain, into
    /// a list.
    pub fn largest_gain(&self, list: &mut [u32], members: &[u8], slots: &[Slot]) {
        let accept = |node: u32| members.get(node as usize).is_none_or(|&member| member == MEMBER);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            let (mut places, mut ids) = (Vec::new(), Vec::new());
            for (k, (chosen, record)) in list.iter_mut().zip(records.chunks_exact(cells)).enumerate() {
                let node = (first + k) as u32;
                for &other in records.get((k + AHEAD) * cells..).unwrap_or_default().iter().take(self.entries) {
                    slots.get(other as usize).into_iter().for_each(prefetch);
                }
                *chosen = NOBODY;
                if !accept(node) {
                    continue;
                }
                let known = record[..self.entries].iter().copied();
                let others = || known.clone().filter(|&other| other != NOBODY && accept(other));
                let place = |node: u32| u64::from(slots[node as usize].key()) << 32 | u64::from(node);
                let id = |node: u32| u64::from(slots[node as usize].id());
                places.clear();
                places.extend(others().map(place));
                ids.clear();
                ids.extend(others().map(id));
                let best = largest_gain((place(node), id(node)), &places, &ids);
                *chosen = best.and_then(|draw| others().nth(draw)).unwrap_or(NOBODY);
            }
        });
    }

    /// Works on strides of the list: the first node, their entries in the list, their records.
    fn each(&self, list: &mut [u32], work: impl Fn(usize, &mut [u32], &[u32]) + Sync) {
        let records = self.records.par_chunks(STRIDE * words(self.entries));
        let strides = list.par_chunks_mut(STRIDE).zip(records).enumerate();
        strides.for_each(|(stride, (list, records))| work(stride * STRIDE, list, records));
    }
}
