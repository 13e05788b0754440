//! A digest of the state of a cloud that does not depend on any order: the sum of a mix of every (column, node, state).
//!
//! Reads every column once.

use bytemuck::Pod;
use xxhash_rust::xxh3::xxh3_64;

use crate::cloud::Cloud;
use crate::pass::strides;

/// The digest of all that nodes hold: attributes, life and past, random ids, applications, estimates, views, versions
/// and how nodes stand to rules.
#[must_use]
pub fn digest(cloud: &Cloud) -> u64 {
    let mut sum = 0_u64;
    let mut column = 0;
    let mut add = |part: u64| sum = sum.wrapping_add(part);
    for attribute in &cloud.attributes {
        add(of(next(&mut column), attribute));
    }
    cloud.alive.iter().for_each(|alive| add(of(next(&mut column), alive)));
    if let Some(life) = &cloud.life {
        add(of(next(&mut column), &life.next));
        life.session.iter().chain(&life.turn).for_each(|clock| add(of(next(&mut column), clock)));
    }
    if let Some(past) = &cloud.past {
        for past in [&past.first, &past.down] {
            add(of(next(&mut column), past));
        }
    }
    for gradient in &cloud.gradients {
        add(of(next(&mut column), &gradient.slots));
        gradient.members.iter().for_each(|members| add(of(next(&mut column), members)));
        gradient.memory.iter().for_each(|memory| add(of(next(&mut column), memory)));
    }
    cloud.apps.iter().for_each(|apps| add(of(next(&mut column), apps)));
    for aggregate in &cloud.aggregates {
        aggregate.states.iter().for_each(|state| add(of(next(&mut column), state)));
        aggregate.held.iter().for_each(|held| add(of(next(&mut column), held)));
    }
    for group in &cloud.groups {
        group.tags.iter().for_each(|tags| add(of(next(&mut column), tags)));
        group.ages.iter().for_each(|ages| add(of(next(&mut column), ages)));
        group.instances.iter().for_each(|instance| add(of(next(&mut column), instance)));
    }
    cloud.views.iter().for_each(|views| add(of(next(&mut column), views)));
    cloud.versions.iter().chain(&cloud.acting).for_each(|versions| add(of(next(&mut column), versions)));
    cloud.streaks.iter().for_each(|streaks| add(of(next(&mut column), streaks)));
    sum
}

/// The number of a column.
fn next(column: &mut u32) -> u32 {
    *column += 1;
    *column
}

/// The digest of one column.
fn of<T: Pod + Sync>(column: u32, states: &[T]) -> u64 {
    let parts = strides(states, |first, states: &[T]| {
        let mut word = [0; 16];
        word[..4].copy_from_slice(&column.to_le_bytes());
        states.iter().enumerate().fold(0_u64, |sum, (k, state)| {
            word[4..8].copy_from_slice(&((first + k) as u32).to_le_bytes());
            word[8..8 + size_of::<T>()].copy_from_slice(bytemuck::bytes_of(state));
            sum.wrapping_add(xxh3_64(&word))
        })
    });
    parts.into_iter().fold(0, u64::wrapping_add)
}
