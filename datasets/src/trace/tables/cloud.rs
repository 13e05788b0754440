//! The tables of the cloud as a whole, of its gradients, its fleet and its nodes.

use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, UInt32Array};

use crate::trace::columns::Columns;
use crate::trace::{AttributeRow, CycleRow, EventRow, NodeRows, SliceRow};

pub(in crate::trace) fn cycles(rows: &[CycleRow]) -> Columns {
    Columns::default()
        .count32(
            "cycle",
            "Cycles completed: 0 is the state before the first, k that after k.",
            rows.iter().map(|row| row.cycle),
        )
        .count64("alive_count", "Nodes alive.", rows.iter().map(|row| row.alive_count))
        .count64("joined_count", "Nodes that came, new or back.", rows.iter().map(|row| row.joined_count))
        .count64(
            "left_count",
            "Nodes that went by themselves, or in an event that is no crash.",
            rows.iter().map(|row| row.left_count),
        )
        .count64("crashed_count", "Nodes that crashed in an event.", rows.iter().map(|row| row.crashed_count))
        .count64("messages_count", "Messages sent.", rows.iter().map(|row| row.messages_count))
        .count64("lost_count", "Messages lost.", rows.iter().map(|row| row.lost_count))
        .count64("payload_bytes", "Bytes of payload in the messages sent.", rows.iter().map(|row| row.payload_bytes))
}

pub(in crate::trace) fn slices(rows: &[SliceRow]) -> Columns {
    Columns::default()
        .count32("cycle", "Cycles completed.", rows.iter().map(|row| row.cycle))
        .count32(
            "gradient",
            "Number of the gradient, in the order of the suite; two may share an attribute.",
            rows.iter().map(|row| row.gradient),
        )
        .name("attribute", "The attribute by which nodes are ordered.", rows.iter().map(|row| row.attribute.as_str()))
        .name(
            "protocol",
            "The slicing protocol, as the scenario names it.",
            rows.iter().map(|row| row.protocol.as_str()),
        )
        .count64("members_count", "Nodes that take part in the gradient.", rows.iter().map(|row| row.members_count))
        .number(
            "gdm_normalised",
            "Disorder: the mean square of a node's rank error, in nodes, over the square of the number of members.",
            rows.iter().map(|row| row.gdm_normalised),
        )
        .number(
            "sdm_normalised",
            "Mean of how many of ten equal slices a node is off.",
            rows.iter().map(|row| row.sdm_normalised),
        )
        .number(
            "rms_rank_error_fraction",
            "Root of `gdm_normalised`: the root mean square error of a node's rank, 0..1.",
            rows.iter().map(|row| row.rms_rank_error_fraction),
        )
        .number(
            "wrong_decile_fraction",
            "Share of the members that are in the wrong one of ten equal slices.",
            rows.iter().map(|row| row.wrong_decile_fraction),
        )
        .number(
            "slice_changes_fraction",
            "Share of the members whose tenth differs from that at the row before.",
            rows.iter().map(|row| row.slice_changes_fraction),
        )
}

pub(in crate::trace) fn attributes(rows: &[AttributeRow]) -> Columns {
    Columns::default()
        .name("attribute", "Name of the attribute.", rows.iter().map(|row| row.attribute.as_str()))
        .number(
            "fraction",
            "Share of the nodes that have at most `value`: 0 for the least of all, 1 for the highest.",
            rows.iter().map(|row| row.fraction),
        )
        .measure("value", "The value, in the unit of the attribute.", rows.iter().map(|row| row.value))
        .count64(
            "sample_count",
            "Nodes that were looked at, evenly over the cloud: all up to 65,536.",
            rows.iter().map(|row| row.sample_count),
        )
}

/// A snapshot; `apps` are the names to which its applications refer.
pub(in crate::trace) fn nodes(rows: &NodeRows, attributes: &[String], apps: &ArrayRef) -> Columns {
    let count = rows.node_ids.len();
    let ranks = rows.rank_fractions.clone().unwrap_or_else(|| vec![f64::NAN; count]);
    let columns = Columns::default()
        .count32("cycle", "Cycles completed.", std::iter::repeat_n(rows.cycle, count))
        .count32("node_id", "Number of the node, from 0; it keeps it for life.", rows.node_ids.iter().copied())
        .flag("alive", "Whether it is alive.", rows.alive.iter().copied())
        .optional_name("app", "The application that it holds; null if none.", names(rows, apps))
        .measure(
            "rank_fraction",
            "Its own idea of its rank in the first gradient, 0 (least) to 1; null without a gradient.",
            ranks.into_iter(),
        );
    attributes.iter().zip(&rows.attributes).fold(columns, |columns, (attribute, values)| {
        columns.value(attribute, "Its attribute of that name, in the unit of the fleet.", values.iter().copied())
    })
}

pub(in crate::trace) fn events(rows: &[EventRow]) -> Columns {
    Columns::default()
        .count32("cycle", "The cycle at whose start it happened.", rows.iter().map(|row| row.cycle))
        .name(
            "event",
            "What happened: `crash`, `leave`, `outage`, `join`, `scale`; `suite` with the version that entered \
             after a blank; \
             `rule` with the name of the rule by which nodes made a version.",
            rows.iter().map(|row| row.event.as_str()),
        )
        .count64(
            "nodes_count",
            "Nodes concerned; of a version, those at which it entered.",
            rows.iter().map(|row| row.nodes_count),
        )
}

/// The names of the nodes' applications.
fn names(rows: &NodeRows, apps: &ArrayRef) -> ArrayRef {
    let keys: UInt32Array = rows.apps.iter().copied().collect();
    Arc::new(DictionaryArray::<UInt32Type>::new(keys, Arc::clone(apps)))
}
