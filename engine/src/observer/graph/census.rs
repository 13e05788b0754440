//! The census: who knows whom, in one pass over the views.
//!
//! Reads every view as a stream; writes a counter an entry at random. An entry counts for the node that it names, dead
//! or not: the counters of live nodes are in-degrees, those of dead nodes are the dead links. A counter is a byte, so
//! that those of ten million nodes stay in cache; each time that one runs over is noted.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use kernels::prefetch::prefetch;
use kernels::views::{NOBODY, OLDEST};
use rayon::prelude::*;

use super::filter::Filling;
use super::{AHEAD, Graph, STRIP};
use crate::memory::Column;

/// Counters side by side, since many entries that follow one another are of one age. Changes speed only.
const LANES: usize = 4;

/// How old the entries of live nodes are. What an age counts is the protocol's; older entries stay at [`OLDEST`]. Not a
/// number without entries.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ages {
    /// The mean.
    pub mean: f64,
    /// The least age that half of them do not exceed, then that 90 % and 99 % do not.
    pub quantiles: [f64; 3],
    /// The most.
    pub most: f64,
}

/// What a pass over the views finds.
#[derive(Debug)]
pub struct Census {
    pub live: u64,
    pub entries: u64,
    pub dead_links: u64,
    pub ages: Ages,
    /// In-degrees that occur among live nodes, ascending, with the number of nodes.
    pub degrees: Vec<(u32, u64)>,
    /// Of the live nodes that most live nodes know, the first.
    pub hub: u32,
    /// Places in the list of watched nodes, and who knows the node there, ascending.
    pub arcs: Vec<(u32, u32)>,
}

/// What the records of a stride hold.
struct Stride {
    entries: u64,
    ages: [u64; 256],
    arcs: Vec<(u32, u32)>,
    /// Whose counters ran over, once for each time.
    over: Vec<u32>,
}

/// What the counters of a stride hold.
#[derive(Default)]
struct Counters {
    dead_links: u64,
    degrees: BTreeMap<u32, u64>,
    /// The most, and the first node that has it.
    hub: Option<(u32, u32)>,
}

impl Graph<'_> {
    /// Takes the census; `watched` nodes, ascending, learn who knows them.
    pub(super) fn census(&self, watched: &[u32]) -> io::Result<Census> {
        let filter = Filling::new(self.nodes());
        for &node in watched {
            filter.insert(node);
        }
        let filter = filter.done(watched.len() as u64);
        let place = |node: u32| {
            let may = filter.as_ref().is_none_or(|filter| filter.may_hold(node));
            if may { watched.binary_search(&node).ok() } else { None }
        };
        let mut degrees = Column::<u8>::anonymous(self.nodes())?;
        let counters = degrees.shared();
        let strides = (0..self.nodes()).into_par_iter().step_by(STRIP);
        let strides: Vec<Stride> = strides.map(|first| self.count(first, counters, place)).collect();
        let mut ages = [0; 256];
        for stride in &strides {
            ages.iter_mut().zip(stride.ages).for_each(|(sum, count)| *sum += count);
        }
        if let Some(now) = self.now {
            ages = from_stamps(&ages, now);
        }
        let mut over = BTreeMap::new();
        strides.iter().flat_map(|stride| &stride.over).for_each(|&node| *over.entry(node).or_default() += 1);
        let counters = self.sum(&degrees, &over);
        Ok(Census {
            live: counters.degrees.values().sum(),
            entries: strides.iter().map(|stride| stride.entries).sum(),
            dead_links: counters.dead_links,
            ages: Ages::of(&ages),
            degrees: counters.degrees.into_iter().collect(),
            hub: counters.hub.map_or(0, |(_, node)| node),
            arcs: strides.into_iter().flat_map(|stride| stride.arcs).collect(),
        })
    }

    /// Counts the entries of the live nodes of a stride.
    fn count(&self, first: usize, counters: &[AtomicU8], place: impl Fn(u32) -> Option<usize>) -> Stride {
        let mut ages = [[0_u32; 256]; LANES];
        let (mut arcs, mut over, mut entries) = (Vec::new(), Vec::new(), 0);
        for row in first..self.nodes().min(first + STRIP) {
            let node = row as u32;
            for &other in self.links.places_of_any(row + AHEAD) {
                counters.get(other as usize).into_iter().for_each(prefetch);
            }
            if !self.is_alive(node) {
                continue;
            }
            let stamps = self.links.ages_of(row);
            for (entry, &other) in self.links.places_of(row).iter().enumerate() {
                if other == NOBODY {
                    break;
                }
                entries += 1;
                if counters[other as usize].fetch_add(1, Relaxed) == u8::MAX {
                    over.push(other);
                }
                if let Some(&stamp) = stamps.get(entry) {
                    ages[entry % LANES][stamp as usize] += 1;
                }
                if let Some(place) = place(other) {
                    arcs.push((place as u32, node));
                }
            }
        }
        let ages = std::array::from_fn(|age| ages.iter().map(|lane| u64::from(lane[age])).sum());
        Stride { entries, ages, arcs, over }
    }

    /// Sums the counters up, and how often they ran `over`.
    fn sum(&self, counters: &[u8], over: &BTreeMap<u32, u32>) -> Counters {
        let strides = counters.par_chunks(STRIP).enumerate().map(|(stride, counters)| {
            let (mut common, mut sum) = ([0; 256], Counters::default());
            let mut over = over.range((stride * STRIP) as u32..).peekable();
            for (node, &counter) in ((stride * STRIP) as u32..).zip(counters) {
                let turns = over.next_if(|&(&next, _)| next == node).map_or(0, |(_, &turns)| turns);
                let degree = turns << 8 | u32::from(counter);
                if !self.is_alive(node) {
                    sum.dead_links += u64::from(degree);
                    continue;
                }
                match common.get_mut(degree as usize) {
                    Some(count) => *count += 1,
                    None => *sum.degrees.entry(degree).or_default() += 1,
                }
                if sum.hub.is_none_or(|(most, _)| degree > most) {
                    sum.hub = Some((degree, node));
                }
            }
            let common = (0..).zip(common).filter(|&(_, count)| count > 0);
            sum.degrees.extend(common);
            sum
        });
        strides.collect::<Vec<_>>().into_iter().fold(Counters::default(), Counters::merge)
    }
}

