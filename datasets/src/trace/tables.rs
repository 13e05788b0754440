//! The columns of each table: their names, order and types, and how rows become columns.
//!
//! A count is never null. A measure over nodes is null where there is no node to measure (`NaN` and the infinities that
//! an empty sum, minimum or maximum leaves become null), so that no reader meets a `NaN`.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Float32Array, RecordBatch, UInt32Array};
use arrow::datatypes::UInt32Type;
use arrow::error::ArrowError;

use super::columns::Columns;
use super::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CycleRow, DegreeRow, EpochRow, EventRow, NodeRows, OverlayRow,
    ParamRow, RuleRow, RunRow, SliceRow, SuiteRow,
};

/// A table of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// A row per observed cycle.
    Cycles,
    /// A row per observed cycle and gradient.
    Slices,
    /// A row per observed cycle and application.
    Apps,
    /// A row per observed cycle and version of the suite.
    Suites,
    /// A row per time in which a constraint of an application was broken.
    Breaches,
    /// A row per rule and cycle in which nodes changed the suite by it.
    Rules,
    /// A row per observed cycle and aggregate.
    Aggregates,
    /// A row per aggregate and epoch.
    Epochs,
    /// A row per cycle at which the overlay of views is measured.
    Overlay,
    /// A row per such cycle and in-degree that occurs.
    Degrees,
    /// A row per attribute of the fleet and quantile.
    Attributes,
    /// A row per snapshot and node.
    Nodes,
    /// A row per event.
    Events,
    /// One row: which point of a sweep the run is. A run of its own has none.
    Runs,
    /// A row per key that the sweep sets at the point.
    Params,
}

impl Table {
    /// All tables, in the order in which they are told of.
    pub const ALL: [Table; 15] = [
        Table::Cycles,
        Table::Slices,
        Table::Apps,
        Table::Suites,
        Table::Breaches,
        Table::Rules,
        Table::Aggregates,
        Table::Epochs,
        Table::Overlay,
        Table::Degrees,
        Table::Attributes,
        Table::Nodes,
        Table::Events,
        Table::Runs,
        Table::Params,
    ];

    /// The name of the table's directory under `traces/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Table::Cycles => "cycles",
            Table::Slices => "slices",
            Table::Apps => "apps",
            Table::Suites => "suites",
            Table::Breaches => "breaches",
            Table::Rules => "rules",
            Table::Aggregates => "aggregates",
            Table::Epochs => "epochs",
            Table::Overlay => "overlay",
            Table::Degrees => "degrees",
            Table::Attributes => "attributes",
            Table::Nodes => "nodes",
            Table::Events => "events",
            Table::Runs => "runs",
            Table::Params => "params",
        }
    }

    /// Columns of `nodes` that are there whatever the fleet; none for the other tables, whose names cannot collide.
    pub(super) fn fixed_columns(self) -> impl Iterator<Item = &'static str> {
        let names: &[&str] = match self {
            Table::Nodes => &["cycle", "node_id", "alive", "app", "rank_fraction"],
            _ => &[],
        };
        names.iter().copied()
    }
}

type Batch = Result<RecordBatch, ArrowError>;

