//! The records beside the tables: `run.json`, `size.json`, `sweep.json`. Whoever writes or reads one does it by these
//! types.
//!
//! A `run.json` or `sweep.json` of which a key is missing is read all the same, the key as nothing: older versions
//! wrote fewer. Numbers are finite, since JSON knows no others.
//!
//! ```
//! use datasets::record::{self, RunRecord};
//!
//! let text = record::text(&RunRecord { run_id: "run-telco-1".to_owned(), ..RunRecord::default() });
//! assert_eq!(serde_json::from_str::<RunRecord>(&text).unwrap().run_id, "run-telco-1");
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scenario::{Fork, Scenario};

/// A record as the text of its file.
///
/// # Panics
///
/// If the record has keys that are no texts.
#[must_use]
pub fn text(record: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(record).unwrap_or_else(|error| panic!("a record is JSON: {error}"));
    text + "\n"
}

/// The name of the run of a scenario with this hash: the same for the same scenario.
#[must_use]
pub fn run_id(scenario: &Scenario, hash: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = scenario.name.chars().take(40).map(plain).collect();
    format!("run-{name}-{hash}")
}

/// A process that has run some of the cycles of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionRecord {
    /// The cycle after which it began.
    pub from_cycle: u32,
    /// The last cycle that is saved of it.
    pub to_cycle: u32,
    /// Time that it has taken, in milliseconds.
    pub milliseconds: u64,
    /// Its threads.
    pub threads: usize,
    /// Time by the kind of work, in milliseconds.
    pub work_milliseconds: BTreeMap<String, u64>,
}

/// What was read of a fleet's file and of a trace of sessions, and what of it is in the cloud.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FleetRecord {
    /// Whether nodes are hosts of a trace, and no rows of a file.
    pub are_hosts: bool,
    /// Rows of the file, or hosts of the trace, that nodes are drawn from.
    pub rows_count: u64,
    /// How many of them are in the cloud; with `resample = "random"` how many are to be expected.
    pub rows_in_cloud_count: u64,
    /// How often each of these is there at least.
    pub least_times_count: u64,
    /// How often each of these is there at most; `None` where that is drawn.
    pub most_times_count: Option<u64>,
    /// What is to be told of how the files were read.
    pub remarks: Vec<String>,
    /// The trace of sessions.
    pub trace: Option<TraceRecord>,
    /// What rows of the file and hosts of the trace found of each other.
    pub join: Option<JoinRecord>,
}

/// A trace of sessions in a few figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceRecord {
    /// Hosts; with an inventory, its rows that are hosts of the trace.
    pub hosts_count: u64,
    /// Sessions of these hosts: those of a host with two rows count twice.
    pub sessions_count: u64,
    /// Length of the trace in seconds.
    pub length_seconds: f64,
    /// Half of the sessions last at most so many seconds.
    pub median_session_seconds: f64,
    /// Share of the time in which a host is up, in the mean of the hosts.
    pub up_fraction: f64,
    /// What was done to the sessions of the file.
    pub mended: MendedRecord,
}

/// What was done to the rows of a trace, to make sessions of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MendedRecord {
    /// Sessions without an end: they last until the next one of their host, or to the end of the trace.
    pub open_count: u64,
    /// Sessions of no length: left out.
    pub no_length_count: u64,
    /// Rows that say again what another one says: left out.
    pub repeated_count: u64,
    /// Sessions that begin before an earlier one of their host has ended: joined to it.
    pub overlapping_count: u64,
    /// Sessions that begin when an earlier one of their host ends: joined to it.
    pub touching_count: u64,
    /// Hosts without any session of some length: left out.
    pub hosts_left_out_count: u64,
}

/// What rows of a fleet's file and hosts of a trace found of each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinRecord {
    /// Rows of the file.
    pub rows_count: u64,
    /// Rows that have a host.
    pub matched_rows_count: u64,
    /// Rows with the id of an earlier row.
    pub repeated_rows_count: u64,
    /// Hosts of the trace.
    pub hosts_count: u64,
    /// Hosts that have a row.
    pub matched_hosts_count: u64,
}

