//! The observer: it knows the truth, changes nothing, and writes a row of each table.
//!
//! Reads every column once, as a stream: for a gradient fourteen bytes a node, for the applications two and the attributes. Sums
//! fold in the order of the nodes. What there is to say of aggregates: see [`crate::aggregate`].

use datasets::scenario::{Overlay, SamplingProtocol, Scenario, SlicingProtocol};
use datasets::suite::Test;
use datasets::trace::{AppRow, AttributeRow, DegreeRow, OverlayRow, SliceRow, Writer};
use kernels::disorder::{Disorder, Ecdf, count, measure};
use kernels::philox::Stream;
use kernels::suite::Holdings;
use rayon::prelude::*;

use crate::assign::{Cause, Moves};
use crate::cloud::{Cloud, Gradient};
use crate::condition::fits;
use crate::error::Error;
use crate::overlay::{BYTES_PER_NODE, Effort, Graph};
use crate::pass::{STRIDE, strides};
use crate::plan::Plans;
use crate::purpose::OVERLAY;
use crate::schedule::{MEMBER, is_member};
use crate::truth::Truth;

/// Parts of the cloud whose ids are counted side by side. Changes speed only.
const PARTS: usize = 16;

/// Nodes of which attributes are looked at, at most, evenly over the cloud. Changes the rows of `attributes` only.
const SAMPLE: usize = 1 << 16;

/// Quantiles of an attribute, in hundredths.
const HUNDREDTHS: [usize; 23] =
    [0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99, 100];

/// Writes a row for each quantile of each attribute of the live nodes. Costs the same for any number of nodes.
pub fn attributes(cloud: &Cloud, names: &[String], trace: &mut Writer) {
    let count = cloud.nodes.min(SAMPLE);
    let sample: Vec<usize> = (0..count).map(|k| k * cloud.nodes / count).collect();
    for (name, column) in names.iter().zip(&cloud.attributes) {
        let alive = sample.iter().filter(|&&node| is_member(cloud.alive(), node));
        let mut values: Vec<f32> = alive.map(|&node| column[node]).collect();
        values.sort_unstable_by(f32::total_cmp);
        for hundredth in HUNDREDTHS {
            let rank = (values.len() * hundredth).div_ceil(100).max(1);
            let Some(&value) = values.get(rank - 1) else { continue };
            trace.attribute(AttributeRow {
                attribute: name.clone(),
                fraction: hundredth as f64 / 100.0,
                value: value.into(),
                sample_count: values.len() as u64,
            });
        }
    }
}

/// Writes a row for each gradient. `ecdfs` remembers where the ids lie, as long as that cannot have changed.
pub fn slices(
    cloud: &mut Cloud,
    scenario: &Scenario,
    plans: &Plans,
    truth: &Truth,
    ecdfs: &mut [Option<Ecdf>],
    cycle: u32,
    trace: &mut Writer,
) {
    let lossy = scenario.network.request_loss > 0.0 || scenario.network.reply_loss > 0.0;
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    for (number, gradient) in cloud.gradients.iter_mut().enumerate() {
        // The newest version may have no use for it any more.
        let Some(should) = truth.members[number] else { continue };
        let Gradient { slots, members, ranks, tenths, .. } = gradient;
        let moving = lossy || members.is_some();
        let present = members.as_deref().unwrap_or(alive);
        let ecdf = match &mut ecdfs[number] {
            Some(known) if !moving => known,
            unknown if knows_rank(scenario.slicing.protocol) => {
                let count = present.par_iter().filter(|&&present| present == MEMBER).count();
                unknown.insert(Ecdf::even(if present.is_empty() { slots.len() } else { count } as u64))
            }
            unknown => unknown.insert(ids(slots, present)),
        };
        let columns = ((&mut **tenths, &**slots), (&**ranks, present));
        let sums = strides(columns, |_, ((tenths, slots), (ranks, present))| {
            measure(tenths, slots, ranks, present, ecdf, should)
        });
        let sum = sums.into_iter().fold(Disorder::default(), |mut sum, stride| {
            sum.add(stride);
            sum
        });
        let share = |of: f64| if sum.members == 0 { 0.0 } else { of / sum.members as f64 };
        trace.slice(SliceRow {
            cycle,
            gradient: number as u32,
            attribute: scenario.fleet.attributes[plans.gradients[number].attribute].clone(),
            protocol: scenario.slicing.protocol.name().to_owned(),
            members_count: ecdf.total(),
            gdm_normalised: share(sum.squares),
            sdm_normalised: share(sum.slices as f64),
            rms_rank_error_fraction: share(sum.squares).sqrt(),
            wrong_decile_fraction: share(sum.wrong as f64),
            slice_changes_fraction: if cycle == 0 { 0.0 } else { share(sum.changes as f64) },
        });
    }
}

/// Whether ids are ranks, and not random numbers that are to be ordered.
fn knows_rank(protocol: SlicingProtocol) -> bool {
    matches!(protocol, SlicingProtocol::Ranking | SlicingProtocol::Quantile)
}

