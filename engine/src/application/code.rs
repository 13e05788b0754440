//! Code: members send each other the chunks that they need before they can run their application.
//!
//! ```text
//! each member in the overlay, with a random entry of its view that is a member:
//!     it says which chunks it has; each then sends the other so many that it has and the other lacks, at random
//!     a seed sends those first of which fewest have arrived: else its last chunk would come late
//! request lost: nothing.   reply lost: the partner has its chunks, the initiator has not
//! ```
//!
//! What the other lacks are chunks of the release that it is to have: who runs an older one serves that, too. Where
//! lines are slow, a node sends no more chunks in a cycle than its line carries in that time, over all of its
//! exchanges. A chunk is one of the release that the node is to have; what is left of one is carried into the next
//! cycle: with 2.5 chunks a cycle a node sends 2 and 3 by turns.
//!
//! Reads and writes eight bytes a node, once as a stream and once at random, a line of each view, and a list of four
//! bytes a node; a byte at random for each entry that is tried. Two bytes more are read at either end where code
//! changes during the run, and four are read and written where lines are slow.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use datasets::scenario::{Rate, Uplink};
use datasets::suite::Code;
use kernels::code::{least_sent, some};
use kernels::contacts::Header;
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::suite::NONE;
use kernels::views::Words;
use rayon::prelude::*;

use super::releases::{Having, NO_CODE, Releases};
use super::state::{ALONE, Applications, CodeCounts, FETCHING, RUNNING, Seed};
use crate::memory::{Column, Mask, STRIDE};
use crate::schedule::purpose::CODE;
use crate::schedule::{Batch, Cycle, Draws, Listed, NOBODY, Protocol};

/// Bits of a megabit, and of a byte.
const MEGABIT: f64 = 1e6;
const BYTE: f64 = 8.0;

impl Applications {
    /// Members fetch code; those who have all of it run. Returns the messages, and the bytes of all that was told and
    /// sent. `attributes` are those of the nodes.
    pub fn fetch(&mut self, cycle: Cycle, attributes: &[Column<f32>]) -> (Tally, u64) {
        if self.held.is_none() {
            return Default::default();
        }
        let draws = cycle.draws(CODE);
        let failed = self.draw_fellows(&draws);
        self.fill_lines(cycle, attributes);
        let Self { held, upgrades, releases, places, met, calls, course, .. } = self;
        let Some(held) = held else { return Default::default() };
        let seeds = course.seeds.iter_mut().map(|seed| (seed.node, (seed.release, Mutex::new(&mut seed.sent))));
        let sending = Sending {
            having: releases.having(upgrades.as_ref()),
            draws,
            places,
            lines: releases.uplink().map(|_| calls.shared()),
            seeds: seeds.collect(),
            counts: (0..releases.count()).map(|_| Default::default()).collect(),
        };
        let tally = Listed { draws, partners: &**met }.run(held, &sending);
        let mut payload_bytes = failed * releases.longest_digest();
        for ((release, counts), sent) in (1..).zip(&mut course.sent).zip(sending.counts) {
            let [exchanges, useless, sent, by_seeds, digests] = sent.map(AtomicU64::into_inner);
            let more = CodeCounts { exchanges, useless, sent, by_seeds, digests };
            payload_bytes += releases.payload_bytes(release, &more);
            counts.add(&more);
        }
        self.run_who_has_all(cycle);
        (Tally { failed, ..tally }, payload_bytes)
    }

    /// All members but the first, which is a seed, forget the code of their application. A seam for measures of how
    /// code spreads.
    #[doc(hidden)]
    pub fn forget_code(&mut self) {
        let first = self.places.iter().position(|&place| place != NONE).filter(|_| self.held.is_some());
        let Some(first) = first else { return };
        let release = |node: usize, inside: &Self| inside.having().held(node, inside.places[node]);
        for node in first + 1..self.places.len() {
            if self.phases[node] == RUNNING {
                let release = release(node, self);
                self.change_code(node, |own, _| own.begin(release));
                self.phases[node] = FETCHING;
            }
        }
        let (app, release) = (self.places[first], release(first, self));
        self.course.seeds = vec![Seed { node: first as u32, app, version: 1, release, sent: Vec::new() }];
    }

