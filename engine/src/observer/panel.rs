//! Snapshots of nodes: all of them, or a fixed random panel.

use std::sync::OnceLock;

use datasets::scenario::{Panel, Sample, Scenario};
use datasets::trace::{NodeRows, Writer};
use kernels::suite::NONE;

use crate::cloud::Cloud;
use crate::error::Error;
use crate::population::select::{By, Selection};
use crate::schedule::purpose::{PANEL, for_life};
use crate::slicing::gradient::Gradient;

/// Rows handed over at a time.
const ROWS: usize = 1 << 16;

/// The nodes of a panel, ascending; `None` stands for all.
fn panel(scenario: &Scenario) -> Option<Vec<u32>> {
    let Some(Panel { sample: Sample::Count(count), .. }) = scenario.trace.nodes else { return None };
    let nodes = scenario.run.nodes as usize;
    let by = By::Chance(for_life(scenario.run.seed, PANEL));
    let all = |_, marks: &mut [u8]| marks.fill(1);
    Some(Selection::new(nodes, &all, by, |_| count as usize).into_nodes())
}

/// Writes a snapshot, if one is due, of the nodes of a `panel` that is chosen when the first is.
///
/// # Errors
/// If the trace cannot be written.
pub fn snapshot(
    scenario: &Scenario,
    cloud: &Cloud,
    panel: &OnceLock<Option<Vec<u32>>>,
    cycle: u32,
    trace: &mut Writer,
) -> Result<(), Error> {
    if !scenario.trace.nodes.as_ref().is_some_and(|panel| panel.cycles.contains(&cycle)) {
        return Ok(());
    }
    let nodes = cloud.population.nodes;
    match panel.get_or_init(|| self::panel(scenario)) {
        Some(panel) => {
            for part in panel.chunks(ROWS) {
                trace.nodes(&rows(cloud, part.to_vec(), cycle))?;
            }
        }
        None => {
            for first in (0..nodes).step_by(ROWS) {
                let part = first as u32..nodes.min(first + ROWS) as u32;
                trace.nodes(&rows(cloud, part.collect(), cycle))?;
            }
        }
    }
    Ok(())
}

/// The rows of some nodes.
fn rows(cloud: &Cloud, node_ids: Vec<u32>, cycle: u32) -> NodeRows {
    let Cloud { population, slicing, government, .. } = cloud;
    let of = |node: &u32| *node as usize;
    let app = |node| government.apps.as_ref().map(|apps| apps[node]).filter(|&app| app != NONE).map(u32::from);
    let ranks = |gradient: &Gradient| {
        let present = Gradient::those(gradient.members.as_ref(), population.live()).mask;
        let rank = |node: usize| f64::from(gradient.slots[node].id()) / 2_f64.powi(32);
        node_ids.iter().map(|node| present.holds(of(node)).then(|| rank(of(node)))).collect()
    };
    let mut rank_fractions: Vec<Vec<Option<f64>>> = slicing.gradients.iter().map(ranks).collect();
    if rank_fractions.is_empty() {
        // The column of the first gradient is there for any scenario.
        rank_fractions.push(vec![None; node_ids.len()]);
    }
    let alive = population.alive();
    NodeRows {
        cycle,
        alive: node_ids.iter().map(|node| alive.holds(of(node))).collect(),
        apps: node_ids.iter().map(|node| app(of(node))).collect(),
        rank_fractions,
        attributes: (population.attributes.iter())
            .map(|values| node_ids.iter().map(|node| values[of(node)]).collect())
            .collect(),
        node_ids,
    }
}
