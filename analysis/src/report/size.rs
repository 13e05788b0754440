//! How much to ask for: what the search for a size found, and what it rests on.

use datasets::record::{SizeEvidence, SizeRecord};
use serde_json::Value;

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::{Head, Section, Table};
use super::source::Source;
use crate::number::measure;

/// The part of the page.
pub fn size(source: &Source) -> Option<Section> {
    let size = source.size.as_ref()?;
    let mut section = Section::new("size", "How much to ask for");
    for text in &size.text {
        section.say(text);
    }
    section.chart(band(source, size));
    section.table(evidence(&size.evidence));
    section.filled()
}

/// What the application would hold in clouds like this one.
fn band(source: &Source, size: &SizeRecord) -> Chart {
    let SizeRecord { app, hold, series, .. } = size;
    let axes = [source.time(), Axis::linear("nodes", Format::Count)];
    let what = if size.usable { "run on" } else { "hold" };
    let mut chart = Chart::new("size-held", format!("Nodes that {app} would {what}"), "size", axes).wide();
    let rows = || series.iter().map(|row| (f64::from(row.cycle), row));
    chart.band("clouds like this one", Some(0), false, rows().map(|(cycle, row)| (cycle, row.low, row.high)));
    chart.line("mean of such clouds", Some(0), Stroke::Solid, rows().map(|(cycle, row)| (cycle, row.mean)));
    if size.condition.is_none() {
        let held = source.of_app(app).map(|row| (row.cycle, row.held_count));
        let run = source.members.iter().filter(|row| row.app == *app).map(|row| (row.cycle, row.running_count));
        let this_run: Vec<(u32, u64)> = if size.usable { run.collect() } else { held.collect() };
        let points = this_run.into_iter().map(|(cycle, nodes)| (cycle.into(), nodes as f64));
        chart.line("this run", Some(1), Stroke::Dash, points);
    }
    chart.line("to be held", None, Stroke::Dot, rows().map(|(cycle, _)| (cycle, *hold)));
    chart.mark(&source.happenings);
    let [low, high] = size.band.map(|share| measure(share * 100.0));
    chart.caption(format!(
        "Of all clouds like this one, {low} % hold less than the band says, and {high} % no more than its upper end. \
         The dotted line \
         is what is to be held."
    ))
}

/// A row a key.
fn evidence(evidence: &SizeEvidence) -> Table {
    let mut table = Table::new("evidence", "What this rests on", &Head::row("What", ["Value"]));
    let document = serde_json::to_value(evidence).unwrap_or_default();
    for (key, value) in document.as_object().into_iter().flatten() {
        let shown = match value {
            Value::Number(number) => number.as_f64().map(measure),
            Value::Array(items) => {
                let items: Vec<String> = items.iter().filter_map(Value::as_f64).map(measure).collect();
                Some(items.join(", "))
            }
            _ => None,
        };
        if let Some(shown) = shown {
            table.row([key.replace('_', " "), shown]);
        }
    }
    table
}
