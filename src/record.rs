//! `run.json`: what was run, on what, how long it took, and the digest by which two runs can be compared.

use std::time::Duration;

use datasets::record::{ColumnRecord, Machine, RunRecord, SessionRecord, Versions, run_id};
use datasets::scenario::{ContactsProtocol, SamplingProtocol, Scenario};
use datasets::suite::Suite;
use engine::{Need, Simulation, Work};

use crate::memory;

/// What writes the records.
pub fn versions() -> Versions {
    Versions {
        subcloud: env!("CARGO_PKG_VERSION").to_owned(),
        results: engine::RESULTS_VERSION,
        trace_schema: datasets::trace::SCHEMA_VERSION.to_owned(),
    }
}

/// Where partners come from.
fn partners(scenario: &Scenario) -> String {
    match scenario.sampling.protocol {
        SamplingProtocol::Oracle => "oracle: uniform random live nodes, known to nobody in a real cloud".to_owned(),
        SamplingProtocol::Static => {
            let graph = scenario.sampling.graph.as_ref().map_or("complete", |graph| graph.wiring.name());
            format!("static: neighbours in a graph that stays as it is ({graph})")
        }
        protocol => format!("{protocol}: entries of a node's own view of {}", scenario.sampling.view),
    }
}

/// What nodes should find out by gossip, and are told instead.
pub fn told(scenario: &Scenario) -> Vec<String> {
    let mut apps = scenario.versions().flat_map(Suite::apps_ever);
    let fit = apps.any(|app| app.condition.is_some());
    let inside = scenario.subcloud.as_ref();
    let joins = inside.is_some_and(|inside| inside.contacts.protocol == ContactsProtocol::Oracle);
    let meets = inside.is_some_and(|inside| inside.sampling.protocol == SamplingProtocol::Oracle);
    let all = [
        (fit, "the share of the nodes that fit a condition"),
        (joins, "members of an application whom a node can join"),
        (meets, "random members of its application, whom a member meets"),
    ];
    all.into_iter().filter(|(is_told, _)| *is_told).map(|(_, what)| what.to_owned()).collect()
}

/// The record of a finished run, with the processes that have run its cycles, the last one among them, and the time
/// that they have taken.
pub fn record(
    scenario: &Scenario,
    hash: &str,
    simulation: &Simulation<'_>,
    (sessions, wall): (Vec<SessionRecord>, Duration),
) -> RunRecord {
    let seconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e6;
    let estimate = engine::estimate(scenario);
    let times = Work::ALL.map(|work| {
        let before = sessions.iter().rev().skip(1).filter_map(|session| session.work_milliseconds.get(&work.name()));
        let before = Duration::from_millis(before.sum());
        (work.name(), seconds(before + simulation.times().of(work)))
    });
    let times = [("total".to_owned(), seconds(wall))].into_iter().chain(times);
    RunRecord {
        run_id: run_id(scenario, hash),
        scenario_name: scenario.name.clone(),
        scenario_hash: hash.to_owned(),
        scenario: scenario.to_toml(),
        scenario_resolved: scenario.to_json(),
        seed: scenario.run.seed,
        cycles: simulation.cycles(),
        nodes: scenario.run.nodes,
        partners: partners(scenario),
        told_by_the_observer: told(scenario),
        fleet: simulation.fleet().cloned(),
        forked_from: scenario.fork.clone(),
        sessions: if sessions.len() > 1 { sessions } else { Vec::new() },
        state_digest: format!("{:016x}", simulation.digest()),
        versions: versions(),
        threads: engine::threads(),
        machine: Machine {
            architecture: std::env::consts::ARCH.to_owned(),
            operating_system: std::env::consts::OS.to_owned(),
            instructions: if cfg!(target_feature = "avx2") { "x86-64-v3" } else { "baseline" }.to_owned(),
            kernels: engine::kernel_instructions().to_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
        },
        bytes_per_node: estimate.bytes_per_node,
        columns: (estimate.columns.into_iter())
            .map(|Need { name, bytes_per_row, rows, .. }| ColumnRecord {
                name,
                bytes_per_node: bytes_per_row,
                rows: Some(rows).filter(|&rows| rows != u64::from(scenario.run.nodes)),
            })
            .collect(),
        peak_resident_bytes: memory::peak(),
        wall_seconds: times.map(|(name, seconds)| (name, seconds.into())).collect(),
        sweep: None,
    }
}
