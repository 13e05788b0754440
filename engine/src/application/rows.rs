//! Rows of contacts, of members, and of code.
//!
//! Reads the records of contacts once as a stream, and a byte of each contact at random. How many nodes are anybody's
//! contact takes a counter of four bytes a node, and a pass an application.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use datasets::trace::{CodeRow, ContactRow, MemberRow};
use kernels::code::all;
use kernels::contacts::{Header, age, of_app};
use kernels::prefetch::prefetch;
use kernels::views::NOBODY;
use rayon::prelude::*;

use super::code::{bytes_of, digest_bytes};
use super::state::{ALONE, Applications, CodeCounts, Counts, FETCHING, RUNNING, WAITING};
use crate::memory::{Mask, STRIDE};

/// Nodes between the fetching of what contacts are and the looking. Changes speed only.
const AHEAD: usize = 8;

/// What is counted of an application.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Live nodes that have a contact of it.
    knowing: u64,
    contacts: u64,
    valid: u64,
    ages: u64,
    waiting: u64,
    fetching: u64,
    running: u64,
    alone: u64,
}

impl Found {
    fn add(&mut self, other: &Self) {
        let Self { knowing, contacts, valid, ages, waiting, fetching, running, alone } = other;
        self.knowing += knowing;
        self.contacts += contacts;
        self.valid += valid;
        self.ages += ages;
        self.waiting += waiting;
        self.fetching += fetching;
        self.running += running;
        self.alone += alone;
    }
}

/// The rows of `contacts`, of `members`, and of `code`.
pub type Rows = (Vec<ContactRow>, Vec<MemberRow>, Vec<CodeRow>);

