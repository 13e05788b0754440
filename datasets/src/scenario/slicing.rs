//! How nodes learn their rank.

use super::choices::choices;

/// Equal slices by which order is measured, unless a scenario says otherwise.
pub(super) const SLICES: u32 = 10;

/// How nodes learn their rank.
#[derive(Clone, Debug, PartialEq)]
pub struct Slicing {
    /// The protocol.
    pub protocol: SlicingProtocol,
    /// The most peers at which a node of `ordered` and `ordered-max-gain` looks in a cycle, at least 1; `None` for all
    /// that it sees.
    pub candidates: Option<u32>,
    /// Comparisons that a node of `ranking` remembers, a multiple of 64; 0 stands for all.
    pub window: u32,
    /// A node keeps its application until its rank is off by more than this, as a fraction of those in the gradient; 0
    /// for never.
    pub steadiness: f64,
    /// Points at which a node of `quantile` knows the distribution, at least 2.
    pub points: u32,
    /// Cycles of an epoch of `quantile`, at least 1.
    pub epoch_cycles: u32,
    /// Equal slices into which measures cut the members of a gradient, 2 to 256.
    pub slices: u32,
}

choices! {
    /// The slicing protocol.
    SlicingProtocol {
        /// Swap with a random misplaced candidate.
        Ordered = "ordered",
        /// Swap with the misplaced candidate of the largest gain.
        OrderedMaxGain = "ordered-max-gain",
        /// Count those with a smaller attribute among all that a node has seen.
        Ranking = "ranking",
        /// Look up the own attribute in the distribution, which is aggregated in epochs.
        Quantile = "quantile",
    }
}
