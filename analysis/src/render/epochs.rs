//! Aggregates that restart: what the nodes found in their epochs.

use std::fmt;

use datasets::trace::EpochRow;

use super::table::{Table, wrapped};
use crate::number::{decimal, nodes, percent};
use crate::{Epochs, Summary};

impl Summary {
    pub(super) fn epochs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epochs.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nAggregates that restart: what the nodes found in the last epoch they finished\n")?;
        let titles = ["aggregate", "epochs", "true value", "mean", "s.d.", "rms error", "worst node"];
        let mut table = Table::new(&titles, 1);
        for epochs in &self.epochs {
            table.row(&cells(epochs));
        }
        table.write(f)?;
        self.later_epochs(f)?;
        let notes: Vec<String> = self.epochs.iter().filter_map(note).collect();
        if !notes.is_empty() {
            writeln!(f)?;
        }
        notes.iter().try_for_each(|note| wrapped(f, "  ", note))
    }

    /// The errors of the epochs in which nodes knew already, by and large, what there is to find.
    fn later_epochs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let later = || self.epochs.iter().filter_map(|epochs| Some((&epochs.aggregate, epochs.later?)));
        if later().next().is_none() {
            return Ok(());
        }
        writeln!(f, "\nRms errors over all epochs but the first\n")?;
        let mut table = Table::new(&["aggregate", "epochs", "mean", "worst"], 1);
        for (name, errors) in later() {
            table.row(&[name.clone(), errors.epochs_count.to_string(), error(errors.mean), error(errors.worst)]);
        }
        table.write(f)
    }
}

fn cells(epochs: &Epochs) -> [String; 7] {
    let last = |value: fn(&EpochRow) -> Option<f64>, shown: fn(f64) -> String| {
        epochs.last.as_ref().and_then(value).map_or("-".to_owned(), shown)
    };
    [
        epochs.aggregate.clone(),
        epochs.finished_count.to_string(),
        last(|epoch| Some(epoch.true_value).filter(|value| value.is_finite()), short),
        last(|epoch| epoch.mean, short),
        last(|epoch| epoch.sd, short),
        last(|epoch| epoch.relative_error, error),
        last(|epoch| epoch.worst_relative_error, error),
    ]
}

/// Who found nothing.
fn note(epochs: &Epochs) -> Option<String> {
    let Epochs { aggregate, finished_count, empty_count, last, .. } = epochs;
    let without = last.as_ref().map_or(0, |epoch| epoch.without_result_count);
    let empty =
        (*empty_count > 0).then(|| format!("{empty_count} of {finished_count} epochs ended without any result"));
    let without = (without > 0).then(|| format!("{} found no result in the last epoch", nodes(without)));
    let told: Vec<String> = empty.into_iter().chain(without).collect();
    (!told.is_empty()).then(|| format!("{aggregate}: {}.", told.join("; ")))
}

/// A measure in at most twelve characters.
fn short(value: f64) -> String {
    if value.abs() < 1e9 { decimal(value) } else { format!("{value:.4e}") }
}

/// A relative error in at most eight.
fn error(fraction: f64) -> String {
    if fraction >= 10.0 { "> 1000 %".to_owned() } else { percent(fraction) }
}