pub(super) fn cycles(rows: &[CycleRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .count64("alive_count", rows.iter().map(|row| row.alive_count))
        .count64("joined_count", rows.iter().map(|row| row.joined_count))
        .count64("left_count", rows.iter().map(|row| row.left_count))
        .count64("crashed_count", rows.iter().map(|row| row.crashed_count))
        .count64("messages_count", rows.iter().map(|row| row.messages_count))
        .count64("lost_count", rows.iter().map(|row| row.lost_count))
        .count64("payload_bytes", rows.iter().map(|row| row.payload_bytes))
        .batch()
}

pub(super) fn slices(rows: &[SliceRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .count32("gradient", rows.iter().map(|row| row.gradient))
        .name("attribute", rows.iter().map(|row| row.attribute.as_str()))
        .name("protocol", rows.iter().map(|row| row.protocol.as_str()))
        .count64("members_count", rows.iter().map(|row| row.members_count))
        .measure("gdm_normalised", rows.iter().map(|row| row.gdm_normalised))
        .measure("sdm_normalised", rows.iter().map(|row| row.sdm_normalised))
        .measure("rms_rank_error_fraction", rows.iter().map(|row| row.rms_rank_error_fraction))
        .measure("wrong_decile_fraction", rows.iter().map(|row| row.wrong_decile_fraction))
        .measure("slice_changes_fraction", rows.iter().map(|row| row.slice_changes_fraction))
        .batch()
}

pub(super) fn apps(rows: &[AppRow], attributes: &[String]) -> Batch {
    let mut columns = Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .name("app", rows.iter().map(|row| row.app.as_str()))
        .count64("asked_count", rows.iter().map(|row| row.asked_count))
        .count64("held_count", rows.iter().map(|row| row.held_count))
        .count64("correct_count", rows.iter().map(|row| row.correct_count))
        .count64("wrong_count", rows.iter().map(|row| row.wrong_count))
        .count64("joins_count", rows.iter().map(|row| row.joins_count))
        .count64("joins_churn_count", rows.iter().map(|row| row.joins_churn_count))
        .count64("joins_rank_count", rows.iter().map(|row| row.joins_rank_count))
        .count64("joins_suite_count", rows.iter().map(|row| row.joins_suite_count))
        .count64("leaves_count", rows.iter().map(|row| row.leaves_count))
        .count64("leaves_churn_count", rows.iter().map(|row| row.leaves_churn_count))
        .count64("leaves_rank_count", rows.iter().map(|row| row.leaves_rank_count))
        .count64("leaves_suite_count", rows.iter().map(|row| row.leaves_suite_count))
        .count64("broken_constraints_count", rows.iter().map(|row| row.broken_constraints_count))
        .count64("border_ties_count", rows.iter().map(|row| row.border_ties_count));
    for (index, attribute) in attributes.iter().enumerate() {
        let means = rows.iter().map(|row| row.mean_attributes[index].unwrap_or(f64::NAN));
        columns = columns.measure(&format!("mean_{attribute}"), means);
    }
    columns.batch()
}

pub(super) fn suites(rows: &[SuiteRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .count64("version", rows.iter().map(|row| row.version))
        .measure("holders_fraction", rows.iter().map(|row| row.holders_fraction))
        .measure("acting_fraction", rows.iter().map(|row| row.acting_fraction))
        .count64("rejected_malformed_count", rows.iter().map(|row| row.rejected_malformed_count))
        .count64("rejected_forged_count", rows.iter().map(|row| row.rejected_forged_count))
        .count64("rejected_expired_count", rows.iter().map(|row| row.rejected_expired_count))
        .count64("rejected_replayed_count", rows.iter().map(|row| row.rejected_replayed_count))
        .count64("rejected_out_of_scope_count", rows.iter().map(|row| row.rejected_out_of_scope_count))
        .count64("payload_bytes", rows.iter().map(|row| row.payload_bytes))
        .batch()
}

pub(super) fn breaches(rows: &[BreachRow]) -> Batch {
    Columns::default()
        .name("app", rows.iter().map(|row| row.app.as_str()))
        .name("constraint", rows.iter().map(|row| row.constraint.as_str()))
        .measure("limit", rows.iter().map(|row| row.limit))
        .count32("first_cycle", rows.iter().map(|row| row.first_cycle))
        .count32("last_cycle", rows.iter().map(|row| row.last_cycle))
        .count32("cycles_count", rows.iter().map(|row| row.cycles_count))
        .count32("worst_cycle", rows.iter().map(|row| row.worst_cycle))
        .measure("worst_value", rows.iter().map(|row| row.worst_value.unwrap_or(f64::NAN)))
        .flag("has_ended", rows.iter().map(|row| row.has_ended))
        .batch()
}

pub(super) fn aggregates(rows: &[AggregateRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .name("aggregate", rows.iter().map(|row| row.aggregate.as_str()))
        .name("function", rows.iter().map(|row| row.function.as_str()))
        .count32("epoch", rows.iter().map(|row| row.epoch))
        .count64("participants_count", rows.iter().map(|row| row.participants_count))
        .measure("true_value", rows.iter().map(|row| row.true_value))
        .measure("mean", rows.iter().map(|row| row.mean))
        .measure("variance", rows.iter().map(|row| row.variance))
        .measure("min", rows.iter().map(|row| row.min))
        .measure("max", rows.iter().map(|row| row.max))
        .measure("relative_error", rows.iter().map(|row| row.relative_error.unwrap_or(f64::NAN)))
        .count64("held_count", rows.iter().map(|row| row.held_count))
        .measure("held_mean", rows.iter().map(|row| row.held_mean.unwrap_or(f64::NAN)))
        .measure("held_relative_error", rows.iter().map(|row| row.held_relative_error.unwrap_or(f64::NAN)))
        .batch()
}

pub(super) fn epochs(rows: &[EpochRow]) -> Batch {
    Columns::default()
        .name("aggregate", rows.iter().map(|row| row.aggregate.as_str()))
        .name("function", rows.iter().map(|row| row.function.as_str()))
        .count32("epoch", rows.iter().map(|row| row.epoch))
        .count32("first_cycle", rows.iter().map(|row| row.first_cycle))
        .count32("last_cycle", rows.iter().map(|row| row.last_cycle))
        .measure("true_value", rows.iter().map(|row| row.true_value))
        .measure("true_value_at_end", rows.iter().map(|row| row.true_value_at_end))
        .count64("results_count", rows.iter().map(|row| row.results_count))
        .count64("without_result_count", rows.iter().map(|row| row.without_result_count))
        .measure("mean", rows.iter().map(|row| row.mean.unwrap_or(f64::NAN)))
        .measure("sd", rows.iter().map(|row| row.sd.unwrap_or(f64::NAN)))
        .measure("min", rows.iter().map(|row| row.min.unwrap_or(f64::NAN)))
        .measure("max", rows.iter().map(|row| row.max.unwrap_or(f64::NAN)))
        .measure("relative_error", rows.iter().map(|row| row.relative_error.unwrap_or(f64::NAN)))
        .measure("worst_relative_error", rows.iter().map(|row| row.worst_relative_error.unwrap_or(f64::NAN)))
        .batch()
}

pub(super) fn rules(rows: &[RuleRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .name("app", rows.iter().map(|row| row.app.as_str()))
        .name("rule", rows.iter().map(|row| row.rule.as_str()))
        .name("condition", rows.iter().map(|row| row.condition.as_str()))
        .name("cause", rows.iter().map(|row| row.cause.as_str()))
        .name("action", rows.iter().map(|row| row.action.as_str()))
        .count64("nodes_count", rows.iter().map(|row| row.nodes_count))
        .count64("base_version", rows.iter().map(|row| row.base_version))
        .count64("version", rows.iter().map(|row| row.version))
        .name("verdict", rows.iter().map(|row| row.verdict.as_str()))
        .batch()
}

pub(super) fn overlay(rows: &[OverlayRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .name("protocol", rows.iter().map(|row| row.protocol.as_str()))
        .measure("in_degree_mean", rows.iter().map(|row| row.in_degree_mean))
        .measure("in_degree_sd", rows.iter().map(|row| row.in_degree_sd))
        .measure("in_degree_min", rows.iter().map(|row| row.in_degree_min))
        .measure("in_degree_max", rows.iter().map(|row| row.in_degree_max))
        .count64("dead_links_count", rows.iter().map(|row| row.dead_links_count))
        .measure("dead_links_mean", rows.iter().map(|row| row.dead_links_mean))
        .count64("entries_count", rows.iter().map(|row| row.entries_count))
        .measure("age_mean", rows.iter().map(|row| row.age_mean))
        .measure("age_p50", rows.iter().map(|row| row.age_p50))
        .measure("age_p90", rows.iter().map(|row| row.age_p90))
        .measure("age_p99", rows.iter().map(|row| row.age_p99))
        .measure("age_max", rows.iter().map(|row| row.age_max))
        .measure("clustering_coefficient", rows.iter().map(|row| row.clustering_coefficient))
        .count64("clustering_sample_count", rows.iter().map(|row| row.clustering_sample_count))
        .measure("path_length_mean", rows.iter().map(|row| row.path_length_mean))
        .count64("path_sample_count", rows.iter().map(|row| row.path_sample_count))
        .count64("components_count", rows.iter().map(|row| row.components_count))
        .measure("largest_component_fraction", rows.iter().map(|row| row.largest_component_fraction))
        .batch()
}

pub(super) fn degrees(rows: &[DegreeRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .count32("in_degree", rows.iter().map(|row| row.in_degree))
        .count64("nodes_count", rows.iter().map(|row| row.nodes_count))
        .batch()
}

pub(super) fn attributes(rows: &[AttributeRow]) -> Batch {
    Columns::default()
        .name("attribute", rows.iter().map(|row| row.attribute.as_str()))
        .measure("fraction", rows.iter().map(|row| row.fraction))
        .measure("value", rows.iter().map(|row| row.value))
        .count64("sample_count", rows.iter().map(|row| row.sample_count))
        .batch()
}

pub(super) fn events(rows: &[EventRow]) -> Batch {
    Columns::default()
        .count32("cycle", rows.iter().map(|row| row.cycle))
        .name("event", rows.iter().map(|row| row.event.as_str()))
        .count64("nodes_count", rows.iter().map(|row| row.nodes_count))
        .batch()
}

pub(super) fn runs(rows: &[RunRow]) -> Batch {
    Columns::default()
        .count32("point", rows.iter().map(|row| row.point))
        .count32("setting", rows.iter().map(|row| row.setting))
        .count32("replicate", rows.iter().map(|row| row.replicate))
        .count64("nodes_count", rows.iter().map(|row| row.nodes_count))
        .count32("cycles_count", rows.iter().map(|row| row.cycles_count))
        .name("scenario_name", rows.iter().map(|row| row.scenario_name.as_str()))
        .name("scenario_hash", rows.iter().map(|row| row.scenario_hash.as_str()))
        .name("state_digest", rows.iter().map(|row| row.state_digest.as_str()))
        .batch()
}

pub(super) fn params(rows: &[ParamRow]) -> Batch {
    Columns::default()
        .count32("point", rows.iter().map(|row| row.point))
        .count32("setting", rows.iter().map(|row| row.setting))
        .name("key", rows.iter().map(|row| row.key.as_str()))
        .name("value", rows.iter().map(|row| row.value.as_str()))
        .measure("number", rows.iter().map(|row| row.number.unwrap_or(f64::NAN)))
        .batch()
}

/// A snapshot; `apps` are the names to which its applications refer.
pub(super) fn nodes(rows: &NodeRows, attributes: &[String], apps: &ArrayRef) -> Batch {
    let count = rows.node_ids.len();
    let no_ranks = || vec![f64::NAN; count];
    let ranks = rows.rank_fractions.clone().unwrap_or_else(no_ranks);
    let app_keys: UInt32Array = rows.apps.iter().copied().collect();
    let app_names = DictionaryArray::<UInt32Type>::try_new(app_keys, Arc::clone(apps))?;
    let mut columns = Columns::default()
        .count32("cycle", std::iter::repeat_n(rows.cycle, count))
        .count32("node_id", rows.node_ids.iter().copied())
        .flag("alive", rows.alive.iter().copied())
        .column("app", true, Arc::new(app_names))
        .measure("rank_fraction", ranks.into_iter());
    for (attribute, values) in attributes.iter().zip(&rows.attributes) {
        let values = Float32Array::from_iter_values(values.iter().copied());
        columns = columns.column(attribute, false, Arc::new(values));
    }
    columns.batch()
}
