//! Rows of contacts, of members, and of code.
//!
//! Reads the records of contacts once as a stream, two bytes a node, ten more where there is code, and a byte of each
//! contact at random. How many nodes are anybody's
//! contact takes a counter of four bytes a node, and a pass an application.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use datasets::suite::Test;
use datasets::trace::{CodeRow, ContactRow, MemberRow};
use kernels::contacts::{Header, age, of_app};
use kernels::prefetch::prefetch;
use kernels::suite::NONE;
use kernels::views::NOBODY;
use rayon::prelude::*;

use super::releases::Wanted;
use super::state::{ALONE, Applications, CodeCounts, Counts, FETCHING, RUNNING, WAITING};
use crate::memory::{Mask, STRIDE, strides};
use crate::plans::condition::fits;
use crate::population::Population;

/// Nodes between the fetching of what contacts are and the looking. Changes speed only.
const AHEAD: usize = 8;

/// A node that waits or fetches for more cycles than that is stranded.
const STRANDED: u16 = 20;

/// What is counted of the code of an application.
#[derive(Clone, Copy, Debug, Default)]
struct Spread {
    members: u64,
    /// Chunks that they hold, and that they are to have.
    chunks: u64,
    needed: u64,
    /// Those that hold all.
    complete: u64,
    /// Nodes that run the newest code.
    current: u64,
    /// Chunks of the newest code that anybody holds.
    union: u64,
}

impl Spread {
    /// Counts a member in the overlay by the chunks that it holds, and by the whole code that it is to have, which may
    /// be the newest.
    fn meet(&mut self, held: u64, whole: u64, is_newest: bool) {
        self.members += 1;
        self.needed += u64::from(whole.count_ones());
        self.chunks += u64::from(held.count_ones());
        self.complete += u64::from(held == whole);
        if is_newest {
            self.union |= held;
        }
    }

    fn add(&mut self, other: &Self) {
        let Self { members, chunks, needed, complete, current, union } = other;
        self.members += members;
        self.chunks += chunks;
        self.needed += needed;
        self.complete += complete;
        self.current += current;
        self.union |= union;
    }
}

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
    /// Members that know somebody of it.
    known: u64,
    /// Those that wait for too long and know no contact, that wait and know one, and that fetch for too long.
    stranded: [u64; 3],
    spread: Spread,
}

impl Found {
    /// Counts a node that belongs to it.
    fn meet(&mut self, phase: u8, knows: bool, is_stranded: bool) {
        match phase {
            WAITING => self.waiting += 1,
            FETCHING => self.fetching += 1,
            RUNNING => self.running += 1,
            ALONE => self.alone += 1,
            _ => {}
        }
        let is_inside = matches!(phase, FETCHING | RUNNING);
        self.known += u64::from(is_inside || knows);
        let reason = match phase {
            WAITING if knows => 1,
            WAITING => 0,
            FETCHING => 2,
            _ => return,
        };
        self.stranded[reason] += u64::from(is_stranded);
    }

