//! What can go wrong between a checkpoint and the disk.

use std::io;
use std::path::{Path, PathBuf};

use crate::trace;

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory concerned.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// A file is not as it was written.
    #[error("{} is damaged: {what}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The checkpoint was written by another version of the program, which this one does not read.
    #[error("{}: {what} is {found}, and this program reads {expected}", .path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Which number.
        what: &'static str,
        /// The number that it has.
        found: u32,
        /// The number that is read.
        expected: u32,
    },
    /// Another process is writing the checkpoint.
    #[error("another run is writing to {}", .path.display())]
    Busy {
        /// The directory.
        path: PathBuf,
    },
    /// A link stands where a directory or file of the checkpoint should be.
    #[error("{} is a link", .path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// The rows could not be saved, or taken back.
    #[error(transparent)]
    Trace(#[from] trace::Error),
}

impl Error {
    /// What the user can do about it, in one sentence without a full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Error::Io { .. } => "make room, and check that the directory can be read and written",
            Error::Damaged { .. } => "--fresh begins anew, without the checkpoint",
            Error::Version { .. } => {
                "go on with the version that wrote it, or begin anew, without the checkpoint, with --fresh"
            }
            Error::Busy { .. } => "wait for it, or choose another directory with --checkpoints",
            Error::Link { .. } => "move the link away: nothing is written or removed through links",
            Error::Trace(error) => error.remedy(),
        }
    }

    /// Whether the directory is refused as it is: another process has it, or a link stands in it.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self {
            Error::Busy { .. } | Error::Link { .. } => true,
            Error::Trace(error) => error.is_refusal(),
            Error::Io { .. } | Error::Damaged { .. } | Error::Version { .. } => false,
        }
    }

    /// Whether the disk had no room.
    #[must_use]
    pub fn is_lack_of_room(&self) -> bool {
        let kind = match self {
            Error::Io { source, .. } | Error::Trace(trace::Error::Io { source, .. }) => source.kind(),
            _ => return false,
        };
        matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
    }

    /// Turns the answer of the file system to `action` on `path` into an error.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
        let path = path.to_owned();
        move |source| Error::Io { action, path, source }
    }

    /// Says that a file is not as it was written.
    pub(super) fn damaged(path: &Path, what: &str) -> Error {
        Error::Damaged { path: path.to_owned(), what: what.to_owned() }
    }
}
