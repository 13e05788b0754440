//! The rows of the tables, as the engine hands them over and as they are read back.

/// A row of `cycles`: the cloud after a cycle. Counters cover the cycles since the previous row.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct CycleRow {
    /// Cycles completed.
    pub cycle: u32,
    /// Nodes alive.
    pub alive_count: u64,
    /// Nodes that joined.
    pub joined_count: u64,
    /// Nodes that left.
    pub left_count: u64,
    /// Nodes that crashed.
    pub crashed_count: u64,
    /// Messages sent.
    pub messages_count: u64,
    /// Messages lost.
    pub lost_count: u64,
    /// Bytes of payload in the messages sent.
    pub payload_bytes: u64,
}

/// A row of `slices`: how far a gradient is ordered after a cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct SliceRow {
    /// Cycles completed.
    pub cycle: u32,
    /// Number of the gradient, in the order of the suite (two gradients may share an attribute).
    pub gradient: u32,
    /// The attribute by which nodes are ordered.
    pub attribute: String,
    /// The slicing protocol, as the scenario names it.
    pub protocol: String,
    /// Nodes that take part in this gradient.
    pub members_count: u64,
    /// Mean squared rank difference / N².
    pub gdm_normalised: f64,
    /// Mean absolute error of the slice index, of ten equal slices.
    pub sdm_normalised: f64,
    /// Root of `gdm_normalised`.
    pub rms_rank_error_fraction: f64,
    /// Share of the nodes that are in the wrong one of ten equal slices.
    pub wrong_decile_fraction: f64,
    /// Share of the nodes whose tenth differs from that at the previous row.
    pub slice_changes_fraction: f64,
}

/// A row of `apps`: what an application holds after a cycle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AppRow {
    /// Cycles completed.
    pub cycle: u32,
    /// Name of the application.
    pub app: String,
    /// Nodes asked for.
    pub asked_count: u64,
    /// Nodes held.
    pub held_count: u64,
    /// Nodes held that a central sort would assign.
    pub correct_count: u64,
    /// Nodes held that it would not.
    pub wrong_count: u64,
    /// Nodes that joined it since the previous row; the three counts after it say why.
    pub joins_count: u64,
    /// Those that had just come to the cloud.
    pub joins_churn_count: u64,
    /// Those whose idea of their rank, or whose attributes, had changed.
    pub joins_rank_count: u64,
    /// Those that had just taken another version of the suite.
    pub joins_suite_count: u64,
    /// Nodes that left it since the previous row; the three counts after it say why.
    pub leaves_count: u64,
    /// Those that left the cloud, or died.
    pub leaves_churn_count: u64,
    /// Those whose idea of their rank, or whose attributes, had changed.
    pub leaves_rank_count: u64,
    /// Those that had just taken another version of the suite.
    pub leaves_suite_count: u64,
    /// Constraints of the application that are broken.
    pub broken_constraints_count: u64,
    /// Nodes whose attribute equals the value at this application's border; 0 for a random one.
    pub border_ties_count: u64,
    /// Mean of each attribute of the fleet over the nodes held; `None` while none is held.
    pub mean_attributes: Vec<Option<f64>>,
}

/// A row of `suites`: a version of the suite after a cycle.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SuiteRow {
    /// Cycles completed.
    pub cycle: u32,
    /// The version. A row for each that has entered the cloud by then, good or bad.
    pub version: u64,
    /// Share of the live nodes that hold it, 0..=1; of a bad one, of those that push it.
    pub holders_fraction: f64,
    /// Share of the live nodes that decide by it where they belong, 0..=1.
    pub acting_fraction: f64,
    /// Descriptions of it that nodes dropped since the previous row because they are no suite.
    pub rejected_malformed_count: u64,
    /// … because no trusted key signed them.
    pub rejected_forged_count: u64,
    /// … because they, or the certificate of their key, had expired.
    pub rejected_expired_count: u64,
    /// … because the node held as new a version.
    pub rejected_replayed_count: u64,
    /// … because their key may not change what they change.
    pub rejected_out_of_scope_count: u64,
    /// Bytes of the descriptions of it that were sent since the previous row.
    pub payload_bytes: u64,
}