/// Where the ids of members lie.
fn ids(slots: &[kernels::slicing::Slot], present: &[u8]) -> Ecdf {
    let cells = 1 << Ecdf::bits(slots.len());
    let part = slots.len().div_ceil(PARTS).max(1);
    let parts: Vec<Vec<u64>> = (slots.par_chunks(part).enumerate())
        .map(|(number, slots)| {
            let present = present.get(number * part..number * part + slots.len()).unwrap_or(&[]);
            let mut counts = vec![0; cells];
            count(&mut counts, slots, present);
            counts
        })
        .collect();
    let sums: Vec<u64> = (0..cells).map(|cell| parts.iter().map(|part| part[cell]).sum()).collect();
    Ecdf::new(&sums)
}

/// What so many applications hold, with the sums of some attributes.
#[must_use]
pub fn holdings(cloud: &Cloud, apps: usize, attributes: &[usize]) -> Holdings {
    let (Some(held), Some(truth)) = (&cloud.apps, &cloud.truth) else { return Holdings::default() };
    let attributes: Vec<&[f32]> = attributes.iter().map(|&attribute| &*cloud.attributes[attribute]).collect();
    let strides = strides(((&**held, &**truth), attributes), |_, ((held, truth), attributes)| {
        Holdings::of(apps, held, truth, &attributes)
    });
    let mut strides = strides.into_iter();
    let first = strides.next().unwrap_or_default();
    strides.fold(first, |mut sum, stride| {
        sum.add(&stride);
        sum
    })
}

/// Nodes that an application holds and that fit a test.
#[must_use]
pub fn held(cloud: &Cloud, app: u8, test: &Test) -> u64 {
    let Some(held) = &cloud.apps else { return 0 };
    let attributes: Vec<&[f32]> = cloud.attributes.iter().map(|attribute| &**attribute).collect();
    let counts = strides((&**held, attributes), |_, (held, attributes): (&[u8], Vec<&[f32]>)| {
        let mut fit = [0; STRIDE];
        let fit = &mut fit[..held.len()];
        fits(fit, test, &attributes);
        held.iter().zip(fit).filter(|(held, fit)| **held == app && **fit == 1).count() as u64
    });
    counts.into_iter().sum()
}

/// Writes a row for each application. `moves` are those since the previous row, `broken` its constraints that are.
pub fn apps(
    cloud: &Cloud,
    names: &[String],
    truth: &Truth,
    (moves, broken): (&[Moves], &[u64]),
    cycle: u32,
    trace: &mut Writer,
) {
    if cloud.apps.is_none() {
        return;
    }
    let attributes: Vec<usize> = (0..cloud.attributes.len()).collect();
    let sum = holdings(cloud, names.len(), &attributes);
    for (number, name) in names.iter().enumerate() {
        let (held, correct) = (sum.held[number], sum.correct[number]);
        let Moves { joins, leaves } = moves[number];
        trace.app(AppRow {
            cycle,
            app: name.clone(),
            asked_count: truth.asked[number],
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
            border_ties_count: truth.border_ties[number],
            mean_attributes: sum.sums.iter().map(|sums| (held > 0).then(|| sums[number] / held as f64)).collect(),
        });
    }
}

/// Writes a row of the overlay that the views span, and a row for each in-degree, if nodes keep views.
///
/// # Errors
/// If there is no room for what it takes to measure.
pub fn overlay(cloud: &Cloud, scenario: &Scenario, cycle: u32, trace: &mut Writer) -> Result<(), Error> {
    let Some(records) = cloud.views.as_deref() else { return Ok(()) };
    let protocol = scenario.sampling.protocol;
    let now = (protocol == SamplingProtocol::Newscast).then_some(cycle as u8);
    let graph = Graph { records, entries: scenario.sampling.view as usize, alive: cloud.alive(), now };
    let Overlay { sample, paths, .. } = scenario.trace.overlay;
    let effort = Effort { sample: sample as usize, paths: paths as usize };
    let bytes = BYTES_PER_NODE * cloud.nodes as u64;
    let found = graph
        .measure(effort, Stream::new(scenario.run.seed, cycle, OVERLAY))
        .map_err(|source| Error::Column { column: "overlay".into(), bytes, source })?;
    let [in_degree_mean, in_degree_sd, in_degree_min, in_degree_max] = found.in_degree;
    let [age_p50, age_p90, age_p99] = found.ages.quantiles;
    trace.overlay(OverlayRow {
        cycle,
        protocol: protocol.name().to_owned(),
        in_degree_mean,
        in_degree_sd,
        in_degree_min,
        in_degree_max,
        dead_links_count: found.dead_links,
        dead_links_mean: found.dead_links as f64 / found.live as f64,
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
        trace.degree(DegreeRow { cycle, in_degree, nodes_count });
    }
    Ok(())
}
