//! What can go wrong between a trace and the disk.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;

use super::unlike::Unlike;

/// Why a trace could not be written or read.
///
/// The message says what was tried and on which path; [`Error::remedy`] says what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The output directory already holds a run.
    #[error("{} already holds a run", .path.display())]
    Occupied {
        /// The output directory.
        path: PathBuf,
    },
    /// Another run is writing to the output directory now.
    #[error("another run is writing to {}", .path.display())]
    Busy {
        /// The output directory.
        path: PathBuf,
    },
    /// The output directory already holds the points of another sweep.
    #[error("{} holds another sweep, or one of another scenario", .path.display())]
    OtherSweep {
        /// The output directory.
        path: PathBuf,
    },
    /// The points of a sweep that the output directory holds were done by a program that computes other values.
    #[error(
        "{} holds points of another version: their results are {found}, and this program writes {expected}",
        .path.display()
    )]
    OtherResults {
        /// The output directory.
        path: PathBuf,
        /// The versions of the results and of the tables of its points; 0 where none is known.
        found: String,
        /// Those of the program.
        expected: String,
    },
    /// A symbolic link lies where files of a run lie, or are to lie.
    #[error("{} is a symbolic link: no link is followed below the directory", .path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Something lies where a file of a run is to lie, and no manifest lists it.
    #[error("{} is in the way: it is listed in no manifest, so that it is not replaced", .path.display())]
    InTheWay {
        /// What lies there.
        path: PathBuf,
    },
    /// A file of a run was changed after the run had written it.
    #[error("{} was changed after it was written, so that it is not replaced", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file that says what lies in a directory is of a later version.
    #[error("{}: its format is {found}, and this version reads up to {expected}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format that it names.
        found: u32,
        /// The latest format that is known.
        expected: u32,
    },
    /// The file system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb: `create`, `write`, `read`, …
        action: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A Parquet file could not be encoded or decoded.
    #[error("cannot {action} {}: {source}", .path.display())]
    Parquet {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file concerned.
        path: PathBuf,
        /// The encoder's or decoder's answer.
        source: ParquetError,
    },
    /// A name or number cannot stand in a trace.
    #[error("{what} `{found}` cannot stand in a trace: expected {expected}")]
    Name {
        /// What is named: `the run id`, `the attribute`, …
        what: &'static str,
        /// The name found.
        found: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// A directory holds no run.
    #[error("{} holds no run: there is no table `{table}` under its traces/", .path.display())]
    NoRun {
        /// The directory.
        path: PathBuf,
        /// The table that was looked for.
        table: &'static str,
    },
    /// A directory holds several runs where one is expected.
    #[error("{} holds {count} runs in the table `{table}`, expected one", .path.display())]
    SeveralRuns {
        /// The directory.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// Number of the runs.
        count: usize,
    },
    /// The files of a table are not `part-0.parquet`, `part-1.parquet` and so on.
    #[error("{}: expected `{expected}` in the place of this file", .path.display())]
    Gap {
        /// The file that is not the next one.
        path: PathBuf,
        /// The name of the next one.
        expected: String,
    },
    /// A file of saved rows is missing, or not as it was saved.
    #[error("{} is damaged: it is not the file that was saved", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// A table does not have the columns it should have.
    #[error("{}: column `{column}` is {found}, expected {expected}", .path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// What was found there.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A table was written by another version of the schema, or by something else.
    #[error("{}: metadata key `{key}` is {found}, expected {expected}", .path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// The key in the Parquet key-value metadata.
        key: &'static str,
        /// What was found there.
        found: String,
        /// What should be there.
        expected: String,
    },
    /// Directories of sweeps cannot be collected into one.
    #[error(transparent)]
    Unlike(#[from] Unlike),
}

impl Error {
    /// Whether a directory was refused as it is, before anything in it was changed: the user has given a directory that
    /// does not do, and nothing has failed.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        use Error::{Busy, Changed, InTheWay, Link, Newer, Occupied, OtherResults, OtherSweep};
        matches!(
            self,
            Occupied { .. }
                | OtherSweep { .. }
                | OtherResults { .. }
                | Busy { .. }
                | Link { .. }
                | InTheWay { .. }
                | Changed { .. }
                | Newer { .. }
        )
    }

    /// What the user can do about it, in one sentence without a full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::Occupied { .. } => "replace it with --force, or choose another directory with --out",
            Error::OtherSweep { .. } => {
                "a sweep is extended by more replicates or values alone: leave those of the directory in, replace it \
                 with --force, by which all its points go, or choose another directory with --out"
            }
            Error::OtherResults { .. } => {
                "go on with the version that did them, replace them with --force, or choose another directory with \
                 --out"
            }
            Error::Busy { .. } => "wait for it, or choose another directory with --out",
            Error::Link { .. } => {
                "put what it leads to in its place or remove it, or choose another directory with --out"
            }
            Error::InTheWay { .. } | Error::Changed { .. } => {
                "move it elsewhere, or choose another directory with --out"
            }
            Error::Newer { .. } => {
                "use the version of the program that wrote it, or choose another directory with --out"
            }
            Error::Io { action: "read" | "list", source, .. } => match source.kind() {
                ErrorKind::NotFound => "give the directory that a run wrote with --out",
                _ => "check that the directory and the disk can be read",
            },
            Error::Io { source, .. } => match source.kind() {
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                    "free space there, or choose a directory on another disk with --out"
                }
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                    "choose a directory that you may write to with --out"
                }
                ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
                    "a file is in the way: choose another directory with --out"
                }
                _ => "check the disk, or choose another directory with --out",
            },
            Error::Parquet { action: "write", .. } => "choose another directory with --out and run it again",
            Error::Parquet { .. } | Error::Column { .. } | Error::Metadata { .. } => {
                "the file is damaged or was not written by this version: run the scenario again"
            }
            Error::Name { .. } => "rename it in the scenario",
            Error::Unlike(unlike) => unlike.remedy(),
            Error::NoRun { .. } => "give the directory that a run wrote with --out",
            Error::SeveralRuns { .. } => "give a directory that holds one run",
            Error::Gap { .. } => "put the file that is missing beside it, or run the scenario again",
            Error::Damaged { .. } => "`--fresh` begins anew",
        }
    }

    /// Turns the answer of the file system to `action` on `path` into an error.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { action, path, source }
    }

    /// Turns the answer of the Parquet library to `action` on `path` into an error: that of the file system, if it
    /// was the cause.
    pub(super) fn parquet(action: &'static str, path: &Path) -> impl FnOnce(ParquetError) -> Error {
        let path = path.to_owned();
        move |source| match source {
            ParquetError::External(cause) => match cause.downcast::<io::Error>() {
                Ok(source) => Error::Io { action, path, source: *source },
                Err(cause) => Error::Parquet { action, path, source: ParquetError::External(cause) },
            },
            source => Error::Parquet { action, path, source },
        }
    }
}
