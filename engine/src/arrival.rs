//! Arrivals and departures: what a node loses when it leaves, and what it gets when it comes.
//!
//! A node that leaves is in no application and no gradient. One that comes has lost its protocol state: it has a new random id in
//! every gradient, no estimates, and a view of a few live contacts. A new node at the place of another has
//! attributes of its own. Touches the columns of those nodes alone, in the order of their indices.

use datasets::scenario::{Availability, Scenario};
use kernels::philox::Stream;
use kernels::prefetch::prefetch;
use kernels::slicing::Slot;
use kernels::sort::key;
use kernels::suite::NONE;

use crate::aggregate::{Aggregation, welcome};
use crate::assign::{Cause, Moves, add};
use crate::attributes::Attributes;
use crate::churn::{Change, Changes};
use crate::cloud::{Cloud, Past};
use crate::pass::{STRIDE, strides};
use crate::plan::Plans;
use crate::purpose::{ABOVE, ID, INSTANCE};
use crate::schedule::is_member;

/// The cycle in which a node first came, for one that has not.
pub const UNSEEN: i32 = i32::MIN;

/// Values of an attribute that joining nodes get: above all that there are.
#[derive(Clone, Copy, Debug)]
pub struct Above {
    /// The attribute.
    pub attribute: usize,
    /// The largest value that there is.
    pub base: f32,
    /// Values lie within so much above it.
    pub width: f32,
}

/// Where and when nodes come and go.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Its plans.
    pub plans: &'a Plans,
    /// What new nodes are born with.
    pub attributes: &'a Attributes,
    /// What is aggregated.
    pub aggregation: &'a Aggregation,
    /// The cycle.
    pub cycle: u32,
}

/// Settles what has happened; returns the nodes that left each application.
pub fn settle(cloud: &mut Cloud, scene: Scene<'_>, changes: &Changes, above: Option<Above>) -> Vec<Moves> {
    if changes.iter().all(Vec::is_empty) {
        return Vec::new();
    }
    let moves = leave(cloud, scene, changes);
    renew(cloud, scene, changes, above);
    remember(cloud, scene, changes);
    begin(cloud, scene, changes);
    welcome(cloud, scene.scenario, scene.aggregation, changes, scene.cycle);
    crate::sampling::welcome(cloud, scene.scenario, scene.cycle, changes);
    crate::spread::forget(cloud, scene.scenario, changes);
    crate::monitor::forget(cloud, changes);
    moves
}

/// The changes of a stride, with their places in it.
fn each(changes: &Changes, first: usize) -> impl Iterator<Item = (&Change, usize)> {
    changes[first / STRIDE].iter().map(move |change| (change, change.node as usize - first))
}

/// Nodes that leave are in no application and no gradient.
fn leave(cloud: &mut Cloud, scene: Scene<'_>, changes: &Changes) -> Vec<Moves> {
    let Some(apps) = &mut cloud.apps else { return Vec::new() };
    let members: Vec<&mut [u8]> =
        cloud.gradients.iter_mut().filter_map(|gradient| gradient.members.as_deref_mut()).collect();
    let count = scene.plans.apps.len();
    let moves = strides((&mut **apps, members), |first, (apps, mut members)| {
        let mut moves = vec![Moves::default(); count];
        each(changes, first).filter(|(change, _)| change.left).for_each(|(_, k)| prefetch(&apps[k]));
        for (_, k) in each(changes, first).filter(|(change, _)| change.left) {
            if let Some(moves) = moves.get_mut(apps[k] as usize) {
                moves.leaves[Cause::Churn as usize] += 1;
            }
            apps[k] = NONE;
            for members in &mut members {
                members[k] = 0;
            }
        }
        moves
    });
    let mut sums = vec![Moves::default(); count];
    for moves in &moves {
        add(&mut sums, moves);
    }
    sums
}

/// New nodes have attributes of their own.
fn renew(cloud: &mut Cloud, scene: Scene<'_>, changes: &Changes, above: Option<Above>) {
    let Scene { scenario, attributes, cycle, .. } = scene;
    let words = Stream::new(scenario.run.seed, cycle, ABOVE);
    for (attribute, column) in cloud.attributes.iter_mut().enumerate() {
        let above = above.filter(|above| above.attribute == attribute);
        strides(&mut **column, |first, values: &mut [f32]| {
            for (change, k) in each(changes, first).filter(|(change, _)| change.is_new) {
                let share = || (words.word(change.node, 0) as f32 + 1.0) * 0.5_f32.powi(32);
                let lifted = above.map(|above| above.base + above.width * share());
                let value = lifted.or_else(|| attributes.renew(attribute, change.node, cycle));
                values[k] = value.unwrap_or(values[k]);
            }
        });
    }
}

