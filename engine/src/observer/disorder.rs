//! How far nodes are from the true order of a gradient: a row of `slices`.
//!
//! Reads fourteen bytes a node, as a stream; and eight more, unless it is known where ids lie: with swaps that cannot
//! be lost among all nodes that live on, ids stay the same and change hands.

use datasets::scenario::Scenario;
use datasets::trace::SliceRow;
use kernels::disorder::{Cell, Disorder, Ecdf, Ids, Order, count, measure};
use kernels::exchange::Tally;
use kernels::slicing::Slot;
use rayon::prelude::*;

use super::local;
use super::truth::{Figures, Truth};
use crate::memory::{Mask, strides};
use crate::overlay::Overlay;
use crate::population::Population;
use crate::slicing::Slicing;
use crate::slicing::gradient::Gradient;

/// Parts of the cloud whose ids are counted side by side. Changes speed only.
const PARTS: usize = 16;

/// Slices that are deciles.
const DECILES: u32 = 10;

/// The rows of all gradients that the newest version uses. `ecdfs` remembers where the ids lie, as long as that cannot
/// have changed.
pub fn slices(
    scenario: &Scenario,
    (population, slicing, overlay): (&Population, &Slicing, &Overlay),
    (truth, figures): (&mut Truth, &Figures),
    ecdfs: &mut [Option<Ecdf>],
    cycle: u32,
) -> Vec<SliceRow> {
    let is_lossy = scenario.network.request_loss > 0.0 || scenario.network.reply_loss > 0.0;
    let believes = if slicing.knows_rank() { Ids::Estimates } else { Ids::Random };
    let mut rows = Vec::new();
    for (number, gradient) in slicing.gradients.iter().enumerate() {
        // The newest version may have no use for it any more.
        let Some(should) = figures.members[number] else { continue };
        let Gradient { attribute, slots, members, swaps, memory: _ } = gradient;
        let present = Gradient::those(members.as_ref(), population.live());
        let ecdf = match &mut ecdfs[number] {
            Some(known) if !is_lossy && members.is_none() && believes == Ids::Random => known,
            unknown => unknown.insert(ids(slots, present.mask)),
        };
        let order = &mut truth.gradients[number];
        let by = Order { ids: believes, ecdf, members: should, slices: scenario.slicing.slices };
        let columns = ((&mut *order.slices, &**slots), (&*order.ranks, present.mask));
        let sums =
            strides(columns, |_, ((noted, slots), (ranks, present))| measure(noted, slots, ranks, present.marks(), by));
        let sum = sums.into_iter().fold(Disorder::default(), |mut sum, stride| {
            sum.add(stride);
            sum
        });
        let share = |of: f64| if sum.members == 0 { 0.0 } else { of / sum.members as f64 };
        let errors = if believes == Ids::Estimates { sum.errors } else { sum.squares };
        rows.push(SliceRow {
            cycle,
            gradient: number as u32,
            attribute: scenario.fleet.attributes[*attribute].clone(),
            protocol: scenario.slicing.protocol.name().to_owned(),
            members_count: ecdf.total(),
            gdm_normalised: share(sum.squares),
            slices_count: scenario.slicing.slices,
            sdm_normalised: share(sum.slices as f64),
            ldm_normalised: overlay.links().and_then(|links| local::disorder(slots, present.mask, links)),
            rms_rank_error_fraction: share(errors).sqrt(),
            wrong_slice_fraction: share(sum.wrong as f64),
            wrong_decile_fraction: (scenario.slicing.slices == DECILES).then(|| share(sum.wrong as f64)),
            slice_changes_fraction: if cycle == 0 { 0.0 } else { share(sum.changes as f64) },
            useless_swaps_fraction: swaps.and_then(|swaps| too_late(&swaps)),
        });
    }
    rows
}

/// Of the requests to swap that arrived, the share that came too late; `None` if none arrived.
fn too_late(swaps: &Tally) -> Option<f64> {
    let arrived = swaps.requests - swaps.requests_lost;
    (arrived > 0).then(|| swaps.useless as f64 / arrived as f64)
}

/// Where the ids of members lie.
fn ids(slots: &[Slot], present: Mask<'_>) -> Ecdf {
    let cells = 1 << Ecdf::bits(slots.len());
    let part = slots.len().div_ceil(PARTS).max(1);
    let counted: Vec<Vec<Cell>> = (slots.par_chunks(part).enumerate())
        .map(|(number, slots)| {
            let present = present.marks().map(|marks| &marks[number * part..][..slots.len()]);
            let mut counted = vec![Cell::default(); cells];
            count(&mut counted, slots, present);
            counted
        })
        .collect();
    let mut all = vec![Cell::default(); cells];
    for counted in counted {
        all.iter_mut().zip(counted).for_each(|(sum, cell)| sum.add(cell));
    }
    Ecdf::new(&all)
}
