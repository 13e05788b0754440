//! Topologies, and requests that go through them, as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Number, Whole};
use crate::scenario::{Asker, Far, Routing, TopologyProtocol};

/// A topology that members build from nothing but their random overlay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Topology {
    /// What it is.
    pub protocol: TopologyProtocol,
    /// With `line`: the attribute in whose order members stand.
    pub attribute: Option<At<String>>,
    /// Entries that a member keeps for being near, half of them on either side where there are two: an even number.
    #[schemars(range(min = 2, max = 64), extend("default" = 20))]
    pub near: Option<At<Whole>>,
    /// Entries of a message: an even number; by default as many as `near`.
    #[schemars(range(min = 2, max = 64))]
    pub sent: Option<At<Whole>>,
    /// The best of near among which a member chooses whom it meets; by default half of `near`.
    #[schemars(range(min = 1, max = 64))]
    pub choice: Option<At<Whole>>,
    /// Random members that a member gets in a cycle; by default 10, with `prefix` 30.
    #[schemars(range(min = 1, max = 64))]
    pub samples: Option<At<Whole>>,
    /// On which sides a member keeps entries of those who are far.
    #[schemars(extend("default" = "both"))]
    pub far: Option<At<Far>>,
    /// Entries that are older, in cycles, are dropped.
    #[schemars(range(min = 1, max = 100), extend("default" = 20))]
    pub max_age: Option<At<Whole>>,
    /// A member that has learnt of nobody nearer for so many cycles starts no exchange, but answers; by default all do.
    #[schemars(range(min = 1, max = 200))]
    pub idle: Option<At<Whole>>,
    /// With `prefix`: bits of a digit.
    #[schemars(range(min = 1, max = 8), extend("default" = 4))]
    pub bits: Option<At<Whole>>,
    /// With `prefix`: rows of a table; by default as many digits as tell all nodes apart, and one.
    #[schemars(range(min = 1, max = 32))]
    pub rows: Option<At<Whole>>,
    /// With `prefix`: entries of a slot.
    #[schemars(range(min = 1, max = 64), extend("default" = 3))]
    pub per_slot: Option<At<Whole>>,
    /// Inside applications: room for so many times the members for which they ask. A run that needs more stops.
    #[schemars(range(min = 1), extend("default" = 1.25))]
    pub room: Option<At<Number>>,
}

/// Requests for random keys, each from a random member, after each observed cycle. They change nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Lookups {
    /// How many.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub per_cycle: At<Whole>,
    /// How they find their way; by default as the topology is made for.
    pub routing: Option<At<Routing>>,
    /// Inside applications: who asks.
    #[schemars(extend("default" = "members"))]
    pub asker: Option<At<Asker>>,
}

/// Values that members of a topology hold for random keys. Each is put at the owner of its key and at the members
/// behind it once there are as many members as are to hold it. Who goes or dies takes along what it holds.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Registry {
    /// How many keys.
    #[schemars(range(min = 1, max = 100_000_000))]
    pub keys: At<Whole>,
    /// Members that hold each value.
    #[schemars(range(min = 1, max = 16), extend("default" = 3))]
    pub replicas: Option<At<Whole>>,
    /// Every so many cycles whoever holds a value seeks the owner of its key anew, and puts it there.
    #[schemars(range(min = 1), extend("default" = 10))]
    pub republish: Option<At<Whole>>,
    /// Cycles that pass, once there are as many members as are to hold a value, until the values are put: as many as
    /// the topology takes to be built, and slicing to say who its members are.
    #[schemars(extend("default" = 0))]
    pub after: Option<At<Whole>>,
}
