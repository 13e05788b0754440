//! Rows that are saved while a run goes on, so that the run can be taken up again.
//!
//! ```text
//! rows/<table>/part-<cycle>.parquet   rows of a small table since the save before
//! nodes/part-<n>.parquet              a full part of `nodes`: a second name of the file that the trace will have
//! nodes/tail-<cycle>.parquet          rows of the open part since the save before
//! edges/...                           the same of `edges`
//! ```
//!
//! A cycle has 6 digits or more. Each file is a table of the run that every reader of Parquet can open. Nothing is
//! written twice: a save adds files, and says which files of the saves before still belong to it.

mod place;
mod restore;
mod save;

use serde::{Deserialize, Serialize};

use super::Table;

pub(super) use restore::Files;
pub(super) use save::Save;

/// The rows that a writer has saved: see [`Writer::save`](super::Writer::save).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRows {
    /// The files in which they lie. Those of a table are in the order of its rows.
    pub files: Vec<SavedFile>,
}

/// A file of saved rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedFile {
    /// Where it is below the directory of the saved rows; folders are set apart by `/`.
    pub path: String,
    /// Its table.
    pub table: Table,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// XXH3 of the whole file, 64 bits.
    pub xxh3: u64,
}

impl SavedFile {
    /// Whether its path is one at which rows of its table are saved up to a cycle.
    #[must_use]
    pub fn is_in_its_place(&self, cycle: u32) -> bool {
        place::Place::at(&self.path, self.table).is_some_and(|place| place.cycle() <= cycle)
    }
}
