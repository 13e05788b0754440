//! Topologies that members build from nothing but their random overlay.
//!
//! - [`numbering`]: where each node stands;
//! - [`tman`]: T-Man, for rings, lines, tori and trees, and Chord on demand, which is its ring with fingers: written
//!   against the interface that protocols of one's own have ([`crate::gossip::protocol`]);
//! - [`prefix`]: leaf sets and tables by the digits of positions, the bootstrapping service of Pastry and Kademlia;
//! - [`meeting`]: whom a member meets and gets to know in either;
//! - [`mod@judge`]: what members keep, compared with what there is to be;
//! - [`mod@truth`]: which links there are to be, from one sort of all members;
//! - [`lookups`]: walks of requests through what members keep;
//! - [`registry`]: values that members hold for keys, found by such walks.

pub mod judge;
pub mod lookups;
pub mod meeting;
pub mod numbering;
pub mod prefix;
pub mod registry;
pub mod tman;
pub mod truth;
