//! Who takes part in an epoch, and with what nodes start it.

use datasets::scenario::{Epochs, Scenario};
use kernels::philox::Stream;
use kernels::slicing::Slot;
use rayon::prelude::*;

use super::distribution::Curve;
use super::epoch::{EPOCH, OUTSIDE, RESTARTS, SITS, Tag, numbered, takes_part};
use super::group::{Item, Scope};
use super::hold::ranked;
use super::source::{own, place};
use super::{Aggregation, Column};
use crate::churn::{Change, Changes};
use crate::cloud::{Cloud, Participation};
use crate::pass::{STRIDE, strides};
use crate::purpose::{CLOCKS, INSTANCE, TOLD, for_life};
use crate::schedule::{MEMBER, is_member};

impl Aggregation {
    /// Those who have come to the application, or the gradient, of a group sit out its epoch; those who have left it are outside. When
    /// the run `starts`, and without epochs, who comes takes part at once. Reads two bytes a node and writes three.
    pub(super) fn admit(&self, cloud: &mut Cloud, number: usize, starts: bool) {
        let group = &self.groups[number];
        let Cloud { apps, gradients, groups, alive, aggregates, .. } = cloud;
        let Participation { tags: Some(tags), members: Some(members), epoch, .. } = &mut groups[number] else { return };
        let comes =
            if starts || group.epochs.is_none() { [numbered(*epoch), RESTARTS] } else { [numbered(*epoch) | SITS, 0] };
        let marks: (&[u8], u8) = match group.scope {
            Scope::App(app) => (apps.as_deref().unwrap_or(&[]), app),
            Scope::Gradient(gradient) => (gradients[gradient].members.as_deref().unwrap_or(&[]), MEMBER),
            Scope::Cloud => (alive.as_deref().unwrap_or(&[]), MEMBER),
        };
        let columns = ((&mut **tags, &mut **members), marks.0);
        let left = strides(columns, |_, ((tags, members), held)| {
            let mut left = 0;
            for ((tag, member), &held) in tags.iter_mut().zip(members).zip(held) {
                let (was, is) = (tag[0] & OUTSIDE == 0 && *member == MEMBER, held == marks.1);
                left += usize::from(was && !is);
                *member = u8::from(is);
                *tag = match (was, is) {
                    (_, false) => [OUTSIDE, 0],
                    (true, true) => [tag[0], 0],
                    (false, true) => comes,
                };
            }
            left
        });
        if left.into_iter().sum::<usize>() > 0 {
            for &item in &group.items {
                let Some(held) = &mut aggregates[item].held else { continue };
                strides((&mut **held, &**members), |_, (held, members): (&mut [f32], &[u8])| {
                    for (held, &member) in held.iter_mut().zip(members) {
                        *held = if member == MEMBER { *held } else { f32::NAN };
                    }
                });
            }
        }
        if group.epochs.is_none() {
            self.restart(cloud, number, |_| true);
            settle(cloud, number);
        }
    }

    /// Those who restart start anew in the columns that `are_due`; all do where nobody keeps a tag. Writes these columns.
    pub(super) fn restart(&self, cloud: &mut Cloud, number: usize, are_due: impl Fn(&Column) -> bool) {
        let Cloud { attributes, aggregates, groups, .. } = cloud;
        let Participation { tags, instances, epoch, .. } = &mut groups[number];
        let tags = tags.as_deref().unwrap_or(&[]);
        let now = numbered(*epoch);
        for column in self.columns(number).into_iter().filter(are_due) {
            let source = self.source(number, attributes, column);
            let state = match column {
                Column::Instance(instance) => &mut *instances[instance],
                Column::State(item, state) => &mut *aggregates[self.groups[number].items[item]].states[state],
            };
            strides((state, tags), |first, (state, tags): (&mut [f64], &[Tag])| {
                for (k, state) in state.iter_mut().enumerate() {
                    let [tag, status] = tags.get(k).copied().unwrap_or([now, RESTARTS]);
                    if status & RESTARTS != 0 {
                        *state = source.of((first + k) as u32, tag);
                    }
                }
            });
        }
    }
}

impl Aggregation {
    /// The last distribution of a gradient's members that somebody has found, where nodes slice by quantiles.
    fn told_of(&self, gradient: usize, scenario: &Scenario) -> Option<&Curve> {
        let item = scenario.aggregates.len() + gradient;
        let group = self.groups.iter().position(|group| group.items.contains(&item))?;
        let place = self.groups[group].items.iter().position(|&other| other == item)?;
        let curves = self.logs[group].iter().rev().filter_map(|log| log.items.get(place)).map(|found| &found.curve);
        curves.into_iter().find(|curve| curve.is_known())
    }
}

