//! Why directories of sweeps cannot be collected into one.

use std::path::{Path, PathBuf};

/// Directories that do not hold parts of one sweep, or hold something else than finished points.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unlike {
    /// A directory holds no sweep.
    #[error("{} holds no sweep: it has no sweep.json that can be read", .path.display())]
    NoSweep {
        /// The directory.
        path: PathBuf,
    },
    /// Two directories hold different sweeps.
    #[error(
        "{} and {} hold different sweeps, or sweeps of different scenarios",
        .paths[0].display(), .paths[1].display()
    )]
    Sweeps {
        /// The directories.
        paths: [PathBuf; 2],
    },
    /// Points were done by programs that compute, or write, different values.
    #[error(
        "{} and {} were done by different versions: their results are {} and {}",
        .paths[0].display(), .paths[1].display(), .versions[0], .versions[1]
    )]
    Versions {
        /// The directories.
        paths: [PathBuf; 2],
        /// The versions of the results and of the tables.
        versions: [String; 2],
    },
    /// The same point is not the same in two directories.
    #[error("point {point} is in {} and in {}, and differs: {what}", .paths[0].display(), .paths[1].display())]
    Points {
        /// The number of the point.
        point: u32,
        /// The directories.
        paths: [PathBuf; 2],
        /// What differs.
        what: String,
    },
    /// A finished point lacks something.
    #[error("point {point} is not complete in {}: {what}", .path.display())]
    Incomplete {
        /// The number of the point.
        point: u32,
        /// The directory.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Something is no file and no folder.
    #[error("{} is a link, or no file: links are not followed here", .path.display())]
    Link {
        /// Where it is.
        path: PathBuf,
    },
}

impl Unlike {
    /// What the user can do about it, in one sentence without a full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Unlike::NoSweep { .. } => "give directories that a sweep wrote with --out",
            Unlike::Sweeps { .. } => {
                "collect directories of one sweep file alone; one that was extended numbers its points otherwise"
            }
            Unlike::Versions { .. } => {
                "do the points of one of them anew, with the program that did those of the other"
            }
            Unlike::Points { .. } => {
                "do the point anew in a directory of its own to see which one is right, and leave the other out"
            }
            Unlike::Incomplete { .. } => "copy the directory anew from the machine that wrote it",
            Unlike::Link { .. } => "put the file itself there",
        }
    }

    /// Two directories that hold different sweeps.
    pub(super) fn sweeps(one: &Path, other: &Path) -> Self {
        Unlike::Sweeps { paths: [one.to_owned(), other.to_owned()] }
    }
}
