//! What can go wrong when a run is read.

use std::io;
use std::path::PathBuf;

use datasets::trace;

/// Why a run could not be summarised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A table could not be read.
    #[error(transparent)]
    Trace(#[from] trace::Error),
    /// `run.json` could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A sweep cannot stand beside a run.
    #[error("{} holds a sweep and {} a run", .sweep.display(), .run.display())]
    Unlike {
        /// The directory of the sweep.
        sweep: PathBuf,
        /// That of the run.
        run: PathBuf,
    },
    /// `run.json` is not JSON.
    #[error("{} is not valid JSON: {source}", .path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: serde_json::Error,
    },
    /// The page of a report could not be put together.
    #[error("the page of the report cannot be made: {source}")]
    Page {
        /// Where its template is at fault.
        source: Box<minijinja::Error>,
    },
    /// The workbook of a report could not be put together.
    #[error("the workbook of the report cannot be made: {source}")]
    Workbook {
        /// What does not fit.
        source: Box<rust_xlsxwriter::XlsxError>,
    },
}

impl Error {
    /// What the user can do about it, in one sentence without a full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::Trace(error) => error.remedy(),
            Error::Read { .. } => "give a directory that a run wrote with --out, and check that it can be read",
            Error::Unlike { .. } => "give two runs or two sweeps; a sweep may have a single point",
            Error::Json { .. } => "run the scenario again",
            Error::Page { .. } => "this is a bug: the tables of the trace are whole, and open in any reader",
            Error::Workbook { .. } => "ask for --format csv, which has no limits",
        }
    }
}
