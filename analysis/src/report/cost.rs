//! What the run costs its nodes.

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::sheet::{Cell, Sheet};
use super::source::Source;
use crate::number::count;
use crate::number::measure;

/// The part of the page.
pub fn cost(source: &Source) -> Option<Section> {
    let cost = &source.summary.cost;
    if cost.messages_count == 0 {
        return None;
    }
    let mut section = Section::new("cost", "Cost");
    section.say(format!(
        "{} messages in all, {} of them lost; {} bytes of payload.",
        count(cost.messages_count),
        count(cost.lost_count),
        count(cost.payload_bytes)
    ));
    let mean = [cost.messages_per_node_and_cycle, cost.bytes_per_node_and_cycle].map(measure);
    let charts = [
        ("cost-messages", "Messages per node and cycle", "messages"),
        ("cost-bytes", "Bytes per node and cycle", "bytes"),
    ];
    for (number, (id, title, unit)) in charts.into_iter().enumerate() {
        let mut chart = Chart::new(id, title, "cost", [source.time(), Axis::linear(unit, Format::Number)])
            .caption(format!("A live node sends {} {unit} in a cycle, on average.", mean[number]));
        let points = per_node(source).into_iter().map(|(cycle, found)| (cycle.into(), found[number]));
        chart.line(unit, Some(number), Stroke::Solid, points);
        chart.mark(&source.happenings);
        section.chart(chart);
    }
    section.filled()
}

/// Messages and bytes of a live node in a cycle, since the row before.
fn per_node(source: &Source) -> Vec<(u32, [f64; 2])> {
    let per_node = |pair: &[datasets::trace::CycleRow]| {
        let node_cycles = f64::from(pair[1].cycle - pair[0].cycle) * pair[1].alive_count as f64;
        (pair[1].cycle, [pair[1].messages_count, pair[1].payload_bytes].map(|count| count as f64 / node_cycles))
    };
    source.cycles.windows(2).map(per_node).collect()
}

/// The numbers behind the charts.
pub fn sheet(source: &Source) -> Sheet {
    let mut sheet = Sheet::new("cost", &["cycle", "messages_per_node_and_cycle", "bytes_per_node_and_cycle"]);
    for (cycle, [messages, bytes]) in per_node(source) {
        sheet.rows.push(vec![Cell::Count(cycle.into()), messages.into(), bytes.into()]);
    }
    sheet
}
