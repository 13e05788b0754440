//! A scenario as it is written: the serde types from which the reader and the JSON schema both follow.
//!
//! Nothing is checked here but names and types. Documentation comments become the descriptions of the schema. Keys that
//! the design names and this version lacks are not here but in [`super::later`].

mod adversaries;
mod aggregate;
mod churn;
mod clouds;
mod distribution;
mod monitor;
mod own;
mod subcloud;
mod topology;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use crate::suite::raw::Suite;
pub(super) use crate::written::{At, Moment, Named, Number, Whole};
pub(super) use adversaries::{Adversaries, Files, Push};
pub(super) use aggregate::Aggregate;
pub(super) use churn::{Comings, Event, Group, Join, Lengths, Outage, Preset, Replay, ReplayStart, Said, Scale, said};
pub(super) use clouds::{Cloud, Merge, Split};
pub(super) use distribution::{Distribution, Normal, Shapes};
pub(super) use monitor::Monitor;
pub(super) use own::OwnProtocol;
pub(super) use subcloud::{Contacts, Subcloud, Uplink};
pub(super) use topology::{Lookups, Registry, Topology};

use super::{
    Availability, Decimal, Introducer, OnDead, OnLeave, Pairing, Peer, Propagation, Resample, Rounds, SamplingProtocol,
    SlicingProtocol, Start, Wiring,
};

/// A scenario: a fleet of nodes, the gossip protocols they run, the applications that ask for nodes, and what is
/// observed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Scenario {
    /// Size, length and seed of the run.
    pub run: Run,
    /// Who the nodes are: either `file` with `attributes`, or one or more `[[fleet.class]]`.
    pub fleet: At<Fleet>,
    /// Which clouds there are, if they are several: the first has all nodes that no other one has.
    #[serde(default)]
    pub cloud: Vec<At<Cloud>>,
    /// How nodes meet.
    pub sampling: Option<Sampling>,
    /// What the network loses.
    pub network: Option<Network>,
    /// How nodes learn their rank.
    pub slicing: Option<Slicing>,
    /// How nodes tell each other the suite, where they keep no views.
    pub spreading: Option<At<Spreading>>,
    /// What is aggregated over all nodes.
    #[serde(default)]
    pub aggregate: Vec<At<Aggregate>>,
    /// Which application asks for which nodes.
    pub suite: Option<Suite>,
    /// What every application gets inside.
    pub subcloud: Option<At<Subcloud>>,
    /// The topology that all nodes build.
    pub topology: Option<At<Topology>>,
    /// Requests that go through it.
    pub lookups: Option<At<Lookups>>,
    /// Values that nodes hold, found through it.
    pub registry: Option<At<Registry>>,
    /// Protocols of one's own that run among members.
    #[serde(default)]
    pub protocol: Vec<At<OwnProtocol>>,
    /// Who stands against the suite.
    pub adversaries: Option<At<Adversaries>>,
    /// With which key nodes sign what rules of the suite make.
    pub monitor: Option<At<Monitor>>,
    /// What is observed.
    pub trace: Option<Trace>,
    /// What happens to the cloud.
    #[serde(default)]
    pub event: Vec<At<Event>>,
}

/// Size, length and seed of a run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Run {
    /// Number of nodes.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub nodes: At<Whole>,
    /// Number of gossip cycles.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 40))]
    pub cycles: Option<At<Whole>>,
    /// The seed of every random number: the same scenario and seed give the same result.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64), extend("default" = 1))]
    pub seed: Option<At<Whole>>,
    /// Length of a gossip cycle in seconds.
    #[schemars(extend("exclusiveMinimum" = 0, "default" = 10.0))]
    pub cycle_seconds: Option<At<Number>>,
    /// When the first cycle starts; needed where a suite is good until a moment.
    pub starts_at: Option<At<Moment>>,
}

