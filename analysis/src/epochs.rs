//! What nodes found in the epochs of aggregates that restart.

use datasets::trace::{AggregateRow, EpochRow};

use crate::aggregates::contraction;
use crate::{Contraction, Settings};

/// An aggregate that restarts.
#[derive(Clone, Debug, PartialEq)]
pub struct Epochs {
    /// Its name.
    pub aggregate: String,
    /// Its function, as the scenario names it.
    pub function: String,
    /// Epochs that nodes finished.
    pub finished_count: usize,
    /// Those in which no node found a result.
    pub empty_count: usize,
    /// The last one that they finished; `None` if there is none.
    pub last: Option<EpochRow>,
    /// What the epochs after the first missed; `None` if none of them has an error.
    pub later: Option<Errors>,
    /// How the variance fell in the first epoch, as long as the same nodes took part; `None` for functions whose
    /// estimates do not simply average out, and where there was nothing to fall.
    pub contraction: Option<Contraction>,
}

/// The relative errors of several epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Errors {
    /// Epochs that have one.
    pub epochs_count: usize,
    /// The mean of the root mean square errors of the nodes.
    pub mean: f64,
    /// The largest of them.
    pub worst: f64,
}

impl Errors {
    fn of(epochs: &[&EpochRow]) -> Option<Errors> {
        let errors: Vec<f64> = epochs.iter().filter_map(|epoch| epoch.relative_error).collect();
        let worst = errors.iter().copied().reduce(f64::max)?;
        Some(Errors { epochs_count: errors.len(), mean: errors.iter().sum::<f64>() / errors.len() as f64, worst })
    }
}

/// Whether the aggregate of these rows restarts. Counts, sums and quantiles always do; of the others a run shows it
/// that is long enough for a second epoch, and in a shorter one there is no difference.
pub(crate) fn restarts(rows: &[AggregateRow], epochs: &[EpochRow]) -> bool {
    let always = |row: &AggregateRow| matches!(row.function.as_str(), "count" | "sum" | "quantiles");
    rows.iter().any(|row| row.epoch > 0 || row.held_count > 0 || always(row))
        || epochs.iter().any(|epoch| rows.first().is_some_and(|row| row.aggregate == epoch.aggregate))
}

/// The epochs of the aggregate that has these rows; `alive` is the number of nodes before the first cycle.
pub(crate) fn of_aggregate(
    rows: &[AggregateRow],
    epochs: &[EpochRow],
    alive: u64,
    undisturbed: u32,
    settings: &Settings,
) -> Option<Epochs> {
    let first = rows.first()?;
    let mut own: Vec<&EpochRow> = epochs.iter().filter(|epoch| epoch.aggregate == first.aggregate).collect();
    own.sort_by_key(|epoch| epoch.epoch);
    Some(Epochs {
        aggregate: first.aggregate.clone(),
        function: first.function.clone(),
        finished_count: own.len(),
        empty_count: own.iter().filter(|epoch| epoch.results_count == 0).count(),
        last: own.last().copied().cloned(),
        later: own.get(1..).and_then(Errors::of),
        contraction: first_contraction(rows, alive, undisturbed, settings),
    })
}

/// How the variance fell in the first epoch, while no node came to it or left it.
fn first_contraction(rows: &[AggregateRow], alive: u64, undisturbed: u32, settings: &Settings) -> Option<Contraction> {
    let first = rows.first()?;
    let same = |row: &&AggregateRow| row.epoch == first.epoch && row.participants_count == first.participants_count;
    let within = &rows[..rows.iter().take_while(same).count()];
    let fall = contraction(within, undisturbed, settings).filter(|fall| fall.mean.is_some())?;
    // Theory is about exchanges with any node; where only some take part, most of these come to nothing.
    let theory = fall.theory.filter(|_| first.participants_count == alive);
    Some(Contraction { theory, ..fall })
}
