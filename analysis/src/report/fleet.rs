//! The fleet: what its nodes are, and how many of them live.

use datasets::trace::AttributeRow;
use serde_json::Value;

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::{Head, Section, Table};
use super::source::Source;
use crate::number::measure;
use crate::number::{count, percent};

/// The most attributes drawn.
const MOST_DRAWN: usize = 12;

/// Where the greatest value is so many times the median, an axis is logarithmic.
const FAR: f64 = 30.0;

/// The part of the page.
pub fn fleet(source: &Source) -> Option<Section> {
    let mut section = Section::new("fleet", "The fleet");
    let fleet = &source.scenario()["fleet"];
    if let Some(file) = fleet["file"].as_str() {
        section.say(format!("Nodes are rows of {file}."));
    }
    source.summary.settings.fleet.iter().flat_map(crate::fleet).for_each(|sentence| section.say(sentence));
    section.table(classes(fleet));
    section.table(quantiles(source));
    if let Some(churn) = &source.summary.churn {
        section.say(format!(
            "In a cycle {} of the nodes come and {} go; between {} and {} are alive.",
            percent(churn.joined_fraction),
            percent(churn.gone_fraction),
            count(churn.least_alive),
            count(churn.most_alive)
        ));
    }
    if let Some(row) = source.attributes.first() {
        let looked = count(row.sample_count);
        section.say(format!(
            "The distributions are those of {looked} nodes that live at the start, spread evenly over the cloud."
        ));
    }
    for (number, rows) in source.attributes.chunk_by(|a, b| a.attribute == b.attribute).enumerate().take(MOST_DRAWN) {
        section.chart(distribution(number, rows));
    }
    section.chart(alive(source));
    section.filled()
}

fn classes(fleet: &Value) -> Table {
    let heads = [Head::text("Class"), Head::number("Share"), Head::text("Comes and goes")];
    let mut table = Table::new("classes", "Classes of nodes", &heads);
    for class in fleet["class"].as_array().into_iter().flatten() {
        let comes = ["up", "down", "lifetime"].iter().any(|key| class[*key].is_object());
        let name = class["name"].as_str().unwrap_or_default().to_owned();
        let share = percent(class["share"].as_f64().unwrap_or(f64::NAN));
        table.row([name, share, if comes { "yes" } else { "no" }.to_owned()]);
    }
    table
}

/// A few quantiles of each attribute.
fn quantiles(source: &Source) -> Table {
    let shown = [0.0, 0.1, 0.5, 0.9, 1.0];
    let numbers = ["Least", "10 %", "Median", "90 %", "Highest"];
    let heads = Head::row("Attribute", numbers);
    let mut table = Table::new("quantiles", "Attributes: the value that so many of the nodes have at most", &heads);
    for rows in source.attributes.chunk_by(|a, b| a.attribute == b.attribute) {
        let cells = shown.map(|fraction| quantile(rows, fraction).map_or("–".to_owned(), measure));
        table.row(std::iter::once(rows[0].attribute.clone()).chain(cells));
    }
    table
}

fn quantile(rows: &[AttributeRow], fraction: f64) -> Option<f64> {
    rows.iter().find(|row| (row.fraction - fraction).abs() < 1e-9).map(|row| row.value)
}

/// The share of the nodes that have at most a value.
fn distribution(number: usize, rows: &[AttributeRow]) -> Chart {
    let name = &rows[0].attribute;
    let [least, median, highest] = [0.0, 0.5, 1.0].map(|fraction| quantile(rows, fraction).unwrap_or(f64::NAN));
    let is_far = least > 0.0 && highest / median > FAR;
    let axis = if is_far { Axis::log(name, Format::Number) } else { Axis::linear(name, Format::Number) };
    let title = format!("Distribution of {name}");
    let mut chart = Chart::new(
        format!("fleet-{number}"),
        title,
        "attributes",
        [axis, Axis::linear("nodes that have at most this", Format::Fraction)],
    )
    .caption(format!(
        "Half of the nodes have at most {}; all lie between {} and {}. Where the line is steep, many nodes are alike.",
        measure(median),
        measure(least),
        measure(highest)
    ));
    chart.line("nodes", Some(number), Stroke::Solid, rows.iter().map(|row| (row.value, row.fraction)));
    chart
}

/// How many nodes live, where that changes.
fn alive(source: &Source) -> Chart {
    let mut chart =
        Chart::new("alive", "Nodes alive", "cycles", [source.time(), Axis::linear("nodes", Format::Count)]).wide();
    let rows = &source.cycles;
    let count_of = |pick: fn(&u64, &u64) -> bool| {
        rows.iter().map(|row| row.alive_count).reduce(|a, b| if pick(&a, &b) { a } else { b }).unwrap_or(0)
    };
    let (least, most) = (count_of(|a, b| a < b), count_of(|a, b| a > b));
    if least == most {
        return chart;
    }
    chart = chart.caption(format!("Between {} and {} nodes are alive at once.", count(least), count(most)));
    chart.line("alive", Some(0), Stroke::Solid, rows.iter().map(|row| (row.cycle.into(), row.alive_count as f64)));
    chart.mark(&source.happenings);
    chart
}
