//! Seeds: nodes that hold an application by decree, from which a new one grows, or one that has died.

use kernels::code::all;
use kernels::contacts::Header;
use rayon::prelude::*;

use super::members::Who;
use super::state::{Applications, RUNNING, Seed};
use crate::memory::STRIDE;
use crate::population::select::{By, Selection};
use crate::schedule::Cycle;
use crate::schedule::purpose::SEEDS;

impl Applications {
    /// A version enters, under its number, at some nodes, ascending. Each of its applications that has no member in its
    /// overlay gets seeds of its own: nodes `at` which the version enters, and if these are too few, random nodes that
    /// `may` hold an application by decree. Returns the random ones. Reads a byte a node.
    pub fn seed(
        &mut self,
        who: Who<'_>,
        (version, at): (u8, &[u32]),
        may: impl Fn(usize) -> bool + Sync,
        cycle: Cycle,
    ) -> Vec<u32> {
        let living = self.living();
        let dead: Vec<u8> = (0..self.shape.apps as u8)
            .filter(|&app| who.wanted(version) >> app & 1 == 1 && !living[usize::from(app)])
            .collect();
        if dead.is_empty() {
            return Vec::new();
        }
        let is_free = |node: usize| who.alive.holds(node) && may(node) && !self.is_seed(node as u32);
        let wanted = dead.len() * self.subcloud.seeds as usize;
        let mut chosen: Vec<u32> = at.iter().copied().filter(|&node| is_free(node as usize)).take(wanted).collect();
        let first = chosen.len();
        let is_free = |node: usize| is_free(node) && chosen.binary_search(&(node as u32)).is_err();
        let marks = |first: usize, marks: &mut [u8]| {
            marks.iter_mut().zip(first..).for_each(|(mark, node)| *mark = u8::from(is_free(node)));
        };
        let by = By::Chance(cycle.stream(SEEDS));
        let more = Selection::new(self.phases.len(), &marks, by, |_| wanted - first).into_nodes();
        chosen.extend(&more);
        for (node, &app) in chosen.into_iter().zip(dead.iter().cycle()) {
            self.course.seeds.push(Seed { node, app, version, sent: Vec::new() });
            self.enter(node, app, cycle);
        }
        self.course.seeds.sort_unstable_by_key(|seed| seed.node);
        more
    }

    /// Which applications have a member in their overlay.
    fn living(&self) -> Vec<bool> {
        let has = |places: &[u8]| {
            let mut living = vec![false; self.shape.apps];
            for &place in places {
                if let Some(living) = living.get_mut(usize::from(place)) {
                    *living = true;
                }
            }
            living
        };
        let strides: Vec<Vec<bool>> = self.places.par_chunks(STRIDE).map(has).collect();
        (0..self.shape.apps).map(|app| strides.iter().any(|living| living[app])).collect()
    }

    /// A node runs an application from now on, and knows nobody there.
    fn enter(&mut self, node: u32, app: u8, cycle: Cycle) {
        let row = node as usize;
        let before = Header::of(self.record(node));
        if self.phases[row] >= RUNNING {
            self.course.counts[usize::from(before.app)].leave_calls += 1;
        }
        Header { app, since: cycle.number as u16, is_published: true, ..before }.write(self.record_mut(node));
        (self.phases[row], self.places[row]) = (RUNNING, app);
        self.give_code(row);
        self.overlay.forget(row);
        let counts = &mut self.course.counts[usize::from(app)];
        counts.join_calls += 1;
        *counts.starts.entry(0).or_default() += 1;
    }

    /// A node has all chunks of its application's code, if there is any.
    fn give_code(&mut self, row: usize) {
        if let Some((held, code)) = self.held.as_deref_mut().zip(self.subcloud.code.as_ref()) {
            held[row] = all(code.chunks);
        }
    }
}
