//! What random words are drawn for: the third coordinate of a draw, beside cycle and node.
//!
//! A pass owns the eight streams from its purpose on; several passes of one kind lie 2^8 apart.

use kernels::philox::Stream;

/// Class of a node, at birth.
pub const CLASS: u32 = 0x01 << 16;
/// Attribute k of a node, at birth, is stream k from here; row of an inventory is stream 0.
pub const ATTRIBUTE: u32 = 0x02 << 16;
/// Random id of a node in gradient k.
pub const ID: u32 = 0x03 << 16;
/// Draw k by which random applications are chosen, for life.
pub const SUITE: u32 = 0x04 << 16;
/// Which nodes a snapshot holds.
pub const PANEL: u32 = 0x05 << 16;
/// Which nodes event k hits.
pub const EVENT: u32 = 0x06 << 16;
/// What views hold before the first cycle.
pub const VIEW: u32 = 0x07 << 16;
/// At which nodes the overlay is measured.
pub const OVERLAY: u32 = 0x08 << 16;
/// A node's own factors of its sessions, its time zone and minute; its host and shift in a replay.
pub const HABITS: u32 = 0x09 << 16;
/// Marks of sessions, by which a daily rhythm tells who is up.
pub const RHYTHM: u32 = 0x0a << 16;
/// Lengths of sessions.
pub const LENGTHS: u32 = 0x0b << 16;
/// Live nodes that a node knows when it comes.
pub const CONTACTS: u32 = 0x0c << 16;
/// Attribute values above all others.
pub const ABOVE: u32 = 0x0d << 16;
/// Who is an adversary.
pub const ADVERSARIES: u32 = 0x0e << 16;
/// Exchanges of slicing in gradient k.
pub const SLICING: u32 = 0x10 << 16;
/// Nodes that leave gradient k.
pub const PARTING: u32 = 0x11 << 16;
/// Exchanges of aggregation.
pub const AGGREGATION: u32 = 0x12 << 16;
/// Exchanges of peer sampling.
pub const SAMPLING: u32 = 0x13 << 16;
/// Whom nodes of ranking see with the oracle, and tell, in gradient k; those near a border are told in a pass of their
/// own.
pub const RANKING: u32 = 0x14 << 16;
/// Telling those near a border, in gradient k.
pub const TELLING: u32 = 0x15 << 16;

/// Exchanges by which the suite spreads.
pub const SPREADING: u32 = 0x16 << 16;

/// Who offers itself as a leader of a count, by its first pass.
pub const LEADERS: u32 = 0x17 << 16;
/// Whom the node knows that first chooses the points of a distribution.
pub const POINTS: u32 = 0x18 << 16;
/// Who tells a node that comes the results of aggregate k.
pub const TOLD: u32 = 0x19 << 16;
/// How fast clocks of nodes are, for life, in group k.
pub const CLOCKS: u32 = 0x1a << 16;
/// Which row of an inventory, or host of a trace, each node is: the order of nodes, and that of rows.
pub const ROWS: u32 = 0x1b << 16;

/// Exchanges of peer sampling inside applications.
pub const INSIDE: u32 = 0x1c << 16;
/// Which contacts members call.
pub const CALLS: u32 = 0x1d << 16;
/// Who lets whom into an application, and what is lost on the way.
pub const JOINING: u32 = 0x1e << 16;
/// Which nodes hold a new application by decree.
pub const SEEDS: u32 = 0x1f << 16;
/// What members of applications know when a run begins.
pub const SETTLED: u32 = 0x20 << 16;
/// At which members the overlay of application k is measured.
pub const INSIDE_OVERLAY: u32 = 0x21 << 16;

/// With whom members exchange code, and which chunks.
pub const CODE: u32 = 0x22 << 16;

/// Exchanges of a topology: that of the cloud, then those of applications.
pub const TOPOLOGY: u32 = 0x23 << 16;
/// Where members of a topology stand.
pub const POSITIONS: u32 = 0x24 << 16;
/// Requests that go through a topology.
pub const LOOKUPS: u32 = 0x25 << 16;
/// Exchanges of protocol k of one's own.
pub const OWN: u32 = 0x26 << 16;

/// Of which keys members of a topology hold values, for life; and how these are renewed.
pub const KEYS: u32 = 0x27 << 16;

/// Which places belong to cloud k of the beginning.
pub const PARTS: u32 = 0x28 << 16;
/// Whom nodes meet that are told to when clouds become one, by event k.
pub const MERGE: u32 = 0x29 << 16;

/// Distance between two passes of aggregation: the streams of a pass.
pub const PASS: u32 = 8;

/// Distance between two passes of one kind.
pub const INSTANCE: u32 = 1 << 8;

/// The stream of a purpose that does not depend on the cycle.
#[must_use]
pub fn for_life(seed: u64, purpose: u32) -> Stream {
    Stream::new(seed, 0, purpose)
}