/// `run.json`: what was run, on what, how long it took, and the digest by which two runs can be compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunRecord {
    /// The name of the run, also in its tables.
    pub run_id: String,
    /// The name of the scenario.
    pub scenario_name: String,
    /// The hash of the scenario as run.
    pub scenario_hash: String,
    /// The scenario as run, with every default, in TOML.
    pub scenario: String,
    /// The same as JSON, by the schema that `subcloud schema` prints.
    pub scenario_resolved: Value,
    /// The seed.
    pub seed: u64,
    /// Cycles that were run.
    pub cycles: u32,
    /// Nodes of the scenario, whether they live or not.
    pub nodes: u32,
    /// Where the partners of exchanges came from.
    pub partners: String,
    /// What nodes should find out by gossip, and were told instead.
    pub told_by_the_observer: Vec<String>,
    /// What was read of the fleet's file and of the trace of sessions; `None` without either.
    pub fleet: Option<FleetRecord>,
    /// The state with which it began, if it is a fork of another run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forked_from: Option<Fork>,
    /// The processes that have run its cycles, one after the other, if there was more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<SessionRecord>,
    /// The digest of the state after the last cycle, 16 hexadecimal digits.
    pub state_digest: String,
    /// What wrote it.
    pub versions: Versions,
    /// Threads of the passes.
    pub threads: usize,
    /// Where it ran.
    pub machine: Machine,
    /// Bytes of a node in all columns.
    pub bytes_per_node: u64,
    /// Bytes of a node in each column.
    pub columns: Vec<ColumnRecord>,
    /// The most memory that the process held, in bytes; `None` where the system does not tell.
    pub peak_resident_bytes: Option<u64>,
    /// Seconds by the kind of work, and `total`, those from start to end.
    pub wall_seconds: Map<String, Value>,
    /// Which point of a sweep it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sweep: Option<OfSweep>,
}

/// What wrote a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Versions {
    /// The version of the program.
    pub subcloud: String,
    /// What the engine computes: runs of one scenario under the same number have the same values.
    pub results: u32,
    /// How the tables are written: [`crate::trace::SCHEMA_VERSION`].
    pub trace_schema: String,
}

impl Versions {
    /// What decides over the values of a trace, in words: `8 in tables 5`.
    #[must_use]
    pub fn values(&self) -> String {
        format!("{} in tables {}", self.results, self.trace_schema)
    }
}

/// Where a run ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// The kind of processor.
    pub architecture: String,
    /// The operating system.
    pub operating_system: String,
    /// The instructions for which the program was built.
    pub instructions: String,
    /// The instructions of the kernels that there are in several forms: `x86-64`, `x86-64-v3` or `avx512`; elsewhere
    /// the kind of processor. The results are the same bits.
    pub kernels: String,
    /// Processors of which the program knew.
    pub processors: usize,
}

/// A column of the engine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRecord {
    /// Its name.
    pub name: String,
    /// Its bytes of a node; of a row, if it is a table of members.
    pub bytes_per_node: u64,
    /// Rows of a table of members; missing if a row is a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// Which point of a sweep a run is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfSweep {
    /// The number of the point.
    pub point: u32,
    /// The number of its setting.
    pub setting: u32,
    /// The number of its replicate.
    pub replicate: u32,
    /// The number of the process that ran it.
    pub process: u32,
    /// The generation of the sweep that it belongs to: see [`SweepRecord::generation`].
    #[serde(default, skip_serializing_if = "is_zero")]
    pub generation: u32,
}

/// `sweep.json`: which sweep a directory holds; the same whoever begins it, and wherever.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SweepRecord {
    /// The name of the sweep.
    pub sweep: String,
    /// The hash by which one sweep is told from another.
    pub hash: String,
    /// The scenario's path, as the sweep has it.
    pub scenario: String,
    /// The sweep as it was read.
    pub text: String,
    /// Whether keys are changed one at a time, from the setting 0.
    pub is_one_at_a_time: bool,
    /// Replicates of each setting.
    pub replicates: u32,
    /// Cycles of the common beginning of all points, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<u32>,
    /// How often what the directory held was to be replaced as a whole. Points of an earlier generation are not of this
    /// sweep: each stays until its successor is there.
    #[serde(skip_serializing_if = "is_zero")]
    pub generation: u32,
    /// What wrote it.
    pub versions: Versions,
    /// The points, in their order.
    pub points: Vec<PointRecord>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(generation: &u32) -> bool {
    *generation == 0
}

