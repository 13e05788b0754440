//! The rows of the traces.

use datasets::trace::{AggregateRow, EpochRow};
use kernels::moments::Moments;

use super::Aggregation;
use super::distribution::Curve;
use super::group::Item;
use super::log::{Log, error, named};
use super::restart::is_in;
use super::source::found;
use super::truth::true_values;
use crate::cloud::{Cloud, Participation};
use crate::pass::{STRIDE, strides};
use crate::schedule::is_member;

impl Aggregation {
    /// The rows of the epochs of a group that `have_ended`, which are forgotten but for the newest.
    pub(super) fn rows_of(&mut self, cloud: &Cloud, number: usize, has_ended: impl Fn(&Log) -> bool) -> Vec<EpochRow> {
        let mut rows = Vec::new();
        for log in self.logs[number].iter().filter(|log| !log.is_told && has_ended(log)) {
            let counts = |&(&item, _): &(&usize, _)| self.items[item].counts();
            let mut sizes = self.groups[number].items.iter().zip(&log.items).filter(counts);
            let is_counted = sizes.any(|(_, found)| found.results.iter().any(|results| results.count > 0));
            self.lost[number] = if is_counted { 0 } else { self.lost[number] + 1 };
            for (place, &item) in
                self.groups[number].items.iter().enumerate().filter(|(_, item)| self.items[**item].is_held())
            {
                let now = true_values(cloud, &self.items[item]);
                rows.extend(log.rows(place, &self.items[item], &now));
            }
        }
        let newest = self.newest(number);
        self.logs[number].iter_mut().for_each(|log| log.is_told |= has_ended(log));
        self.logs[number].retain(|log| log.epoch == newest || !log.is_told);
        rows
    }

    /// The rows of all aggregates after a cycle. `values` are the true ones of those of the whole cloud, as far as they are known.
    #[must_use]
    pub fn rows(&self, cloud: &Cloud, cycle: u32, values: &[Vec<f64>]) -> Vec<AggregateRow> {
        let mut rows = Vec::new();
        for (number, item) in self.items.iter().enumerate().filter(|(_, item)| !item.aggregate.name.is_empty()) {
            let truths = values.get(number).filter(|values| !values.is_empty()).cloned();
            let truths = truths.unwrap_or_else(|| true_values(cloud, item));
            let group = cloud.aggregates[number].group;
            let newest = self.logs[group].last();
            let place = self.groups[group].items.iter().position(|&other| other == number).unwrap_or_default();
            let curve = newest.and_then(|log| log.items.get(place)).map(|found| &found.curve);
            for (index, &truth) in truths.iter().enumerate() {
                let quantile = curve.zip(item.quantiles().get(index).copied());
                let now = estimates(cloud, number, item, quantile);
                let held = if index == 0 { held(cloud, number) } else { Moments::default() };
                // Where nobody is alive there is no value: what is not a number is a null in the trace.
                let none = if now.count == 0 { f64::NAN } else { 0.0 };
                let relative =
                    |found: &Moments| (truth != 0.0 && found.count > 0).then(|| error(found, truth) / truth.abs());
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
}

/// The moments of those values that there are; the others, which need not be numbers, are set to 0.
pub(super) fn moments(values: &mut [f64], has: &[u8]) -> Moments {
    for (value, &has) in values.iter_mut().zip(has) {
        *value = if has == 1 { *value } else { 0.0 };
    }
    Moments::of(values, has)
}

/// The moments of the estimates of all that take part in the newest epoch and have one.
fn estimates(cloud: &Cloud, number: usize, item: &Item, quantile: Option<(&Curve, f64)>) -> Moments {
    let estimates = &cloud.aggregates[number];
    let Participation { tags, members, instances, epoch, .. } = &cloud.groups[estimates.group];
    let inside = members.as_deref().unwrap_or(cloud.alive());
    let tags = tags.as_deref().unwrap_or(&[]);
    let newest = super::epoch::numbered(*epoch);
    let states: Vec<&[f64]> = estimates.states.iter().map(|state| &**state).collect();
    let instances: Vec<&[f64]> = instances.iter().map(|instance| &**instance).collect();
    let (own, is_plain) = (states.len(), tags.is_empty() && instances.is_empty());
    let all = [states, instances].concat();
    let parts = strides((all, (inside, tags)), |_, (all, (inside, tags))| {
        let rows = all.first().map_or(0, |column| column.len());
        let mut values = [0.0; STRIDE];
        let values = &mut values[..rows];
        let (states, instances) = all.split_at(own);
        found(values, item, states, instances, quantile);
        if is_plain {
            return Moments::of(values, inside);
        }
        let mut has = [0; STRIDE];
        for (k, (has, value)) in has.iter_mut().zip(&*values).enumerate() {
            *has = u8::from(is_member(inside, k) && is_in(tags, k, newest) && value.is_finite());
        }
        moments(values, &has[..rows])
    });
    parts.into_iter().fold(Moments::default(), Moments::merge)
}

/// The moments of the results that nodes hold.
fn held(cloud: &Cloud, number: usize) -> Moments {
    let Some(held) = &cloud.aggregates[number].held else { return Moments::default() };
    let parts = strides((&**held, cloud.alive()), |_, (held, alive): (&[f32], &[u8])| {
        let (mut values, mut has) = ([0.0; STRIDE], [0; STRIDE]);
        for (k, ((value, has), &held)) in values.iter_mut().zip(&mut has).zip(held).enumerate() {
            (*value, *has) = (f64::from(held), u8::from(is_member(alive, k) && !held.is_nan()));
        }
        moments(&mut values[..held.len()], &has[..held.len()])
    });
    parts.into_iter().fold(Moments::default(), Moments::merge)
}
