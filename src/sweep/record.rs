//! `sweep.json`: which sweep a directory holds.

use datasets::sweep::{Point, Sweep};
use serde_json::{Value, json};

use crate::record::run_id;

/// The record of a sweep: the same whoever begins it, and wherever.
pub fn record(sweep: &Sweep) -> String {
    let record = json!({
        "sweep": sweep.name,
        "hash": sweep.hash(),
        "scenario": sweep.scenario,
        "text": sweep.text,
        "is_one_at_a_time": sweep.is_one_at_a_time,
        "replicates": sweep.replicates,
        "versions": {
            "subcloud": env!("CARGO_PKG_VERSION"),
            "trace_schema": datasets::trace::SCHEMA_VERSION,
        },
        "points": sweep.points.iter().map(point).collect::<Vec<_>>(),
    });
    format!("{record:#}\n")
}

fn point(point: &Point) -> Value {
    let params = point.params.iter().map(|param| (param.key.clone(), param.value.clone().into()));
    json!({
        "point": point.number,
        "setting": point.setting,
        "replicate": point.replicate,
        "seed": point.scenario.run.seed,
        "run_id": run_id(&point.scenario, &point.hash),
        "params": params.collect::<serde_json::Map<String, Value>>(),
    })
}