/// Who the nodes are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Fleet {
    /// An inventory as text (csv) or Parquet: a row is a node. A relative path starts at the folder of the scenario;
    /// `$SUBCLOUD_DATA/` stands for the folder of that environment variable.
    ///
    /// It may be a folder, as Spark writes it, or a pattern such as `parts/*.parquet` or `parts/**/*.csv`: the rows of
    /// the files follow each other in the order of their paths. Each file has all columns; in csv, each has a header.
    /// Names that begin with `_` or `.` are left out. A folder named `day=2010-01-01` inside gives its rows a column
    /// `day`. In a pattern `*` and `?` stand for letters of one name, `[a-c]` for one of these letters, and `**` for
    /// any folders; a file whose name is written just so is that file.
    ///
    /// A file is known by its first bytes, whatever its name. Text may be compressed with gzip, zstd or zip, and be in
    /// UTF-8 or UTF-16; its cells may be set apart by commas, semicolons, tabs, bars or what a first line `sep=` names.
    /// Parquet may be compressed with Snappy, Gzip, Brotli, LZ4 or Zstd.
    pub file: Option<At<String>>,
    /// With `file`: which column of the inventory each attribute is read from.
    pub attributes: Option<At<Named<FromFile>>>,
    /// Classes of nodes, mixed by share.
    pub class: Option<Vec<Class>>,
    /// With `file`: how the nodes come and go. Classes say it themselves.
    pub churn: Option<At<Comings>>,
    /// A trace of sessions by which nodes come and go.
    pub replay: Option<At<Replay>>,
    /// With `file` or `replay`: how often each row of the file, or each host of the trace, is in the cloud. Where nodes
    /// come to free places later on, their rows are drawn with replacement.
    #[schemars(extend("default" = "exact"))]
    pub resample: Option<At<Resample>>,
    /// With `file`: the decimal sign of numbers in text; by default it is found out.
    pub decimal: Option<At<Decimal>>,
}

/// Which column of an inventory an attribute is read from; or, with `from`, how a node comes by its availability.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FromFile {
    /// Name of the column in the file; `device.disk_gb` is the member `disk_gb` of the struct `device` in Parquet.
    ///
    /// In Parquet a column may be of any numeric type, categories of one, or text that holds numbers. True is 1, and
    /// false 0. Dates and timestamps are seconds since 1970 in UTC, as which those without a zone are taken; times of
    /// day are seconds since midnight, and lengths of time seconds.
    pub column: Option<At<String>>,
    /// The attribute is the node's availability: from its sessions in the long run, or from its own past.
    pub from: Option<At<Availability>>,
    /// Factor from the file's unit to the attribute's: a value is (cell - offset) · scale.
    #[schemars(extend("default" = 1.0))]
    pub scale: Option<At<Number>>,
    /// The number from which the values count, in the file's unit, as in `{ column = "born", offset = 1_262_304_000 }`.
    /// Values are kept as floats of 32 bits, which have seven digits: those that differ after these need an offset.
    #[schemars(extend("default" = 0.0))]
    pub offset: Option<At<Number>>,
    /// Values that a float of 32 bits does not tell apart may be the same.
    #[schemars(extend("default" = false))]
    pub rounded: Option<At<bool>>,
}

/// A class of nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Class {
    /// Its name.
    pub name: At<String>,
    /// Its share of the cloud, by which each node is drawn; the shares of all classes sum to 1.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many nodes it has, instead of a share: those with the least numbers. The shares of the other classes are
    /// then of the other nodes.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// The distribution of each attribute; every class has the same attributes. `{ from = "sessions" }` and `{ from =
    /// "past" }` make it the node's availability.
    pub attributes: At<Named<Distribution>>,
    /// How such nodes come and go in the world; single keys may be given beside it.
    pub preset: Option<At<Preset>>,
    /// How long nodes are up at a time.
    pub up: Option<At<Lengths>>,
    /// How long they are down at a time.
    pub down: Option<At<Lengths>>,
    /// The share of the class that is up at 0, 1, … 23 o'clock: 24 shares, with straight lines between.
    #[schemars(length(min = 24, max = 24))]
    pub diurnal: Option<At<Vec<At<Number>>>>,
    /// With `diurnal`: hours by which the nodes' clocks are ahead of the run's, which starts at midnight.
    #[schemars(extend("default" = 0.0))]
    pub time_zone: Option<At<Distribution>>,
    /// How long nodes take part from their arrival until they depart for ever.
    pub lifetime: Option<At<Lengths>>,
    /// How long the place of a departed node is free until a new node takes it; by default none is.
    pub vacancy: Option<At<Lengths>>,
    /// The share of the class that is there at the start; the others are free places.
    #[schemars(range(min = 0, max = 1), extend("default" = 1.0))]
    pub present: Option<At<Number>>,
}