    /// Each member in an overlay that is to have code notes a random other one.
    fn draw_fellows(&mut self, draws: &Draws) -> u64 {
        let having = self.releases.having(self.upgrades.as_ref());
        let places = &self.places;
        let starts = |node: usize| places[node] != NONE && having.held(node, places[node]) != NO_CODE;
        if self.overlay.views.is_some() {
            return self.overlay.draw_inside(&mut self.met, draws, (places, Mask::ALL), starts);
        }
        let pools = self.pools();
        let strides = self.met.par_chunks_mut(STRIDE).zip(places.par_chunks(STRIDE)).enumerate();
        strides.for_each(|(stride, (met, places))| {
            let first = (stride * STRIDE) as u32;
            draws.partners().fill(met, first, 0);
            for ((met, &place), node) in met.iter_mut().zip(places).zip(first..) {
                let pool = pools.get(usize::from(place)).filter(|_| having.held(node as usize, place) != NO_CODE);
                *met = pool.map_or(NOBODY, |pool| fellow(pool, node, *met));
            }
        });
        0
    }

    /// Where lines are slow: how many chunks each member can send in a cycle, in place of the calls, which are over.
    fn fill_lines(&mut self, cycle: Cycle, attributes: &[Column<f32>]) {
        let Some(Uplink { rate, share }) = self.releases.uplink() else { return };
        let having = self.releases.having(self.upgrades.as_ref());
        let strides = self.calls.par_chunks_mut(STRIDE).zip(self.places.par_chunks(STRIDE)).enumerate();
        strides.for_each(|(stride, (lines, places))| {
            for ((line, &place), node) in lines.iter_mut().zip(places).zip(stride * STRIDE..) {
                let Some(code) = having.releases.code(having.held(node, place)) else {
                    *line = 0;
                    continue;
                };
                let mbps = match rate {
                    Rate::Mbps(mbps) => mbps,
                    Rate::Attribute(attribute) => f64::from(attributes[attribute][node]),
                };
                let bytes = mbps * share * MEGABIT / BYTE * having.releases.cycle_seconds;
                *line = in_cycle(bytes / chunk_bytes(code), cycle.number);
            }
        });
    }

    /// Members that have all chunks run their application, or its new release.
    fn run_who_has_all(&mut self, cycle: Cycle) {
        let Some(held) = self.held.as_deref() else { return };
        let (having, places) = (self.having(), &self.places);
        let strides = self.phases.par_chunks(STRIDE).zip(held.par_chunks(STRIDE)).enumerate();
        let ready = |(stride, (phases, held)): (usize, (&[u8], &[u64]))| {
            let nodes = (stride * STRIDE..).zip(phases.iter().zip(held));
            let ready = nodes.filter(|(node, (phase, held))| {
                let waits = match **phase {
                    FETCHING => true,
                    RUNNING => having.upgrades.is_some_and(|[wanted, run]| wanted[*node] != run[*node]),
                    _ => false,
                };
                waits && **held == having.releases.whole(having.held(*node, places[*node]))
            });
            ready.map(|(node, _)| node).collect::<Vec<usize>>()
        };
        for node in strides.map(ready).collect::<Vec<_>>().concat() {
            let release = self.having().held(node, self.places[node]);
            self.run_from_now(node, release, cycle);
        }
    }

    /// A node has all of a release, and begins to run its application, or goes on with that release.
    pub(super) fn run_from_now(&mut self, node: usize, release: u8, cycle: Cycle) {
        let Header { app, since, .. } = Header::of(self.record(node as u32));
        self.change_code(node, |own, releases| own.have(releases, release));
        let counts = &mut self.course.counts[usize::from(app)];
        if matches!(self.phases[node], RUNNING | ALONE) {
            counts.upgrades += 1;
            return;
        }
        counts.join_calls += 1;
        *counts.starts.entry((cycle.number as u16).wrapping_sub(since) & 0x7FFF).or_default() += 1;
        self.phases[node] = RUNNING;
    }

    /// The release that a node in an application is to have, if it has all of it and can run the application.
    pub(super) fn ready(&self, node: usize, app: u8) -> Option<u8> {
        let release = self.having().held(node, app);
        let has_all = self.held.as_deref().is_none_or(|held| held[node] == self.releases.whole(release));
        has_all.then_some(release)
    }
}

