//! Seeds: nodes that hold an application by decree, from which a new one grows, or one that has died, or new code.

use std::collections::BTreeSet;

use kernels::contacts::Header;
use rayon::prelude::*;

use super::members::Who;
use super::releases::NO_CODE;
use super::state::{Applications, RUNNING, Seed};
use crate::memory::STRIDE;
use crate::population::select::{By, Selection};
use crate::schedule::Cycle;
use crate::schedule::purpose::SEEDS;

impl Applications {
    /// A version enters, under its number, at some nodes, ascending. Each of its applications that has no member in its
    /// overlay gets seeds of its own: nodes `at` which the version enters, and if these are too few, random nodes that
    /// `may` hold an application by decree. Each application of whose code no member has all gets it at members, which
    /// become seeds. Returns the seeds at which the version does not enter, ascending. Reads two bytes a node, and ten
    /// more where there is code.
    pub fn seed(
        &mut self,
        who: Who<'_>,
        (version, at): (u8, &[u32]),
        may: impl Fn(usize) -> bool + Sync,
        cycle: Cycle,
    ) -> Vec<u32> {
        let (living, supplied) = self.living(&who, version);
        let has = |app: u8| who.wanted.apps(version) >> app & 1 == 1;
        let all = || (0..self.shape.apps as u8).filter(|&app| has(app));
        let dead: Vec<u8> = all().filter(|&app| !living[usize::from(app)]).collect();
        let without: Vec<u8> = all().filter(|&app| living[usize::from(app)] && !supplied[usize::from(app)]).collect();
        let is_free = |node: usize| who.alive.holds(node) && may(node);
        let mut chosen: Vec<(u32, u8)> = Vec::new();
        if !dead.is_empty() {
            let is_free = |node: usize| is_free(node) && !self.is_seed(node as u32);
            let wanted = dead.len() * self.subcloud.seeds as usize;
            let nodes = self.select((wanted, at), is_free, cycle);
            chosen.extend(nodes.into_iter().zip(dead.iter().copied().cycle()));
        }
        for app in without {
            // Nodes that go to a new application are no members of theirs any more.
            let gone: BTreeSet<u32> = chosen.iter().map(|(node, _)| *node).collect();
            let is_member = |node: usize| self.places[node] == app && is_free(node) && !gone.contains(&(node as u32));
            let seeds = self.course.seeds.iter().filter(|seed| seed.app == app && is_member(seed.node as usize));
            let first: Vec<u32> = seeds.map(|seed| seed.node).collect();
            let first = if first.is_empty() { at } else { &first };
            let nodes = self.select((self.subcloud.seeds as usize, first), is_member, cycle);
            chosen.extend(nodes.into_iter().map(|node| (node, app)));
        }
        for &(node, app) in &chosen {
            let release = who.wanted.release(version, app);
            let seed = Seed { node, app, version, release, sent: Vec::new() };
            match self.course.seeds.iter_mut().find(|seed| seed.node == node) {
                Some(known) => *known = seed,
                None => self.course.seeds.push(seed),
            }
            if self.places[node as usize] == app {
                self.run_from_now(node as usize, release, cycle);
            } else {
                self.enter(node, app, release, cycle);
            }
        }
        self.course.seeds.sort_unstable_by_key(|seed| seed.node);
        let mut more: Vec<u32> = chosen.iter().map(|(node, _)| *node).collect();
        more.retain(|node| at.binary_search(node).is_err());
        more.sort_unstable();
        more
    }

    /// So many nodes that are free: the `first` of some, and if these are too few, random ones behind them.
    fn select(
        &self,
        (wanted, first): (usize, &[u32]),
        is_free: impl Fn(usize) -> bool + Sync,
        cycle: Cycle,
    ) -> Vec<u32> {
        let mut chosen: Vec<u32> = first.iter().copied().filter(|&node| is_free(node as usize)).take(wanted).collect();
        let is_free = |node: usize| is_free(node) && chosen.binary_search(&(node as u32)).is_err();
        let marks = |first: usize, marks: &mut [u8]| {
            marks.iter_mut().zip(first..).for_each(|(mark, node)| *mark = u8::from(is_free(node)));
        };
        let by = By::Chance(cycle.stream(SEEDS));
        let missing = wanted - chosen.len();
        let more = Selection::new(self.phases.len(), &marks, by, |_| missing).into_nodes();
        chosen.extend(more);
        chosen
    }

    /// Which applications have a member in their overlay, and of which a member has all of the code that a version
    /// names, or none is needed.
    fn living(&self, who: &Who<'_>, version: u8) -> (Vec<bool>, Vec<bool>) {
        let apps = self.shape.apps;
        let having = self.having();
        let releases: Vec<u8> = (0..apps as u8).map(|app| who.wanted.release(version, app)).collect();
        let has_all = |node: usize, app: usize| {
            let (release, held) = (releases[app], self.held.as_deref().map_or(0, |held| held[node]));
            release != NO_CODE
                && (having.beside(node) == release
                    || having.held(node, app as u8) == release && held == having.releases.whole(release))
        };
        let has = |(stride, places): (usize, &[u8])| {
            let mut found = (vec![false; apps], vec![false; apps]);
            for (&place, node) in places.iter().zip(stride * STRIDE..) {
                let app = usize::from(place);
                if app < apps {
                    found.0[app] = true;
                    found.1[app] = found.1[app] || has_all(node, app);
                }
            }
            found
        };
        let strides: Vec<(Vec<bool>, Vec<bool>)> = self.places.par_chunks(STRIDE).enumerate().map(has).collect();
        let is_living = |app: usize| strides.iter().any(|(living, _)| living[app]);
        let is_supplied = |app: usize| releases[app] == NO_CODE || strides.iter().any(|(_, supplied)| supplied[app]);
        ((0..apps).map(is_living).collect(), (0..apps).map(is_supplied).collect())
    }

    /// A node runs an application from now on, and knows nobody there.
    fn enter(&mut self, node: u32, app: u8, release: u8, cycle: Cycle) {
        let row = node as usize;
        let before = Header::of(self.record(node));
        if self.phases[row] >= RUNNING {
            self.course.counts[usize::from(before.app)].leave_calls += 1;
        }
        Header { app, since: cycle.number as u16, is_published: true, ..before }.write(self.record_mut(node));
        (self.phases[row], self.places[row]) = (RUNNING, app);
        self.change_code(row, |own, releases| own.have(releases, release));
        self.overlay.forget(row);
        let counts = &mut self.course.counts[usize::from(app)];
        counts.join_calls += 1;
        *counts.starts.entry(0).or_default() += 1;
    }
}
