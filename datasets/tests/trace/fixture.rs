//! A small run with a row in every table.

use std::fs;
use std::path::{Path, PathBuf};

use datasets::trace::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CloudRow, CodeRow, ContactRow, CycleRow, DegreeRow, EdgeRows,
    EpochRow, EventRow, Finished, LookupRow, MemberRow, Meta, NodeRows, OverlayRow, OwnRow, ParamRow, Phase,
    RegistryRow, RuleRow, RunRow, SliceRow, SuiteRow, TopologyRow, Writer,
};

pub fn meta() -> Meta {
    Meta {
        run_id: "fixture-1".into(),
        seed: 42,
        scenario_hash: "00ff".into(),
        engine_version: "0.1.0".into(),
        attributes: vec!["availability".into(), "bandwidth_mbps".into()],
        apps: vec!["monitoring".into(), "chat".into()],
    }
}

pub fn cycle(cycle: u32) -> CycleRow {
    CycleRow {
        cycle,
        alive_count: 1000,
        messages_count: 2000,
        payload_bytes: u64::from(cycle) << 40,
        ..CycleRow::default()
    }
}

pub fn slice(cycle: u32) -> SliceRow {
    SliceRow {
        cycle,
        gradient: 0,
        attribute: "availability".into(),
        protocol: "ordered".into(),
        members_count: 1000,
        gdm_normalised: 0.04,
        slices_count: 10,
        sdm_normalised: 1.5,
        ldm_normalised: Some(0.01),
        rms_rank_error_fraction: 0.2,
        wrong_slice_fraction: 0.7,
        wrong_decile_fraction: Some(0.7),
        slice_changes_fraction: 0.5,
        useless_swaps_fraction: None,
    }
}

pub fn app(cycle: u32, app: &str, mean: Option<f64>) -> AppRow {
    AppRow {
        cycle,
        app: app.into(),
        asked_count: 100,
        held_count: 98,
        correct_count: 90,
        wrong_count: 8,
        joins_count: 3,
        leaves_count: 4,
        joins_churn_count: 1,
        joins_rank_count: 2,
        joins_suite_count: 0,
        leaves_churn_count: 2,
        leaves_rank_count: 1,
        leaves_suite_count: 1,
        broken_constraints_count: 0,
        border_ties_count: 17,
        mean_attributes: vec![mean, Some(75.5)],
    }
}

pub fn suite(cycle: u32, version: u64) -> SuiteRow {
    SuiteRow {
        cycle,
        version,
        holders_fraction: 0.75,
        acting_fraction: 0.5,
        rejected_malformed_count: 1,
        rejected_forged_count: 2,
        rejected_other_cloud_count: 3,
        rejected_outdated_count: 4,
        rejected_revoked_count: 5,
        rejected_expired_count: 6,
        rejected_replayed_count: 7,
        rejected_out_of_scope_count: 8,
        payload_bytes: 1 << 40,
    }
}

pub fn breach(constraint: &str, worst_value: Option<f64>) -> BreachRow {
    BreachRow {
        app: "chat".into(),
        constraint: constraint.into(),
        limit: 99.5,
        first_cycle: 1,
        last_cycle: 4,
        cycles_count: 3,
        worst_cycle: 2,
        worst_value,
        has_ended: worst_value.is_some(),
    }
}

/// Estimates of which nodes hold a result from cycle 1 on, and one that can be off from cycle 2 on.
pub fn aggregate(cycle: u32) -> AggregateRow {
    AggregateRow {
        cycle,
        aggregate: "bandwidth".into(),
        function: "average".into(),
        epoch: cycle,
        participants_count: 10,
        true_value: 0.0,
        mean: 0.0,
        variance: 0.3_f64.powf(f64::from(cycle)),
        min: -1.0,
        max: 1.0,
        relative_error: None,
        held_count: u64::from(cycle) << 40,
        held_mean: (cycle > 0).then_some(2.5),
        held_relative_error: (cycle > 1).then_some(0.125),
    }
}

/// An epoch in which nodes found a mean, or none.
pub fn epoch(epoch: u32, mean: Option<f64>) -> EpochRow {
    let of_results = |value: f64| mean.map(|mean| mean + value);
    EpochRow {
        aggregate: "size".into(),
        function: "count".into(),
        epoch,
        first_cycle: 12 * epoch + 1,
        last_cycle: 12 * epoch + 14,
        true_value: 1000.0,
        true_value_at_end: 998.0,
        results_count: mean.map_or(0, |_| 990),
        without_result_count: mean.map_or(1000, |_| 10),
        mean,
        sd: of_results(0.5),
        min: of_results(-7.0),
        max: of_results(8.0),
        relative_error: of_results(0.25),
        worst_relative_error: of_results(0.75),
    }
}

