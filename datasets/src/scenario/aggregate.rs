//! What is aggregated, and how.

use super::choices::choices;

/// An aggregate.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Its name, unique.
    pub name: String,
    /// What is computed.
    pub function: Function,
    /// Index of the attribute it is computed of; `None` for [`Function::Count`].
    pub attribute: Option<usize>,
    /// The application among whose nodes it is computed, by its number in
    /// [`Scenario::app_names`](super::Scenario::app_names); `None` for all live nodes.
    pub app: Option<usize>,
    /// How it restarts; `None` if it never does. A count, a sum and quantiles always do.
    pub epochs: Option<Epochs>,
    /// How nodes are counted, for a count and a sum.
    pub counting: Option<Counting>,
    /// How the distribution is found, for quantiles.
    pub interpolation: Option<Interpolation>,
}

/// How an aggregate restarts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epochs {
    /// Cycles of an epoch by a clock that is right, at least 1: gamma of the papers.
    pub cycles: u32,
    /// Clocks of nodes are fast or slow by up to this fraction, uniform and for life: 0 or more, below 1.
    pub drift: f64,
}

/// How nodes are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counting {
    /// Instances that run at once, each with partners of its own, at least 1: t of the papers.
    pub instances: u32,
    /// How many nodes are expected to offer themselves as leaders, more than 0: C of the papers.
    pub leaders: f64,
    /// The number of nodes that each believes there are before it has an estimate, at least 1.
    pub first_estimate: f64,
}

/// How a distribution is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Interpolation {
    /// Points at which it is known, at least 2.
    pub points: u32,
    /// The shares whose quantiles are told, above 0 and below 1, ascending.
    pub quantiles: Vec<f64>,
}

choices! {
    /// What an aggregate computes.
    Function {
        /// The arithmetic mean.
        Average = "average",
        /// The smallest value.
        Min = "min",
        /// The largest value.
        Max = "max",
        /// Average times count.
        Sum = "sum",
        /// Mean of squares minus square of mean.
        Variance = "variance",
        /// The geometric mean; every value must be positive.
        GeometricMean = "geometric-mean",
        /// The number of nodes.
        Count = "count",
        /// Values below which given shares of the nodes lie.
        Quantiles = "quantiles",
    }
}
