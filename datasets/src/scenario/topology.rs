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
    /// Entries of a message, 2..=64 and even; with tables of prefixes those of its leaf set.
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
    /// With tables of prefixes, and no other topology: what their entries go by.
    pub digits: Option<Digits>,
    /// Inside applications: room for so many times the members for which they ask, at least 1.
    pub room: f64,
}

/// What the entries of a table of prefixes go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digits {
    /// Bits of a digit, 1..=8.
    pub bits: u32,
    /// Rows of a table: the most leading digits that a member shares with its entries, and one. At most as many as a
    /// position of 32 bits has digits.
    pub rows: u32,
    /// Entries of a slot: of those who share some digits and have another next, at least 1.
    pub per_slot: u32,
}

impl Digits {
    /// The most entries of a table.
    pub const MOST: u32 = 1024;

    /// Entries of a table: a slot for each row and each digit but a member's own.
    #[must_use]
    pub fn entries(self) -> u32 {
        self.rows * ((1 << self.bits) - 1) * self.per_slot
    }

    /// Rows of the tables of so many members: as many digits as tell them apart, and one.
    #[must_use]
    pub fn rows(bits: u32, members: u32) -> u32 {
        (u32::BITS - members.saturating_sub(1).leading_zeros()).div_ceil(bits).saturating_add(1).min(u32::BITS / bits)
    }
}

/// Requests for keys, each from a random member, in each observed cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lookups {
    /// How many.
    pub per_cycle: u32,
    /// How they find their way.
    pub routing: Routing,
    /// Who asks.
    pub asker: Asker,
}

/// Values that members of a topology hold for keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registry {
    /// How many keys, at least 1.
    pub keys: u32,
    /// Members that hold each value: the owner of its key, and those behind it; 1..=16.
    pub replicas: u32,
    /// Every so many cycles whoever holds a value seeks the owner of its key anew; at least 1.
    pub republish: u32,
    /// Cycles that pass, once there are as many members as are to hold a value, until the values are put.
    pub after: u32,
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
        /// Leaf sets and tables by the digits of positions: Pastry, Kademlia.
        Prefix = "prefix",
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

    /// Who asks for a key.
    Asker {
        /// Members who run the application, if it is one inside an application.
        Members = "members",
        /// Nodes that are no members: they ask the contacts of the application that they know.
        Outside = "outside",
    }

    /// How requests find their way.
    Routing {
        /// Along the ring, by fingers: the owner is the first at or behind the key.
        Chord = "chord",
        /// By tables, a digit after the other: the owner is the nearest on the ring.
        Pastry = "pastry",
        /// By tables: the owner is the one whose bits differ least from those of the key (XOR).
        Kademlia = "kademlia",
    }
}

impl Asker {
    /// Whether it is `members`, which nobody need write.
    #[must_use]
    pub fn is_usual(self) -> bool {
        self == Self::Members
    }
}

impl Topology {
    /// Of a kind, as it is unless somebody says more; among so many nodes, of which the rows of tables are a matter.
    #[must_use]
    pub fn usual(protocol: TopologyProtocol, nodes: u32) -> Self {
        let is_prefix = protocol == TopologyProtocol::Prefix;
        let bits = 4;
        Self {
            protocol,
            attribute: None,
            near: 20,
            sent: 20,
            choice: 10,
            samples: if is_prefix { 30 } else { 10 },
            far: Far::Both,
            max_age: 20,
            idle: None,
            digits: is_prefix.then(|| Digits { bits, rows: Digits::rows(bits, nodes), per_slot: 3 }),
            room: 1.25,
        }
    }

    /// Requests through it, where `lookups` are those through others, too: they find their way as here they can.
    #[must_use]
    pub fn lookups(&self, lookups: Lookups) -> Option<Lookups> {
        let first = *self.routings().first()?;
        let routing = if self.routings().contains(&lookups.routing) { lookups.routing } else { first };
        Some(Lookups { routing, ..lookups })
    }

    /// Whether the upper half of what a member keeps of those who are far are fingers.
    #[must_use]
    pub fn has_fingers(&self) -> bool {
        self.protocol == TopologyProtocol::Chord
    }

    /// How requests may find their way, the usual one first.
    #[must_use]
    pub fn routings(&self) -> &'static [Routing] {
        match self.protocol {
            TopologyProtocol::Chord => &[Routing::Chord],
            TopologyProtocol::Prefix => &[Routing::Pastry, Routing::Kademlia],
            _ => &[],
        }
    }
}
