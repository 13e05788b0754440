//! Aggregates: what nodes estimate, beside the truth.

use datasets::trace::{AggregateRow, EpochRow};

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;
use crate::aggregates::by_name;
use crate::number::measure;
use crate::number::percent;

/// The most aggregates drawn.
const MOST_DRAWN: usize = 12;

/// Where the greatest estimate is so many times the least, an axis is logarithmic.
const FAR: f64 = 30.0;

/// The part of the page.
pub fn truth(source: &Source) -> Option<Section> {
    let mut section = Section::new("truth", "Aggregates against the truth");
    let aggregates = by_name(source.aggregates.clone());
    for (number, rows) in aggregates.iter().enumerate().take(MOST_DRAWN) {
        section.chart(estimates(source, number, rows));
    }
    section.chart(errors(source, &aggregates));
    if aggregates.len() > MOST_DRAWN {
        section.say(format!("Drawn are the first {MOST_DRAWN} of {}; the sheet aggregates has all.", aggregates.len()));
    }
    section.filled()
}

/// The estimates under way, or of an aggregate that restarts the results: its estimates begin anew with every epoch.
fn estimates(source: &Source, number: usize, rows: &[AggregateRow]) -> Chart {
    let (name, function) = rows.first().map_or(("", ""), |row| (row.aggregate.as_str(), row.function.as_str()));
    let epochs: Vec<&EpochRow> = source.epochs.iter().filter(|epoch| epoch.aggregate == name).collect();
    let restarts = !epochs.is_empty();
    let band: Vec<(f64, f64, f64)> = if restarts {
        results(&epochs, rows.last().map_or(0, |row| row.cycle))
    } else {
        rows.iter().map(|row| (row.cycle.into(), row.min, row.max)).collect()
    };
    let axes = [source.time(), axis(function, &band)];
    let mut chart = Chart::new(format!("truth-{number}"), format!("{name} ({function})"), "aggregates", axes);
    let line = |value: fn(&AggregateRow) -> f64| rows.iter().map(move |row| (f64::from(row.cycle), value(row)));
    let found = if restarts { "result" } else { "estimate" };
    chart.band(&format!("least to greatest {found}"), Some(0), true, band.into_iter());
    let mean = if restarts { line(|row| known(row.held_mean)) } else { line(|row| row.mean) };
    chart.line(&format!("mean of the {found}s"), Some(0), Stroke::Solid, mean);
    chart.line("true value", None, Stroke::Dot, line(|row| row.true_value));
    chart.mark(&source.happenings);
    let truth = rows.last().map_or(f64::NAN, |row| row.true_value);
    let about = if restarts {
        "Nodes hold the result of the last epoch that they finished, and the band is over all nodes that did."
    } else {
        "The band is from the least to the greatest estimate of any node."
    };
    chart.caption(format!("The true value is {} at the end. {about}", measure(truth)))
}

/// The least and the greatest result of each epoch, from its last cycle to that of the next one, or to the end.
fn results(epochs: &[&EpochRow], end: u32) -> Vec<(f64, f64, f64)> {
    let until = epochs.iter().skip(1).map(|next| next.last_cycle).chain([end]);
    let both = |(epoch, until): (&&EpochRow, u32)| {
        [epoch.last_cycle, until].map(|cycle| (f64::from(cycle), known(epoch.min), known(epoch.max)))
    };
    epochs.iter().zip(until).flat_map(both).collect()
}

/// The axis of these values, logarithmic where they are far apart.
fn axis(function: &str, band: &[(f64, f64, f64)]) -> Axis {
    let ends = || band.iter().flat_map(|&(_, low, high)| [low, high]).filter(|value| value.is_finite());
    let (least, most) = (ends().fold(f64::INFINITY, f64::min), ends().fold(f64::NEG_INFINITY, f64::max));
    let is_far = least > 0.0 && most / least > FAR;
    if is_far { Axis::log(function, Format::Number) } else { Axis::linear(function, Format::Number) }
}

fn known(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

fn errors(source: &Source, aggregates: &[Vec<AggregateRow>]) -> Chart {
    let axes = [source.time(), Axis::log("root mean square error / true value", Format::Fraction)];
    let mut chart = Chart::new("truth-errors", "Errors of all aggregates", "aggregates", axes).wide();
    let mut last = Vec::new();
    for (number, rows) in aggregates.iter().enumerate().take(MOST_DRAWN) {
        let restarts = rows.iter().any(|row| row.held_count > 0);
        let error = |row: &AggregateRow| if restarts { row.held_relative_error } else { row.relative_error };
        let Some(name) = rows.first().map(|row| &row.aggregate) else { continue };
        chart.line(name, Some(number), Stroke::Solid, rows.iter().map(|row| (row.cycle.into(), known(error(row)))));
        last.extend(rows.last().and_then(error).map(|error| format!("{} of {name}", percent(error))));
    }
    chart.mark(&source.happenings);
    let end =
        if last.is_empty() { String::new() } else { format!(" At the end it is {}.", super::words::listed(&last)) };
    chart.caption(format!(
        "Over the nodes; of an aggregate that restarts, the error of the results that nodes hold from the last \
         epoch.{end}"
    ))
}