    fn add(&mut self, other: &Self) {
        let Self { knowing, contacts, valid, ages, waiting, fetching, running, alone, known, stranded, spread } = other;
        self.spread.add(spread);
        self.known += known;
        self.stranded.iter_mut().zip(stranded).for_each(|(sum, more)| *sum += more);
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
    /// Nodes that run an application: all of them, or those that fit a test. Reads the record of each node that runs
    /// anything, a byte a node, and four bytes a node for each attribute that the test names.
    #[must_use]
    pub fn running(&self, app: usize, test: Option<&Test>, population: &Population) -> u64 {
        let counts = strides((&*self.phases, population.values()), |first, (phases, attributes)| {
            let mut fit = [1; STRIDE];
            let fit = &mut fit[..phases.len()];
            if let Some(test) = test {
                fits(fit, test, &attributes);
            }
            let nodes = (first as u32..).zip(phases.iter().zip(fit));
            let runs = nodes.filter(|(_, (phase, fit))| **phase >= RUNNING && **fit == 1);
            runs.filter(|(node, _)| usize::from(Header::of(self.record(*node)).app) == app).count() as u64
        });
        counts.into_iter().sum()
    }

    /// The rows of `contacts`, `members` and `code`, an application each, where `live` nodes live. Counting begins
    /// anew. `is_thorough` asks how many nodes are anybody's contact.
    pub fn rows(
        &mut self,
        (names, wanted): (&[String], &Wanted),
        (alive, live): (Mask<'_>, u64),
        (cycle, is_thorough): (u32, bool),
    ) -> Rows {
        let (counts, sent) = self.take_counts();
        let newest: Vec<u8> = (0..self.shape.apps as u8).map(|app| wanted.release(wanted.newest(), app)).collect();
        let found = self.find(alive, cycle, &newest);
        let members =
            names.iter().zip(&found).zip(&counts).map(|((name, found), counts)| member(name, cycle, found, counts));
        let members = members.collect();
        let code = self.code_rows(names, cycle, (&newest, &found, &sent));
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

    /// The rows of `code`, of those applications that have any: from the release of each in the newest version, from
    /// what was found, and from what was sent of each release.
    fn code_rows(
        &self,
        names: &[String],
        cycle: u32,
        (newest, found, sent): (&[u8], &[Found], &[CodeCounts]),
    ) -> Vec<CodeRow> {
        let row = |(app, name): (usize, &String)| {
            let mut moved = CodeCounts::default();
            let mut payload_bytes = 0;
            for release in self.releases.of_app(app) {
                let sent = &sent[usize::from(release) - 1];
                moved.add(sent);
                payload_bytes += self.releases.payload_bytes(release, sent);
            }
            let found = &found[app].spread;
            let code = self.releases.code(newest[app]);
            CodeRow {
                cycle,
                app: name.clone(),
                version: code.map(|code| code.version.into()),
                current_count: if code.is_some() { found.current } else { 0 },
                missing_chunks_count: u64::from((self.releases.whole(newest[app]) & !found.union).count_ones()),
                chunks_fraction: mean(found.chunks, found.needed),
                complete_fraction: mean(found.complete, found.members),
                useless_fraction: mean(moved.useless, moved.exchanges),
                sent_count: moved.sent,
                seed_sent_count: moved.by_seeds,
                payload_bytes,
            }
        };
        let has_code = |(app, _): &(usize, &String)| self.releases.of_app(*app).next().is_some();
        names.iter().enumerate().filter(has_code).map(row).collect()
    }

    /// Counts what there is, application by application.
    fn find(&self, alive: Mask<'_>, cycle: u32, newest: &[u8]) -> Vec<Found> {
        let (shape, apps, having) = (self.shape, self.shape.apps, self.having());
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
                let Header { app, since, .. } = Header::of(record);
                if let Some(found) = found.get_mut(usize::from(app)) {
                    let knows = || !self.is_gossiping() || of_app(record, shape, app.into()).0[0] != NOBODY;
                    let is_stranded = (cycle as u16).wrapping_sub(since) & 0x7FFF > STRANDED;
                    found.meet(self.phases[node], knows(), is_stranded);
                    if let Some(held) = self.held.as_deref() {
                        let release = newest[usize::from(app)];
                        let runs = match having.upgrades {
                            Some([_, run]) => run[node] == release,
                            None => self.phases[node] >= RUNNING,
                        };
                        found.spread.current += u64::from(runs);
                        if self.places[node] != NONE {
                            let own = having.held(node, app);
                            found.spread.meet(held[node], self.releases.whole(own), own == release);
                        }
                    }
                }
                for (app, found) in found.iter_mut().enumerate() {
                    let (addresses, stamps) = of_app(record, shape, app);
                    let known = addresses.iter().zip(stamps).take_while(|(address, _)| **address != NOBODY);
                    let before = found.contacts;
                    for (&address, &stamp) in known {
                        found.contacts += 1;
                        found.ages += u64::from(age(cycle as u8, stamp));
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
    let Counts { join_calls, leave_calls, crashed, waits, starts, upgrades, .. } = counts;
    let [[wait_mean, wait_p99], [start_mean, start_p99]] = [waits, starts].map(of_waits);
    MemberRow {
        cycle,
        app: name.to_owned(),
        assigned_count: found.waiting + found.fetching + found.running + found.alone,
        waiting_count: found.waiting,
        fetching_count: found.fetching,
        running_count: found.running + found.alone,
        alone_count: found.alone,
        known_count: found.known,
        stranded_count: found.stranded.iter().sum(),
        stranded_unknown_count: found.stranded[0],
        stranded_unanswered_count: found.stranded[1],
        stranded_fetching_count: found.stranded[2],
        upgrades_count: *upgrades,
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