impl Applications {
    /// The rows of `contacts`, `members` and `code`, an application each, where `live` nodes live. Counting begins
    /// anew. `is_thorough` asks how many nodes are anybody's contact.
    pub fn rows(
        &mut self,
        names: &[String],
        (alive, live): (Mask<'_>, u64),
        (cycle, is_thorough): (u32, bool),
    ) -> Rows {
        let counts = self.take_counts();
        let found = self.find(alive, cycle as u8);
        let members =
            names.iter().zip(&found).zip(&counts).map(|((name, found), counts)| member(name, cycle, found, counts));
        let members = members.collect();
        let code = self.code_rows(names, cycle, &counts);
        if !self.is_gossiping() {
            return (Vec::new(), members, code);
        }
        let row = |(app, name): (usize, &String)| {
            let (found, counts) = (&found[app], &counts[app]);
            let [distinct, most] = if is_thorough { self.held(app, alive).map(Some) } else { [None; 2] };
            ContactRow {
                cycle,
                app: name.clone(),
                known_fraction: mean(found.knowing, live),
                valid_fraction: mean(found.valid, found.contacts),
                age_mean: mean(found.ages, found.contacts),
                distinct_count: distinct,
                most_held_fraction: most.map_or(f64::NAN, |most| mean(most, live)),
                tries_mean: mean(counts.tries, counts.waits.values().sum()),
                busy_count: counts.busy,
            }
        };
        (names.iter().enumerate().map(row).collect(), members, code)
    }

    /// The rows of `code`, if there is any. Reads ten bytes a node.
    fn code_rows(&self, names: &[String], cycle: u32, counts: &[Counts]) -> Vec<CodeRow> {
        let Some((held, code)) = self.held.as_deref().zip(self.subcloud.code.as_ref()) else { return Vec::new() };
        let strides = self.places.par_chunks(STRIDE).zip(held.par_chunks(STRIDE)).map(|(places, held)| {
            let mut found = vec![[0_u64; 3]; self.shape.apps];
            for (&place, held) in places.iter().zip(held) {
                let Some([members, chunks, complete]) = found.get_mut(usize::from(place)) else { continue };
                *members += 1;
                *chunks += u64::from(held.count_ones());
                *complete += u64::from(*held == all(code.chunks));
            }
            found
        });
        let mut sum = vec![[0; 3]; self.shape.apps];
        for found in strides.collect::<Vec<_>>() {
            sum.iter_mut().zip(found).for_each(|(sum, found)| (0..3).for_each(|k| sum[k] += found[k]));
        }
        let row = |((name, [members, chunks, complete]), counts): ((&String, [u64; 3]), &Counts)| {
            let CodeCounts { exchanges, useless, sent, by_seeds, digests } = counts.code;
            CodeRow {
                cycle,
                app: name.clone(),
                chunks_fraction: mean(chunks, members * u64::from(code.chunks)),
                complete_fraction: mean(complete, members),
                useless_fraction: mean(useless, exchanges),
                sent_count: sent,
                seed_sent_count: by_seeds,
                payload_bytes: bytes_of(code, sent) + digests * digest_bytes(code),
            }
        };
        names.iter().zip(sum).zip(counts).map(row).collect()
    }

    /// Counts what there is, application by application.
    fn find(&self, alive: Mask<'_>, now: u8) -> Vec<Found> {
        let (shape, apps) = (self.shape, self.shape.apps);
        let cells = shape.words();
        let strides = self.contacts.par_chunks(STRIDE * cells).enumerate().map(|(stride, records)| {
            let mut found = vec![Found::default(); apps];
            for (k, record) in records.chunks_exact(cells).enumerate() {
                let addresses = records.get((k + AHEAD) * cells + 1..).unwrap_or_default();
                for &address in addresses.iter().take(shape.entries()) {
                    self.places.get(address as usize).into_iter().for_each(prefetch);
                }
                let node = stride * STRIDE + k;
                if !alive.holds(node) {
                    continue;
                }
                if let Some(found) = found.get_mut(usize::from(Header::of(record).app)) {
                    match self.phases[node] {
                        WAITING => found.waiting += 1,
                        FETCHING => found.fetching += 1,
                        RUNNING => found.running += 1,
                        ALONE => found.alone += 1,
                        _ => {}
                    }
                }
                for (app, found) in found.iter_mut().enumerate() {
                    let (addresses, stamps) = of_app(record, shape, app);
                    let known = addresses.iter().zip(stamps).take_while(|(address, _)| **address != NOBODY);
                    let before = found.contacts;
                    for (&address, &stamp) in known {
                        found.contacts += 1;
                        found.ages += u64::from(age(now, stamp));
                        found.valid += u64::from(usize::from(self.places[address as usize]) == app);
                    }
                    found.knowing += u64::from(found.contacts > before);
                }
            }
            found
        });
        let mut sum = vec![Found::default(); apps];
        for part in strides.collect::<Vec<_>>() {
            sum.iter_mut().zip(&part).for_each(|(sum, found)| sum.add(found));
        }
        sum
    }

    /// How many nodes are a contact of an application to a live node, and to how many live nodes the one is that most
    /// have.
    fn held(&self, app: usize, alive: Mask<'_>) -> [u64; 2] {
        let cells = self.shape.words();
        let counters: Vec<AtomicU32> = (0..self.phases.len()).into_par_iter().map(|_| AtomicU32::new(0)).collect();
        self.contacts.par_chunks(STRIDE * cells).enumerate().for_each(|(stride, records)| {
            let live = records.chunks_exact(cells).enumerate().filter(|(k, _)| alive.holds(stride * STRIDE + k));
            for address in live.flat_map(|(_, record)| of_app(record, self.shape, app).0) {
                counters.get(*address as usize).into_iter().for_each(|counter| {
                    counter.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        let one = |counter: &AtomicU32| {
            let count = u64::from(counter.load(Ordering::Relaxed));
            [u64::from(count > 0), count]
        };
        let of_all = |counters: &[AtomicU32]| {
            counters.iter().map(one).fold([0; 2], |[sum, most], [one, count]| [sum + one, most.max(count)])
        };
        let strides: Vec<[u64; 2]> = counters.par_chunks(STRIDE).map(of_all).collect();
        strides.into_iter().fold([0; 2], |[sum, most], [one, count]| [sum + one, most.max(count)])
    }
}

/// The row of `members` of an application.
fn member(name: &str, cycle: u32, found: &Found, counts: &Counts) -> MemberRow {
    let Counts { join_calls, leave_calls, crashed, waits, starts, .. } = counts;
    let [[wait_mean, wait_p99], [start_mean, start_p99]] = [waits, starts].map(of_waits);
    MemberRow {
        cycle,
        app: name.to_owned(),
        assigned_count: found.waiting + found.fetching + found.running + found.alone,
        waiting_count: found.waiting,
        fetching_count: found.fetching,
        running_count: found.running + found.alone,
        alone_count: found.alone,
        join_calls_count: *join_calls,
        leave_calls_count: *leave_calls,
        crashed_count: *crashed,
        wait_cycles_mean: wait_mean,
        wait_cycles_p99: wait_p99,
        start_cycles_mean: start_mean,
        start_cycles_p99: start_p99,
    }
}

/// The mean of the waits, and the least that 99 % do not exceed.
fn of_waits(waits: &BTreeMap<u16, u64>) -> [f64; 2] {
    let count: u64 = waits.values().sum();
    let sum: u64 = waits.iter().map(|(&cycles, count)| u64::from(cycles) * count).sum();
    let mut below = 0;
    let mut is_p99 = |nodes: u64| {
        below += nodes;
        below * 100 >= count * 99
    };
    let p99 = waits.iter().find(|(_, nodes)| is_p99(**nodes));
    [mean(sum, count), p99.map_or(f64::NAN, |(&cycles, _)| cycles.into())]
}

/// A mean; not a number of nothing.
fn mean(sum: u64, count: u64) -> f64 {
    if count == 0 { f64::NAN } else { sum as f64 / count as f64 }
}