/// How nodes meet.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sampling {
    /// The peer sampling protocol.
    #[schemars(extend("default" = "oracle"))]
    pub protocol: Option<At<SamplingProtocol>>,
    /// Number of peers a node sees at a time.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 20))]
    pub view: Option<At<Whole>>,
    /// Who exchanges with whom in an aggregation cycle.
    #[schemars(extend("default" = "ordered"))]
    pub pairing: Option<At<Pairing>>,
    /// What views hold before the first cycle.
    #[schemars(extend("default" = "random"))]
    pub start: Option<At<Start>>,
    /// What a node does when a partner is dead: it tries others of its view, or loses its turn.
    #[schemars(extend("default" = "retry"))]
    pub on_dead: Option<At<OnDead>>,
    /// Whom a node of the generic framework meets: a random entry of its view, the oldest, or the youngest.
    #[schemars(extend("default" = "rand"))]
    pub peer: Option<At<Peer>>,
    /// Who sends in the generic framework.
    #[schemars(extend("default" = "pushpull"))]
    pub propagation: Option<At<Propagation>>,
    /// Oldest entries that the generic framework drops first: H of the papers, at most half a view.
    #[schemars(range(min = 0, max = 64), extend("default" = 0))]
    pub healing: Option<At<Whole>>,
    /// Entries just sent that the generic framework drops next: S of the papers; with H at most half a view.
    #[schemars(range(min = 0, max = 64), extend("default" = 0))]
    pub swapping: Option<At<Whole>>,
    /// Entries of a Cyclon exchange, by default half a view.
    #[schemars(range(min = 1, max = 128))]
    pub shuffle: Option<At<Whole>>,
    /// Live nodes that a node knows when it comes.
    #[schemars(range(min = 1, max = 128), extend("default" = 3))]
    pub contacts: Option<At<Whole>>,
    /// Whom a node knows when it comes: random live nodes, or the first live node alone, as where a cloud grows from
    /// one.
    #[schemars(extend("default" = "random"))]
    pub introducer: Option<At<Introducer>>,
    /// With `protocol = "static"`: the graph along which nodes meet.
    pub graph: Option<At<Wiring>>,
    /// With `protocol = "static"`: a file with the links of the graph.
    pub edges: Option<At<Edges>>,
    /// Links of a node in a graph that stays as it is: those that it has in `k-out`, else their mean over nodes, which
    /// is even.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 20))]
    pub degree: Option<At<Whole>>,
    /// Whether each link of `k-out` and of a file leads both ways, as those of other graphs do.
    #[schemars(extend("default" = false))]
    pub undirected: Option<At<bool>>,
    /// With `graph = "watts-strogatz"`: the probability that a link leads to a random node.
    #[schemars(range(min = 0, max = 1))]
    pub rewiring: Option<At<Number>>,
    /// With `protocol = "static"`: what becomes of the links to those who leave.
    #[schemars(extend("default" = "hole"))]
    pub on_leave: Option<At<OnLeave>>,
}

/// A file with the links of a graph, as text (csv) or Parquet: a row is a link.
///
/// Ids of nodes may be numbers or names. If all are whole numbers below `run.nodes`, they are the numbers of nodes;
/// else nodes are numbered in the order of ids: by value if all are whole numbers, else as text. Nodes beyond have no
/// links.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Edges {
    /// The file, or a folder or a pattern as in `fleet.file`.
    pub file: At<String>,
    /// The column of the node from which a link leads.
    #[schemars(extend("default" = "from"))]
    pub from: Option<At<String>>,
    /// The column of the node to which it leads.
    #[schemars(extend("default" = "to"))]
    pub to: Option<At<String>>,
}

/// What the network loses.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Network {
    /// Probability that a request is lost: nothing happens.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.0))]
    pub request_loss: Option<At<Number>>,
    /// Probability that the link between two nodes fails for an exchange: neither updates. It is another name of
    /// `request_loss`, after the symmetric link failure of Jelasity, Montresor and Babaoglu (TOCS 2005).
    #[schemars(range(min = 0, max = 1), extend("default" = 0.0))]
    pub link_failure: Option<At<Number>>,
    /// Probability that a reply is lost: the partner has updated, the initiator has not.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.0))]
    pub reply_loss: Option<At<Number>>,
}

