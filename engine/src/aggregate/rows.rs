//! The rows of `aggregates` and `epochs`: what nodes estimate and hold, against the true values.

use datasets::trace::{AggregateRow, EpochRow};
use kernels::distribution::Curve;
use kernels::epochs::{is_in, numbered};
use kernels::moments::Moments;

use super::initial::found;
use super::log::{Log, named};
use super::running::{Around, Running};
use super::state::{Aggregation, Estimates};
use super::truth::Scopes;
use crate::memory::{Mask, STRIDE, strides};

impl Running<'_> {
    /// The rows of the epochs that `have_ended`, which are forgotten but for the newest.
    pub(super) fn rows(&mut self, around: &Around<'_>, has_ended: impl Fn(&Log) -> bool) -> Vec<EpochRow> {
        let mut rows = Vec::new();
        let own_items: Vec<_> = self.own_items().map(|(_, item)| item).collect();
        let course = self.course();
        for log in course.logs.iter().filter(|log| !log.is_told && has_ended(log)) {
            let mut sizes = own_items.iter().zip(&log.items).filter(|(item, _)| item.counts());
            let is_counted = sizes.any(|(_, found)| found.results.iter().any(|results| results.count > 0));
            course.lost = if is_counted { 0 } else { course.lost + 1 };
            for (place, item) in own_items.iter().enumerate().filter(|(_, item)| item.is_held()) {
                rows.extend(log.rows(place, item, &around.scopes.true_values(item)));
            }
        }
        let newest = course.epoch;
        course.logs.iter_mut().for_each(|log| log.is_told |= has_ended(log));
        course.logs.retain(|log| log.epoch == newest || !log.is_told);
        rows
    }
}

impl Aggregation {
    /// The rows of all aggregates after a cycle. `values` are the true ones of those of the whole cloud, as far as they
    /// are known.
    pub fn rows(&self, scopes: &Scopes<'_>, cycle: u32, values: &[Vec<f64>]) -> Vec<AggregateRow> {
        let mut rows = Vec::new();
        for (number, item) in self.items.iter().enumerate().filter(|(_, item)| item.gradient.is_none()) {
            let truths = values.get(number).filter(|values| !values.is_empty()).cloned();
            let truths = truths.unwrap_or_else(|| scopes.true_values(item));
            let group = self.estimates[number].group;
            let newest = self.parts[group].course.logs.last();
            let curve = self.newest_curve(number);
            for (index, &truth) in truths.iter().enumerate() {
                let quantile = curve.zip(item.quantiles().get(index).copied());
                let now = self.estimates_of(number, scopes.population.alive(), quantile);
                let held = self.held(number).filter(|_| index == 0);
                let held = held.map_or_else(Moments::default, |held| of_held(held, scopes.population.alive()));
                // Where nobody is alive there is no value: what is not a number is a null in the trace.
                let none = if now.count == 0 { f64::NAN } else { 0.0 };
                let relative =
                    |found: &Moments| (truth != 0.0 && found.count > 0).then(|| found.error(truth) / truth.abs());
                rows.push(AggregateRow {
                    cycle,
                    aggregate: named(item, index),
                    function: item.aggregate.function.name().to_owned(),
                    epoch: newest.map_or(0, |log| log.epoch),
                    participants_count: now.count,
                    true_value: truth,
                    mean: now.mean + none,
                    variance: now.variance() + none,
                    min: now.min,
                    max: now.max,
                    relative_error: relative(&now),
                    held_count: held.count,
                    held_mean: (held.count > 0).then_some(held.mean),
                    held_relative_error: relative(&held),
                });
            }
        }
        rows
    }

