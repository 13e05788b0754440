//! A state with which several runs begin, and which one process makes for all of them.
//!
//! ```text
//! <run id>/         the state: complete, or not there
//! <run id>.work/    the run that leads to it, as a run directory of its own, with a checkpoint
//! <run id>.lock     held by the process that makes it
//! ```
//!
//! Locks are the system's (`flock`), and go with the process that holds them, however it ends. Where a file system
//! knows none, two processes may make the state at once, each in a directory of its own: the first one to be done puts
//! its own in place, and the other, which is the same, goes.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::error::Error;
use super::files::Folder;
use super::manifest::Manifest;
use crate::disk;

/// The place of a state with which several runs begin.
#[derive(Clone, Debug)]
pub struct Common {
    parent: PathBuf,
    run_id: String,
    /// The number of what the engine computes.
    results: u32,
}

/// A state that is being made.
#[derive(Debug)]
pub struct Making {
    common: Common,
    work: PathBuf,
    /// Held for its lock; `None` where the file system knows no locks.
    _lock: Option<File>,
}

impl Common {
    /// The place of the state of a run, among those of others in a directory, which need not be there.
    #[must_use]
    pub fn new(parent: &Path, run_id: &str, results: u32) -> Self {
        Self { parent: parent.to_owned(), run_id: run_id.to_owned(), results }
    }

    /// The directory of the state.
    #[must_use]
    pub fn folder(&self) -> Folder {
        Folder::at(self.parent.join(&self.run_id))
    }

    /// Whether the state is there, written by a version that computes the same.
    #[must_use]
    pub fn is_there(&self) -> bool {
        matches!(Manifest::read(self.folder().path(), self.results), Ok(Some(_)))
    }

    /// Takes it on to make the state; `None` if another process is at it.
    ///
    /// # Errors
    ///
    /// If the directory cannot be written.
    pub fn claim(&self) -> Result<Option<Making>, Error> {
        fs::create_dir_all(&self.parent).map_err(Error::io("create", &self.parent))?;
        let path = self.parent.join(format!("{}.lock", self.run_id));
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        let lock = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(_)) => None,
        };
        let name = match lock {
            Some(_) => format!("{}.work", self.run_id),
            None => format!("{}.work-{}", self.run_id, std::process::id()),
        };
        Ok(Some(Making { common: self.clone(), work: self.parent.join(name), _lock: lock }))
    }
}

impl Making {
    /// The directory of the run that leads to the state.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// Puts a state into its place, and removes the run that has led to it.
    ///
    /// # Errors
    ///
    /// If it cannot be moved.
    pub fn finish(self, state: &Folder) -> Result<(), Error> {
        let Self { common, work, _lock } = self;
        let place = common.folder();
        if !common.is_there() {
            // One that this program cannot read is in the way.
            place.remove()?;
        }
        match fs::rename(state.path(), place.path()) {
            // Another process was faster.
            Err(_) if common.is_there() => {}
            moved => moved.map_err(Error::io("create", place.path()))?,
        }
        disk::sync_folder(&common.parent).map_err(Error::io("write", &common.parent))?;
        // What cannot be removed is hidden, and in nobody's way.
        fs::remove_dir_all(work).ok();
        Ok(())
    }
}
