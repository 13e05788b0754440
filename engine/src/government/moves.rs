//! Moves: how many nodes join and leave an application, and why.

use serde::{Deserialize, Serialize};

/// Why a node joins or leaves an application.
#[derive(Clone, Copy, Debug)]
pub enum Cause {
    /// It has just come, or leaves the cloud.
    Churn,
    /// Its idea of its rank has changed, or its attributes have.
    Rank,
    /// It has just taken another version of the suite.
    Suite,
}

/// How many nodes joined and left an application, by cause.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moves {
    /// Nodes that joined.
    pub joins: [u64; 3],
    /// Nodes that left.
    pub leaves: [u64; 3],
}

impl Moves {
    /// Adds moves of other nodes.
    pub fn add(&mut self, other: &Self) {
        self.joins.iter_mut().zip(other.joins).for_each(|(sum, joins)| *sum += joins);
        self.leaves.iter_mut().zip(other.leaves).for_each(|(sum, leaves)| *sum += leaves);
    }
}
