//! Path lengths: searches in breadth from several sources at once, edges taken in both directions.
//!
//! ```text
//! a bit a source: who had reached a node before this level, who has by now, and who did at the last level (the news)
//! at each level, for each live node:
//!     whoever had reached somebody whom it knows reaches it     (while it lacks somebody)
//!     its news reaches whom it knows                            (if there is any)
//! ```
//!
//! Reads every view once a level, and touches a byte an entry at random where a node lacks somebody, another where it
//! has news; beside that three bytes a node as a stream. At first few nodes have been reached, at last few lack
//! somebody: then a filter in cache says which entries matter, and the others touch nothing. What is reached at a level
//! is a union, whatever the order.

use std::io;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use kernels::prefetch::prefetch;
use kernels::views::NOBODY;
use rayon::prelude::*;

use super::filter::{Filling, Filter};
use super::{AHEAD, Graph, STRIP};
use crate::memory::{Column, MEMBER, strides};

/// Sources of a search: the bits of a byte.
const TOGETHER: usize = 8;

/// Levels that any search may have, and nodes times levels: beyond both, paths are too long to follow. A random graph
/// of 10^9 nodes has eight levels; a ring of 10^6 would have 50,000.
const LEVELS: u64 = 64;
const WORK: u64 = 1 << 28;

/// What searches find.
#[derive(Debug)]
pub struct Paths {
    /// Mean distance from the sources to the nodes that they reach; not a number if there are none, or paths are too
    /// long.
    pub mean: f64,
    /// Whether every source of a search reaches every live node.
    pub reached_all: bool,
}

/// Distances found.
#[derive(Clone, Copy, Default)]
struct Distances {
    sum: u64,
    count: u64,
}

/// A search under way.
struct Search<'a> {
    graph: &'a Graph<'a>,
    /// The bits of all sources.
    all: u8,
    /// Who had reached each node before this level; nobody the dead.
    before: Column<u8>,
    /// Who has by now; all the dead, so that nobody tries.
    by_now: Column<u8>,
    /// Who did at the last level.
    news: Column<u8>,
    /// The nodes that somebody reached at the last level, if they are few.
    reached: Option<Filter>,
    /// The nodes that somebody has yet to reach, if they are few.
    lacking: Option<Filter>,
    /// Whether most have news, and most lack somebody.
    flood: bool,
}

impl Graph<'_> {
    /// The mean distance from the sources to the live nodes that they reach.
    pub(super) fn paths(&self, sources: &[u32], live: u64) -> io::Result<Paths> {
        let mut distances = Distances::default();
        let mut reached_all = false;
        for sources in sources.chunks(TOGETHER) {
            let mut search = Search::from(self, sources)?;
            let all_paths = (live - 1) * sources.len() as u64;
            let (found, ended) = search.run(all_paths);
            if !ended {
                return Ok(Paths { mean: f64::NAN, reached_all: false });
            }
            reached_all |= found.count == all_paths;
            distances = Distances { sum: distances.sum + found.sum, count: distances.count + found.count };
        }
        Ok(Paths { mean: distances.sum as f64 / distances.count as f64, reached_all })
    }
}

impl<'a> Search<'a> {
    /// A search that has reached its sources.
    fn from(graph: &'a Graph<'a>, sources: &[u32]) -> io::Result<Self> {
        let nodes = graph.nodes();
        let reached = Filling::new(nodes);
        let mut search = Self {
            graph,
            all: u8::MAX >> (TOGETHER - sources.len()),
            before: Column::anonymous(nodes)?,
            by_now: Column::anonymous(nodes)?,
            news: Column::anonymous(nodes)?,
            reached: None,
            lacking: None,
            flood: false,
        };
        let alive = graph.alive.marks().into_iter().flatten();
        for (by_now, _) in search.by_now.iter_mut().zip(alive).filter(|&(_, &alive)| alive != MEMBER) {
            *by_now = u8::MAX;
        }
        for (bit, &source) in sources.iter().enumerate() {
            for sets in [&mut search.before, &mut search.by_now, &mut search.news] {
                sets[source as usize] = 1 << bit;
            }
            reached.insert(source);
        }
        search.reached = reached.done(sources.len() as u64);
        Ok(search)
    }

