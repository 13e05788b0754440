//! Who comes to a group of aggregates and who leaves it. A group belongs to the whole cloud, to an application, or to a
//! gradient. A node that comes while an epoch runs sits it out, since the mean is one of those who took part from the
//! beginning; the node takes part from the next epoch on.

use kernels::epochs::{OUTSIDE, RESTARTS, SITS, numbered};
use kernels::philox::Stream;
use rayon::prelude::*;

use super::initial::own;
use super::item::Scope;
use super::state::{Aggregation, Participation};
use super::truth::Scopes;
use crate::memory::{MEMBER, Mask, strides};
use crate::population::{Change, Changes, Population};
use crate::schedule::Cycle;
use crate::schedule::purpose::{INSTANCE, TOLD};

impl Aggregation {
    /// Those who have come to the application, or the gradient, of a group sit out its epoch; those who have left it
    /// are outside. When the run `starts`, and without epochs, who comes takes part at once. Reads two bytes a node and
    /// writes three.
    pub(super) fn admit(&mut self, number: usize, scopes: &Scopes<'_>, starts: bool) {
        let group = &self.groups[number];
        let Some((mark, marks)) = scopes.marks(group.scope) else { return };
        let Participation { tags: Some(tags), course, .. } = &mut self.parts[number] else { return };
        let Some(members) = &mut self.members[number] else { return };
        let epoch = numbered(course.epoch);
        let comes = if starts || group.epochs.is_none() { [epoch, RESTARTS] } else { [epoch | SITS, 0] };
        let left = strides(((&mut **tags, &mut **members), marks), |_, ((tags, members), marks)| {
            let mut left = 0;
            for ((tag, member), &marked) in tags.iter_mut().zip(members).zip(marks) {
                let (was, is) = (tag[0] & OUTSIDE == 0 && *member == MEMBER, marked == mark);
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
        if left.into_iter().sum::<usize>() == 0 {
            return;
        }
        for &item in &group.items {
            let Some(held) = &mut self.estimates[item].held else { continue };
            strides((&mut **held, &**members), |_, (held, members)| {
                for (held, &member) in held.iter_mut().zip(members) {
                    *held = if member == MEMBER { *held } else { f32::NAN };
                }
            });
        }
    }

    /// Nodes that come know nothing but what a live node tells them: the number of the epoch, which they sit out, and
    /// the results that it holds. Without epochs they take part at once. Touches their columns alone, and a few others'
    /// at random.
    pub fn welcome(&mut self, population: &Population, cycle: Cycle, changes: &Changes) {
        let Self { items, groups, estimates, parts, members } = self;
        let came = |change: &Change| change.came;
        for ((group, part), members) in groups.iter().zip(parts).zip(members) {
            let Participation { tags, ages, fresh: _, instances, course } = part;
            let sits = members.is_some() || tags.is_some() && group.epochs.is_some();
            for &item in &group.items {
                let aggregate = &items[item].aggregate;
                let values = aggregate.attribute.map_or(&[][..], |attribute| &*population.attributes[attribute]);
                for (power, state) in estimates[item].states.iter_mut().enumerate() {
                    changes.touch(state, came, |state, node| {
                        let start = || own(values[node as usize], aggregate.function, power);
                        *state = if sits { f64::NAN } else { start() };
                    });
                }
            }
            for instance in instances {
                changes.touch(instance, came, |share, _| *share = if sits { f64::NAN } else { 0.0 });
            }
            let tag = if members.is_some() { OUTSIDE } else { numbered(course.epoch) | SITS };
            if let Some(tags) = tags {
                changes.touch(tags, came, |tagged, _| *tagged = [tag, 0]);
            }
            let age = cycle.number.saturating_sub(course.began).min(u16::MAX.into()) as u16;
            if let Some(ages) = ages {
                changes.touch(ages, came, |own, _| *own = age);
            }
        }
        for (number, (item, estimates)) in items.iter().zip(estimates).enumerate() {
            let Some(held) = &mut estimates.held else { continue };
            changes.touch(held, came, |held, _| *held = f32::NAN);
            if item.scope == Scope::Cloud {
                tell(held, population.alive(), cycle.stream(TOLD + INSTANCE * number as u32), changes);
            }
        }
    }
}

/// Nodes that come hold what a live node holds that has a result.
fn tell(held: &mut [f32], alive: Mask<'_>, words: Stream, changes: &Changes) {
    const ATTEMPTS: u32 = 64;
    let told = |node: u32| {
        let drawn = |draw| (u64::from(words.word_of_many(node, draw)) * held.len() as u64 >> 32) as usize;
        let contact = (0..ATTEMPTS).map(drawn).find(|&contact| alive.holds(contact) && !held[contact].is_nan());
        (node as usize, contact.map_or(f32::NAN, |contact| held[contact]))
    };
    let came = changes.0.par_iter().flatten().filter(|change| change.came);
    let all: Vec<_> = came.map(|change| told(change.node)).collect();
    for (node, value) in all {
        held[node] = value;
    }
}
