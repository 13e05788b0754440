//! Nodes hold what they have found when an epoch ends for them.
//!
//! Reads every column of the group once, and writes four bytes a node and item.

use datasets::scenario::Function;
use kernels::moments::Moments;
use kernels::slicing::Slot;
use kernels::sort::record;

use super::Aggregation;
use super::distribution::Curve;
use super::epoch::{EPOCH, RESTARTS, Tag, takes_part};
use super::group::Item;
use super::log::Log;
use super::rows::moments;
use super::source::{found, spread};
use crate::cloud::{Cloud, Participation};
use crate::pass::{STRIDE, strides};
use crate::schedule::is_member;

/// For whom an epoch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    /// For all who take part in the newest.
    All,
    /// For those whose clock says so.
    Due,
    /// For those who have just adopted the next one.
    Adopters,
}

impl Who {
    /// Whether the epoch of this tag ends for a node.
    fn is(self, tag: Option<&Tag>, epoch: u8) -> bool {
        let Some(&[tag, status]) = tag else { return true };
        let ends = self == Self::All || status & RESTARTS != 0;
        // Who has adopted an epoch was in the one before.
        let before = u8::from(self == Self::Adopters);
        ends && takes_part(tag) && tag & EPOCH == epoch.wrapping_add(before) & EPOCH
    }
}

impl Aggregation {
    /// Those for whom an epoch ends hold what they have found, and it is written down.
    pub(super) fn hold(&mut self, cloud: &mut Cloud, number: usize, who: Who, cycle: u32) {
        let Self { items, groups, logs, .. } = self;
        for log in logs[number].iter_mut().filter(|log| !log.is_told) {
            for (place, &item) in groups[number].items.iter().enumerate() {
                if items[item].is_held() {
                    hold(cloud, number, item, &items[item], who, log, place);
                } else if items[item].aggregate.function == Function::Quantiles {
                    let gradient = item + cloud.gradients.len() - items.len();
                    rank(cloud, number, item, gradient, who, &log.items[place].curve, log.tag());
                }
                if let Some(curve) = learnt(cloud, number, item, who, log, place) {
                    log.items[place].curve = curve;
                }
            }
            log.last_cycle = if who == Who::All || log.is_found() { cycle } else { log.last_cycle };
        }
        if who == Who::Adopters {
            let Participation { tags: Some(tags), fresh: Some(fresh), .. } = &mut cloud.groups[number] else { return };
            strides((&mut **fresh, &**tags), |_, (fresh, tags): (&mut [u8], &[Tag])| {
                fresh.iter_mut().zip(tags).for_each(|(fresh, tag)| *fresh |= u8::from(tag[1] & RESTARTS != 0));
            });
        }
    }
}

/// Nodes hold what they have found of an item.
fn hold(cloud: &mut Cloud, number: usize, place: usize, item: &Item, who: Who, log: &mut Log, entry: usize) {
    let Cloud { aggregates, groups, alive, .. } = cloud;
    let estimates = &mut aggregates[place];
    let Some(held) = &mut estimates.held else { return };
    let Participation { tags, members, instances, .. } = &groups[number];
    let inside = members.as_deref().or(alive.as_deref()).unwrap_or(&[]);
    let tags = tags.as_deref().unwrap_or(&[]);
    let states: Vec<&[f64]> = estimates.states.iter().map(|state| &**state).collect();
    let instances: Vec<&[f64]> = instances.iter().map(|instance| &**instance).collect();
    let epoch = log.tag();
    let curve = &log.items[entry].curve;
    let shares: Vec<Option<(&Curve, f64)>> = match item.quantiles() {
        [] => vec![None],
        shares => shares.iter().map(|&share| Some((curve, share))).collect(),
    };
    let columns = ((&mut **held, (inside, tags)), (states, instances));
    let parts = strides(columns, |_, ((held, (inside, tags)), (states, instances))| {
        let mut values = [0.0; STRIDE];
        let values = &mut values[..held.len()];
        let mut ends = [0; STRIDE];
        for (k, end) in ends[..held.len()].iter_mut().enumerate() {
            *end = u8::from(is_member(inside, k) && who.is(tags.get(k), epoch));
        }
        let ended: usize = ends.iter().map(|&end| usize::from(end)).sum();
        if ended == 0 {
            return (vec![Moments::default(); shares.len()], 0);
        }
        let mut all = Vec::new();
        for (index, &quantile) in shares.iter().enumerate() {
            found(values, item, &states, &instances, quantile);
            let mut has = ends;
            has.iter_mut().zip(&*values).for_each(|(has, value)| *has &= u8::from(value.is_finite()));
            if index == 0 {
                let each = held.iter_mut().zip(&*values).zip(ends.iter().zip(has));
                // Who has found nothing goes on with what it held before.
                each.filter(|(_, (_, has))| *has == 1).for_each(|((held, value), _)| *held = *value as f32);
            }
            all.push(moments(values, &has[..values.len()]));
        }
        (all, ended)
    });
    let found = &mut log.items[entry];
    for (moments, ended) in parts {
        let most = moments.first().map_or(0, |moments| moments.count);
        found.without += ended as u64 - most;
        found.results.iter_mut().zip(moments).for_each(|(sum, part)| *sum = sum.merge(part));
    }
}

/// What one node, the first for whom the epoch ends, has learnt of a distribution.
fn learnt(cloud: &Cloud, number: usize, item: usize, who: Who, log: &Log, place: usize) -> Option<Curve> {
    let curve = &log.items[place].curve;
    let states = &cloud.aggregates[item].states;
    if curve.places.is_empty() || curve.is_known() || states.len() != curve.places.len() {
        return None;
    }
    let Participation { tags, members, .. } = &cloud.groups[number];
    let inside = members.as_deref().unwrap_or(cloud.alive());
    let tag = |node: usize| tags.as_deref().and_then(|tags| tags.get(node));
    let node = (0..cloud.nodes).find(|&node| is_member(inside, node) && who.is(tag(node), log.tag()))?;
    let mut learnt = curve.clone();
    learnt.take(states.iter().map(|state| state[node]));
    learnt.shares.iter().all(|share| share.is_finite()).then_some(learnt)
}

/// Nodes look up their own value: their rank in a gradient.
fn rank(cloud: &mut Cloud, number: usize, item: usize, gradient: usize, who: Who, curve: &Curve, epoch: u8) {
    let Cloud { aggregates, groups, gradients, alive, nodes, .. } = cloud;
    let nodes = *nodes;
    let Participation { tags, members, .. } = &groups[number];
    let inside = members.as_deref().or(alive.as_deref()).unwrap_or(&[]);
    let tags = tags.as_deref().unwrap_or(&[]);
    let states: Vec<&[f64]> = aggregates[item].states.iter().map(|state| &**state).collect();
    let columns = ((&mut *gradients[gradient].slots, (inside, tags)), states);
    strides(columns, |first, ((slots, (inside, tags)), states)| {
        let mut own = curve.clone();
        for (k, slot) in slots.iter_mut().enumerate() {
            if is_member(inside, k) && who.is(tags.get(k), epoch) {
                own.take(states.iter().map(|state| state[k]));
                *slot = ranked(*slot, &own, (first + k) as u32, nodes);
            }
        }
    });
}

/// The slot of a node, of so many, with the rank that a distribution gives it.
#[must_use]
pub(super) fn ranked(slot: Slot, curve: &Curve, node: u32, nodes: usize) -> Slot {
    let share = curve.share(record(slot.key(), spread(node, nodes)));
    Slot::new(slot.key(), (share * 2_f64.powi(32)) as u32)
}