    /// Runs until nobody reaches anybody new; whether it came to that within bounds.
    fn run(&mut self, all_paths: u64) -> (Distances, bool) {
        let mut found = Distances::default();
        let most = LEVELS.max(WORK / self.news.len() as u64);
        for distance in 1..=most {
            self.level();
            let new = self.settle();
            found = Distances { sum: found.sum + distance * new, count: found.count + new };
            if new == 0 || found.count == all_paths {
                return (found, true);
            }
        }
        (found, false)
    }

    /// All nodes reach those next to them.
    fn level(&mut self) {
        if self.flood {
            // What all have learnt need not be told: most sets that a node would change are as they should be by then.
            self.sweep(true, false);
            self.sweep(false, true);
        } else {
            self.sweep(true, true);
        }
    }

    /// Nodes learn from those whom they know, or tell them, or both.
    fn sweep(&mut self, learn: bool, tell: bool) {
        let Self { graph, all, before, by_now, news, reached, lacking, .. } = self;
        let (links, before, by_now, all) = (graph.links, &**before, by_now.shared(), *all);
        let (reached, lacking) = (reached.as_ref(), lacking.as_ref());
        let strides = news.par_chunks(STRIP).enumerate();
        strides.for_each(|(stride, news)| {
            let first = stride * STRIP;
            for (k, &new) in news.iter().enumerate() {
                let node = first + k;
                let later = links.places_of_any(node + AHEAD).iter();
                if learn && reached.is_none() && before.get(node + AHEAD).is_some_and(|&before| before != all) {
                    later.clone().for_each(|&other| before.get(other as usize).into_iter().for_each(prefetch));
                }
                if tell && lacking.is_none() && news.get(k + AHEAD).is_some_and(|&news| news != 0) {
                    later.for_each(|&other| by_now.get(other as usize).into_iter().for_each(prefetch));
                }
                let known = links.places_of(node);
                if learn && before[node] != all && graph.is_alive(node as u32) {
                    let mut learnt = 0;
                    each(known, reached, |other| learnt |= before[other as usize]);
                    add(&by_now[node], learnt);
                }
                if tell && new != 0 {
                    each(known, lacking, |other| add(&by_now[other as usize], new));
                }
            }
        });
    }

    /// Ends a level: who has been reached by now has been before the next. Returns how often somebody was.
    fn settle(&mut self) -> u64 {
        let Self { graph, all, before, by_now, news, reached, lacking, flood } = self;
        let all = *all;
        let (now_reached, now_lacking) = (Filling::new(news.len()), Filling::new(news.len()));
        let columns = ((&mut **before, &**by_now), &mut **news);
        let counts = strides(columns, |first, ((before, by_now), news)| {
            let mut counts = [0; 3];
            let sets = before.iter_mut().zip(by_now).zip(news);
            for (node, ((before, &by_now), news)) in (first as u32..).zip(sets) {
                if !graph.is_alive(node) {
                    continue;
                }
                *news = by_now & !*before;
                *before = by_now;
                counts[0] += u64::from(news.count_ones());
                if *news != 0 {
                    counts[1] += 1;
                    now_reached.insert(node);
                }
                if by_now != all {
                    counts[2] += 1;
                    now_lacking.insert(node);
                }
            }
            counts
        });
        let sum = |sum: [u64; 3], counts: [u64; 3]| [0, 1, 2].map(|k| sum[k] + counts[k]);
        let [count, reaching, short] = counts.into_iter().fold([0; 3], sum);
        *flood = reaching > news.len() as u64 / 2 && short > news.len() as u64 / 2;
        (*reached, *lacking) = (now_reached.done(reaching), now_lacking.done(short));
        count
    }
}

/// Calls `with` for the entries of a view: for all, or for those that may be among a few.
#[inline]
fn each(known: &[u32], few: Option<&Filter>, with: impl FnMut(u32)) {
    let known = || known.iter().copied();
    let there = |&other: &u32| other != NOBODY;
    match few {
        None => known().take_while(there).for_each(with),
        // Most views hold none of them: one branch for all of their entries.
        Some(few) if known().fold(false, |any, other| any | few.may_hold(other)) => {
            known().take_while(there).filter(|&other| few.may_hold(other)).for_each(with);
        }
        Some(_) => {}
    }
}

/// Adds bits to a set. Most often it has them.
#[inline]
fn add(set: &AtomicU8, bits: u8) {
    if set.load(Relaxed) & bits != bits {
        set.fetch_or(bits, Relaxed);
    }
}
