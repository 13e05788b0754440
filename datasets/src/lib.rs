//! Everything at rest: scenarios and suites as they are written, fleets that come in, traces that go out.
//!
//! - [`scenario`]: a scenario file, read, checked and turned into plain types; every error points at its line.
//! - [`fleet`]: what the nodes are: distributions by class, or an inventory as csv or Parquet.
//! - [`suite`]: the application suite: which application asks for which nodes.
//! - [`sweep`]: one scenario at many points.
//! - [`trace`]: the Parquet tables of a run, written and read back.
//! - [`record`]: what lies beside them: `run.json`, `size.json`, `sweep.json`.
//! - [`checkpoint`]: the state of a run, written and read back.
//! - [`disk`]: files that are on the disk when a call returns.
//! - [`delimited`]: tables as comma-separated values.
//! - [`numeral`]: numbers in other notations than TOML's, and what to write instead.
//!
//! This crate knows nothing of how a cloud is simulated.
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod delimited;
pub mod disk;
pub mod fleet;
pub mod numeral;
pub mod record;
pub mod scenario;
pub mod suite;
pub mod sweep;
pub mod trace;

mod error;
mod written;

pub use error::{Error, Kind};
