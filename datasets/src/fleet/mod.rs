//! What the nodes are: distributions by class, or an inventory; and when they were up: a trace of sessions.

mod cloud;
mod inventory;
mod links;
mod precision;
mod quantile;
mod replay;
mod table;

pub use cloud::{Files, Times, in_cloud};
pub use inventory::Table;
pub(crate) use links::links;
pub use quantile::probabilities;
pub use replay::Presence;
pub(crate) use table::{data_folder, date, parts};

/// A distribution of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Distribution {
    /// Always this value.
    Constant(f64),
    /// Uniform between two bounds.
    Uniform {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// Beta on 0..1.
    Beta {
        /// First shape.
        alpha: f64,
        /// Second shape.
        beta: f64,
    },
    /// The logarithm is normal.
    Lognormal {
        /// Median: exp of the mean of the logarithm.
        median: f64,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
    },
    /// Weibull.
    Weibull {
        /// Shape.
        shape: f64,
        /// Scale.
        scale: f64,
    },
    /// Exponential.
    Exponential {
        /// Mean.
        mean: f64,
    },
    /// Pareto: above `minimum`, a tail of power `-shape`.
    Pareto {
        /// Shape.
        shape: f64,
        /// The smallest value.
        minimum: f64,
    },
    /// Normal, cut off below zero.
    Normal {
        /// Mean before the cut.
        mean: f64,
        /// Standard deviation before the cut.
        sd: f64,
    },
    /// Given quantiles, as (quantile, value) ascending in both, with straight lines between them. Below the first a
    /// line runs down to 0 at quantile 0, if no value is negative (else the first value holds); above the last the last
    /// line goes on. Quantiles 0 and 1 fix the ends.
    Quantiles(Vec<(f64, f64)>),
    /// One of several values by weight: (value, weight), ascending by value, weights normalised to sum 1.
    Choice(Vec<(f64, f64)>),
}
