//! How much to ask for: what the search for a size found, and what it rests on.

use serde_json::Value;

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::{Head, Section, Table};
use super::source::Source;
use super::words::measure;

/// The part of the page.
pub fn size(source: &Source) -> Option<Section> {
    let size = &source.size;
    let mut section = Section::new("size", "How much to ask for");
    for text in size["text"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        section.say(text);
    }
    section.chart(band(source));
    section.table(evidence(&size["evidence"]));
    section.filled()
}

/// What the application would hold in clouds like this one.
fn band(source: &Source) -> Chart {
    let size = &source.size;
    let app = size["app"].as_str().unwrap_or_default();
    let axes = [source.time(), Axis::linear("nodes", Format::Count)];
    let mut chart = Chart::new("size-held", format!("Nodes that {app} would hold"), "size", axes).wide();
    let number = |row: &Value, key: &str| row[key].as_f64().unwrap_or(f64::NAN);
    let rows = || size["series"].as_array().into_iter().flatten();
    let wished = number(size, "hold");
    chart.band(
        "clouds like this one",
        Some(0),
        false,
        rows().map(|row| (number(row, "cycle"), number(row, "low"), number(row, "high"))),
    );
    chart.line(
        "mean of such clouds",
        Some(0),
        Stroke::Solid,
        rows().map(|row| (number(row, "cycle"), number(row, "mean"))),
    );
    if size["where"].is_null() {
        let held = source.of_app(app).map(|row| (row.cycle.into(), row.held_count as f64));
        chart.line("this run", Some(1), Stroke::Dash, held);
    }
    chart.line("to be held", None, Stroke::Dot, rows().map(|row| (number(row, "cycle"), wished)));
    chart.mark(&source.happenings);
    let [low, high] =
        [0, 1].map(|end| size["band"][end].as_f64().map_or("–".to_owned(), |share| measure(share * 100.0)));
    chart.caption(format!(
        "Of all clouds like this one, {low} % hold less than the band says, and {high} % no more than its upper end. The dotted line \
         is what is to be held."
    ))
}

fn evidence(evidence: &Value) -> Table {
    let mut table = Table::new("evidence", "What this rests on", &Head::row("What", ["Value"]));
    for (key, value) in evidence.as_object().into_iter().flatten() {
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
