//! `run.json`: what was run, on what, how long it took, and the digest by which two runs can be compared.

use std::time::Duration;

use datasets::scenario::{SamplingProtocol, Scenario};
use datasets::suite::Suite;
use engine::{Simulation, Work};
use serde_json::{Map, Value, json};

use crate::memory;

/// The name of a run: the same for the same scenario.
pub fn run_id(scenario: &Scenario, hash: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = scenario.name.chars().take(40).map(plain).collect();
    format!("run-{name}-{hash}")
}

/// Where partners come from.
fn partners(scenario: &Scenario) -> String {
    match scenario.sampling.protocol {
        SamplingProtocol::Oracle => "oracle: uniform random live nodes, known to nobody in a real cloud".to_owned(),
        protocol => format!("{protocol}: entries of a node's own view of {}", scenario.sampling.view),
    }
}

/// What nodes should find out by gossip, and are told instead.
pub fn told(scenario: &Scenario) -> Vec<&'static str> {
    let mut apps = scenario.versions().flat_map(Suite::apps_ever);
    let fit = apps.any(|app| app.condition.is_some());
    fit.then_some("the share of the nodes that fit a condition").into_iter().collect()
}

/// The record of a finished run.
pub fn record(scenario: &Scenario, hash: &str, simulation: &Simulation<'_>, digest: u64, wall: Duration) -> Value {
    let seconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e6;
    let estimate = engine::estimate(scenario);
    let times = Work::ALL.map(|work| (work.name(), seconds(simulation.times().of(work))));
    let wall_seconds: Map<String, Value> = [("total", seconds(wall))]
        .into_iter()
        .chain(times)
        .map(|(name, time)| (name.to_owned(), time.into()))
        .collect();
    json!({
        "run_id": run_id(scenario, hash),
        "scenario_name": scenario.name,
        "scenario_hash": hash,
        "scenario": scenario.to_toml(),
        "scenario_resolved": scenario.to_json(),
        "seed": scenario.run.seed,
        "cycles": simulation.cycles(),
        "nodes": scenario.run.nodes,
        "partners": partners(scenario),
        "told_by_the_observer": told(scenario),
        "state_digest": format!("{digest:016x}"),
        "versions": {
            "subcloud": env!("CARGO_PKG_VERSION"),
            "results": engine::RESULTS_VERSION,
            "trace_schema": datasets::trace::SCHEMA_VERSION,
        },
        "threads": engine::threads(),
        "machine": {
            "architecture": std::env::consts::ARCH,
            "operating_system": std::env::consts::OS,
            "instructions": if cfg!(target_feature = "avx2") { "x86-64-v3" } else { "baseline" },
            "processors": std::thread::available_parallelism().map_or(1, usize::from),
        },
        "bytes_per_node": estimate.bytes_per_node,
        "columns": estimate.columns.iter().map(|(name, bytes)| json!({ "name": name, "bytes_per_node": bytes }))
            .collect::<Vec<_>>(),
        "peak_resident_bytes": memory::peak(),
        "wall_seconds": wall_seconds,
    })
}