/// A row of `breaches`: a time in which a constraint of an application was broken.
#[derive(Clone, Debug, PartialEq)]
pub struct BreachRow {
    /// Name of the application.
    pub app: String,
    /// The constraint: `min_nodes`, or `min_mean` with the name of the attribute after a blank.
    pub constraint: String,
    /// What the constraint asks for.
    pub limit: f64,
    /// The first cycle after which it was broken.
    pub first_cycle: u32,
    /// The last one.
    pub last_cycle: u32,
    /// How many cycles that is.
    pub cycles_count: u32,
    /// The cycle after which it was broken most.
    pub worst_cycle: u32,
    /// What there was then instead of `limit`; `None` where no node was held.
    pub worst_value: Option<f64>,
    /// Whether it ended before the run did.
    pub has_ended: bool,
}

/// A row of `aggregates`: the estimates under way after a cycle, of the nodes that take part in the newest epoch, and the results
/// that nodes hold from the last one that they finished.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateRow {
    /// Cycles completed.
    pub cycle: u32,
    /// Name of the aggregate.
    pub aggregate: String,
    /// Its function, as the scenario names it.
    pub function: String,
    /// Number of the newest epoch that has begun, from 0.
    pub epoch: u32,
    /// Nodes that take part in it and have an estimate: of a count, those that an instance has reached.
    pub participants_count: u64,
    /// What every node should find now.
    pub true_value: f64,
    /// Mean of the estimates.
    pub mean: f64,
    /// Variance of the estimates over the nodes.
    pub variance: f64,
    /// Smallest estimate.
    pub min: f64,
    /// Largest estimate.
    pub max: f64,
    /// Root mean square error of the estimates / |true value|; `None` if the true value is 0.
    pub relative_error: Option<f64>,
    /// Nodes that hold a result.
    pub held_count: u64,
    /// Mean of the results held; `None` if nobody holds one.
    pub held_mean: Option<f64>,
    /// Their root mean square error / |true value|; `None` if nobody holds one or the true value is 0.
    pub held_relative_error: Option<f64>,
}

/// A row of `epochs`: what the nodes that finished an epoch of an aggregate found in it.
#[derive(Clone, Debug, PartialEq)]
pub struct EpochRow {
    /// Name of the aggregate.
    pub aggregate: String,
    /// Its function, as the scenario names it.
    pub function: String,
    /// Number of the epoch, from 0.
    pub epoch: u32,
    /// The first cycle in which a node took part.
    pub first_cycle: u32,
    /// The cycle after which the last node had its result.
    pub last_cycle: u32,
    /// What every node should find: the true value when the epoch began.
    pub true_value: f64,
    /// The true value after `last_cycle`.
    pub true_value_at_end: f64,
    /// Nodes that found a result.
    pub results_count: u64,
    /// Nodes that took part to the end and found none, since no leader had offered itself or none of its instances came to them.
    pub without_result_count: u64,
    /// Mean of the results; `None` if there is none, as for what follows.
    pub mean: Option<f64>,
    /// Standard deviation of the results over the nodes.
    pub sd: Option<f64>,
    /// The smallest result.
    pub min: Option<f64>,
    /// The largest result.
    pub max: Option<f64>,
    /// Root mean square error of the results / |true value|; `None` too if the true value is 0.
    pub relative_error: Option<f64>,
    /// The largest error of a node / |true value|; `None` too if the true value is 0.
    pub worst_relative_error: Option<f64>,
}

/// A row of `rules`: nodes of an application changed the suite by a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRow {
    /// The cycle after which they did.
    pub cycle: u32,
    /// Name of the application.
    pub app: String,
    /// Name of the rule.
    pub rule: String,
    /// The condition that held of their estimates, as it is written.
    pub condition: String,
    /// What they found, of each aggregate that the condition compares: its name, `=` and the mean over these nodes, joined by `, `.
    pub cause: String,
    /// What they changed, in a few words.
    pub action: String,
    /// How many they were.
    pub nodes_count: u64,
    /// The version of the suite that they held.
    pub base_version: u64,
    /// The version that they made.
    pub version: u64,
    /// What other nodes do with it: `taken`, or why they drop it.
    pub verdict: String,
}

