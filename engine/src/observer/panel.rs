//! Snapshots of nodes, and of whom they know: of all of them, or of a fixed random panel.

use std::sync::OnceLock;

use datasets::scenario::{Export, Panel, Sample, Scenario};
use datasets::trace::{EdgeRows, NodeRows, Phase, Writer};
use kernels::suite::NONE;

use crate::application::{ALONE, FETCHING, RUNNING, WAITING};
use crate::cloud::Cloud;
use crate::error::Error;
use crate::observer::graph::age;
use crate::overlay::Overlay;
use crate::population::select::{By, Selection};
use crate::schedule::purpose::{PANEL, for_life};
use crate::slicing::gradient::Gradient;

/// Nodes handed over at a time.
const ROWS: usize = 1 << 16;

/// The nodes of the panels, ascending, once they have been asked for; `None` stands for all.
#[derive(Debug, Default)]
pub struct Panels {
    nodes: OnceLock<Option<Vec<u32>>>,
    edges: OnceLock<Option<Vec<u32>>>,
}

/// The nodes of a panel, ascending; `None` stands for all.
fn panel(scenario: &Scenario, sample: Sample) -> Option<Vec<u32>> {
    let Sample::Count(count) = sample else { return None };
    let nodes = scenario.run.nodes as usize;
    let by = By::Chance(for_life(scenario.run.seed, PANEL));
    let all = |_, marks: &mut [u8]| marks.fill(1);
    Some(Selection::new(nodes, &all, by, |_| count as usize).into_nodes())
}

/// Calls `each` with the nodes of a panel, or all nodes, in parts.
fn parts(
    panel: Option<&[u32]>,
    nodes: usize,
    mut each: impl FnMut(Vec<u32>) -> Result<(), Error>,
) -> Result<(), Error> {
    match panel {
        Some(panel) => panel.chunks(ROWS).try_for_each(|part| each(part.to_vec())),
        None => (0..nodes).step_by(ROWS).try_for_each(|first| {
            let part = first as u32..nodes.min(first + ROWS) as u32;
            each(part.collect())
        }),
    }
}

/// Writes a snapshot, if one is due, of the nodes of a panel that is chosen when the first is.
///
/// # Errors
/// If the trace cannot be written.
pub fn snapshot(
    scenario: &Scenario,
    cloud: &Cloud,
    panels: &Panels,
    cycle: u32,
    trace: &mut Writer,
) -> Result<(), Error> {
    let Some(Panel { sample, .. }) = scenario.trace.nodes.as_ref().filter(|panel| panel.cycles.contains(&cycle)) else {
        return Ok(());
    };
    let panel = panels.nodes.get_or_init(|| panel(scenario, *sample));
    parts(panel.as_deref(), cloud.population.nodes, |part| Ok(trace.nodes(&rows(cloud, part, cycle))?))
}

/// Writes whom the nodes of a panel know, if that is due: in the overlay of the cloud, and in that of each application.
///
/// Reads the views of the panel. Room: a part of the entries, 20 bytes each.
///
/// # Errors
/// If the trace cannot be written.
pub fn edges(
    scenario: &Scenario,
    cloud: &Cloud,
    panels: &Panels,
    (cycle, is_last): (u32, bool),
    trace: &mut Writer,
) -> Result<(), Error> {
    let Some(Export { every, sample }) = scenario.trace.edges else { return Ok(()) };
    if !(cycle.is_multiple_of(every) || is_last) {
        return Ok(());
    }
    let panel = panels.edges.get_or_init(|| panel(scenario, sample)).as_deref();
    let (nodes, alive) = (cloud.population.nodes, cloud.population.alive());
    let mut write = |overlay: &Overlay, app: Option<u32>, is_there: &dyn Fn(usize) -> bool| {
        let Some(links) = overlay.links() else { return Ok(()) };
        let (now, has_ages) = (overlay.date(cycle), overlay.views.is_some());
        parts(panel, nodes, |part| {
            let mut rows = EdgeRows { cycle, ..EdgeRows::default() };
            for node in part.into_iter().filter(|node| is_there(*node as usize)) {
                let stamps = links.ages_of(node as usize);
                for (entry, other) in links.of(node as usize).enumerate() {
                    rows.overlays.push(app);
                    rows.from.push(node);
                    rows.to.push(other);
                    rows.ages.push(has_ages.then(|| u32::from(age(stamps[entry], now))));
                }
            }
            Ok(trace.edges(&rows)?)
        })
    };
    write(&cloud.overlay, None, &|node| alive.holds(node))?;
    if let Some(applications) = &cloud.applications {
        for app in 0..cloud.government.versions.plans.apps.len() {
            let is_member = |node: usize| usize::from(applications.places[node]) == app;
            write(&applications.overlay, Some(app as u32), &is_member)?;
        }
    }
    Ok(())
}

/// The rows of some nodes.
fn rows(cloud: &Cloud, node_ids: Vec<u32>, cycle: u32) -> NodeRows {
    let Cloud { population, slicing, government, applications, aggregation, .. } = cloud;
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
    let inside = applications.as_ref();
    let member = |node| inside.map(|inside| inside.membership(node).0).filter(|&app| app != NONE).map(u32::from);
    let phase = |node| match inside.map_or(0, |inside| inside.membership(node).1) {
        WAITING => Some(Phase::Waiting),
        FETCHING => Some(Phase::Fetching),
        RUNNING => Some(Phase::Running),
        ALONE => Some(Phase::Alone),
        _ => None,
    };
    NodeRows {
        cycle,
        alive: node_ids.iter().map(|node| alive.holds(of(node))).collect(),
        apps: node_ids.iter().map(|node| app(of(node))).collect(),
        memberships: node_ids.iter().map(|node| member(of(node))).collect(),
        phases: node_ids.iter().map(|node| phase(of(node))).collect(),
        rank_fractions,
        estimates: aggregation.of_nodes(&node_ids, alive),
        attributes: (population.attributes.iter())
            .map(|values| node_ids.iter().map(|node| values[of(node)]).collect())
            .collect(),
        node_ids,
    }
}
