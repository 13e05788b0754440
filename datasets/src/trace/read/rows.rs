//! Columns back into rows.

use std::collections::BTreeMap;

use super::columns::Columns;
use crate::trace::{
    AggregateRow, AppRow, AttributeRow, CycleRow, DegreeRow, EpochRow, Error, EventRow, Meta, NodeRows, OverlayRow,
    ParamRow, RuleRow, RunRow, SliceRow,
};

pub(super) fn cycles(columns: &Columns<'_>) -> Result<Vec<CycleRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let alive = columns.counts64("alive_count")?;
    let joined = columns.counts64("joined_count")?;
    let left = columns.counts64("left_count")?;
    let crashed = columns.counts64("crashed_count")?;
    let messages = columns.counts64("messages_count")?;
    let lost = columns.counts64("lost_count")?;
    let payload = columns.counts64("payload_bytes")?;
    let row = |k: usize| CycleRow {
        cycle: cycle[k],
        alive_count: alive[k],
        joined_count: joined[k],
        left_count: left[k],
        crashed_count: crashed[k],
        messages_count: messages[k],
        lost_count: lost[k],
        payload_bytes: payload[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn slices(columns: &Columns<'_>) -> Result<Vec<SliceRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let gradient = columns.counts32("gradient")?;
    let attribute = columns.names("attribute")?;
    let protocol = columns.names("protocol")?;
    let members = columns.counts64("members_count")?;
    let gdm = columns.measures("gdm_normalised")?;
    let sdm = columns.measures("sdm_normalised")?;
    let rank_error = columns.measures("rms_rank_error_fraction")?;
    let wrong = columns.measures("wrong_decile_fraction")?;
    let changes = columns.measures("slice_changes_fraction")?;
    let row = |k: usize| SliceRow {
        cycle: cycle[k],
        gradient: gradient[k],
        attribute: attribute.value(k).to_owned(),
        protocol: protocol.value(k).to_owned(),
        members_count: members[k],
        gdm_normalised: gdm[k],
        sdm_normalised: sdm[k],
        rms_rank_error_fraction: rank_error[k],
        wrong_decile_fraction: wrong[k],
        slice_changes_fraction: changes[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn apps(columns: &Columns<'_>, attributes: &[String]) -> Result<Vec<AppRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let app = columns.names("app")?;
    let asked = columns.counts64("asked_count")?;
    let held = columns.counts64("held_count")?;
    let correct = columns.counts64("correct_count")?;
    let wrong = columns.counts64("wrong_count")?;
    let joins = columns.counts64("joins_count")?;
    let leaves = columns.counts64("leaves_count")?;
    let ties = columns.counts64("border_ties_count")?;
    let [joins_churn, joins_rank, joins_suite] =
        ["churn", "rank", "suite"].map(|cause| columns.counts64(&format!("joins_{cause}_count")));
    let [leaves_churn, leaves_rank, leaves_suite] =
        ["churn", "rank", "suite"].map(|cause| columns.counts64(&format!("leaves_{cause}_count")));
    let (joins_churn, joins_rank, joins_suite) = (joins_churn?, joins_rank?, joins_suite?);
    let (leaves_churn, leaves_rank, leaves_suite) = (leaves_churn?, leaves_rank?, leaves_suite?);
    let broken = columns.counts64("broken_constraints_count")?;
    let mean = |attribute: &String| columns.optional_measures(&format!("mean_{attribute}"));
    let means = attributes.iter().map(mean).collect::<Result<Vec<_>, Error>>()?;
    let row = |k: usize| AppRow {
        cycle: cycle[k],
        app: app.value(k).to_owned(),
        asked_count: asked[k],
        held_count: held[k],
        correct_count: correct[k],
        wrong_count: wrong[k],
        joins_count: joins[k],
        leaves_count: leaves[k],
        joins_churn_count: joins_churn[k],
        joins_rank_count: joins_rank[k],
        joins_suite_count: joins_suite[k],
        leaves_churn_count: leaves_churn[k],
        leaves_rank_count: leaves_rank[k],
        leaves_suite_count: leaves_suite[k],
        broken_constraints_count: broken[k],
        border_ties_count: ties[k],
        mean_attributes: means.iter().map(|means| means[k]).collect(),
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn aggregates(columns: &Columns<'_>) -> Result<Vec<AggregateRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let aggregate = columns.names("aggregate")?;
    let function = columns.names("function")?;
    let epoch = columns.counts32("epoch")?;
    let true_value = columns.measures("true_value")?;
    let mean = columns.measures("mean")?;
    let variance = columns.measures("variance")?;
    let min = columns.measures("min")?;
    let max = columns.measures("max")?;
    let relative_error = columns.optional_measures("relative_error")?;
    let participants = columns.counts64("participants_count")?;
    let held_count = columns.counts64("held_count")?;
    let held_mean = columns.optional_measures("held_mean")?;
    let held_relative_error = columns.optional_measures("held_relative_error")?;
    let row = |k: usize| AggregateRow {
        cycle: cycle[k],
        aggregate: aggregate.value(k).to_owned(),
        function: function.value(k).to_owned(),
        epoch: epoch[k],
        participants_count: participants[k],
        true_value: true_value[k],
        mean: mean[k],
        variance: variance[k],
        min: min[k],
        max: max[k],
        relative_error: relative_error[k],
        held_count: held_count[k],
        held_mean: held_mean[k],
        held_relative_error: held_relative_error[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn epochs(columns: &Columns<'_>) -> Result<Vec<EpochRow>, Error> {
    let aggregate = columns.names("aggregate")?;
    let function = columns.names("function")?;
    let epoch = columns.counts32("epoch")?;
    let first_cycle = columns.counts32("first_cycle")?;
    let last_cycle = columns.counts32("last_cycle")?;
    let true_value = columns.measures("true_value")?;
    let true_value_at_end = columns.measures("true_value_at_end")?;
    let results = columns.counts64("results_count")?;
    let without_result = columns.counts64("without_result_count")?;
    let mean = columns.optional_measures("mean")?;
    let sd = columns.optional_measures("sd")?;
    let min = columns.optional_measures("min")?;
    let max = columns.optional_measures("max")?;
    let relative_error = columns.optional_measures("relative_error")?;
    let worst_relative_error = columns.optional_measures("worst_relative_error")?;
    let row = |k: usize| EpochRow {
        aggregate: aggregate.value(k).to_owned(),
        function: function.value(k).to_owned(),
        epoch: epoch[k],
        first_cycle: first_cycle[k],
        last_cycle: last_cycle[k],
        true_value: true_value[k],
        true_value_at_end: true_value_at_end[k],
        results_count: results[k],
        without_result_count: without_result[k],
        mean: mean[k],
        sd: sd[k],
        min: min[k],
        max: max[k],
        relative_error: relative_error[k],
        worst_relative_error: worst_relative_error[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn rules(columns: &Columns<'_>) -> Result<Vec<RuleRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let app = columns.names("app")?;
    let rule = columns.names("rule")?;
    let condition = columns.names("condition")?;
    let cause = columns.names("cause")?;
    let action = columns.names("action")?;
    let nodes = columns.counts64("nodes_count")?;
    let base_version = columns.counts64("base_version")?;
    let version = columns.counts64("version")?;
    let verdict = columns.names("verdict")?;
    let row = |k: usize| RuleRow {
        cycle: cycle[k],
        app: app.value(k).to_owned(),
        rule: rule.value(k).to_owned(),
        condition: condition.value(k).to_owned(),
        cause: cause.value(k).to_owned(),
        action: action.value(k).to_owned(),
        nodes_count: nodes[k],
        base_version: base_version[k],
        version: version[k],
        verdict: verdict.value(k).to_owned(),
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn overlay(columns: &Columns<'_>) -> Result<Vec<OverlayRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let protocol = columns.names("protocol")?;
    let in_degree_mean = columns.measures("in_degree_mean")?;
    let in_degree_sd = columns.measures("in_degree_sd")?;
    let in_degree_min = columns.measures("in_degree_min")?;
    let in_degree_max = columns.measures("in_degree_max")?;
    let dead_links_count = columns.counts64("dead_links_count")?;
    let dead_links_mean = columns.measures("dead_links_mean")?;
    let entries_count = columns.counts64("entries_count")?;
    let age_mean = columns.measures("age_mean")?;
    let age_p50 = columns.measures("age_p50")?;
    let age_p90 = columns.measures("age_p90")?;
    let age_p99 = columns.measures("age_p99")?;
    let age_max = columns.measures("age_max")?;
    let clustering_coefficient = columns.measures("clustering_coefficient")?;
    let clustering_sample_count = columns.counts64("clustering_sample_count")?;
    let path_length_mean = columns.measures("path_length_mean")?;
    let path_sample_count = columns.counts64("path_sample_count")?;
    let components_count = columns.counts64("components_count")?;
    let largest_component_fraction = columns.measures("largest_component_fraction")?;
    let row = |k: usize| OverlayRow {
        cycle: cycle[k],
        protocol: protocol.value(k).to_owned(),
        in_degree_mean: in_degree_mean[k],
        in_degree_sd: in_degree_sd[k],
        in_degree_min: in_degree_min[k],
        in_degree_max: in_degree_max[k],
        dead_links_count: dead_links_count[k],
        dead_links_mean: dead_links_mean[k],
        entries_count: entries_count[k],
        age_mean: age_mean[k],
        age_p50: age_p50[k],
        age_p90: age_p90[k],
        age_p99: age_p99[k],
        age_max: age_max[k],
        clustering_coefficient: clustering_coefficient[k],
        clustering_sample_count: clustering_sample_count[k],
        path_length_mean: path_length_mean[k],
        path_sample_count: path_sample_count[k],
        components_count: components_count[k],
        largest_component_fraction: largest_component_fraction[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn degrees(columns: &Columns<'_>) -> Result<Vec<DegreeRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let in_degree = columns.counts32("in_degree")?;
    let nodes = columns.counts64("nodes_count")?;
    let row = |k: usize| DegreeRow { cycle: cycle[k], in_degree: in_degree[k], nodes_count: nodes[k] };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn attributes(columns: &Columns<'_>) -> Result<Vec<AttributeRow>, Error> {
    let attribute = columns.names("attribute")?;
    let fraction = columns.measures("fraction")?;
    let value = columns.measures("value")?;
    let sample = columns.counts64("sample_count")?;
    let row = |k: usize| AttributeRow {
        attribute: attribute.value(k).to_owned(),
        fraction: fraction[k],
        value: value[k],
        sample_count: sample[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn events(columns: &Columns<'_>) -> Result<Vec<EventRow>, Error> {
    let cycle = columns.counts32("cycle")?;
    let event = columns.names("event")?;
    let nodes = columns.counts64("nodes_count")?;
    let row = |k: usize| EventRow { cycle: cycle[k], event: event.value(k).to_owned(), nodes_count: nodes[k] };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn runs(columns: &Columns<'_>) -> Result<Vec<RunRow>, Error> {
    let point = columns.counts32("point")?;
    let setting = columns.counts32("setting")?;
    let replicate = columns.counts32("replicate")?;
    let nodes = columns.counts64("nodes_count")?;
    let cycles = columns.counts32("cycles_count")?;
    let scenario_name = columns.names("scenario_name")?;
    let scenario_hash = columns.names("scenario_hash")?;
    let state_digest = columns.names("state_digest")?;
    let row = |k: usize| RunRow {
        point: point[k],
        setting: setting[k],
        replicate: replicate[k],
        nodes_count: nodes[k],
        cycles_count: cycles[k],
        scenario_name: scenario_name.value(k).to_owned(),
        scenario_hash: scenario_hash.value(k).to_owned(),
        state_digest: state_digest.value(k).to_owned(),
    };
    Ok((0..columns.len()).map(row).collect())
}

pub(super) fn params(columns: &Columns<'_>) -> Result<Vec<ParamRow>, Error> {
    let point = columns.counts32("point")?;
    let setting = columns.counts32("setting")?;
    let key = columns.names("key")?;
    let value = columns.names("value")?;
    let number = columns.optional_measures("number")?;
    let row = |k: usize| ParamRow {
        point: point[k],
        setting: setting[k],
        key: key.value(k).to_owned(),
        value: value.value(k).to_owned(),
        number: number[k],
    };
    Ok((0..columns.len()).map(row).collect())
}

/// A batch of the file may span snapshots: one [`NodeRows`] for each.
pub(super) fn nodes(columns: &Columns<'_>, meta: &Meta) -> Result<Vec<NodeRows>, Error> {
    let cycle = columns.counts32("cycle")?;
    let node_ids = columns.counts32("node_id")?;
    let alive = columns.flags("alive")?;
    let app_names = columns.optional_names("app")?;
    let ranks = columns.optional_measures("rank_fraction")?;
    let attributes = meta.attributes.iter().map(|name| columns.values(name)).collect::<Result<Vec<_>, _>>()?;

    let index: BTreeMap<&str, u32> = meta.apps.iter().map(String::as_str).zip(0..).collect();
    let app = |name: Option<&str>| match name.map(|name| (name, index.get(name))) {
        None => Ok(None),
        Some((_, Some(&app))) => Ok(Some(app)),
        Some((name, None)) => Err(columns.unexpected("app", format!("`{name}`"), "an application of the suite")),
    };
    let apps = app_names.iter().map(app).collect::<Result<Vec<_>, Error>>()?;

    let mut snapshots = Vec::new();
    let mut start = 0;
    for snapshot in cycle.chunk_by(|a, b| a == b) {
        let part = start..start + snapshot.len();
        start = part.end;
        snapshots.push(NodeRows {
            cycle: snapshot[0],
            node_ids: node_ids[part.clone()].to_vec(),
            alive: part.clone().map(|k| alive.value(k)).collect(),
            apps: apps[part.clone()].to_vec(),
            rank_fractions: ranks[part.clone()].iter().copied().collect(),
            attributes: attributes.iter().map(|values| values[part.clone()].to_vec()).collect(),
        });
    }
    Ok(snapshots)
}
