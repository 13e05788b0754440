//! A scenario: what is to be evaluated.
//!
//! The types here are the checked form: every name is resolved to an index, every number is in its range.

mod accuracy;
mod aggregate;
mod canonical;
mod check;
mod choices;
mod churn;
mod clouds;
mod doubt;
mod files;
mod fleet;
mod fork;
pub(crate) mod later;
mod launch;
mod own;
mod presets;
mod raw;
mod resize;
mod sampling;
mod schema;
mod slicing;
mod spreading;
mod subcloud;
mod topology;
mod trace;

use std::path::Path;

use crate::error::Error;
use crate::suite::Version;
use crate::written::{Document, read_text};

pub use aggregate::{Aggregate, Counting, Epochs, Function, Interpolation};
pub use churn::{
    Availability, BeforeFirst, Churn, Event, EventKind, Group, HOURS, Lengths, Merge, Order, Replay, ReplayUnit,
    Rhythm, Scale, Sessions, Size, Split, TimeUnit, Turnover,
};
pub use clouds::{Cloud, CloudMembers};
pub use doubt::Doubt;
pub use files::{Decimal, Resample};
pub use fleet::{Class, Fleet, Inventory, InventoryColumn, Source};
pub use fork::Fork;
pub use launch::{Adversaries, Monitor, Push, Pushed, Trust};
pub use own::{Keys, OwnProtocol, Reader, know_protocol};
pub use sampling::{
    Edges, Introducer, OnDead, OnLeave, Pairing, Peer, Propagation, Sampling, SamplingProtocol, Start, StaticGraph,
    Wiring,
};
pub use schema::json_schema;
pub use slicing::{Slicing, SlicingProtocol};
pub use spreading::{Rounds, Spreading};
pub use subcloud::{Contacts, ContactsProtocol, Opening, Rate, Release, Subcloud, Uplink};
pub use topology::{Asker, Digits, Far, Lookups, Registry, Routing, Topology, TopologyProtocol};
pub use trace::{Export, Overlay, Panel, Sample, Trace};

/// Reads and checks a scenario file.
///
/// `overrides` are keys with their values as the command line gives them: `("suite.app.0.share", "0.2")`, or by the
/// name of an item, `("suite.app.chat.share", "0.2")`. A value is read as TOML, and as a string if it is none.
///
/// # Errors
///
/// The first thing that is wrong in the file or in an override, with its place and remedy.
pub fn read(path: &Path, overrides: &[(String, String)]) -> Result<Scenario, Error> {
    parse(path, &read_text(path, "scenario")?, overrides)
}

/// Checks the text of a scenario file, as [`read`] does; `path` is what errors call it, and where its files are looked
/// for.
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
    /// All clouds that there ever are, where they are several: none where all nodes are one cloud for ever. A node that
    /// belongs to several from the beginning belongs to the first of them but for the very first, which has the others.
    pub clouds: Vec<Cloud>,
    /// How nodes meet.
    pub sampling: Sampling,
    /// What the network loses.
    pub network: Network,
    /// How nodes learn their rank.
    pub slicing: Slicing,
    /// How nodes tell each other the suite, where they keep no views.
    pub spreading: Spreading,
    /// What is aggregated, in the order of the file.
    pub aggregates: Vec<Aggregate>,
    /// The version of the suite with which the run begins, which the owner has signed where one is trusted; without
    /// applications if there is none.
    pub first: Version,
    /// Whose further versions nodes take; `None` for anybody's.
    pub trust: Option<Trust>,
    /// Further versions, in the order of the events that bring them in.
    pub launches: Vec<Version>,
    /// What every application gets inside; `None` where an application is no more than a set of nodes.
    pub subcloud: Option<Subcloud>,
    /// The topology of the whole cloud, if it builds one.
    pub topology: Option<Topology>,
    /// Requests that go through the topology of the whole cloud.
    pub lookups: Option<Lookups>,
    /// Values that nodes hold, found through that topology.
    pub registry: Option<Registry>,
    /// Protocols of one's own, in the order of the file.
    pub protocols: Vec<OwnProtocol>,
    /// Who pushes bad versions, if anybody does.
    pub adversaries: Option<Adversaries>,
    /// With which key nodes sign the versions that rules of the suite make; `None` if they do not.
    pub monitor: Option<Monitor>,
    /// What is observed.
    pub trace: Trace,
    /// What happens to the cloud, ordered by cycle (then by place in the file).
    pub events: Vec<Event>,
    /// The state of another run with which the run begins; `None` for a cloud that is born. No key of a file says this.
    pub fork: Option<Fork>,
}

impl Scenario {
    /// The aggregate by which nodes know how many they are: the first count of all live nodes.
    #[must_use]
    pub fn counter(&self) -> Option<usize> {
        let counts_all = |aggregate: &Aggregate| aggregate.function == Function::Count && aggregate.app.is_none();
        self.aggregates.iter().position(counts_all)
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

/// What the network loses.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Probability that a request is lost, 0..=1.
    pub request_loss: f64,
    /// Probability that a reply is lost, 0..=1.
    pub reply_loss: f64,
}
