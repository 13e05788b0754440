//! A scenario: what is to be evaluated.
//!
//! The types here are the checked form: every name is resolved to an index, every number is in its range.

mod accuracy;
mod aggregate;
mod canonical;
mod check;
mod churn;
pub(crate) mod later;
mod launch;
mod names;
mod presets;
mod raw;
mod resize;
mod schema;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::Error;
use crate::fleet::Distribution;
use crate::suite::Suite;
use crate::written::{Document, read_text};

pub use aggregate::{Aggregate, Counting, Epochs, Function, Interpolation};
pub use churn::{
    Availability, Churn, Event, EventKind, Group, HOURS, Lengths, Order, Replay, Rhythm, Scale, Sessions, Size,
    TimeUnit, Turnover,
};
pub use launch::{Adversaries, Launch, Monitor, Push, Trust};
pub use schema::json_schema;

/// Reads and checks a scenario file.
///
/// `overrides` are keys with their values as the command line gives them: `("suite.app.0.share", "0.2")`, or by the name of
/// an item, `("suite.app.chat.share", "0.2")`. A value is read as TOML, and as a string if it is none.
///
/// # Errors
///
/// The first thing that is wrong in the file or in an override, with its place and remedy.
pub fn read(path: &Path, overrides: &[(String, String)]) -> Result<Scenario, Error> {
    parse(path, &read_text(path, "scenario")?, overrides)
}

/// Checks the text of a scenario file, as [`read`] does; `path` is what errors call it, and where its files are looked for.
pub(crate) fn parse(path: &Path, text: &str, overrides: &[(String, String)]) -> Result<Scenario, Error> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    check::scenario(name, &Document::parse(path, text, overrides)?)
}

/// A checked scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// The name: the scenario's file name without its extension.
    pub name: String,
    /// Size, length and seed of the run.
    pub run: Run,
    /// Who the nodes are.
    pub fleet: Fleet,
    /// How nodes meet.
    pub sampling: Sampling,
    /// What the network loses.
    pub network: Network,
    /// How nodes learn their rank.
    pub slicing: Slicing,
    /// What is aggregated, in the order of the file.
    pub aggregates: Vec<Aggregate>,
    /// Which application asks for which nodes when the run begins.
    pub suite: Suite,
    /// Bytes of the description of that suite, which the owner signed where one is trusted.
    pub suite_bytes: u64,
    /// Whose further versions nodes take; `None` for anybody's.
    pub suite_trust: Option<Trust>,
    /// From this cycle on nodes no longer take that suite from others; `None` for never.
    pub suite_expires_cycle: Option<u32>,
    /// Further versions, in the order of the events that bring them in.
    pub launches: Vec<Launch>,
    /// Who pushes bad versions, if anybody does.
    pub adversaries: Option<Adversaries>,
    /// With which key nodes sign the versions that rules of the suite make; `None` if they do not.
    pub monitor: Option<Monitor>,
    /// What is observed.
    pub trace: Trace,
    /// What happens to the cloud, ordered by cycle (then by place in the file).
    pub events: Vec<Event>,
}

impl Scenario {
    /// The aggregate by which nodes know how many they are: the first count of all live nodes.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        let is_size = |aggregate: &Aggregate| aggregate.function == Function::Count && aggregate.app.is_none();
        self.aggregates.iter().position(is_size)
    }
}

/// Size, length and seed of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Number of nodes, at least 1.
    pub nodes: u32,
    /// Number of cycles.
    pub cycles: u32,
    /// The seed of every random number, below 2^63.
    pub seed: u64,
    /// Length of a gossip period in seconds.
    pub cycle_seconds: f64,
    /// When the first cycle starts, in seconds since 1970-01-01T00:00:00Z; `None` if it does not matter.
    pub starts_at: Option<i64>,
}

/// Who the nodes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Fleet {
    /// Names of the attributes; other types refer to them by their index here.
    pub attributes: Vec<String>,
    /// Where their values come from.
    pub source: Source,
    /// Attributes that are availabilities, by their index, and how nodes come by them: these are not drawn.
    pub availabilities: Vec<(usize, Availability)>,
    /// How nodes that are rows of a file come and go.
    pub churn: Churn,
    /// The trace by which nodes come and go, if they do not by their class.
    pub replay: Option<Replay>,
}

impl Fleet {
    /// How nodes come by an attribute, if it is an availability.
    #[must_use]
    pub fn availability(&self, attribute: usize) -> Option<Availability> {
        self.availabilities.iter().find(|(index, _)| *index == attribute).map(|&(_, by)| by)
    }

    /// The classes; none if nodes are rows of a file.
    #[must_use]
    pub fn classes(&self) -> &[Class] {
        match &self.source {
            Source::Classes(classes) => classes,
            Source::File(_) => &[],
        }
    }

    /// How the nodes of each class come and go, or all that are rows of a file.
    pub fn comings(&self) -> impl Iterator<Item = &Churn> {
        let of_file = matches!(self.source, Source::File(_)).then_some(&self.churn);
        of_file.into_iter().chain(self.classes().iter().map(|class| &class.churn))
    }

    /// Whether nodes come and go by themselves.
    #[must_use]
    pub fn churns(&self) -> bool {
        self.replay.is_some() || self.comings().any(|churn| !churn.is_none())
    }
}

/// Where attribute values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Classes of nodes, mixed by share.
    Classes(Vec<Class>),
    /// An inventory; its rows are resampled with replacement.
    File(Inventory),
}

