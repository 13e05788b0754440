//! The Parquet tables of a run, written and read back.
//!
//! A run directory holds `run.json` and, per table, `traces/<table>/run=<id>/seed=<n>/part-0.parquet`. A [`Writer`]
//! keeps everything in a hidden directory beside `traces/` until [`Writer::finish`] renames it into place: a table is
//! there complete, or it is not there. `nodes`, which may have a row per node and snapshot, goes on in `part-1.parquet`
//! and so on. [`read::Run`] reads the tables back into the same row types. The tables of a sweep's points lie in one
//! such tree, beside `points/<number>.json` for each; [`read::Sweep`] finds the points.
//!
//! [`Writer::save`] puts the rows by while a run goes on. A new writer takes them up with [`Writer::restore`], and ends
//! with the files of a run that was never interrupted.
//!
//! Row 0 of a table is the state before the first cycle, row k the state after k cycles. The same rows give the same
//! bytes: the files hold no time, no path and no name of a machine.
//!
//! ```
//! use datasets::trace::{CycleRow, Meta, Writer, read};
//!
//! let folder = std::env::temp_dir().join(format!("subcloud-doc-{}", std::process::id()));
//! let meta = Meta { run_id: "example".into(), ..Meta::default() };
//! let mut trace = Writer::create(&folder, meta, false)?;
//! trace.push(CycleRow { cycle: 0, alive_count: 100, ..CycleRow::default() });
//! let finished = trace.finish("{}")?;
//! assert_eq!(finished.rows, 1);
//! assert_eq!(read::Run::open(&folder)?.cycles()?[0].alive_count, 100);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), datasets::trace::Error>(())
//! ```

mod cell;
pub mod collect;
mod derived;
mod encoding;
mod error;
mod file;
mod meta;
mod publishing;
pub mod read;
mod saved;
mod schema;
mod snapshots;
mod staging;
mod tables;
mod tree;
mod unlike;
mod writer;

pub use cell::{Column, Kind};
pub use error::Error;
pub use meta::{Meta, SCHEMA_VERSION};
pub use publishing::{is_free, list, settle};
pub use saved::{SavedFile, SavedRows};
pub use schema::{Definition, schema};
pub use staging::Unfinished;
pub use staging::holds_a_run;
pub use tables::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CloudRow, CodeRow, ContactRow, CycleRow, DegreeRow, EdgeRows,
    EpochRow, EventRow, LookupRow, MemberRow, NodeRows, OverlayRow, OwnRow, ParamRow, Phase, RegistryRow, Row, Rows,
    RuleRow, RunRow, SliceRow, SuiteRow, Table, TopologyRow,
};
pub use tree::{Claim, Place, Tree};
pub use unlike::Unlike;
pub use writer::{Finished, Writer, WrittenFile};
