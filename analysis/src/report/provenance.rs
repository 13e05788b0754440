//! Where the numbers come from: enough to make them again.

use datasets::record::RunRecord;
use serde::Serialize;

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

/// Where the numbers of a run come from.
pub fn provenance(source: &Source) -> Provenance {
    let facts = if source.record == RunRecord::default() {
        vec![("Run", source.summary.run_id.clone()), ("Seed", source.summary.seed.to_string())]
    } else {
        facts(&source.record)
    };
    Provenance {
        facts,
        of: "The scenario, with every default spelt out",
        scenario: source.record.scenario.clone(),
        summary: source.summary.to_string(),
    }
}

/// What a record says, of what it says.
fn facts(record: &RunRecord) -> Vec<(&'static str, String)> {
    let RunRecord { versions, machine, wall_seconds, .. } = record;
    let parts = wall_seconds.iter().filter(|(part, _)| *part != "total");
    let parts: Vec<String> =
        parts.filter_map(|(part, seconds)| Some(format!("{part} {:.2}", seconds.as_f64()?))).collect();
    let number = |number: u64| if number > 0 { number.to_string() } else { String::new() };
    let facts = [
        ("Run", record.run_id.clone()),
        ("Scenario", record.scenario_name.clone()),
        ("Hash of the scenario", record.scenario_hash.clone()),
        ("Seed", record.seed.to_string()),
        ("Digest of the last state", record.state_digest.clone()),
        ("Partners", record.partners.clone()),
        ("Version of subcloud", versions.subcloud.clone()),
        ("Version of the tables", versions.trace_schema.clone()),
        ("Bytes per node", number(record.bytes_per_node)),
        ("Peak memory, bytes", number(record.peak_resident_bytes.unwrap_or(0))),
        ("Threads", number(record.threads as u64)),
        ("Processor", machine.architecture.clone()),
        ("Instructions", machine.instructions.clone()),
        ("Instructions of kernels", machine.kernels.clone()),
        ("Operating system", machine.operating_system.clone()),
        ("Seconds in all", wall_seconds.get("total").map_or_else(String::new, ToString::to_string)),
        ("Seconds by part", parts.join(", ")),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
