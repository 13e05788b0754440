//! Rows of attributes, of applications, and of the overlay.

use std::io;

use datasets::scenario::{self, Scenario};
use datasets::trace::{AppRow, AttributeRow, DegreeRow, OverlayRow, Writer};
use rayon::prelude::*;

use super::graph::{BYTES_PER_NODE, Effort, Graph};
use super::truth::{Figures, Truth};
use crate::cloud::Cloud;
use crate::error::Error;
use crate::government::{Cause, Government, Moves};
use crate::memory::{Column, Mask};
use crate::overlay::Overlay;
use crate::population::Population;
use crate::schedule::Cycle;
use crate::schedule::purpose::{INSIDE_OVERLAY, OVERLAY, PASS};

/// Nodes of which attributes are looked at, at most, evenly over the cloud. Changes the rows of `attributes` only.
const SAMPLE: usize = 1 << 16;

/// Quantiles of an attribute, in hundredths.
const HUNDREDTHS: [usize; 23] =
    [0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99, 100];

/// The rows of `attributes`: one for each quantile of each attribute of the live nodes. Costs the same for any number
/// of nodes.
pub fn attributes(population: &Population, names: &[String]) -> Vec<AttributeRow> {
    let (nodes, alive) = (population.nodes, population.alive());
    let count = nodes.min(SAMPLE);
    let sample: Vec<usize> = (0..count).map(|k| k * nodes / count).collect();
    let mut rows = Vec::new();
    for (name, column) in names.iter().zip(&population.attributes) {
        let live = sample.iter().filter(|&&node| alive.holds(node));
        let mut values: Vec<f32> = live.map(|&node| column[node]).collect();
        values.sort_unstable_by(f32::total_cmp);
        for hundredth in HUNDREDTHS {
            let rank = (values.len() * hundredth).div_ceil(100).max(1);
            let Some(&value) = values.get(rank - 1) else { continue };
            rows.push(AttributeRow {
                attribute: name.clone(),
                fraction: hundredth as f64 / 100.0,
                value: value.into(),
                sample_count: values.len() as u64,
            });
        }
    }
    rows
}

/// The rows of `apps`: one for each application. `moves` are those since the previous row.
pub fn apps(
    population: &Population,
    government: &Government,
    (truth, figures): (&Truth, &Figures),
    moves: &[Moves],
    cycle: u32,
) -> Vec<AppRow> {
    if government.apps.is_none() {
        return Vec::new();
    }
    let names = &government.versions.plans.apps;
    let attributes: Vec<usize> = (0..population.attributes.len()).collect();
    let sum = government.holdings(truth.apps.as_deref(), population, &attributes);
    let broken = government.course.constraints.broken(names.len());
    let row = |(number, name): (usize, &String)| {
        let (held, correct) = (sum.held[number], sum.correct[number]);
        let Moves { joins, leaves } = moves[number];
        AppRow {
            cycle,
            app: name.clone(),
            asked_count: figures.asked[number],
            held_count: held,
            correct_count: correct,
            wrong_count: held - correct,
            joins_count: joins.iter().sum(),
            joins_churn_count: joins[Cause::Churn as usize],
            joins_rank_count: joins[Cause::Rank as usize],
            joins_suite_count: joins[Cause::Suite as usize],
            leaves_count: leaves.iter().sum(),
            leaves_churn_count: leaves[Cause::Churn as usize],
            leaves_rank_count: leaves[Cause::Rank as usize],
            leaves_suite_count: leaves[Cause::Suite as usize],
            broken_constraints_count: broken[number],
            border_ties_count: figures.border_ties[number],
            mean_attributes: sum.sums.iter().map(|sums| (held > 0).then(|| sums[number] / held as f64)).collect(),
        }
    };
    names.iter().enumerate().map(row).collect()
}

