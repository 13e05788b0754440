//! How nodes stand to rules: the epochs for which conditions have held, and those for which rules rest.
//!
//! A stream over the nodes in every cycle, another one in cycles in which nodes act, and one over the versions that
//! nodes hold where rules have made one: see [`super`].

use std::collections::BTreeMap;

use kernels::spread::{ADVERSARY, NUMBER, VERSIONS};

use super::carried::{Carried, MOST};
use crate::aggregate::{Aggregation, Finished};
use crate::government::state::Government;
use crate::memory::{Column, STRIDE, strides};
use crate::overlay::Overlay;
use crate::plans::Origin;
use crate::plans::condition::fits;

/// From this number on a rule rests with a node: for as many more epochs as the number is above it.
pub const RESTS: u8 = MOST + 1;

/// What a column holds of a node with which a rule begins to rest for so many epochs, at most 127.
#[must_use]
pub fn resting(epochs: u32) -> u8 {
    match epochs.min(MOST.into()) as u8 {
        0 => 0,
        epochs => RESTS + epochs,
    }
}

/// How a rule stands after an epoch in which it rested.
fn rested(streak: u8) -> u8 {
    if streak <= RESTS + 1 { 0 } else { streak - 1 }
}

/// Nodes that act by a rule in a cycle.
#[derive(Debug, Default)]
pub struct Fired {
    /// How many.
    pub nodes: u64,
    /// Sums of what they found, of each aggregate that the condition names.
    pub sums: Vec<f64>,
}

/// Those who act, by the number of the version that they hold and the number of the rule in it.
pub type All = BTreeMap<(usize, usize), Fired>;

/// What nodes that hold a version and acted by a rule do.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// The number of the rule's column.
    pub column: usize,
    /// The number of the version that they hold.
    pub base: u8,
    /// From this streak on a node has acted.
    pub epochs: u8,
    /// What the column holds of them from now on.
    pub rest: u8,
    /// The number of the version that they take; 0 if they drop what they made.
    pub number: u8,
}

/// The columns of a stride.
struct Stride<'a> {
    apps: &'a [u8],
    holding: &'a [u8],
    streaks: Vec<&'a mut [u8]>,
    /// Of each aggregate, the results that nodes hold, if they hold any.
    held: Vec<Option<&'a [f32]>>,
    /// Of each aggregate, who has finished an epoch, and has a result.
    finished: Vec<Finished<'a>>,
}

