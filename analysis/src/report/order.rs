//! Disorder: how far nodes are from knowing their rank, and how many are in the wrong place.

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::held::{drawn, left_out};
use super::section::Section;
use super::source::Source;
use crate::applications::wrong_fraction;
use crate::number::percent;

/// The part of the page.
pub fn order(source: &Source) -> Option<Section> {
    let mut section = Section::new("order", "Disorder");
    section.chart(wrong(source));
    section.chart(ranks(source));
    if section.charts.is_empty() && !source.apps.is_empty() {
        section.say("No application ever held a wrong node.");
    }
    section.filled()
}

fn wrong(source: &Source) -> Chart {
    let axes = [source.time(), Axis::log("wrong, of the nodes held", Format::Fraction)];
    let mut chart = Chart::new("wrong", "Wrong nodes of each application", "apps", axes).caption(format!(
        "Nodes that a central sort would have put elsewhere. It falls fast at first, then as one over time, down to a \
         floor at \
         the borders; where a line stops no node was wrong.{}",
        left_out(source)
    ));
    for (number, app) in drawn(source) {
        let share = |row: &datasets::trace::AppRow| wrong_fraction(row.wrong_count, row.held_count, row.asked_count);
        chart.line(app, Some(number), Stroke::Solid, source.of_app(app).map(|row| (row.cycle.into(), share(row))));
    }
    chart.mark(&source.happenings);
    chart
}

fn ranks(source: &Source) -> Chart {
    let axes = [source.time(), Axis::log("root mean square error of the rank", Format::Fraction)];
    let mut chart = Chart::new("ranks", "How well nodes know their rank", "slices", axes);
    let mut ends = Vec::new();
    let gradients = source.slices.iter().map(|row| row.gradient).max().map_or(0, |last| last + 1);
    for gradient in 0..gradients {
        let rows = source.slices.iter().filter(|row| row.gradient == gradient);
        let Some(last) = rows.clone().next_back() else { continue };
        ends.push(format!("{} by {}", percent(last.rms_rank_error_fraction), last.attribute));
        let points = rows.map(|row| (row.cycle.into(), row.rms_rank_error_fraction));
        let name = if gradients > 1 { format!("{} ({gradient})", last.attribute) } else { last.attribute.clone() };
        chart.line(&name, Some(gradient as usize), Stroke::Solid, points);
    }
    chart = chart.caption(format!(
        "Each node's idea of its rank against its place in a central sort, as a share of the nodes. At the end it is \
         off by {}.",
        super::words::listed(&ends)
    ));
    chart.mark(&source.happenings);
    chart
}
