//! Where the numbers come from: enough to make them again.

use serde::Serialize;
use serde_json::Value;

use super::source::Source;

/// What is known of a run beside its numbers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Provenance {
    /// Names and values.
    pub facts: Vec<(&'static str, String)>,
    /// What the text below is.
    pub of: &'static str,
    /// The scenario with every default spelt out, or the sweep.
    pub scenario: String,
    /// The summary that it printed.
    pub summary: String,
}

/// Keys of the record, and what they are called; nested keys behind a dot.
const KEYS: [(&str, &str); 15] = [
    ("Run", "run_id"),
    ("Scenario", "scenario_name"),
    ("Hash of the scenario", "scenario_hash"),
    ("Seed", "seed"),
    ("Digest of the last state", "state_digest"),
    ("Partners", "partners"),
    ("Version of subcloud", "versions.subcloud"),
    ("Version of the tables", "versions.trace_schema"),
    ("Bytes per node", "bytes_per_node"),
    ("Peak memory, bytes", "peak_resident_bytes"),
    ("Threads", "threads"),
    ("Processor", "machine.architecture"),
    ("Instructions", "machine.instructions"),
    ("Operating system", "machine.operating_system"),
    ("Seconds in all", "wall_seconds.total"),
];

/// Where the numbers of a run come from.
pub fn provenance(source: &Source) -> Provenance {
    let known = |&(name, key): &(&'static str, &str)| Some((name, text(&source.record, key)?));
    let mut facts: Vec<(&'static str, String)> = KEYS.iter().filter_map(known).collect();
    let parts = source.record["wall_seconds"].as_object().into_iter().flatten();
    let parts: Vec<String> = (parts.filter(|(part, _)| *part != "total"))
        .filter_map(|(part, seconds)| seconds.as_f64().map(|seconds| format!("{part} {seconds:.2}")))
        .collect();
    if !parts.is_empty() {
        facts.push(("Seconds by part", parts.join(", ")));
    }
    if facts.is_empty() {
        facts.push(("Run", source.summary.run_id.clone()));
        facts.push(("Seed", source.summary.seed.to_string()));
    }
    Provenance {
        facts,
        of: "The scenario, with every default spelt out",
        scenario: source.record["scenario"].as_str().unwrap_or_default().to_owned(),
        summary: source.summary.to_string(),
    }
}

fn text(record: &Value, key: &str) -> Option<String> {
    match key.split('.').fold(record, |value, part| &value[part]) {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
