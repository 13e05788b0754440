//! Checkpoints: the state of a run after a cycle, so that the run can go on from there.
//!
//! ```text
//! .checkpoint-<run id>/                   one run's; locked by the process that writes it
//!   checkpoint.json                       what belongs to the checkpoint; renamed into place last, which is the commit
//!   <cycle>-<number>-<name>.column        a column: raw, little-endian, as in memory
//!   <cycle>-book.bin                      what lasts beside the columns
//!   rows/<table>/part-<cycle>.parquet     the rows that came since the checkpoint before: DuckDB and Polars read them
//!   nodes/part-<n>.parquet                finished parts of the table `nodes`
//!   nodes/tail-<cycle>.parquet            its rows that are in no finished part yet
//! ```
//!
//! No file is changed once it is written. A checkpoint is a list of files with their sizes and digests: a column that
//! has not changed since an earlier checkpoint keeps its file, and rows are written once. Writing a checkpoint:
//!
//! 1. what no committed checkpoint lists is removed: an earlier process was killed while it wrote;
//! 2. the new rows;
//! 3. the columns that have changed, and the book;
//! 4. `checkpoint.json.next`, with all that came before on the disk;
//! 5. **the rename to `checkpoint.json`**: the commit;
//! 6. files that only the checkpoint before lists are removed.
//!
//! A kill before step 5 leaves the checkpoint before as it was; one after it leaves the new one.
//!
//! A column costs a read of its bytes for its digest, and where it has changed a write of them, past the page cache.

mod column;
mod common;
mod differs;
mod error;
mod files;
mod manifest;
mod names;
mod states;
mod store;

pub use common::{Common, Making};
pub use differs::{Difference, MAY_DIFFER, Purpose, difference};
pub use error::Error;
pub use files::Folder;
pub use manifest::{FORMAT, FileRecord, Manifest};
pub use names::STATES;
pub use states::{move_state, remove_state};
pub use store::{Column, State, Store};
