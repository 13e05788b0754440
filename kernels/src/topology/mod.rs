//! Topologies that members of an overlay build by gossip: who is next to whom, and what two members make of it when
//! they meet.
//!
//! - [`place`]: where a member stands: on a ring, on a line, on a torus, in a tree, and how far it is from another;
//! - [`nearest`]: the best of some candidates, side by side;
//! - [`tman`]: T-Man: the record of a member, and an exchange.

pub mod nearest;
pub mod place;
pub mod tman;
