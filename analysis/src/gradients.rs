//! How well nodes know their rank at the end.

use datasets::trace::SliceRow;

/// A gradient after the last cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradient {
    /// Its number, in the order of the suite.
    pub gradient: u32,
    /// The attribute by which nodes are ordered.
    pub attribute: String,
    /// The slicing protocol.
    pub protocol: String,
    /// Nodes that take part.
    pub members_count: u64,
    /// Root mean square error of a node's idea of its rank, as a fraction of the members.
    pub rms_rank_error_fraction: f64,
    /// Equal slices into which the members are cut.
    pub slices_count: u32,
    /// Share of the nodes in the wrong one of them.
    pub wrong_slice_fraction: f64,
}

/// The gradients in the rows of the last cycle.
pub(crate) fn gradients(rows: Vec<SliceRow>) -> Vec<Gradient> {
    let last = rows.iter().map(|row| row.cycle).max();
    rows.into_iter()
        .filter(|row| Some(row.cycle) == last)
        .map(|row| Gradient {
            gradient: row.gradient,
            attribute: row.attribute,
            protocol: row.protocol,
            members_count: row.members_count,
            rms_rank_error_fraction: row.rms_rank_error_fraction,
            slices_count: row.slices_count,
            wrong_slice_fraction: row.wrong_slice_fraction,
        })
        .collect()
}