/// How many chunks a line carries in a cycle, from 1 on, which carries so many in a cycle on average: whole ones, and
/// what is left is carried on. Nothing of a number below 0, or that is none.
fn in_cycle(chunks: f64, cycle: u32) -> u32 {
    let chunks = chunks.max(0.0).min(u32::MAX.into());
    let until = |cycle: u32| (chunks * f64::from(cycle)).floor();
    (until(cycle) - until(cycle.saturating_sub(1))) as u32
}

/// A random one of a pool but a node itself, by a word; [`NOBODY`] if there is none.
fn fellow(pool: &[u32], node: u32, word: u32) -> u32 {
    let Some((&last, others)) = pool.split_last().filter(|(_, others)| !others.is_empty()) else { return NOBODY };
    let place = (u64::from(word) * others.len() as u64) >> 32;
    if others[place as usize] == node { last } else { others[place as usize] }
}

/// Bytes of a chunk.
fn chunk_bytes(code: &Code) -> f64 {
    code.bytes as f64 / f64::from(code.chunks)
}

impl Releases {
    /// Bytes by which a member says which chunks of a release it has.
    fn digest_bytes(&self, release: u8) -> u64 {
        self.code(release).map_or(0, |code| u64::from(code.chunks.div_ceil(8)))
    }

    /// Bytes of what was sent of a release.
    pub(super) fn payload_bytes(&self, release: u8, counts: &CodeCounts) -> u64 {
        let chunks = self.code(release).map_or(0.0, |code| counts.sent as f64 * chunk_bytes(code));
        chunks.round() as u64 + counts.digests * self.digest_bytes(release)
    }

    /// Bytes of the longest message by which a member says which chunks it has: one that nobody answers counts as such.
    fn longest_digest(&self) -> u64 {
        (1..=self.count() as u8).map(|release| self.digest_bytes(release)).max().unwrap_or(0)
    }
}

/// What has moved of a release: exchanges, those in which nothing did, chunks sent, those that seeds sent, and messages
/// that told of chunks. Sums, so that the order of threads is no matter.
type Totals = [AtomicU64; 5];

/// What a seed has sent: of which release, and how often each chunk of it has arrived.
type Sent<'a> = (u8, Mutex<&'a mut Vec<u32>>);

/// Two members send each other chunks.
struct Sending<'a> {
    having: Having<'a>,
    draws: Draws,
    /// The application of each node.
    places: &'a [u8],
    /// How many chunks each node can still send in this cycle, if there is a limit. Exchanges of one node come one
    /// after the other, in an order that the scenario decides: so neither these numbers nor what seeds have sent depend
    /// on threads.
    lines: Option<&'a [AtomicU32]>,
    /// The seeds, ascending by node.
    seeds: Vec<(u32, Sent<'a>)>,
    /// What has moved, release by release.
    counts: Vec<Totals>,
}

impl Sending<'_> {
    /// What a node has of a release: the chunks that it `held`, or all if it runs that release beside.
    fn offered(&self, node: u32, place: u8, held: u64, release: u8) -> u64 {
        let node = node as usize;
        if self.having.held(node, place) == release {
            held
        } else if self.having.beside(node) == release {
            self.having.releases.whole(release)
        } else {
            0
        }
    }

    /// What a node sends of the chunks of a release that the other lacks, and whether it is a seed. A seed counts what
    /// arrives, and not what is `lost`.
    fn send(&self, node: u32, (release, lacking): (u8, u64), lost: bool, words: &mut Words) -> (u64, bool) {
        let Some(code) = self.having.releases.code(release).filter(|_| lacking != 0) else { return (0, false) };
        let line = self.lines.map(|lines| &lines[node as usize]);
        let most = line.map_or(code.per_exchange, |line| code.per_exchange.min(line.load(Ordering::Relaxed)));
        let found = self.seeds.binary_search_by_key(&node, |(seed, _)| *seed).ok().map(|place| &self.seeds[place].1);
        let seed = found.filter(|(of, _)| *of == release);
        let chosen = match seed {
            Some((_, sent)) if !lost => {
                let mut sent = sent.lock().unwrap_or_else(PoisonError::into_inner);
                sent.resize(code.chunks as usize, 0);
                least_sent(lacking, most, &mut sent, words)
            }
            _ => some(lacking, most, words),
        };
        if let Some(line) = line {
            line.fetch_sub(chosen.count_ones(), Ordering::Relaxed);
        }
        (chosen, seed.is_some())
    }

    /// Counts the message by which a node says which chunks it has.
    fn tell(&self, node: u32, place: u8, sums: &mut Sums<'_>) {
        let releases = [self.having.held(node as usize, place), self.having.beside(node as usize)];
        for release in releases {
            sums.add(release, DIGESTS, 1);
        }
    }
}

