//! What nodes hold after an epoch: when an epoch ends for a node, the node keeps its estimate as a result until the
//! next epoch ends. Example: an epoch that counts the cloud ends with the estimate 0.00001; the node holds the size
//! 100,000.
//!
//! Reads every column of the group once, and writes four bytes a node and item.

use kernels::distribution::Curve;
use kernels::epochs::{EPOCH, RESTARTS, Tag, takes_part};
use kernels::moments::Moments;
use kernels::slicing::Slot;

use super::initial::found;
use super::item::Item;
use super::log::Found;
use super::running::{Around, Running};
use super::state::{Estimates, Participation};
use crate::memory::{Mask, STRIDE, strides};

/// For whom an epoch ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ending {
    /// For all who take part in the newest.
    All,
    /// For those whose clock says so.
    Due,
    /// For those who have just adopted the next one.
    Adopted,
}

impl Ending {
    /// Whether the epoch of this number ends for a node.
    fn is_for(self, tag: Option<Tag>, epoch: u8) -> bool {
        let Some([tag, status]) = tag else { return true };
        let ends = self == Self::All || status & RESTARTS != 0;
        // Who has adopted an epoch was in the one before.
        let before = u8::from(self == Self::Adopted);
        ends && takes_part(tag) && tag & EPOCH == epoch.wrapping_add(before) & EPOCH
    }
}

/// Some nodes, of which an epoch ends for some.
#[derive(Clone, Copy)]
struct Nodes<'a> {
    members: Mask<'a>,
    tags: Option<&'a [Tag]>,
    ending: Ending,
    /// The number of the epoch.
    epoch: u8,
}

impl Nodes<'_> {
    fn have_ended(&self, node: usize) -> bool {
        self.members.holds(node) && self.ending.is_for(self.tags.map(|tags| tags[node]), self.epoch)
    }
}

impl Running<'_> {
    /// Those for whom an epoch ends hold what they have found, and it is written down.
    pub(super) fn hold(&mut self, ending: Ending, around: &mut Around<'_>) {
        let Self { group, items, estimates, part, members, .. } = self;
        let Participation { tags, instances, fresh, course, ages: _ } = &mut **part;
        let tags = tags.as_deref();
        let instances: Vec<&[f64]> = instances.iter().map(|instance| &**instance).collect();
        for log in course.logs.iter_mut().filter(|log| !log.is_told) {
            let nodes = Nodes { members: members.mask, tags, ending, epoch: log.tag() };
            for (&number, entry) in group.items.iter().zip(&mut log.items) {
                let (item, Estimates { states, held, group: _ }) = (&items[number], &mut estimates[number]);
                let states: Vec<&[f64]> = states.iter().map(|state| &**state).collect();
                if let Some(held) = held {
                    hold(held, item, &states, &instances, nodes, entry);
                } else if let Some(gradient) = item.gradient {
                    rank(&mut *around.slots[gradient], &states, nodes, &entry.curve);
                }
                if let Some(curve) = learnt(&entry.curve, &states, nodes, members.nodes) {
                    entry.curve = curve;
                }
            }
            log.last_cycle = if ending == Ending::All || log.is_found() { around.cycle.number } else { log.last_cycle };
        }
        if let (Ending::Adopted, Some(tags), Some(fresh)) = (ending, tags, fresh) {
            strides((&mut **fresh, tags), |_, (fresh, tags)| {
                fresh.iter_mut().zip(tags).for_each(|(fresh, tag)| *fresh |= u8::from(tag[1] & RESTARTS != 0));
            });
        }
    }
}

/// Nodes hold what they have found of an item; it is added to what others have found of it.
fn hold(held: &mut [f32], item: &Item, states: &[&[f64]], instances: &[&[f64]], nodes: Nodes<'_>, entry: &mut Found) {
    let curve = &entry.curve;
    let quantiles: Vec<Option<(&Curve, f64)>> = match item.quantiles() {
        [] => vec![None],
        shares => shares.iter().map(|&share| Some((curve, share))).collect(),
    };
    let columns = ((held, (nodes.members, nodes.tags)), (states.to_vec(), instances.to_vec()));
    let parts = strides(columns, |_, ((held, (members, tags)), (states, instances))| {
        let nodes = Nodes { members, tags, ..nodes };
        let mut values = [0.0; STRIDE];
        let values = &mut values[..held.len()];
        let mut ends = [0; STRIDE];
        for (k, end) in ends[..held.len()].iter_mut().enumerate() {
            *end = u8::from(nodes.have_ended(k));
        }
        let ended: usize = ends.iter().map(|&end| usize::from(end)).sum();
        if ended == 0 {
            return (Vec::new(), 0);
        }
        let mut all = Vec::new();
        for (index, &quantile) in quantiles.iter().enumerate() {
            found(values, item, &states, &instances, quantile);
            let mut has = ends;
            has.iter_mut().zip(&*values).for_each(|(has, value)| *has &= u8::from(value.is_finite()));
            if index == 0 {
                let each = held.iter_mut().zip(&*values).zip(ends.iter().zip(has));
                // Who has found nothing goes on with what it held before.
                each.filter(|(_, (_, has))| *has == 1).for_each(|((held, value), _)| *held = *value as f32);
            }
            all.push(Moments::of_some(values, &has[..values.len()]));
        }
        (all, ended)
    });
    for (moments, ended) in parts {
        let most = moments.first().map_or(0, |moments| moments.count);
        entry.without += ended as u64 - most;
        entry.results.iter_mut().zip(moments).for_each(|(sum, part)| *sum = sum.merge(part));
    }
}

/// What one node, the first for whom the epoch ends, has learnt of a distribution whose points are on a curve.
fn learnt(curve: &Curve, states: &[&[f64]], ended: Nodes<'_>, nodes: usize) -> Option<Curve> {
    if curve.places.is_empty() || curve.is_known() || states.len() != curve.places.len() {
        return None;
    }
    let node = (0..nodes).find(|&node| ended.have_ended(node))?;
    let mut learnt = curve.clone();
    learnt.take(states.iter().map(|state| state[node]));
    learnt.shares.iter().all(|share| share.is_finite()).then_some(learnt)
}

/// Nodes look up their own value in the distribution that they have found: their rank in a gradient.
fn rank(slots: &mut [Slot], states: &[&[f64]], nodes: Nodes<'_>, curve: &Curve) {
    let count = slots.len();
    let columns = ((slots, (nodes.members, nodes.tags)), states.to_vec());
    strides(columns, |first, ((slots, (members, tags)), states)| {
        let (nodes, mut own) = (Nodes { members, tags, ..nodes }, curve.clone());
        for (k, slot) in slots.iter_mut().enumerate().filter(|(k, _)| nodes.have_ended(*k)) {
            own.take(states.iter().map(|state| state[k]));
            *slot = Slot::new(slot.key(), own.rank(slot.key(), (first + k) as u32, count));
        }
    });
}