/// A class of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Its share of the cloud, 0..=1; the shares of all classes sum to 1.
    pub share: f64,
    /// One distribution per attribute of the fleet; `None` for availabilities.
    pub attributes: Vec<Option<Distribution>>,
    /// How its nodes come and go.
    pub churn: Churn,
}

/// An inventory at rest.
#[derive(Clone, Debug, PartialEq)]
pub struct Inventory {
    /// The file by its absolute path, resolved against the folder of the scenario file; csv, csv.gz or parquet.
    pub path: PathBuf,
    /// One column per attribute of the fleet, but for availabilities.
    pub columns: Vec<InventoryColumn>,
}

/// Which column of an inventory an attribute is read from.
#[derive(Clone, Debug, PartialEq)]
pub struct InventoryColumn {
    /// Name of the column in the file.
    pub column: String,
    /// Factor from the file's unit to the attribute's.
    pub scale: f64,
}

/// How nodes meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// The protocol.
    pub protocol: SamplingProtocol,
    /// Number of peers a node sees at a time: c of the papers.
    pub view: u32,
    /// Who exchanges with whom in an aggregation cycle.
    pub pairing: Pairing,
    /// How the engine lays out the exchanges of aggregation.
    pub partners: Partners,
    /// What views hold before the first cycle.
    pub start: Start,
    /// What a node does when a partner is dead.
    pub on_dead: OnDead,
    /// Whom a node of the generic framework meets.
    pub peer: Peer,
    /// Who sends in the generic framework.
    pub propagation: Propagation,
    /// Oldest entries that the generic framework drops first: H of the papers.
    pub healing: u32,
    /// Entries just sent that it drops next: S of the papers.
    pub swapping: u32,
    /// Entries of a Cyclon exchange.
    pub shuffle: u32,
    /// Live nodes that a node knows when it comes, at most `view`.
    pub contacts: u32,
}

/// The peer sampling protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SamplingProtocol {
    /// A uniform random live node, drawn fresh.
    Oracle,
    /// Both keep the freshest entries of both views.
    Newscast,
    /// A swap of entries with the oldest of the view.
    Cyclon,
    /// The framework with view selection by healing and swapping.
    Generic,
}

impl SamplingProtocol {
    /// Whether nodes keep views.
    #[must_use]
    pub fn has_views(self) -> bool {
        self != Self::Oracle
    }
}

/// What views hold before the first cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// Random live nodes.
    Random,
    /// The nearest nodes on a ring.
    Ring,
    /// The first live node alone, which knows nobody.
    Star,
}

/// What a node does when a partner is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnDead {
    /// It tries others of its view.
    Retry,
    /// It loses its turn.
    Skip,
}

/// Whom a node of the generic framework meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// A random entry of its view.
    Rand,
    /// The oldest.
    Tail,
}

/// Who sends in the generic framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Propagation {
    /// The initiator.
    Push,
    /// Both.
    Pushpull,
}

/// Who exchanges with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pairing {
    /// Each live node starts one exchange a cycle; exchanges are atomic and ordered.
    Ordered,
    /// Two random perfect matchings a cycle.
    Matching,
}

/// How exchanges are laid out: a choice of mechanism, the model is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Partners {
    /// Partners are drawn where they are needed, inside pairs of blocks.
    Drawn,
    /// Partners are written to a list first, and exchanges bucketed by blocks.
    Listed,
}

/// What the network loses.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Probability that a request is lost, 0..=1.
    pub request_loss: f64,
    /// Probability that a reply is lost, 0..=1.
    pub reply_loss: f64,
}

/// How nodes learn their rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Slicing {
    /// The protocol.
    pub protocol: SlicingProtocol,
    /// Comparisons that a node of `ranking` remembers, a multiple of 64; 0 stands for all.
    pub window: u32,
    /// A node keeps its application until its rank is off by more than this, as a fraction of those in the gradient; 0 for never.
    pub steadiness: f64,
    /// Points at which a node of `quantile` knows the distribution, at least 2.
    pub points: u32,
    /// Cycles of an epoch of `quantile`, at least 1.
    pub epoch_cycles: u32,
}

/// The slicing protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SlicingProtocol {
    /// Swap with a random misplaced candidate.
    Ordered,
    /// Swap with the misplaced candidate of the largest gain.
    OrderedMaxGain,
    /// Count those with a smaller attribute among all that a node has seen.
    Ranking,
    /// Look up the own attribute in the distribution, which is aggregated in epochs.
    Quantile,
}

/// What is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Every how many cycles a row is written; cycle 0 and the last cycle always are.
    pub every: u32,
    /// Snapshots of nodes, if asked for.
    pub nodes: Option<Panel>,
    /// How the overlay of views is measured.
    pub overlay: Overlay,
}

/// How the overlay of views is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Every how many cycles; cycle 0 and the last cycle always are.
    pub every: u32,
    /// Nodes at which the clustering coefficient is measured.
    pub sample: u32,
    /// Nodes from which path lengths are measured; 0 for none.
    pub paths: u32,
}

/// Snapshots of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The cycles after which a snapshot is taken, ascending.
    pub cycles: Vec<u32>,
    /// Which nodes.
    pub sample: Sample,
}

/// Which nodes a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Every node.
    All,
    /// A fixed random panel of this size.
    Count(u32),
}
