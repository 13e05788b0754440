//! What every application gets inside, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Lookups, Number, Registry, Sampling, Topology, Whole};
use crate::scenario::{ContactsProtocol, Opening};
use crate::suite::raw::Code;

/// What every application gets inside: contacts through which its members find each other, and an overlay of its own.
/// Without it an application is no more than a set of nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Subcloud {
    /// How the members of an application meet: by default Cyclon with views of 10. It has the keys of [sampling] but
    /// `pairing`, `start` and `contacts`.
    pub sampling: Option<Sampling>,
    /// How those who belong to an application find others.
    pub contacts: Option<Contacts>,
    /// Who is in the overlay of an application when the run begins: all whom the suite assigns to it, or its seeds
    /// alone.
    #[schemars(extend("default" = "settled"))]
    pub start: Option<Opening>,
    /// Nodes that hold a new application by decree: random live ones, other ones for each application.
    #[schemars(range(min = 1, max = 1000), extend("default" = 1))]
    pub seeds: Option<At<Whole>>,
    /// The code that a node must fetch from other members before it runs an application, as far as that does not say it
    /// itself under [[suite.app]]; by default there is none.
    pub code: Option<At<Code>>,
    /// How fast nodes send code; by default as fast as they meet. In a cycle a node sends as many chunks, over all of
    /// its exchanges, as its line carries in that time, and the rest of a chunk is carried into the next cycle.
    pub uplink: Option<At<Uplink>>,
    /// The topology that the members of each application build.
    pub topology: Option<At<Topology>>,
    /// Requests that go through the topology of each application.
    pub lookups: Option<At<Lookups>>,
    /// Values that members of each application hold, found through its topology.
    pub registry: Option<At<Registry>>,
}

/// How fast nodes send code: exactly one of `mbps` and `attribute` says it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Uplink {
    /// Mbit/s, for all nodes.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub mbps: Option<At<Number>>,
    /// The attribute that says how many Mbit/s a node has.
    pub attribute: Option<At<String>>,
    /// The share of its line that a node gives to code.
    #[schemars(range(max = 1), extend("exclusiveMinimum" = 0, "default" = 1.0))]
    pub share: Option<At<Number>>,
}

/// How those who belong to an application find others.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Contacts {
    /// How contacts become known: by gossip, or by an oracle that knows every member.
    #[schemars(extend("default" = "gossip"))]
    pub protocol: Option<ContactsProtocol>,
    /// Contacts of each application that a node keeps.
    #[schemars(range(min = 1, max = 8), extend("default" = 2))]
    pub keep: Option<At<Whole>>,
    /// Nodes that a contact lets in a cycle.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 10))]
    pub accept: Option<At<Whole>>,
    /// Probability that a member meets one of its contacts in a cycle, instead of an entry of its view: so the parts of
    /// an overlay that fell apart find each other again.
    #[schemars(range(min = 0, max = 1), extend("default" = 0.1))]
    pub share: Option<At<Number>>,
}
