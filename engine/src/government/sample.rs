//! What share of the cloud each application of a version will find, before any node has decided by it.
//!
//! Takes a sample of the live nodes, and assigns the sample as an omniscient server would. Example: of 65,536 sampled
//! nodes, 40,000 have a disk; an application that asks for half of those with a disk will find about 61 % of the cloud,
//! and take half of that.
//!
//! Reads the attributes of the nodes in the sample, once a version.

use datasets::suite::Test;
use kernels::suite::NONE;
use rayon::prelude::*;

use super::claims::shares;
use crate::plans::condition::fits;
use crate::plans::{Pick, Plan, Plans};
use crate::population::Population;
use crate::schedule::purpose::{SUITE, for_life};

/// The most nodes of a sample. May change results.
pub const SAMPLE: usize = 1 << 16;

/// The share of the cloud that each application finds, if so many nodes are `alive`.
pub fn sample(plans: &Plans, plan: &Plan, population: &Population, alive: usize, seed: u64) -> Vec<f64> {
    let gap = alive.div_ceil(SAMPLE).max(1);
    let mask = population.alive();
    let nodes: Vec<usize> = (0..population.nodes).filter(|&node| mask.holds(node)).step_by(gap).collect();
    let values: Vec<Vec<f32>> =
        population.attributes.par_iter().map(|column| nodes.iter().map(|&node| column[node]).collect()).collect();
    let values: Vec<&[f32]> = values.iter().map(|values| &**values).collect();
    let draw = for_life(seed, SUITE);
    let marks: Vec<Vec<u8>> = plans.conditions.iter().map(|test| marked(test, &values, nodes.len())).collect();
    let (mut eligible, mut held) = (Vec::new(), vec![NONE; nodes.len()]);
    for (index, step) in plan.steps.iter().enumerate() {
        let fits = |k: &usize| held[*k] == NONE && step.condition.is_none_or(|condition| marks[condition][*k] == 1);
        let mut found: Vec<usize> = (0..nodes.len()).filter(fits).collect();
        eligible.push(found.len() as f64 / nodes.len().max(1) as f64);
        match step.pick {
            Pick::Random(number) => found.sort_by_key(|&k| draw.word(nodes[k] as u32, number as u32)),
            Pick::Gradient { gradient, top, .. } => {
                let values = values[plans.gradients[gradient].attribute];
                found.sort_by(
                    |&a, &b| if top { values[b].total_cmp(&values[a]) } else { values[a].total_cmp(&values[b]) },
                );
            }
        }
        let asked = shares(plan, alive as f64, &eligible)[index].asked;
        let taken = (asked * nodes.len() as f64).round() as usize;
        found.into_iter().take(taken).for_each(|k| held[k] = step.app);
    }
    eligible
}

/// The marks of nodes that pass a test.
fn marked(test: &Test, values: &[&[f32]], nodes: usize) -> Vec<u8> {
    let mut marks = vec![0; nodes];
    fits(&mut marks, test, values);
    marks
}