impl Counters {
    /// Adds those of a later stride.
    fn merge(mut self, later: Self) -> Self {
        self.dead_links += later.dead_links;
        for (degree, count) in later.degrees {
            *self.degrees.entry(degree).or_default() += count;
        }
        let most = self.hub.map(|(most, _)| most);
        self.hub = later.hub.filter(|&(degree, _)| Some(degree) > most).or(self.hub);
        self
    }
}

impl Census {
    /// The in-degrees of live nodes: mean, standard deviation, least and most.
    pub fn in_degree(&self) -> [f64; 4] {
        let live = self.live as f64;
        let links: u64 = self.degrees.iter().map(|&(degree, count)| u64::from(degree) * count).sum();
        let mean = links as f64 / live;
        let squares = self.degrees.iter().map(|&(degree, count)| (f64::from(degree) - mean).powi(2) * count as f64);
        let sd = (squares.sum::<f64>() / live).sqrt();
        let end = |degree: Option<&(u32, u64)>| degree.map_or(f64::NAN, |&(degree, _)| f64::from(degree));
        [mean, sd, end(self.degrees.first()), end(self.degrees.last())]
    }
}

/// How old an entry is that bears a stamp: an age, or the low byte of a cycle's number where `now` has that of this
/// one.
#[must_use]
pub fn age(stamp: u8, now: Option<u8>) -> u8 {
    now.map_or(stamp, |now| now.wrapping_sub(stamp).min(OLDEST))
}

/// How many entries are of each age, from how many bear each stamp.
fn from_stamps(stamps: &[u64; 256], now: u8) -> [u64; 256] {
    let mut ages = [0; 256];
    for (stamp, count) in (0..=u8::MAX).zip(stamps) {
        ages[age(stamp, Some(now)) as usize] += count;
    }
    ages
}

impl Ages {
    fn of(counts: &[u64; 256]) -> Self {
        let entries: u64 = counts.iter().sum();
        if entries == 0 {
            return Self::default();
        }
        // The least age up to which there are so many entries.
        let least = |wanted: u64| {
            let mut sum = 0;
            let age = counts.iter().position(|count| {
                sum += count;
                sum >= wanted
            });
            age.map_or(f64::NAN, |age| age as f64)
        };
        let sum: u64 = (0..).zip(counts).map(|(age, count)| age * count).sum();
        Self {
            mean: sum as f64 / entries as f64,
            quantiles: [50, 90, 99].map(|percent| least((entries * percent).div_ceil(100))),
            most: least(entries),
        }
    }
}

impl Default for Ages {
    fn default() -> Self {
        Self { mean: f64::NAN, quantiles: [f64::NAN; 3], most: f64::NAN }
    }
}
