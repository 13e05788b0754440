//! What can go wrong in the world around a cloud.

use std::io;

/// Why a cloud could not be built or a run not finished.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A column found no room.
    #[error("no room for the column '{column}' of {bytes} bytes: {source}")]
    Column {
        /// Name of the column.
        column: String,
        /// Its size.
        bytes: u64,
        /// What the system said.
        source: io::Error,
    },
    /// The fleet could not be read.
    #[error(transparent)]
    Fleet(#[from] datasets::Error),
    /// An attribute has values that an aggregate cannot take.
    #[error(
        "aggregate '{aggregate}': the geometric mean needs positive values, and '{attribute}' of node {node} is {value}"
    )]
    NotPositive {
        /// Name of the aggregate.
        aggregate: String,
        /// Name of the attribute.
        attribute: String,
        /// The first such node.
        node: usize,
        /// Its value.
        value: f32,
    },
    /// An application has more members than its topology has rows.
    #[error("the topology of \"{app}\" has room for {rows} members, and {members} are there")]
    NoRows {
        /// Name of the application.
        app: String,
        /// Its members.
        members: usize,
        /// Rows of its table.
        rows: usize,
    },
    /// A state that was saved is not one of the scenario's cloud.
    #[error("the saved state is not one of this scenario: {what}")]
    State {
        /// What does not fit.
        what: String,
    },
    /// A column of a saved state could not be read.
    #[error(transparent)]
    Checkpoint(#[from] datasets::checkpoint::Error),
    /// The trace could not be written.
    #[error(transparent)]
    Trace(#[from] datasets::trace::Error),
}