    /// What single nodes estimate: of each aggregate that all nodes take part in, its name and a value a node, `None`
    /// where one takes no part in the newest epoch, or has found nothing.
    pub fn of_nodes(&self, nodes: &[u32], alive: Mask<'_>) -> Vec<(String, Vec<Option<f64>>)> {
        let mut all = Vec::new();
        for (number, item) in self.items.iter().enumerate().filter(|(_, item)| item.gradient.is_none()) {
            let Estimates { group, states, held: _ } = &self.estimates[number];
            let (part, members) = (&self.parts[*group], self.members[*group].as_deref().map_or(alive, Mask::of));
            let newest = numbered(part.course.epoch);
            let columns = states.iter().chain(&part.instances);
            let gathered = columns.map(|column| nodes.iter().map(|&node| column[node as usize]).collect());
            let gathered: Vec<Vec<f64>> = gathered.collect();
            let columns: Vec<&[f64]> = gathered.iter().map(Vec::as_slice).collect();
            let (states, instances) = columns.split_at(states.len());
            for index in 0..item.quantiles().len().max(1) {
                let quantile = self.newest_curve(number).zip(item.quantiles().get(index).copied());
                let mut values = vec![0.0; nodes.len()];
                found(&mut values, item, states, instances, quantile);
                let has = |(&node, value): (&u32, f64)| {
                    let node = node as usize;
                    let is_in = members.holds(node) && is_in(part.tags.as_ref().map(|tags| tags[node]), newest);
                    (is_in && value.is_finite()).then_some(value)
                };
                all.push((named(item, index), nodes.iter().zip(values).map(has).collect()));
            }
        }
        all
    }

    /// The curve of the newest epoch of an item.
    fn newest_curve(&self, number: usize) -> Option<&Curve> {
        let group = self.estimates[number].group;
        let place = self.groups[group].items.iter().position(|&other| other == number).unwrap_or_default();
        let newest = self.parts[group].course.logs.last();
        newest.and_then(|log| log.items.get(place)).map(|found| &found.curve)
    }

    /// The moments of the estimates of an item: of all nodes that take part in the newest epoch and have one.
    fn estimates_of(&self, number: usize, alive: Mask<'_>, quantile: Option<(&Curve, f64)>) -> Moments {
        let (item, Estimates { group, states, held: _ }) = (&self.items[number], &self.estimates[number]);
        let part = &self.parts[*group];
        let members = self.members[*group].as_deref().map_or(alive, Mask::of);
        let newest = numbered(part.course.epoch);
        let columns: Vec<&[f64]> = states.iter().chain(&part.instances).map(|column| &**column).collect();
        let is_plain = part.tags.is_none() && part.instances.is_empty();
        let parts = strides((columns, (members, part.tags.as_deref())), |_, (columns, (members, tags))| {
            let rows = columns.first().map_or(0, |column| column.len());
            let mut values = [0.0; STRIDE];
            let values = &mut values[..rows];
            let (states, instances) = columns.split_at(states.len());
            found(values, item, states, instances, quantile);
            if is_plain {
                return Moments::of(values, members.marks());
            }
            let mut has = [0; STRIDE];
            for (k, (has, value)) in has.iter_mut().zip(&*values).enumerate() {
                *has = u8::from(members.holds(k) && is_in(tags.map(|tags| tags[k]), newest) && value.is_finite());
            }
            Moments::of_some(values, &has[..rows])
        });
        parts.into_iter().fold(Moments::default(), Moments::merge)
    }
}

/// The moments of the results that live nodes hold.
fn of_held(held: &[f32], alive: Mask<'_>) -> Moments {
    let parts = strides((held, alive), |_, (held, alive)| {
        let (mut values, mut has) = ([0.0; STRIDE], [0; STRIDE]);
        for (k, ((value, has), &held)) in values.iter_mut().zip(&mut has).zip(held).enumerate() {
            (*value, *has) = (f64::from(held), u8::from(alive.holds(k) && !held.is_nan()));
        }
        Moments::of_some(&mut values[..held.len()], &has[..held.len()])
    });
    parts.into_iter().fold(Moments::default(), Moments::merge)
}
