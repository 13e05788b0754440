//! Topologies that members build from nothing but their random overlay.
//!
//! - [`numbering`]: where each node stands;
//! - [`tman`]: T-Man, for rings, lines, tori and trees, and Chord on demand, which is its ring with fingers: written
//!   against the interface that protocols of one's own have ([`crate::gossip::protocol`]);
//! - [`mod@truth`]: which links there are to be, from one sort of all members;
//! - [`lookups`]: walks of requests through what members keep.

pub mod lookups;
pub mod numbering;
pub mod tman;
pub mod truth;

/// What is measured of a topology, in this order.
pub const MEASURES: &[&str] = &[
    "members_count",
    "started_fraction",
    "missing_fraction",
    "finger_empty_fraction",
    "finger_inexact_fraction",
    "dead_fraction",
    "active_fraction",
];