/// Releases whose totals a batch sums up by itself: other threads write to totals, too. Changes speed only.
const SUMMED: usize = 8;

/// What has moved in a batch, release by release.
struct Sums<'a> {
    batch: [[u64; 5]; SUMMED],
    all: &'a [Totals],
}

impl Sums<'_> {
    /// Adds to a total of a release; nothing to one of no code.
    fn add(&mut self, release: u8, total: usize, more: u64) {
        if release == NO_CODE {
            return;
        }
        let release = usize::from(release) - 1;
        match self.batch.get_mut(release) {
            Some(sums) => sums[total] += more,
            None => _ = self.all[release][total].fetch_add(more, Ordering::Relaxed),
        }
    }

    /// Adds the sums of the batch to those of all.
    fn over(self) {
        for (sum, total) in self.batch.iter().flatten().zip(self.all.iter().flatten()) {
            if *sum > 0 {
                total.fetch_add(*sum, Ordering::Relaxed);
            }
        }
    }
}

/// Places in [`Totals`].
const EXCHANGES: usize = 0;
const USELESS: usize = 1;
const SENT: usize = 2;
const BY_SEEDS: usize = 3;
const DIGESTS: usize = 4;

impl Protocol<u64> for Sending<'_> {
    fn run(&self, ends: &mut impl Ends<u64>, batch: &mut Batch<'_>) -> Tally {
        let mut tally = Tally::default();
        let mut sums = Sums { batch: [[0; 5]; SUMMED], all: &self.counts };
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            let nodes = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let place = self.places[nodes[0] as usize];
            debug_assert!(place != NONE, "who starts is in an overlay");
            let wanted = nodes.map(|node| self.having.held(node as usize, place));
            sums.add(wanted[0], EXCHANGES, 1);
            self.tell(nodes[0], place, &mut sums);
            if loss == REQUEST_LOST {
                sums.add(wanted[0], USELESS, 1);
                continue;
            }
            self.tell(nodes[1], place, &mut sums);
            let [own, other] = [ends.initiator(from), ends.partner(to)];
            let lacking = [
                self.offered(nodes[1], place, other, wanted[0]) & !own,
                self.offered(nodes[0], place, own, wanted[1]) & !other,
            ];
            let is_lost = loss == REPLY_LOST;
            let mut words = Words::new(self.draws.meetings(), nodes[0]);
            let (to_other, own_is_seed) = self.send(nodes[0], (wanted[1], lacking[1]), false, &mut words);
            let (to_own, other_is_seed) = self.send(nodes[1], (wanted[0], lacking[0]), is_lost, &mut words);
            ends.set_partner(to, other | to_other);
            if !is_lost {
                ends.set_initiator(from, own | to_own);
            }
            let counts = [to_own, to_other].map(|chunks| u64::from(chunks.count_ones()));
            for ((release, count), by_seed) in wanted.into_iter().zip(counts).zip([other_is_seed, own_is_seed]) {
                sums.add(release, SENT, count);
                sums.add(release, BY_SEEDS, u64::from(by_seed) * count);
            }
            let arrived = counts[1] + if is_lost { 0 } else { counts[0] };
            sums.add(wanted[0], USELESS, u64::from(arrived == 0));
        }
        sums.over();
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::in_cycle;

    #[test]
    fn what_is_left_of_a_chunk_is_carried_into_the_next_cycle() {
        let of = |chunks: f64| (1..=6).map(|cycle| in_cycle(chunks, cycle)).collect::<Vec<u32>>();
        assert_eq!(of(2.5), [2, 3, 2, 3, 2, 3]);
        assert_eq!(of(0.25), [0, 0, 0, 1, 0, 0]);
        assert_eq!(of(3.0), [3; 6]);
        assert_eq!(of(-1.0), [0; 6]);
        assert_eq!(of(f64::NAN), [0; 6]);
        assert_eq!(of(f64::INFINITY)[0], u32::MAX);
    }
}