/// Nobody restarts any more.
pub(super) fn settle(cloud: &mut Cloud, number: usize) {
    let Participation { tags: Some(tags), ages, .. } = &mut cloud.groups[number] else { return };
    let ages = ages.as_deref_mut().unwrap_or(&mut []);
    strides((&mut **tags, ages), |_, (tags, ages): (&mut [Tag], &mut [u16])| {
        for (k, tag) in tags.iter_mut().enumerate() {
            if let Some(age) = ages.get_mut(k) {
                *age = if tag[1] & RESTARTS != 0 { 0 } else { *age };
            }
            tag[1] &= !RESTARTS;
        }
    });
}

/// All nodes begin an epoch, those too that have sat out the one before.
pub(super) fn all_begin(cloud: &mut Cloud, number: usize) {
    let Participation { tags: Some(tags), epoch, .. } = &mut cloud.groups[number] else { return };
    let now = numbered(*epoch);
    tags.par_iter_mut().filter(|tag| tag[0] & OUTSIDE == 0).for_each(|tag| *tag = [now, RESTARTS]);
}

/// Those whose clock says so begin the next epoch after their own. Returns the number of the newest of these epochs, if anybody
/// begins one; `newest` is that of all that there are.
pub(super) fn advance(cloud: &mut Cloud, number: usize, newest: u32) -> Option<u32> {
    let tags = cloud.groups[number].tags.as_deref_mut().unwrap_or(&mut []);
    let found = strides(tags, |_, tags: &mut [Tag]| {
        let mut found = [false; 2];
        for [tag, status] in tags.iter_mut().filter(|tag| tag[1] & RESTARTS != 0 && tag[0] & OUTSIDE == 0) {
            found[usize::from(*tag & EPOCH == numbered(newest))] = true;
            *tag = tag.wrapping_add(1) & EPOCH;
            *status = RESTARTS;
        }
        found
    });
    let [old, new] = found.into_iter().fold([false; 2], |all, one| [all[0] | one[0], all[1] | one[1]]);
    (old || new).then_some(newest + u32::from(new))
}

/// Clocks go on by a cycle; returns whether somebody's says that its epoch is over. Reads and writes four bytes a node.
pub(super) fn grow_older(cloud: &mut Cloud, number: usize, epochs: Epochs, seed: u64) -> bool {
    let Participation { tags, ages, fresh, .. } = &mut cloud.groups[number];
    let (Some(tags), Some(ages), Some(fresh)) = (tags, ages, fresh) else { return false };
    let clocks = for_life(seed, CLOCKS + INSTANCE * number as u32);
    let due = strides(((&mut **tags, &mut **ages), &mut **fresh), |first, ((tags, ages), fresh)| {
        let mut words = [0; STRIDE];
        clocks.fill(&mut words[..tags.len()], first as u32, 0);
        let mut any = false;
        for (k, ([_, status], age)) in tags.iter_mut().zip(ages).enumerate() {
            let pace = 1.0 + epochs.drift * (f64::from(words[k]) * 2_f64.powi(-31) - 1.0);
            *age = age.saturating_add(1);
            let is_due = f64::from(*age) * pace >= f64::from(epochs.cycles) - 0.5;
            *status = *status & !RESTARTS | if is_due { RESTARTS } else { 0 };
            fresh[k] |= u8::from(is_due);
            any |= is_due;
        }
        any
    });
    due.into_iter().any(|due| due)
}

/// The points of an epoch: those that one node chooses which takes part, by what it found `before`, or first by whom it knows.
pub(super) fn points(
    cloud: &Cloud,
    item: &Item,
    inside: &[u8],
    before: Option<&Curve>,
    wanted: &[f64],
    words: Stream,
    known: u32,
) -> Curve {
    let values = item.aggregate.attribute.map_or(&[][..], |attribute| &*cloud.attributes[attribute]);
    let known_before = before.filter(|curve| curve.is_known());
    let curve = known_before.cloned().unwrap_or_else(|| {
        let node = |draw: u32| random_member(cloud.nodes, inside, words, 0, draw * 64);
        let sample = (0..known.max(2)).filter_map(node).map(|node| place(values[node], node as u32, cloud.nodes));
        Curve::of_sample(sample.collect())
    });
    Curve::of_points(curve.points(item.points(), wanted))
}

