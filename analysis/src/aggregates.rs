//! How fast estimates converge, and how close they came.

use std::collections::BTreeMap;

use datasets::trace::AggregateRow;

use crate::{Settings, theory};

/// Cycles over which the mean factor is taken, as in the published experiments.
const MEAN_OVER_CYCLES: u32 = 10;

/// Below this ratio of variance to squared mean, what is left is rounding: the square of 10^4 roundings of `f64`.
const ROUNDING_LEVEL: f64 = 1e-24;

/// An aggregate after the last cycle, and how it got there.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Its name.
    pub aggregate: String,
    /// Its function, as the scenario names it.
    pub function: String,
    /// What every node should find.
    pub true_value: f64,
    /// Mean of the estimates.
    pub mean: f64,
    /// Root mean square error of the estimates / |true value|; `None` if the true value is 0.
    pub relative_error: Option<f64>,
    /// The first observed cycle from which on all nodes held the same estimate.
    pub agreed_at: Option<u32>,
    /// How the variance fell; `None` for functions whose estimates spread instead of averaging out.
    pub contraction: Option<Contraction>,
}

/// How the variance over the nodes fell.
#[derive(Clone, Debug, PartialEq)]
pub struct Contraction {
    /// Factor per cycle over the first cycles, as a geometric mean; `None` if there was nothing to fall.
    pub mean: Option<Factor>,
    /// Factor of each step from one observed cycle to the next.
    pub steps: Vec<Factor>,
    /// What the theory says; `None` where it says nothing.
    pub theory: Option<f64>,
    /// Whether theory holds from the first cycle (averages) or only once estimates are near (functions of averages).
    pub theory_is_exact: bool,
    /// The first observed cycle after which only rounding was left, where `steps` ends.
    pub rounding_after: Option<u32>,
}

/// A factor by which the variance fell per cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factor {
    /// The observed cycle at the start of the step.
    pub after_cycle: u32,
    /// The observed cycle at its end.
    pub cycle: u32,
    /// The factor per cycle: the geometric mean if the step has several.
    pub factor: f64,
}

/// The rows of each aggregate, in the order of the trace.
pub(crate) fn by_name(rows: Vec<AggregateRow>) -> Vec<Vec<AggregateRow>> {
    let mut order: Vec<String> = Vec::new();
    let mut by_name: BTreeMap<String, Vec<AggregateRow>> = BTreeMap::new();
    for row in rows {
        if !by_name.contains_key(&row.aggregate) {
            order.push(row.aggregate.clone());
        }
        by_name.entry(row.aggregate.clone()).or_default().push(row);
    }
    order.iter().filter_map(|name| by_name.remove(name)).collect()
}

/// The aggregate that has these rows. `undisturbed` is the last cycle before any node came or went.
pub(crate) fn aggregate(rows: &[AggregateRow], undisturbed: u32, settings: &Settings) -> Option<Aggregate> {
    let last = rows.last()?;
    let agreed = rows.iter().rev().take_while(|row| row.max - row.min <= 0.0).last();
    Some(Aggregate {
        aggregate: last.aggregate.clone(),
        function: last.function.clone(),
        true_value: last.true_value,
        mean: last.mean,
        relative_error: last.relative_error,
        agreed_at: agreed.map(|row| row.cycle),
        contraction: contraction(rows, undisturbed, settings),
    })
}

/// How the variance of these rows fell; `None` for functions whose estimates do not average out.
pub(crate) fn contraction(rows: &[AggregateRow], undisturbed: u32, settings: &Settings) -> Option<Contraction> {
    let function = rows.first()?.function.as_str();
    if !matches!(function, "average" | "variance" | "geometric-mean") {
        return None;
    }
    let falling = rows.iter().take_while(|row| is_spread(row)).count();
    let (falling, rounded) = rows.split_at(falling);
    let steps = falling.windows(2).filter_map(|pair| factor(&pair[0], &pair[1])).collect();
    Some(Contraction {
        mean: mean_factor(falling, undisturbed),
        steps,
        theory: theory::variance_factor(settings),
        theory_is_exact: function == "average",
        rounding_after: rounded.first().map(|row| row.cycle),
    })
}

/// The factor from the first row to the last one of the first cycles, or to the second if rows are further apart.
fn mean_factor(rows: &[AggregateRow], undisturbed: u32) -> Option<Factor> {
    let first = rows.first()?;
    let all = first.cycle.saturating_add(MEAN_OVER_CYCLES);
    let until = undisturbed.min(all);
    let within = rows.iter().take_while(|row| row.cycle <= until && row.epoch == first.epoch).last();
    let last = within.filter(|row| row.cycle > first.cycle);
    let far = rows.get(1).filter(|row| until == all && row.cycle > until);
    factor(first, last.or(far)?)
}

fn factor(from: &AggregateRow, to: &AggregateRow) -> Option<Factor> {
    let cycles = to.cycle.checked_sub(from.cycle).filter(|cycles| *cycles > 0)?;
    let fall = to.variance / from.variance;
    (from.epoch == to.epoch && fall.is_finite()).then(|| Factor {
        after_cycle: from.cycle,
        cycle: to.cycle,
        factor: fall.powf(1.0 / f64::from(cycles)),
    })
}

/// Whether the estimates differ by more than rounding.
fn is_spread(row: &AggregateRow) -> bool {
    row.variance > ROUNDING_LEVEL * row.mean * row.mean
}