/// How nodes learn their rank.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Slicing {
    /// The slicing protocol.
    #[schemars(extend("default" = "ordered"))]
    pub protocol: Option<At<SlicingProtocol>>,
    /// With `ordered` and `ordered-max-gain`: the most peers at which a node looks in a cycle; by default all that it
    /// sees, which are as many as `sampling.view`.
    #[schemars(range(min = 1, max = 128))]
    pub candidates: Option<At<Whole>>,
    /// With `ranking`: comparisons that a node remembers, a multiple of 64; 0 stands for all. It takes an eighth of a
    /// byte each.
    #[schemars(range(min = 0, max = 16384), extend("default" = 1024))]
    pub window: Option<At<Whole>>,
    /// With `quantile`: points at which a node knows the distribution.
    #[schemars(range(min = 2, max = 128), extend("default" = 50))]
    pub points: Option<At<Whole>>,
    /// With `quantile`: cycles of an epoch; by default as many as a relative error of 0.001 needs. It needs `pairing =
    /// "ordered"`.
    #[schemars(range(min = 1, max = 60_000))]
    pub epoch_cycles: Option<At<Whole>>,
    /// Equal slices by which order is measured: the share of nodes in the wrong one, and by how many they are off.
    #[schemars(range(min = 2, max = 256), extend("default" = 10))]
    pub slices: Option<At<Whole>>,
    /// A node keeps its application until its rank is off by more than this fraction of the nodes in the gradient; 0
    /// for never.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 0.5, "default" = 0.0))]
    pub steadiness: Option<At<Number>>,
}

/// How nodes tell each other the suite, with `sampling.protocol = "oracle"` or `"static"`; where nodes keep views, the
/// suite rides along with peer sampling.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Spreading {
    /// Who tells the other the version that it holds: the node that starts an exchange, the one that is asked, or
    /// both.
    #[schemars(extend("default" = "pushpull"))]
    pub propagation: Option<Propagation>,
    /// Whether nodes tell what they hold when an exchange comes, or, as textbooks count rounds, what they held when the
    /// cycle began.
    #[schemars(extend("default" = "in-place"))]
    pub rounds: Option<Rounds>,
}

/// What is observed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Trace {
    /// Every how many cycles a row is written; the first and the last state always are.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 1))]
    pub every: Option<At<Whole>>,
    /// Snapshots of single nodes.
    pub nodes: Option<Panel>,
    /// Whom nodes know, one by one: entries of views, or neighbours in a graph that stays as it is, of the cloud and of
    /// each application with an overlay of its own.
    pub edges: Option<At<Export>>,
    /// How the overlay of views is measured.
    pub overlay: Option<At<Overlay>>,
    /// How topologies are measured.
    pub topology: Option<At<Judged>>,
}

/// How topologies are measured.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Judged {
    /// Members whose links and entries are compared with those that there are to be: all of fewer.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 1_000_000))]
    pub sample: At<Whole>,
}

/// How the overlay of views is measured.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Overlay {
    /// Every how many cycles; the first and the last state always are.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 10))]
    pub every: Option<At<Whole>>,
    /// Nodes at which the clustering coefficient is measured.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 1000))]
    pub sample: Option<At<Whole>>,
    /// Nodes from which path lengths are measured; 0 for none. If it is not given, 64 in a cloud of up to 100,000
    /// nodes, fewer in a larger one, down to 8.
    #[schemars(range(min = 0, max = 1024))]
    pub paths: Option<At<Whole>>,
}

/// Snapshots of single nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Panel {
    /// The cycles after which a snapshot is taken; 0 is the state before the first cycle.
    #[schemars(length(min = 1))]
    pub cycles: At<Vec<At<Whole>>>,
    /// Which nodes: the size of a fixed random panel, or "all".
    #[schemars(extend("default" = 10_000))]
    pub sample: Option<At<Sample>>,
}

/// Whom nodes know, one by one.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    /// Every how many cycles; the first and the last state always are.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 10))]
    pub every: Option<At<Whole>>,
    /// Of which nodes: the size of a fixed random panel, or "all". It is the panel of `nodes`, if that has as many.
    #[schemars(extend("default" = 10_000))]
    pub sample: Option<At<Sample>>,
}

/// The size of a fixed random panel, or "all".
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(super) enum Sample {
    /// The size of the panel.
    Count(#[schemars(range(min = 1))] Whole),
    /// Every node: "all".
    All(#[schemars(with = "AllNodes")] AllNodes),
}

/// Every node.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum AllNodes {
    /// Every node.
    All,
}