/// Nodes count the epochs for which conditions have held; returns those for which it is enough. `carried` are the rules
/// of each version, and `finished` says who has finished an epoch of each aggregate.
pub fn watch(
    streaks: &mut [Column<u8>],
    (apps, holding): (&[u8], &[u8]),
    carried: &[Vec<Carried<'_>>],
    aggregation: &Aggregation,
    finished: Vec<Finished<'_>>,
) -> All {
    let held: Vec<Option<&[f32]>> = (0..finished.len()).map(|number| aggregation.held(number)).collect();
    let columns: Vec<&mut [u8]> = streaks.iter_mut().map(|column| &mut **column).collect();
    let parts = strides(((apps, holding), (columns, (held, finished))), |_, columns| {
        let ((apps, holding), (streaks, (held, finished))) = columns;
        Stride { apps, holding, streaks, held, finished }.watch(carried)
    });
    let mut all = All::new();
    for ((base, index), part) in parts.into_iter().flatten() {
        let sum = all.entry((base, index)).or_insert_with(|| Fired { nodes: 0, sums: vec![0.0; part.sums.len()] });
        sum.nodes += part.nodes;
        sum.sums.iter_mut().zip(part.sums).for_each(|(sum, part)| *sum += part);
    }
    all
}

impl Stride<'_> {
    /// The nodes of the stride count.
    fn watch(mut self, carried: &[Vec<Carried<'_>>]) -> Vec<((usize, usize), Fired)> {
        let mut present = [false; VERSIONS];
        self.holding.iter().for_each(|version| present[usize::from(version & NUMBER)] = true);
        let mut fired = Vec::new();
        for column in 0..self.streaks.len() {
            let mut now = [0; STRIDE];
            let now = &mut now[..self.apps.len()];
            for (base, rules) in (1..).zip(carried).filter(|(base, _)| present[*base]) {
                for rule in rules.iter().filter(|rule| rule.column == column) {
                    let found = self.count(now, base as u8, rule);
                    fired.extend((found.nodes > 0).then_some(((base, rule.index), found)));
                }
            }
            self.streaks[column].copy_from_slice(now);
        }
        fired
    }

    /// Those that hold a version count the epochs of a rule, into `now`.
    fn count(&self, now: &mut [u8], base: u8, carried: &Carried<'_>) -> Fired {
        let held: Option<Vec<&[f32]>> = carried.aggregates.iter().map(|&number| self.held[number]).collect();
        let finished = self.finished[carried.aggregates[0]];
        // A rule on results that nodes do not hold counts nothing.
        let finished = if held.is_some() { finished } else { Finished::Nobody };
        let held = held.unwrap_or_default();
        let marks = match finished {
            Finished::Nobody => Vec::new(),
            Finished::All | Finished::Those(_) => marked(now.len(), carried, &held),
        };
        let mut fired = Fired { nodes: 0, sums: vec![0.0; carried.aggregates.len()] };
        for (k, now) in now.iter_mut().enumerate().filter(|(k, _)| self.holding[*k] & NUMBER == base) {
            let streak = self.streaks[carried.column][k];
            let is_member = self.apps[k] == carried.app.0 && self.holding[k] & ADVERSARY == 0;
            *now = match (streak >= RESTS, is_member, finished.has(k)) {
                (true, _, true) => rested(streak),
                (true, _, false) => streak,
                // Another version may have asked for more epochs.
                (false, true, false) => streak.min(carried.epochs() - 1),
                (false, true, true) if marks[k] == 1 => (streak + 1).min(carried.epochs()),
                (false, _, _) => 0,
            };
            if (carried.epochs()..RESTS).contains(now) {
                fired.nodes += 1;
                fired.sums.iter_mut().zip(&held).for_each(|(sum, held)| *sum += f64::from(held[k]));
            }
        }
        fired
    }
}

/// Marks with 1 the nodes of a stride of whose results a condition holds; one that lacks a result is not among them.
fn marked(nodes: usize, carried: &Carried<'_>, held: &[&[f32]]) -> Vec<u8> {
    let mut marks = vec![0; nodes];
    fits(&mut marks, &carried.rule.when.test, held);
    for held in held {
        marks.iter_mut().zip(*held).for_each(|(mark, value)| *mark &= u8::from(!value.is_nan()));
    }
    marks
}

impl Government {
    /// Nodes that acted take what they made, the newest of it, and the rules rest with them.
    pub fn take(&mut self, overlay: &mut Overlay, acts: &[Act]) {
        let Some(holding) = self.holding.as_mut().filter(|_| !acts.is_empty()) else { return };
        let columns: Vec<&mut [u8]> = self.streaks.iter_mut().map(|column| &mut **column).collect();
        let keeps_views = overlay.views.is_some();
        let columns = (&mut **holding, columns);
        let nodes = strides(columns, |first, (holding, mut streaks)| {
            let mut nodes = Vec::new();
            for (k, version) in holding.iter_mut().enumerate() {
                let base = *version & NUMBER;
                let mut newest = base;
                for act in acts.iter().filter(|act| act.base == base) {
                    let streak = &mut streaks[act.column][k];
                    if (act.epochs..RESTS).contains(streak) {
                        *streak = act.rest;
                        newest = newest.max(act.number);
                    }
                }
                if newest > base {
                    *version = *version & ADVERSARY | newest;
                    nodes.extend(keeps_views.then_some((first + k) as u32));
                }
            }
            nodes
        });
        overlay.tell(nodes.into_iter().flatten(), holding);
    }

    /// A rule rests with those that hold a version that it made, and do not act on it yet: they have just taken it.
    /// Reads two bytes a node where there is such a version.
    pub fn rest(&mut self) {
        let mut rests = [None; VERSIONS];
        for (rests, plan) in rests[1..].iter_mut().zip(&self.versions.plans.versions) {
            if let Origin::Rule { rule, rest, .. } = plan.origin {
                *rests = Some((rule, rest));
            }
        }
        let is_needed = rests.iter().any(Option::is_some);
        let (Some(holding), Some(acting), true) = (&self.holding, &self.acting, is_needed) else { return };
        let columns: Vec<&mut [u8]> = self.streaks.iter_mut().map(|column| &mut **column).collect();
        strides(((&**holding, &**acting), columns), |_, columns| {
            let ((holding, acting), mut streaks) = columns;
            for (k, (version, &acting)) in holding.iter().zip(acting).enumerate() {
                let number = version & NUMBER;
                if let Some((rule, rest)) = rests[usize::from(number)].filter(|_| acting != number) {
                    streaks[rule][k] = rest;
                }
            }
        });
    }
}