pub fn rule(cycle: u32, verdict: &str) -> RuleRow {
    RuleRow {
        cycle,
        app: "monitoring".into(),
        rule: "shed".into(),
        condition: "size < 600_000".into(),
        cause: "size=512345.5".into(),
        action: "remove chat".into(),
        nodes_count: 1 << 40,
        base_version: 1,
        version: u64::MAX,
        verdict: verdict.into(),
    }
}

pub fn contact(cycle: u32) -> ContactRow {
    ContactRow {
        cycle,
        app: "chat".into(),
        known_fraction: 0.5,
        valid_fraction: 0.25,
        age_mean: 1.5,
        distinct_count: Some(7),
        most_held_fraction: 0.125,
        tries_mean: 1.0,
        busy_count: 3,
    }
}

pub fn member(cycle: u32) -> MemberRow {
    MemberRow {
        cycle,
        app: "chat".into(),
        assigned_count: 10,
        waiting_count: 1,
        fetching_count: 2,
        running_count: 7,
        alone_count: 1,
        known_count: 9,
        stranded_count: 3,
        stranded_unknown_count: 1,
        stranded_unanswered_count: 0,
        stranded_fetching_count: 2,
        upgrades_count: 8,
        join_calls_count: 4,
        leave_calls_count: 5,
        crashed_count: 6,
        wait_cycles_mean: 1.5,
        wait_cycles_p99: 3.0,
        start_cycles_mean: 9.5,
        start_cycles_p99: 12.0,
    }
}

pub fn topology(cycle: u32) -> TopologyRow {
    TopologyRow {
        cycle,
        app: Some("chat".into()),
        topology: "chord".into(),
        instance: 1,
        members_count: 10,
        started_fraction: 1.0,
        missing_fraction: 0.25,
        leaf_missing_fraction: 0.5,
        table_missing_fraction: 0.75,
        finger_empty_fraction: 0.125,
        finger_inexact_fraction: 0.5,
        dead_fraction: 0.0,
        active_fraction: 1.0,
        messages_count: 20,
        entries_per_message_mean: 19.5,
    }
}

pub fn registry(cycle: u32) -> RegistryRow {
    RegistryRow {
        cycle,
        app: Some("chat".into()),
        keys_count: 1000,
        held_fraction: 0.875,
        owner_fraction: 0.75,
        holders_mean: 2.5,
    }
}

pub fn lookup(cycle: u32) -> LookupRow {
    LookupRow {
        cycle,
        app: None,
        routing: "chord".into(),
        asker: "members".into(),
        lookups_count: 100,
        success_fraction: 0.75,
        wrong_fraction: 0.25,
        stuck_fraction: 0.0,
        hops_mean: 4.5,
        hops_p50: 4.0,
        hops_p99: 7.0,
        hops_max: Some(8),
        timeouts_mean: 0.5,
    }
}

pub fn own(cycle: u32) -> OwnRow {
    OwnRow { cycle, protocol: "rumour".into(), app: None, measure: "residue_fraction".into(), value: 0.2 }
}

pub fn code(cycle: u32) -> CodeRow {
    CodeRow {
        cycle,
        app: "chat".into(),
        version: Some(2),
        current_count: 6,
        missing_chunks_count: 1,
        chunks_fraction: 0.75,
        complete_fraction: 0.5,
        useless_fraction: 0.25,
        sent_count: 1 << 33,
        seed_sent_count: 17,
        payload_bytes: 1 << 41,
    }
}

pub fn overlay(cycle: u32) -> OverlayRow {
    OverlayRow {
        cycle,
        app: None,
        gone_links_count: None,
        isolated_count: None,
        protocol: "newscast".into(),
        in_degree_mean: 20.0,
        in_degree_sd: 4.5,
        in_degree_min: 1.0,
        in_degree_max: 41.0,
        dead_links_count: 3,
        dead_links_mean: 0.003,
        entries_count: 20_000,
        age_mean: 1.25,
        age_p50: 1.0,
        age_p90: 3.0,
        age_p99: 4.0,
        age_max: 250.0,
        clustering_coefficient: 0.25,
        clustering_sample_count: 100,
        path_length_mean: 3.5,
        path_sample_count: 64,
        components_count: 1,
        largest_component_fraction: 1.0,
    }
}

pub fn clouds(cycle: u32) -> CloudRow {
    CloudRow {
        cycle,
        cloud: "north".into(),
        other: "south".into(),
        is_one: true,
        alive_count: 600,
        other_alive_count: 400,
        entries_count: Some(20_000),
        cross_links_count: Some(4_800),
        cross_links_fraction: 0.24,
        mixed_fraction: 0.5,
        components_count: None,
    }
}

