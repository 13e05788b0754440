//! The tables of the graph that the nodes' views span.

use crate::trace::columns::Columns;
use crate::trace::{DegreeRow, OverlayRow};

pub(in crate::trace) fn overlay(rows: &[OverlayRow]) -> Columns {
    let columns = Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .name(
            "protocol",
            "The peer sampling protocol, as the scenario names it.",
            rows.iter().map(|row| row.protocol.as_str()),
        )
        .measure(
            "in_degree_mean",
            "Views that hold a live node: the mean over the live nodes.",
            rows.iter().map(|row| row.in_degree_mean),
        )
        .measure("in_degree_sd", "Their standard deviation.", rows.iter().map(|row| row.in_degree_sd))
        .measure("in_degree_min", "The least of any node.", rows.iter().map(|row| row.in_degree_min))
        .measure("in_degree_max", "The most of any node.", rows.iter().map(|row| row.in_degree_max))
        .count64(
            "dead_links_count",
            "Entries of live nodes' views that are dead.",
            rows.iter().map(|row| row.dead_links_count),
        )
        .measure("dead_links_mean", "Their mean over the live nodes.", rows.iter().map(|row| row.dead_links_mean))
        .count64("entries_count", "Entries of live nodes' views.", rows.iter().map(|row| row.entries_count));
    paths(ages(columns, rows), rows)
}

fn ages(columns: Columns, rows: &[OverlayRow]) -> Columns {
    columns
        .measure(
            "age_mean",
            "Mean age of those entries: Newscast and Cyclon count cycles since an entry was made, the generic \
             framework the \
             exchanges of the nodes that held it, about two a cycle. Ages stop at 200.",
            rows.iter().map(|row| row.age_mean),
        )
        .measure("age_p50", "The least age that half of the entries do not exceed.", rows.iter().map(|row| row.age_p50))
        .measure("age_p90", "The least age that 90 % do not exceed.", rows.iter().map(|row| row.age_p90))
        .measure("age_p99", "The least age that 99 % do not exceed.", rows.iter().map(|row| row.age_p99))
        .measure("age_max", "The highest age; 200 says 200 or more.", rows.iter().map(|row| row.age_max))
}

fn paths(columns: Columns, rows: &[OverlayRow]) -> Columns {
    columns
        .measure(
            "clustering_coefficient",
            "Mean over a sample of the share of the pairs of a node's neighbours that are neighbours, 0..1.",
            rows.iter().map(|row| row.clustering_coefficient),
        )
        .count64(
            "clustering_sample_count",
            "Nodes of that sample with two neighbours or more.",
            rows.iter().map(|row| row.clustering_sample_count),
        )
        .measure(
            "path_length_mean",
            "Mean distance, in edges taken without direction, from the sampled sources to the nodes that they \
             reach; null where \
             the scenario asks for no paths (`trace.overlay.paths = 0`), or where they are too long to follow.",
            rows.iter().map(|row| row.path_length_mean),
        )
        .count64("path_sample_count", "Sources of those paths.", rows.iter().map(|row| row.path_sample_count))
        .count64(
            "components_count",
            "Weakly connected components of the live nodes.",
            rows.iter().map(|row| row.components_count),
        )
        .measure(
            "largest_component_fraction",
            "Share of the live nodes in the largest of them.",
            rows.iter().map(|row| row.largest_component_fraction),
        )
}

pub(in crate::trace) fn degrees(rows: &[DegreeRow]) -> Columns {
    Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .count32("in_degree", "Live nodes' views that hold such a node.", rows.iter().map(|row| row.in_degree))
        .count64("nodes_count", "Live nodes that have it, at least one.", rows.iter().map(|row| row.nodes_count))
}
