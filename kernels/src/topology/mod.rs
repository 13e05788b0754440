//! Topologies that members of an overlay build by gossip: who is next to whom, and what two members make of it when
//! they meet.
//!
//! - [`place`]: where a member stands: on a ring, on a line, on a torus, in a tree, and how far it is from another;
//! - [`nearest`]: the best of some candidates, side by side;
//! - [`record`]: what a member keeps;
//! - [`tman`]: T-Man, where two members tell each other of those who are near the other;
//! - [`prefix`]: the bootstrapping service, which fills leaf sets and tables by the digits of positions.

pub mod nearest;
pub mod place;
pub mod prefix;
pub mod record;
pub mod tman;
