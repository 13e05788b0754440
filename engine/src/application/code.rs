//! Code: members send each other the chunks that they need before they can run their application.
//!
//! ```text
//! each member in the overlay, with a random entry of its view that is a member:
//!     it says which chunks it has; each then sends the other so many that it has and the other lacks, at random
//!     a seed sends those first of which fewest have arrived: else its last chunk would come late
//! request lost: nothing.   reply lost: the partner has its chunks, the initiator has not
//! ```
//!
//! Reads and writes eight bytes a node, once as a stream and once at random, a line of each view, and a list of four
//! bytes a node; a byte at random for each entry that is tried.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use datasets::scenario::Code;
use kernels::code::{all, least_sent, some};
use kernels::contacts::{Header, MOST_APPS};
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::suite::NONE;
use kernels::views::Words;
use rayon::prelude::*;

use super::state::{Applications, CodeCounts, FETCHING, RUNNING, Seed};
use crate::memory::{Mask, STRIDE};
use crate::schedule::purpose::CODE;
use crate::schedule::{Batch, Cycle, Draws, Listed, NOBODY, Protocol};

impl Applications {
    /// Members fetch code; those who have all of it run. Returns the messages, the bytes of a request and of a reply,
    /// and those of the chunks.
    pub fn fetch(&mut self, cycle: Cycle) -> (Tally, [u64; 2], u64) {
        let Some(code) = self.subcloud.code.clone() else { return Default::default() };
        let draws = cycle.draws(CODE);
        let failed = self.draw_fellows(&draws);
        let Self { held, places, met, course, .. } = self;
        let Some(held) = held else { return Default::default() };
        let seeds = course.seeds.iter_mut().map(|seed| (seed.node, Mutex::new(&mut seed.sent))).collect();
        let sending = Sending { code: &code, draws, places, seeds, counts: Totals::default() };
        let tally = Listed { draws, partners: &**met }.run(held, &sending);
        let told = digest_bytes(&code);
        let mut chunks = 0;
        for (counts, moved) in course.counts.iter_mut().zip(sending.counts.0) {
            let [exchanges, useless, sent, by_seeds, digests] = moved.map(AtomicU64::into_inner);
            chunks += sent;
            counts.code.add(&CodeCounts { exchanges, useless, sent, by_seeds, digests });
        }
        self.start_who_has_all(cycle);
        (Tally { failed, ..tally }, [told; 2], bytes_of(&code, chunks))
    }

    /// All members but the first, which is a seed, forget the code of their application. A seam for measures of how
    /// code spreads.
    #[doc(hidden)]
    pub fn forget_code(&mut self) {
        let Some(first) = self.places.iter().position(|&place| place != NONE) else { return };
        let Some(held) = &mut self.held else { return };
        for node in (first + 1..held.len()).filter(|&node| self.phases[node] == RUNNING).collect::<Vec<_>>() {
            (held[node], self.phases[node]) = (0, FETCHING);
        }
        self.course.seeds = vec![Seed { node: first as u32, app: self.places[first], version: 1, sent: Vec::new() }];
    }

    /// Each member in an overlay notes a random other one.
    fn draw_fellows(&mut self, draws: &Draws) -> u64 {
        if self.overlay.views.is_some() {
            return self.overlay.draw_inside(&mut self.met, draws, (&self.places, Mask::ALL));
        }
        let pools = self.pools();
        let strides = self.met.par_chunks_mut(STRIDE).zip(self.places.par_chunks(STRIDE)).enumerate();
        strides.for_each(|(stride, (met, places))| {
            let first = (stride * STRIDE) as u32;
            draws.partners().fill(met, first, 0);
            for ((met, &place), node) in met.iter_mut().zip(places).zip(first..) {
                *met = pools.get(usize::from(place)).map_or(NOBODY, |pool| fellow(pool, node, *met));
            }
        });
        0
    }

    /// Members that have all chunks run their application.
    fn start_who_has_all(&mut self, cycle: Cycle) {
        let Some((held, code)) = self.held.as_deref().zip(self.subcloud.code.as_ref()) else { return };
        let whole = all(code.chunks);
        let strides = self.phases.par_chunks(STRIDE).zip(held.par_chunks(STRIDE)).enumerate();
        let ready = |(stride, (phases, held)): (usize, (&[u8], &[u64]))| {
            let nodes = stride * STRIDE..;
            let ready =
                nodes.zip(phases.iter().zip(held)).filter(|(_, (phase, held))| **phase == FETCHING && **held == whole);
            ready.map(|(node, _)| node).collect::<Vec<usize>>()
        };
        for node in strides.map(ready).collect::<Vec<_>>().concat() {
            self.run_from_now(node, cycle);
        }
    }

