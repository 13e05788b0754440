//! What is aggregated, and among whom.

use datasets::scenario::{Aggregate, Function, Scenario};

/// Among which nodes something is aggregated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scope {
    /// All live nodes.
    Cloud,
    /// Those of an application, by its number.
    App(u8),
    /// The members of a gradient, by its number.
    Gradient(usize),
}

/// What is aggregated, among whom.
#[derive(Debug, PartialEq)]
pub struct Item {
    /// What.
    pub aggregate: Aggregate,
    /// Among whom.
    pub scope: Scope,
    /// The gradient in which nodes look up their rank by it, if that is what it is for: then it has no name, and no
    /// result is held.
    pub gradient: Option<usize>,
}

impl Item {
    /// What a scenario declares, in its order.
    pub fn declared(scenario: &Scenario) -> impl Iterator<Item = Self> {
        scenario.aggregates.iter().map(|aggregate| Self {
            aggregate: aggregate.clone(),
            scope: aggregate.app.map_or(Scope::Cloud, |app| Scope::App(app as u8)),
            gradient: None,
        })
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
        self.aggregate.epochs.is_some() && self.gradient.is_none()
    }
}