/// A point of a sweep.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointRecord {
    /// Its number.
    pub point: u32,
    /// The number of its setting.
    pub setting: u32,
    /// The number of its replicate.
    pub replicate: u32,
    /// The seed of its run.
    pub seed: u64,
    /// The name of its run.
    pub run_id: String,
    /// What the sweep sets there, by the keys of the scenario.
    pub params: Map<String, Value>,
}

/// `size.json`: how much an application must ask for, and what that rests on. Shares are 0..=1, of the live nodes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeRecord {
    /// The application.
    pub app: String,
    /// Nodes that it must hold.
    pub hold: f64,
    /// Whether only nodes count that run it, and not all that belong to it.
    #[serde(default)]
    pub usable: bool,
    /// The condition that nodes must fit to count.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The share of the time for which it must hold them.
    #[serde(rename = "for")]
    pub fraction: f64,
    /// Cycles that count, the first and the last of which are the next two.
    pub over: usize,
    /// The first cycle that counts.
    pub first_cycle: u32,
    /// The last one.
    pub last_cycle: u32,
    /// Whether any share will do.
    pub reachable: bool,
    /// Why none will.
    pub reason: Option<String>,
    /// The answer in a sentence or two.
    pub headline: String,
    /// The answer with what it rests on, as paragraphs.
    pub text: Vec<String>,
    /// What the application asks for in the scenario: `share` or `nodes`.
    #[serde(default)]
    pub asks_for: String,
    /// The share to ask for; all that the others leave if not even that will do. Where the application asks for a
    /// number of nodes, what that number is of the live nodes.
    pub share: f64,
    /// The lower end of its interval.
    pub share_low: f64,
    /// The upper end of its interval.
    pub share_high: f64,
    /// What the other applications leave.
    pub share_most: f64,
    /// Nodes to ask for: the share times the live nodes, rounded.
    pub nodes_asked: u64,
    /// How sure the interval is.
    pub confidence: f64,
    /// Nodes of the scenario, whether they live or not.
    pub nodes: u32,
    /// Live nodes, of which shares are parts: the mean over the counted cycles, and over runs of the full size.
    #[serde(default)]
    pub live_nodes: f64,
    /// The seed of the run beside it.
    pub seed: u64,
    /// What the answer rests on.
    pub evidence: SizeEvidence,
    /// Shares of the clouds that hold less than the lower end of the band, and than its upper end.
    pub band: [f64; 2],
    /// What is held after each cycle that counts.
    pub series: Vec<SizeCycle>,
}

/// What the answer of a search for a size rests on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeEvidence {
    /// Amounts that were tried by bisection.
    pub amounts_tried: usize,
    /// Replicas at each of two shares.
    pub replicas: usize,
    /// Nodes of a replica.
    pub replica_nodes: u32,
    /// The two shares.
    pub replica_shares: [f64; 2],
    /// Runs of the full size.
    pub runs_of_full_size: usize,
    /// By how much these held more than replicas led to expect, of that; `None` without such runs.
    pub drift_fraction: Option<f64>,
    /// The standard error of that.
    pub drift_standard_error: Option<f64>,
    /// Runs that say how many clouds hold enough throughout.
    pub runs: usize,
    /// Those that fell short at least once.
    pub runs_short: usize,
    /// At least this share of all clouds holds enough throughout.
    pub runs_hold_at_least_fraction: f64,
    /// The interval of the share of the time for which nodes are enough.
    pub time_held_fraction: [f64; 2],
    /// Cycles of all runs.
    pub cycles: usize,
    /// Those after which nodes were too few.
    pub cycles_short: usize,
}

/// What clouds hold after a cycle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeCycle {
    /// The cycle.
    pub cycle: u32,
    /// The mean over clouds.
    pub mean: f64,
    /// The lower end of the band.
    pub low: f64,
    /// The upper end of the band.
    pub high: f64,
}