    /// A node begins to run its application.
    pub(super) fn run_from_now(&mut self, node: usize, cycle: Cycle) {
        let Header { app, since, .. } = Header::of(self.record(node as u32));
        let counts = &mut self.course.counts[usize::from(app)];
        counts.join_calls += 1;
        *counts.starts.entry((cycle.number as u16).wrapping_sub(since) & 0x7FFF).or_default() += 1;
        self.phases[node] = RUNNING;
    }

    /// Whether a node has all that it needs to run its application.
    pub(super) fn is_ready(&self, node: usize) -> bool {
        let needed = self.held.as_deref().zip(self.subcloud.code.as_ref());
        needed.is_none_or(|(held, code)| held[node] == all(code.chunks))
    }
}

/// A random one of a pool but a node itself, by a word; [`NOBODY`] if there is none.
fn fellow(pool: &[u32], node: u32, word: u32) -> u32 {
    let Some((&last, others)) = pool.split_last().filter(|(_, others)| !others.is_empty()) else { return NOBODY };
    let place = (u64::from(word) * others.len() as u64) >> 32;
    if others[place as usize] == node { last } else { others[place as usize] }
}

/// Bytes by which a member says which chunks it has.
pub(super) fn digest_bytes(code: &Code) -> u64 {
    u64::from(code.chunks.div_ceil(8))
}

/// Bytes of so many chunks.
pub(super) fn bytes_of(code: &Code, chunks: u64) -> u64 {
    (chunks as f64 * (code.bytes as f64 / f64::from(code.chunks))).round() as u64
}

/// What has moved in each application: exchanges, those in which nothing did, chunks sent, those that seeds sent, and
/// messages that told of chunks. Sums, so that the order of threads is no matter.
struct Totals([[AtomicU64; 5]; MOST_APPS]);

impl Default for Totals {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Default::default()))
    }
}

/// Two members send each other chunks.
struct Sending<'a> {
    code: &'a Code,
    draws: Draws,
    /// The application of each node.
    places: &'a [u8],
    /// How often each chunk has arrived that a seed has sent, seed by seed, ascending by node.
    seeds: Vec<(u32, Mutex<&'a mut Vec<u32>>)>,
    counts: Totals,
}

impl Sending<'_> {
    /// What a node sends of the chunks that the other lacks, and whether it is a seed. A seed counts what arrives, and
    /// not what is `lost`.
    fn send(&self, node: u32, lacking: u64, lost: bool, words: &mut Words) -> (u64, bool) {
        if lacking == 0 {
            return (0, false);
        }
        let most = self.code.per_exchange;
        match self.seeds.binary_search_by_key(&node, |(seed, _)| *seed) {
            // Exchanges of one node come one after the other, in an order that the scenario decides.
            Ok(_) if lost => (some(lacking, most, words), true),
            Ok(place) => {
                let mut sent = self.seeds[place].1.lock().unwrap_or_else(PoisonError::into_inner);
                sent.resize(self.code.chunks as usize, 0);
                (least_sent(lacking, most, &mut sent, words), true)
            }
            Err(_) => (some(lacking, most, words), false),
        }
    }
}

impl Protocol<u64> for Sending<'_> {
    fn run(&self, ends: &mut impl Ends<u64>, batch: &mut Batch<'_>) -> Tally {
        let mut tally = Tally::default();
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            let nodes = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let place = self.places[nodes[0] as usize];
            debug_assert!(place != NONE, "who starts is in an overlay");
            let [exchanges, useless, sent, by_seeds, digests] = &self.counts.0[usize::from(place) % MOST_APPS];
            let add = |sum: &AtomicU64, more: u64| {
                if more > 0 {
                    sum.fetch_add(more, Ordering::Relaxed);
                }
            };
            add(exchanges, 1);
            if loss == REQUEST_LOST {
                add(digests, 1);
                add(useless, 1);
                continue;
            }
            let [own, other] = [ends.initiator(from), ends.partner(to)];
            add(digests, 2);
            if own == other {
                add(useless, 1);
                continue;
            }
            let mut words = Words::new(self.draws.meetings(), nodes[0]);
            let (to_other, own_is_seed) = self.send(nodes[0], own & !other, false, &mut words);
            let (to_own, other_is_seed) = self.send(nodes[1], other & !own, loss == REPLY_LOST, &mut words);
            ends.set_partner(to, other | to_other);
            if loss != REPLY_LOST {
                ends.set_initiator(from, own | to_own);
            }
            let counts = [to_other, to_own].map(|chunks| u64::from(chunks.count_ones()));
            add(sent, counts[0] + counts[1]);
            add(by_seeds, u64::from(own_is_seed) * counts[0] + u64::from(other_is_seed) * counts[1]);
            add(useless, u64::from(counts[0] + if loss == REPLY_LOST { 0 } else { counts[1] } == 0));
        }
        tally
    }
}
