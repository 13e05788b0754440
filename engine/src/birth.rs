//! Birth: attributes and random ids of every node, and who is up.
//!
//! Attributes: see [`crate::attributes`]; then eight bytes a gradient, and with churn four bytes a node and some random words.
//! What nodes begin to aggregate with: see [`crate::aggregate`].

use datasets::scenario::{Availability, Function, Scenario};
use kernels::philox::Stream;
use kernels::slicing::Slot;
use kernels::sort::key;

use crate::arrival::{UNSEEN, share_up};
use crate::attributes::Attributes;
use crate::churn::Churn;
use crate::cloud::{Cloud, Past};
use crate::column::Column;
use crate::error::Error;
use crate::pass::{STRIDE, strides};
use crate::plan::Plans;
use crate::purpose::{ID, INSTANCE, for_life};

/// Gives every node its attributes, ids and first view.
///
/// # Errors
/// If an inventory holds values that an aggregate cannot take.
pub fn birth(cloud: &mut Cloud, scenario: &Scenario, attributes: &Attributes, churn: &Churn) -> Result<(), Error> {
    churn.start(cloud);
    remember(cloud, churn);
    let rows = |node| churn.row(node).unwrap_or_default();
    let rows = churn.row(0).map(|_| &rows as &(dyn Fn(u32) -> u32 + Sync));
    for attribute in 0..cloud.attributes.len() {
        match scenario.fleet.availability(attribute) {
            None => attributes.fill(&mut cloud.attributes[attribute], attribute, rows),
            Some(by) => availability(cloud, attribute, by, churn, scenario.run.cycle_seconds),
        }
    }
    for (number, (gradient, plan)) in cloud.gradients.iter_mut().zip(&Plans::new(scenario).gradients).enumerate() {
        let ids = for_life(scenario.run.seed, ID + number as u32 * INSTANCE);
        slots(&mut gradient.slots, &cloud.attributes[plan.attribute], &ids);
    }
    for aggregate in &scenario.aggregates {
        let (Function::GeometricMean, Some(attribute)) = (aggregate.function, aggregate.attribute) else { continue };
        let mut values = cloud.attributes[attribute].iter().enumerate();
        if let Some((node, &value)) = values.find(|(_, value)| **value <= 0.0) {
            return Err(Error::NotPositive {
                aggregate: aggregate.name.clone(),
                attribute: scenario.fleet.attributes[attribute].clone(),
                node,
                value,
            });
        }
    }
    crate::sampling::start(cloud, scenario);
    crate::spread::begin(cloud, scenario);
    Ok(())
}

/// What nodes remember at the start.
fn remember(cloud: &mut Cloud, churn: &Churn) {
    let Some(Past { first, down }) = &mut cloud.past else { return };
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    strides(
        ((&mut **first, &mut **down), alive),
        |start, ((first, down), alive): ((&mut [i32], &mut [i32]), &[u8])| {
            for (k, (first, down)) in first.iter_mut().zip(down).enumerate() {
                let past = churn.past((start + k) as u32, alive.get(k).copied().unwrap_or(crate::churn::UP));
                (*first, *down) = past.map_or((UNSEEN, 0), |(since, down)| (-(since as i32), down as i32));
            }
        },
    );
}

/// The availability of every node.
fn availability(cloud: &mut Cloud, attribute: usize, by: Availability, churn: &Churn, cycle_seconds: f64) {
    let past = cloud.past.as_ref();
    let past = past.map_or((&[][..], &[][..]), |past| (&*past.first, &*past.down));
    strides((&mut *cloud.attributes[attribute], past), |start, (values, (first, down)): (&mut [f32], _)| {
        for (k, value) in values.iter_mut().enumerate() {
            *value = match (by, first.get(k)) {
                (Availability::Past, Some(&UNSEEN)) => 0.0,
                (Availability::Past, Some(&first)) => share_up(first, down[k], 0, cycle_seconds),
                _ => churn.availability((start + k) as u32) as f32,
            };
        }
    });
}

/// Gives every node its random id in a gradient.
fn slots(slots: &mut Column<Slot>, values: &[f32], ids: &Stream) {
    strides((&mut **slots, values), |first, (slots, values): (&mut [Slot], &[f32])| {
        let mut words = [0; STRIDE];
        let words = &mut words[..slots.len()];
        ids.fill(words, first as u32, 0);
        for ((slot, &value), &id) in slots.iter_mut().zip(values).zip(&*words) {
            *slot = Slot::new(key(value), id);
        }
    });
}
