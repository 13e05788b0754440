//! What is ours in a directory, and how one state of it takes the place of another.
//!
//! - [`at`]: what lies at a path, no link followed.
//! - [`manifest`]: `manifest.jsonl`, the list of files that are ours, with their digests.
//! - [`ours`]: the files of a directory that may be replaced or removed, by its manifests.
//! - [`later`]: files that commands write beside a run or a sweep.
//! - [`exchange`]: these files leave and others enter, whatever ends the process on the way.
//! - [`hidden`]: the directories in which that is prepared.
//! - [`leftovers`]: what a killed process left is brought to its end, or removed.
//!
//! Only a file that a manifest lists is ever removed or replaced. A directory goes with its last file. Directories of
//! runs that were written before there were manifests hold `run.json`, `size.json` if it can be read as one, and
//! `traces/<known table>/run=*/seed=*/part-*.parquet`; those of sweeps hold `sweep.json`, the records of points, their
//! tables and the derived tables by their names.

pub(super) mod at;
pub(super) mod exchange;
pub(super) mod hidden;
mod later;
pub(super) mod leftovers;
pub(super) mod manifest;
pub(super) mod ours;
mod paths;

pub use later::{is_free, list};
pub use leftovers::settle;
