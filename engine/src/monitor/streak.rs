//! How nodes stand to rules: the epochs for which conditions have held, and those for which rules rest.
//!
//! A stream over the nodes in every cycle, another one in cycles in which nodes act, and one over the versions that nodes hold where
//! rules have made one: see [`super`].

use std::collections::BTreeMap;

use datasets::scenario::Scenario;
use kernels::spread::{ADVERSARY, NUMBER, VERSIONS};

use super::Carried;
use crate::churn::Changes;
use crate::cloud::{Cloud, Finished};
use crate::column::Column;
use crate::condition::fits;
use crate::pass::{STRIDE, strides};
use crate::plan::{Plans, Source};
use crate::spread::tell_views;

/// From this number on a rule rests with a node: for as many more epochs as the number is above it.
pub const RESTS: u8 = 1 << 7;

/// The most epochs in a row that a node counts, and for which a rule rests.
pub const MOST: u8 = RESTS - 1;

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
#[derive(Clone, Debug, Default, PartialEq)]
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
    versions: &'a [u8],
    streaks: Vec<&'a mut [u8]>,
    held: Vec<&'a [f32]>,
    /// Of each aggregate those who have finished an epoch, where not all have or nobody has.
    done: Vec<&'a [u8]>,
}

/// Who has finished an epoch of an aggregate, and has a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Nobody,
    All,
    Marked,
}

/// Nodes count the epochs for which conditions have held; returns those for which it is enough.
#[must_use]
pub fn watch(cloud: &mut Cloud, carried: &[Vec<Carried<'_>>], finished: Option<&[Finished<'_>]>) -> All {
    let mut streaks = std::mem::take(&mut cloud.streaks);
    let of_cloud = || (0..cloud.aggregates.len()).map(|aggregate| cloud.finished(aggregate)).collect();
    let finished: Vec<Finished<'_>> = finished.map_or_else(of_cloud, <[_]>::to_vec);
    let held: Vec<&[f32]> = cloud.aggregates.iter().map(|estimates| estimates.held.as_deref().unwrap_or(&[])).collect();
    let (whose, done): (Vec<Whose>, Vec<&[u8]>) = (finished.iter())
        .map(|finished| match finished {
            Finished::Nobody => (Whose::Nobody, &[][..]),
            Finished::All => (Whose::All, &[][..]),
            Finished::Those(marks) => (Whose::Marked, *marks),
        })
        .unzip();
    let apps = cloud.apps.as_deref().unwrap_or(&[]);
    let versions = cloud.versions.as_deref().unwrap_or(&[]);
    let columns: Vec<&mut [u8]> = streaks.iter_mut().map(|column: &mut Column<u8>| &mut **column).collect();
    let parts = strides(((apps, versions), (columns, (held, done))), |_, columns| {
        let ((apps, versions), (streaks, (held, done))) = columns;
        Stride { apps, versions, streaks, held, done }.watch(carried, &whose)
    });
    let mut all = All::new();
    for ((base, index), part) in parts.into_iter().flatten() {
        let sum = all.entry((base, index)).or_insert_with(|| Fired { nodes: 0, sums: vec![0.0; part.sums.len()] });
        sum.nodes += part.nodes;
        sum.sums.iter_mut().zip(part.sums).for_each(|(sum, part)| *sum += part);
    }
    cloud.streaks = streaks;
    all
}

impl Stride<'_> {
    /// The nodes of the stride count.
    fn watch(mut self, carried: &[Vec<Carried<'_>>], whose: &[Whose]) -> Vec<((usize, usize), Fired)> {
        let mut present = [false; VERSIONS];
        self.versions.iter().for_each(|version| present[usize::from(version & NUMBER)] = true);
        let mut fired = Vec::new();
        for column in 0..self.streaks.len() {
            let mut now = [0; STRIDE];
            let now = &mut now[..self.apps.len()];
            for (base, rules) in (1..).zip(carried).filter(|(base, _)| present[*base]) {
                for rule in rules.iter().filter(|rule| rule.column == column) {
                    let found = self.count(now, base as u8, rule, whose[rule.aggregates[0]]);
                    fired.extend((found.nodes > 0).then_some(((base, rule.index), found)));
                }
            }
            self.streaks[column].copy_from_slice(now);
        }
        fired
    }

    /// Those that hold a version count the epochs of a rule, into `now`.
    fn count(&self, now: &mut [u8], base: u8, carried: &Carried<'_>, whose: Whose) -> Fired {
        let held: Vec<&[f32]> = carried.aggregates.iter().map(|&aggregate| self.held[aggregate]).collect();
        let whose = if held.iter().any(|held| held.is_empty()) { Whose::Nobody } else { whose };
        let marks = if whose == Whose::Nobody { Vec::new() } else { marked(now.len(), carried, &held) };
        let done = self.done[carried.aggregates[0]];
        let mut fired = Fired { nodes: 0, sums: vec![0.0; held.len()] };
        for (k, now) in now.iter_mut().enumerate().filter(|(k, _)| self.versions[*k] & NUMBER == base) {
            let streak = self.streaks[carried.column][k];
            let is_member = self.apps[k] == carried.app.0 && self.versions[k] & ADVERSARY == 0;
            let has_finished = whose == Whose::All || whose == Whose::Marked && done[k] != 0;
            *now = match (streak >= RESTS, is_member, has_finished) {
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

/// Nodes that acted take what they made, the newest of it, and the rules rest with them.
pub fn take(cloud: &mut Cloud, scenario: &Scenario, acts: &[Act]) {
    let Some(versions) = cloud.versions.as_mut().filter(|_| !acts.is_empty()) else { return };
    let columns: Vec<&mut [u8]> = cloud.streaks.iter_mut().map(|column| &mut **column).collect();
    let keeps_views = cloud.views.is_some();
    let nodes = strides((&mut **versions, columns), |first, (versions, mut streaks): (&mut [u8], Vec<&mut [u8]>)| {
        let mut nodes = Vec::new();
        for (k, version) in versions.iter_mut().enumerate() {
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
    tell_views(cloud, scenario, nodes.into_iter().flatten());
}

/// A rule rests with those that hold a version that it made, and do not act on it yet: they have just taken it. Reads two bytes a
/// node where there is such a version.
pub fn rest(cloud: &mut Cloud, plans: &Plans) {
    let mut rests = [None; VERSIONS];
    for (rest, plan) in rests[1..].iter_mut().zip(&plans.versions) {
        *rest = match plan.source {
            Source::Rule(made) => Some((plans.made[made].rule, plans.made[made].rest)),
            Source::Beginning | Source::Launch(_) => None,
        };
    }
    let (Some(versions), Some(acting), false) = (&cloud.versions, &cloud.acting, plans.made.is_empty()) else { return };
    let columns: Vec<&mut [u8]> = cloud.streaks.iter_mut().map(|column| &mut **column).collect();
    strides(((&**versions, &**acting), columns), |_, columns| {
        let ((versions, acting), mut streaks) = columns;
        for (k, (version, &acting)) in versions.iter().zip(acting).enumerate() {
            let number = version & NUMBER;
            if let Some((rule, rest)) = rests[usize::from(number)].filter(|_| acting != number) {
                streaks[rule][k] = rest;
            }
        }
    });
}

/// Nodes that leave forget what they have counted; those that come have counted nothing.
pub fn forget(cloud: &mut Cloud, changes: &Changes) {
    for streaks in &mut cloud.streaks {
        strides(&mut **streaks, |first, streaks: &mut [u8]| {
            changes[first / STRIDE].iter().for_each(|change| streaks[change.node as usize - first] = 0);
        });
    }
}
