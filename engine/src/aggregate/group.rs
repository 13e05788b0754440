//! Which aggregates share exchanges.
//!
//! Aggregates of the same nodes with the same epochs travel in the same messages. Those that count nodes bring
//! instances: the first travels with the others, each further one has exchanges of its own.

use datasets::scenario::{Counting, Epochs};

use super::item::{Item, Scope};

/// Aggregates that share exchanges.
#[derive(Debug)]
pub struct Group {
    /// Among whom.
    pub scope: Scope,
    /// How they restart, if they do.
    pub epochs: Option<Epochs>,
    /// How nodes are counted, if they are.
    pub counting: Option<Counting>,
    /// Which of all items.
    pub items: Vec<usize>,
    /// The number of its first pass: each has random numbers of its own.
    pub first_pass: u32,
}

impl Group {
    /// The groups of some items.
    pub fn all(items: &[Item]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (number, Item { aggregate, scope, .. }) in items.iter().enumerate() {
            let counting = aggregate.counting;
            let fits = |group: &&mut Self| {
                let counts_alike = counting.is_none() || group.counting.is_none() || group.counting == counting;
                group.scope == *scope && group.epochs == aggregate.epochs && counts_alike
            };
            if let Some(group) = groups.iter_mut().find(fits) {
                group.items.push(number);
                group.counting = group.counting.or(counting);
            } else {
                let epochs = aggregate.epochs;
                groups.push(Self { scope: *scope, epochs, counting, items: vec![number], first_pass: 0 });
            }
        }
        let mut pass = 0;
        for group in &mut groups {
            group.first_pass = pass;
            pass += group.passes() as u32;
        }
        groups
    }

    /// Exchanges that a node starts in a cycle.
    pub fn passes(&self) -> usize {
        self.instances().max(1)
    }

    /// Instances by which nodes are counted.
    pub fn instances(&self) -> usize {
        self.counting.map_or(0, |counting| counting.instances as usize)
    }

    /// Cycles of an epoch by a clock that is right; no number is as high without epochs.
    pub fn cycles(&self) -> u32 {
        self.epochs.map_or(u32::MAX, |epochs| epochs.cycles)
    }

    /// Whether clocks of nodes differ.
    pub fn drifts(&self) -> bool {
        self.epochs.is_some_and(|epochs| epochs.drift > 0.0)
    }

    /// Whether nodes must know in which epoch they take part: not if all of them do in the same one at all times, as
    /// where none `comes`.
    pub fn keeps_tags(&self, comes: bool) -> bool {
        self.scope != Scope::Cloud || self.drifts() || self.epochs.is_some() && comes
    }
}
