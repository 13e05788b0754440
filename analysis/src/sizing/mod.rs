//! How much an application must ask for to hold enough nodes for most of the time.
//!
//! *What is known.* Replicas of a cloud, each with a seed of its own, were run with two amounts that the application
//! asks for, near each other and the same seeds for both. Each gives the nodes held after every counted cycle: a path.
//! Between the two amounts a path is a straight line, cycle by cycle.
//!
//! *The model.* Nodes held after a cycle, over all the clouds that there could be, are normal: they count many nodes
//! that come and go without regard for one another. The mean is that of the replicas in the same cycle, so that an
//! outage or a rhythm of the day is where it was; the variance is so many times the mean, pooled over neighbouring
//! cycles ([`Model`]). The share of the time with enough nodes is the mean over cycles of the chance of enough.
//!
//! *The answer* is the amount at which that share is the wished one. A quantile as far out as 0.001 is thus found from
//! twenty replicas, where counting cycles would take thousands.
//!
//! *The interval* has two parts: how well the mean is known, by what the amount is without each replica in turn (a
//! jackknife) and Student's t; and how well the spread is known, by chi square. It says nothing of what all replicas
//! have in common: the scenario itself.
//!
//! *Larger clouds.* Of k times the nodes, a cloud has k times the mean, and k times the variance. The mean, cycle by
//! cycle, is that of runs of the full size; their own number sets how well it is known ([`Replicas::answer`]).

mod model;
mod replicas;
mod runs;

pub use model::Model;
pub use replicas::{Answer, Confirmed, Replicas};
pub use runs::{RUN_CONFIDENCE, Throughout};

/// What an application must hold, and for how much of the time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Nodes.
    pub hold: f64,
    /// Share of the counted cycles, above 0 and below 1.
    pub fraction: f64,
    /// How sure the interval is, above 0 and below 1.
    pub confidence: f64,
}

/// Nodes held: a row a run, a column a counted cycle; as many columns in every row.
pub type Paths = Vec<Vec<f64>>;

/// The mean over the runs, cycle by cycle.
#[must_use]
pub fn mean(paths: &[Vec<f64>]) -> Vec<f64> {
    let cycles = paths.first().map_or(0, Vec::len);
    (0..cycles).map(|cycle| paths.iter().map(|path| path[cycle]).sum::<f64>() / paths.len() as f64).collect()
}