/// Writes a row of the overlay that the views span, and a row for each in-degree, if nodes keep views; and those of the
/// overlay of each application that has one.
///
/// # Errors
/// If there is no room for what it takes to measure.
pub fn overlays(scenario: &Scenario, cloud: &Cloud, cycle: u32, trace: &mut Writer) -> Result<(), Error> {
    let alive = cloud.population.alive();
    overlay(scenario, &cloud.overlay, (alive, None), cycle, trace)?;
    let Some(applications) = cloud.applications.as_ref().filter(|inside| inside.overlay.views.is_some()) else {
        return Ok(());
    };
    let mut marks = Column::<u8>::anonymous(cloud.population.nodes).map_err(|source| no_room(scenario, source))?;
    for (app, name) in cloud.government.versions.plans.apps.iter().enumerate() {
        let is_member = |place: &u8| u8::from(usize::from(*place) == app);
        marks.par_iter_mut().zip(applications.places.par_iter()).for_each(|(mark, place)| *mark = is_member(place));
        let inside = Inside { app, name, alive };
        overlay(scenario, &applications.overlay, (Mask::of(&marks), Some(inside)), cycle, trace)?;
    }
    Ok(())
}

/// The overlay of an application.
#[derive(Clone, Copy)]
struct Inside<'a> {
    app: usize,
    name: &'a str,
    /// Nodes that live, members or not.
    alive: Mask<'a>,
}

/// What there is to say where there is no room to measure the overlay.
pub fn no_room(scenario: &Scenario, source: io::Error) -> Error {
    Error::Column { column: "overlay".into(), bytes: BYTES_PER_NODE * u64::from(scenario.run.nodes), source }
}

/// Writes the row of an overlay among its members, and a row for each in-degree.
fn overlay(
    scenario: &Scenario,
    overlay: &Overlay,
    (members, inside): (Mask<'_>, Option<Inside<'_>>),
    cycle: u32,
    trace: &mut Writer,
) -> Result<(), Error> {
    let Some(links) = overlay.links() else { return Ok(()) };
    let graph = Graph { links, alive: members, now: overlay.date(cycle) };
    let scenario::Overlay { sample, paths, .. } = scenario.trace.overlay;
    let effort = Effort { sample: sample as usize, paths: paths as usize };
    let purpose = inside.map_or(OVERLAY, |inside| INSIDE_OVERLAY + inside.app as u32 * PASS);
    let stream = Cycle::new(scenario, cycle).stream(purpose);
    let found = graph.measure(effort, stream).map_err(|source| no_room(scenario, source))?;
    let [in_degree_mean, in_degree_sd, in_degree_min, in_degree_max] = found.in_degree;
    let [age_p50, age_p90, age_p99] = found.ages.quantiles;
    let app = inside.map(|inside| inside.name.to_owned());
    let gone = inside.map(|inside| graph.gone_links(inside.alive));
    let isolated = match inside {
        Some(_) => Some(graph.isolated().map_err(|source| no_room(scenario, source))?),
        None => None,
    };
    trace.push(OverlayRow {
        cycle,
        app: app.clone(),
        protocol: overlay.sampling.protocol.name().to_owned(),
        in_degree_mean,
        in_degree_sd,
        in_degree_min,
        in_degree_max,
        dead_links_count: found.dead_links,
        dead_links_mean: found.dead_links as f64 / found.live as f64,
        gone_links_count: gone,
        isolated_count: isolated,
        entries_count: found.entries,
        age_mean: found.ages.mean,
        age_p50,
        age_p90,
        age_p99,
        age_max: found.ages.most,
        clustering_coefficient: found.clustering,
        clustering_sample_count: found.clustering_sample,
        path_length_mean: found.path_length,
        path_sample_count: found.path_sample,
        components_count: found.components,
        largest_component_fraction: found.largest,
    });
    for (in_degree, nodes_count) in found.degrees {
        trace.push(DegreeRow { cycle, app: app.clone(), in_degree, nodes_count });
    }
    Ok(())
}