pub fn degree(cycle: u32, in_degree: u32) -> DegreeRow {
    DegreeRow { cycle, app: None, in_degree, nodes_count: 500 }
}

pub fn attribute(fraction: f64) -> AttributeRow {
    AttributeRow { attribute: "availability".into(), fraction, value: 0.5 * fraction, sample_count: 1 << 16 }
}

pub fn event(cycle: u32) -> EventRow {
    EventRow { cycle, kind: "crash".into(), version: None, rule: None, nodes_count: 500 }
}

pub fn run(point: u32) -> RunRow {
    RunRow {
        point,
        setting: point / 2,
        replicate: point % 2,
        nodes_count: 1000,
        cycles_count: 2,
        scenario_name: "telco".into(),
        scenario_hash: "00ff".into(),
        state_digest: "0123456789abcdef".into(),
    }
}

pub fn param(point: u32, key: &str, value: &str, number: Option<f64>) -> ParamRow {
    ParamRow { point, setting: point / 2, key: key.into(), value: value.into(), number }
}

pub fn nodes(cycle: u32, ids: std::ops::Range<u32>) -> NodeRows {
    NodeRows {
        cycle,
        node_ids: ids.clone().collect(),
        alive: ids.clone().map(|id| id % 7 != 0).collect(),
        apps: ids.clone().map(|id| (id % 3 < 2).then_some(id % 3)).collect(),
        memberships: ids.clone().map(|id| (id % 5 < 2).then_some(id % 5)).collect(),
        phases: ids
            .clone()
            .map(|id| [None, Some(Phase::Waiting), Some(Phase::Fetching), Some(Phase::Running)][id as usize % 4])
            .collect(),
        estimates: ["size p99.9"]
            .map(|name| (name.to_owned(), ids.clone().map(|id| (id % 3 > 0).then_some(f64::from(id))).collect()))
            .into(),
        rank_fractions: [1, 5]
            .map(|part| ids.clone().map(|id| (id % part == 0).then_some(f64::from(id) / 1e6)).collect())
            .into(),
        attributes: vec![ids.clone().map(|id| id as f32).collect(), ids.map(|id| 0.5 * id as f32).collect()],
    }
}

/// Two entries of each node in two overlays.
pub fn edges(cycle: u32, ids: std::ops::Range<u32>) -> EdgeRows {
    EdgeRows {
        cycle,
        overlays: ids.clone().map(|id| (id % 3 > 0).then_some(id % 2)).collect(),
        from: ids.clone().map(|id| id / 2).collect(),
        to: ids.clone().map(|id| 7 * id % 1000).collect(),
        ages: ids.map(|id| (id % 3 != 1).then_some(id % 200)).collect(),
    }
}

pub fn fill(writer: &mut Writer) {
    for k in 0..3 {
        writer.push(cycle(k));
        writer.push(slice(k));
        writer.push(app(k, "monitoring", None));
        writer.push(app(k, "chat", Some(0.9)));
        writer.push(suite(k, 1));
        writer.push(suite(k, u64::MAX));
        writer.push(aggregate(k));
    }
    writer.push(overlay(2));
    writer.push(contact(2));
    writer.push(member(2));
    writer.push(code(2));
    writer.push(topology(2));
    writer.push(lookup(2));
    writer.push(registry(2));
    writer.push(own(2));
    writer.push(clouds(2));
    writer.push(degree(2, 19));
    writer.push(degree(2, 70_000));
    writer.push(attribute(0.0));
    writer.push(attribute(0.25));
    writer.push(event(2));
    writer.push(breach("min_nodes", Some(98.0)));
    writer.push(breach("min_mean bandwidth_mbps", None));
    writer.push(epoch(0, None));
    writer.push(epoch(1, Some(1001.5)));
    writer.push(rule(1, "taken"));
    writer.push(rule(2, "expired"));
    writer.push(run(3));
    writer.push(param(3, "network.reply_loss", "0.25", Some(0.25)));
    writer.push(param(3, "slicing.protocol", "ranking", None));
    writer.nodes(&nodes(0, 0..1000)).unwrap();
    writer.nodes(&nodes(2, 0..1000)).unwrap();
    writer.edges(&edges(0, 0..500)).unwrap();
    writer.edges(&edges(2, 0..700)).unwrap();
}

pub fn write(out: &Path) -> Finished {
    let mut writer = Writer::create(out, meta(), false).unwrap();
    fill(&mut writer);
    writer.finish("{\"cycles\": 2}\n").unwrap()
}

/// All files below a folder, sorted, relative to it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}