/// Nodes remember when they were there, and those that come know their availability from it.
fn remember(cloud: &mut Cloud, scene: Scene<'_>, changes: &Changes) {
    let Some(Past { first, down }) = &mut cloud.past else { return };
    let now = scene.cycle as i32;
    strides((&mut **first, &mut **down), |start, (first, down): (&mut [i32], &mut [i32])| {
        for (change, k) in each(changes, start) {
            if change.is_new {
                (first[k], down[k]) = (UNSEEN, 0);
            } else if change.left {
                down[k] -= now;
            }
            match (change.came, first[k]) {
                (true, UNSEEN) => (first[k], down[k]) = (now, 0),
                (true, _) => down[k] += now,
                (false, _) => {}
            }
        }
    });
    let of_past = scene.scenario.fleet.availabilities.iter().filter(|(_, by)| *by == Availability::Past);
    for &(attribute, _) in of_past {
        let past = (&**first, &**down);
        strides((&mut *cloud.attributes[attribute], past), |start, (values, (first, down)): (&mut [f32], _)| {
            for (_, k) in each(changes, start).filter(|(change, _)| change.came) {
                values[k] = share_up(first[k], down[k], now, scene.scenario.run.cycle_seconds);
            }
        });
    }
}

/// Nodes that come begin anew: with random ids.
fn begin(cloud: &mut Cloud, scene: Scene<'_>, changes: &Changes) {
    let Scene { scenario, plans, cycle, .. } = scene;
    let came = |first| each(changes, first).filter(|(change, _)| change.came);
    for (number, (gradient, plan)) in cloud.gradients.iter_mut().zip(&plans.gradients).enumerate() {
        let ids = Stream::new(scenario.run.seed, cycle, ID + number as u32 * INSTANCE);
        let values = &*cloud.attributes[plan.attribute];
        strides((&mut *gradient.slots, values), |first, (slots, values): (&mut [Slot], &[f32])| {
            for (_, k) in came(first) {
                prefetch(&slots[k]);
                prefetch(&values[k]);
            }
            for (change, k) in came(first) {
                slots[k] = Slot::new(key(values[k]), ids.word(change.node, 0));
            }
        });
        if let Some(memory) = &mut gradient.memory {
            crate::ranking::forget(memory, cloud.nodes, changes);
        }
    }
}

/// All live nodes that know their availability from their past look at it again. Reads thirteen bytes a node and writes four, and
/// reads and writes eight a gradient.
pub fn look_back(cloud: &mut Cloud, scenario: &Scenario, plans: &Plans, cycle: u32) {
    let of_past = scenario.fleet.availabilities.iter().filter(|(_, by)| *by == Availability::Past);
    for &(attribute, _) in of_past {
        let Some(Past { first, down }) = &cloud.past else { return };
        let alive = cloud.alive.as_deref().unwrap_or(&[]);
        let values = &mut *cloud.attributes[attribute];
        let columns = (values, (alive, (&**first, &**down)));
        strides(columns, |_, (values, (alive, (first, down)))| {
            for (k, value) in values.iter_mut().enumerate() {
                if is_member(alive, k) {
                    *value = share_up(first[k], down[k], cycle as i32, scenario.run.cycle_seconds);
                }
            }
        });
        refresh_slots(cloud, plans, attribute);
    }
}

/// Gradients of an attribute that has changed order the nodes by what it is now. Reads four bytes a node and gradient, and reads and
/// writes eight.
pub fn refresh_slots(cloud: &mut Cloud, plans: &Plans, attribute: usize) {
    let values = &*cloud.attributes[attribute];
    let gradients = cloud.gradients.iter_mut().zip(&plans.gradients);
    for (gradient, _) in gradients.filter(|(_, plan)| plan.attribute == attribute) {
        strides((&mut *gradient.slots, values), |_, (slots, values): (&mut [Slot], &[f32])| {
            for (slot, &value) in slots.iter_mut().zip(values) {
                *slot = Slot::new(key(value), slot.id());
            }
        });
    }
}

/// What a live node takes its availability to be: the share of the time since it first came that it was up, this cycle included,
/// as if it had also been up for a day and down for a day. By this rule of succession (Laplace) a node that has only just come is
/// worth 1/2 and not 1: else newcomers, which have not left yet, would outrank all that have stayed for years.
#[must_use]
pub fn share_up(first: i32, down: i32, now: i32, cycle_seconds: f64) -> f32 {
    const DAY_SECONDS: f64 = 86_400.0;
    let day = DAY_SECONDS / cycle_seconds;
    let since = f64::from(now) - f64::from(first) + 1.0;
    ((since - f64::from(down) + day) / (since + 2.0 * day)) as f32
}