/// A row of `overlay`: the graph of the live nodes' views after a cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct OverlayRow {
    /// Cycles completed.
    pub cycle: u32,
    /// The peer sampling protocol, as the scenario names it.
    pub protocol: String,
    /// Views that hold a live node: the mean over the live nodes.
    pub in_degree_mean: f64,
    /// Their standard deviation.
    pub in_degree_sd: f64,
    /// The least of any node.
    pub in_degree_min: f64,
    /// The most of any node.
    pub in_degree_max: f64,
    /// Entries of live nodes' views that are dead.
    pub dead_links_count: u64,
    /// Their mean over the live nodes.
    pub dead_links_mean: f64,
    /// Entries of live nodes' views.
    pub entries_count: u64,
    /// Mean age of those entries. Newscast and Cyclon count cycles, the generic framework the exchanges of the nodes that held an
    /// entry, about two a cycle. Ages stop at 200: an entry of that age is as old or older.
    pub age_mean: f64,
    /// The least age that half of the entries do not exceed.
    pub age_p50: f64,
    /// The least age that 90 % do not exceed.
    pub age_p90: f64,
    /// The least age that 99 % do not exceed.
    pub age_p99: f64,
    /// The highest age.
    pub age_max: f64,
    /// Mean clustering coefficient of the sample: the share of the pairs of a node's neighbours that are neighbours.
    pub clustering_coefficient: f64,
    /// Nodes of the sample with two neighbours or more.
    pub clustering_sample_count: u64,
    /// Mean distance from the sampled sources to the nodes that they reach, edges taken without direction; `NaN` without sources, or
    /// where paths are too long to follow.
    pub path_length_mean: f64,
    /// Sources of those paths.
    pub path_sample_count: u64,
    /// Weakly connected components of the live nodes.
    pub components_count: u64,
    /// Share of the live nodes in the largest of them.
    pub largest_component_fraction: f64,
}

/// A row of `degrees`: how many nodes have an in-degree after a cycle at which the overlay is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DegreeRow {
    /// Cycles completed.
    pub cycle: u32,
    /// Live nodes' views that hold such a node. Only in-degrees that occur have a row.
    pub in_degree: u32,
    /// Live nodes that have it, at least one.
    pub nodes_count: u64,
}

/// A row of `attributes`: a quantile of an attribute over the live nodes before the first cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeRow {
    /// Name of the attribute.
    pub attribute: String,
    /// The share of the nodes that have at most `value`, 0 for the least value and 1 for the highest.
    pub fraction: f64,
    /// The value.
    pub value: f64,
    /// Nodes that were looked at: all, or an even sample of a large cloud.
    pub sample_count: u64,
}

/// A batch of rows of `nodes`: a snapshot, as columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeRows {
    /// Cycles completed.
    pub cycle: u32,
    /// Index of each node, ascending.
    pub node_ids: Vec<u32>,
    /// Whether it is alive.
    pub alive: Vec<bool>,
    /// Index of its application in the suite; `None` if it belongs to none.
    pub apps: Vec<Option<u32>>,
    /// Its own estimate of its normalised rank in the first gradient; `None` without a gradient.
    pub rank_fractions: Option<Vec<f64>>,
    /// Values of each attribute of the fleet.
    pub attributes: Vec<Vec<f32>>,
}

/// A row of `events`.
#[derive(Clone, Debug, PartialEq)]
pub struct EventRow {
    /// The cycle at whose start it happened.
    pub cycle: u32,
    /// What happened: `crash`, `leave`, `outage`, `join`, `scale`, or after a blank `suite` with the version that entered and `rule`
    /// with the name of the one by which nodes made a version.
    pub event: String,
    /// Nodes concerned.
    pub nodes_count: u64,
}

/// A row of `runs`: which point of a sweep a run is, and what came out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRow {
    /// Number of the point in the sweep, from 0: a setting and a replicate of it.
    pub point: u32,
    /// Number of the setting, from 0: points of one setting differ in their seed alone.
    pub setting: u32,
    /// Number of the replicate, from 0; those of the same number have the same seed in every setting.
    pub replicate: u32,
    /// Nodes before the first cycle.
    pub nodes_count: u64,
    /// Cycles.
    pub cycles_count: u32,
    /// Name of the scenario.
    pub scenario_name: String,
    /// Hash of the scenario as run.
    pub scenario_hash: String,
    /// Digest of the state after the last cycle.
    pub state_digest: String,
}

/// A row of `params`: what a sweep sets at a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParamRow {
    /// Number of the point in the sweep, from 0.
    pub point: u32,
    /// Number of the setting, from 0.
    pub setting: u32,
    /// Key of the scenario, as `--set` spells it.
    pub key: String,
    /// Its value: a text as it is, anything else in TOML.
    pub value: String,
    /// The value, if it is a number.
    pub number: Option<f64>,
}
