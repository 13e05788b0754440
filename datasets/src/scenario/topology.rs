//! Topologies that members build from their random overlay, and requests that go through them.

use super::choices::choices;

/// A topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// What it is.
    pub protocol: TopologyProtocol,
    /// The attribute by which members stand on a line, by its index; `None` for the others.
    pub attribute: Option<usize>,
    /// Entries that a member keeps for being near, 2..=64 and even.
    pub near: u32,
    /// Entries of a message, 2..=64 and even.
    pub sent: u32,
    /// The best of near among which a member chooses whom it meets, at least 1, at most `near`.
    pub choice: u32,
    /// Random members that a member gets in a cycle, at most 64.
    pub samples: u32,
    /// On which sides a member keeps entries of those who are far.
    pub far: Far,
    /// Entries that are older, in cycles, are dropped: 1..=100.
    pub max_age: u32,
    /// A member that has learnt of nobody nearer for so many cycles starts no exchange; `None` for never.
    pub idle: Option<u32>,
    /// Inside applications: room for so many times the members for which they ask, at least 1.
    pub room: f64,
}

/// Requests for keys, each from a random member, in each observed cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lookups {
    /// How many.
    pub per_cycle: u32,
    /// How they find their way.
    pub routing: Routing,
}

choices! {
    /// What members of a topology become.
    TopologyProtocol {
        /// A ring, in the order of random positions.
        Ring = "ring",
        /// A line, in the order of an attribute.
        Line = "line",
        /// A torus of two dimensions, by random positions.
        Torus = "torus",
        /// A binary tree of all nodes, in a random order.
        Tree = "tree",
        /// A ring with fingers: Chord.
        Chord = "chord",
    }

    /// On which sides a member keeps entries of those who are far, one for each doubling of the distance.
    Far {
        /// On both sides, where a topology has two.
        Both = "both",
        /// On the upper side alone.
        Forward = "forward",
        /// On none: strands of a large topology may not find each other.
        None = "none",
    }

    /// How requests find their way.
    Routing {
        /// Along the ring, by fingers.
        Chord = "chord",
    }
}

impl Topology {
    /// Whether the upper half of what a member keeps of those who are far are fingers.
    #[must_use]
    pub fn has_fingers(&self) -> bool {
        self.protocol == TopologyProtocol::Chord
    }

    /// How requests may find their way.
    #[must_use]
    pub fn routing(&self) -> Option<Routing> {
        (self.protocol == TopologyProtocol::Chord).then_some(Routing::Chord)
    }
}
