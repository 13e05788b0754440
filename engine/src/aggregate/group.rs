//! Which aggregates share exchanges.
//!
//! Aggregates of the same nodes with the same epochs travel in the same messages. Those that count nodes bring instances: the first
//! travels with the others, each further one has exchanges of its own.

use datasets::scenario::{Aggregate, Counting, Epochs, Function, Interpolation, Scenario, SlicingProtocol};

use crate::cloud::comes;
use crate::plan::Plans;

/// Among which nodes something is aggregated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All live nodes.
    Cloud,
    /// Those of an application, by its number.
    App(u8),
    /// The members of a gradient, by its number.
    Gradient(usize),
}

/// What is aggregated, among whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What.
    pub aggregate: Aggregate,
    /// Among whom.
    pub scope: Scope,
}

impl Item {
    /// All that is aggregated in a scenario: first what it declares, in its order, then what nodes need to slice by quantiles.
    #[must_use]
    pub fn all(scenario: &Scenario) -> Vec<Self> {
        let declared = |aggregate: &Aggregate| {
            let scope = aggregate.app.map_or(Scope::Cloud, |app| Scope::App(app as u8));
            Self { aggregate: aggregate.clone(), scope }
        };
        scenario.aggregates.iter().map(declared).chain(Self::of_slicing(scenario)).collect()
    }

    /// The distributions by which nodes slice, one a gradient.
    fn of_slicing(scenario: &Scenario) -> Vec<Self> {
        let slicing = &scenario.slicing;
        if slicing.protocol != SlicingProtocol::Quantile {
            return Vec::new();
        }
        let item = |(number, gradient): (usize, &crate::plan::GradientPlan)| Self {
            aggregate: Aggregate {
                name: String::new(),
                function: Function::Quantiles,
                attribute: Some(gradient.attribute),
                app: None,
                epochs: Some(Epochs { cycles: slicing.epoch_cycles, drift: 0.0 }),
                counting: None,
                interpolation: Some(Interpolation { points: slicing.points, quantiles: Vec::new() }),
            },
            scope: if gradient.is_whole { Scope::Cloud } else { Scope::Gradient(number) },
        };
        Plans::new(scenario).gradients.iter().enumerate().map(item).collect()
    }

    /// Columns of its own.
    #[must_use]
    pub fn states(&self) -> usize {
        match self.aggregate.function {
            Function::Count => 0,
            Function::Variance => 2,
            // The ends too: the least and the largest value.
            Function::Quantiles => self.points() + 2,
            _ => 1,
        }
    }

    /// Whether nodes are counted for it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.aggregate.counting.is_some()
    }

    /// By which function estimates of one of its columns are merged.
    #[must_use]
    pub fn merges(&self, state: usize) -> Function {
        match (self.aggregate.function, self.points()) {
            (Function::Quantiles, points) if state == points => Function::Min,
            (Function::Quantiles, points) if state == points + 1 => Function::Max,
            (function, _) => function,
        }
    }

    /// Points at which a distribution is known.
    #[must_use]
    pub fn points(&self) -> usize {
        self.aggregate.interpolation.as_ref().map_or(0, |interpolation| interpolation.points as usize)
    }

    /// The shares whose quantiles it tells; none if it is not a distribution.
    #[must_use]
    pub fn quantiles(&self) -> &[f64] {
        self.aggregate.interpolation.as_ref().map_or(&[], |interpolation| &interpolation.quantiles)
    }

    /// Whether nodes hold its result from one epoch to the next.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.aggregate.epochs.is_some() && !self.aggregate.name.is_empty()
    }
}

/// Aggregates that share exchanges.
#[derive(Clone, Debug, PartialEq)]
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
    #[must_use]
    pub fn all(items: &[Item]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (number, Item { aggregate, scope }) in items.iter().enumerate() {
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
    #[must_use]
    pub fn passes(&self) -> usize {
        self.instances().max(1)
    }

    /// Instances by which nodes are counted.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.counting.map_or(0, |counting| counting.instances as usize)
    }

    /// Cycles of an epoch by a clock that is right; no number is as high without epochs.
    #[must_use]
    pub fn cycles(&self) -> u32 {
        self.epochs.map_or(u32::MAX, |epochs| epochs.cycles)
    }

    /// Whether clocks of nodes differ.
    #[must_use]
    pub fn drifts(&self) -> bool {
        self.epochs.is_some_and(|epochs| epochs.drift > 0.0)
    }

    /// Whether nodes must know in which epoch they take part: not if all of them do in the same one at all times.
    #[must_use]
    pub fn keeps_tags(&self, scenario: &Scenario) -> bool {
        self.scope != Scope::Cloud || self.drifts() || self.epochs.is_some() && comes(scenario)
    }
}
