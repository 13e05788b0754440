//! The health of the graph that nodes' views span.

use datasets::trace::OverlayRow;

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;
use crate::number::measure;

/// A measure of the overlay: its id, title, unit, what to see, and where it is.
type Measure = (&'static str, &'static str, &'static str, &'static str, fn(&OverlayRow) -> f64);

const MEASURES: [Measure; 4] = [
    (
        "overlay-degrees",
        "In-degree, standard deviation",
        "entries",
        "How unevenly nodes are known: of a random graph it is the root of the mean in-degree.",
        |row| row.in_degree_sd,
    ),
    (
        "overlay-dead",
        "Dead links per node",
        "entries of a view",
        "Entries of a live node's view that name a dead one: they rise where nodes die, and should fall again.",
        |row| row.dead_links_mean,
    ),
    (
        "overlay-clustering",
        "Clustering coefficient",
        "share of pairs",
        "Neighbours of a node that are neighbours of each other: the lower, the more a view is like a random sample.",
        |row| row.clustering_coefficient,
    ),
    (
        "overlay-paths",
        "Mean path length",
        "steps",
        "Steps between two nodes over their views: a few, whatever the size of the cloud.",
        |row| row.path_length_mean,
    ),
];

/// The part of the page.
pub fn overlay(source: &Source) -> Option<Section> {
    let last = source.overlay.last()?;
    let mut section = Section::new("overlay", "The overlay");
    section.say(format!(
        "Nodes know each other by views ({}). After cycle {} these hold {} entries of live nodes on average; {}.",
        last.protocol,
        last.cycle,
        measure(last.in_degree_mean),
        if last.components_count == 1 {
            "the live nodes are in one piece".to_owned()
        } else {
            format!(
                "the live nodes are in {} pieces, the largest with {}",
                last.components_count,
                crate::number::percent(last.largest_component_fraction)
            )
        }
    ));
    for (number, (id, title, unit, caption, value)) in MEASURES.into_iter().enumerate() {
        let mut chart =
            Chart::new(id, title, "overlay", [source.time(), Axis::linear(unit, Format::Number)]).caption(caption);
        chart.line(title, Some(number), Stroke::Solid, source.overlay.iter().map(|row| (row.cycle.into(), value(row))));
        chart.mark(&source.happenings);
        section.chart(chart);
    }
    section.filled()
}