/// A random member; the first of at most 64 draws from `draw` on that is one.
pub(super) fn random_member(nodes: usize, inside: &[u8], words: Stream, node: u32, draw: u32) -> Option<usize> {
    let drawn = |attempt| (u64::from(words.word_of_many(node, draw + attempt)) * nodes as u64 >> 32) as usize;
    (0..64).map(drawn).find(|&node| is_member(inside, node))
}

/// Nodes that come know nothing but what a live node tells them: the number of the epoch, which they sit out, the results that it
/// holds, and where nodes slice by quantiles, the last distribution (all are told that of the same node). Without epochs they take part at once. Touches their columns alone, and a few others' at random.
pub fn welcome(cloud: &mut Cloud, scenario: &Scenario, aggregation: &Aggregation, changes: &Changes, cycle: u32) {
    let Aggregation { items, groups, .. } = aggregation;
    let came = |first: usize| {
        changes[first / STRIDE].iter().filter(|change| change.came).map(move |c| (c.node, c.node as usize - first))
    };
    for (group, part) in groups.iter().zip(&mut cloud.groups) {
        let sits = part.members.is_some() || part.tags.is_some() && group.epochs.is_some();
        for &item in &group.items {
            let aggregate = &items[item].aggregate;
            let values = aggregate.attribute.map_or(&[][..], |attribute| &*cloud.attributes[attribute]);
            for (power, state) in cloud.aggregates[item].states.iter_mut().enumerate() {
                strides((&mut **state, values), |first, (state, values): (&mut [f64], &[f32])| {
                    came(first).for_each(|(_, k)| kernels::prefetch::prefetch(&state[k]));
                    for (_, k) in came(first) {
                        state[k] = if sits { f64::NAN } else { own(values[k], aggregate.function, power) };
                    }
                });
            }
        }
        for instance in &mut part.instances {
            strides(&mut **instance, |first, state: &mut [f64]| {
                came(first).for_each(|(_, k)| state[k] = if sits { f64::NAN } else { 0.0 });
            });
        }
        let tag = if part.members.is_some() { OUTSIDE } else { numbered(part.epoch) | SITS };
        if let Some(tags) = &mut part.tags {
            strides(&mut **tags, |first, tags: &mut [Tag]| came(first).for_each(|(_, k)| tags[k] = [tag, 0]));
        }
        if let Some(ages) = &mut part.ages {
            let age = cycle.saturating_sub(part.began).min(u16::MAX.into()) as u16;
            strides(&mut **ages, |first, ages: &mut [u16]| came(first).for_each(|(_, k)| ages[k] = age));
        }
    }
    let nodes = cloud.nodes;
    for (number, gradient) in cloud.gradients.iter_mut().enumerate() {
        let Some(curve) = aggregation.told_of(number, scenario) else { continue };
        strides(&mut *gradient.slots, |first, slots: &mut [Slot]| {
            came(first).for_each(|(node, k)| slots[k] = ranked(slots[k], curve, node, nodes));
        });
    }
    let words = |number: usize| Stream::new(scenario.run.seed, cycle, TOLD + INSTANCE * number as u32);
    for (number, estimates) in cloud.aggregates.iter_mut().enumerate() {
        let Some(held) = &mut estimates.held else { continue };
        strides(&mut **held, |first, held: &mut [f32]| came(first).for_each(|(_, k)| held[k] = f32::NAN));
        if items[number].scope == Scope::Cloud {
            tell(held, cloud.alive.as_deref().unwrap_or(&[]), words(number), changes);
        }
    }
}

/// Nodes that come hold what a live node holds that has a result.
fn tell(held: &mut [f32], alive: &[u8], words: Stream, changes: &Changes) {
    let told = |change: &Change| {
        let drawn = |draw| (u64::from(words.word_of_many(change.node, draw)) * held.len() as u64 >> 32) as usize;
        let knows = |&node: &usize| is_member(alive, node) && !held[node].is_nan();
        let contact = (0..64).map(drawn).find(knows);
        (change.node as usize, contact.map_or(f32::NAN, |node| held[node]))
    };
    let all: Vec<_> = changes.par_iter().flatten().filter(|change| change.came).map(told).collect();
    for (node, value) in all {
        held[node] = value;
    }
}

/// Whether a node that has a tag takes part in an epoch; all do where nobody keeps tags.
pub(super) fn is_in(tags: &[Tag], k: usize, epoch: u8) -> bool {
    tags.get(k).is_none_or(|[tag, _]| takes_part(*tag) && *tag & EPOCH == epoch)
}
