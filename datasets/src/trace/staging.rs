//! The staging directory: a run is in place complete, or not at all.
//!
//! Everything is written below `.staging-<run id>` inside the output directory, synced, and renamed into place at the
//! end. Whatever ends the run earlier, the directory goes, and with it every directory that was made for it. The output
//! directory is locked meanwhile, so that what a killed process left there can be told from the work of a live one.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::Error;
use crate::disk;

const STAGING: &str = ".staging-";
const REPLACED: &str = ".replaced-";
const TRACES: &str = "traces";
const RUN_JSON: &str = "run.json";
pub(super) const SWEEP_JSON: &str = "sweep.json";
/// What a sweep leaves beside its tables, which goes with them.
const OF_A_SWEEP: [&str; 3] = [SWEEP_JSON, "points", "derived"];

/// A staging directory; dropping it removes it.
pub(super) struct Staging {
    out: PathBuf,
    /// Directories made for this run, outermost first; removed again if they are empty in the end.
    made: Vec<PathBuf>,
    /// Held for its lock; `None` until it is taken, or where the file system knows no locks.
    lock: Option<File>,
    folder: Option<PathBuf>,
    aside: PathBuf,
}

impl Staging {
    /// Prepares `out` for a run and creates the staging directory in it.
    pub(super) fn create(out: &Path, run_id: &str, replace: bool) -> Result<Self, Error> {
        let made = missing_ancestors(out);
        let aside = out.join(format!("{REPLACED}{run_id}"));
        let mut staging = Staging { out: out.to_owned(), made, lock: None, folder: None, aside };
        fs::create_dir_all(out).map_err(Error::io("create", out))?;
        staging.take_lock()?;
        if !replace && holds_a_run(out)? {
            return Err(Error::Occupied { path: out.to_owned() });
        }
        if staging.lock.is_some() {
            staging.remove_leftovers()?;
        }
        let folder = out.join(format!("{STAGING}{run_id}"));
        fs::create_dir(&folder).map_err(Error::io("create", &folder))?;
        let traces = folder.join(TRACES);
        staging.folder = Some(folder);
        fs::create_dir(&traces).map_err(Error::io("create", &traces))?;
        Ok(staging)
    }

    /// The directory that becomes `traces/`.
    pub(super) fn traces(&self) -> PathBuf {
        self.folder().join(TRACES)
    }

    /// The final place of a file that was written below [`Staging::traces`].
    pub(super) fn final_traces(&self) -> PathBuf {
        self.out.join(TRACES)
    }

    /// What has been made until now.
    pub(super) fn unfinished(&self) -> Unfinished {
        Unfinished { folder: self.folder.clone(), made: self.made.clone() }
    }

    /// Puts the tables and, last, `run.json` in place; what stood there before is removed when all is done, and comes
    /// back if something fails.
    pub(super) fn publish(mut self, run_json: &str) -> Result<(), Error> {
        write_synced(&self.folder().join(RUN_JSON), run_json)?;
        sync_tree(self.folder())?;
        let result = self.swap();
        if result.is_ok() {
            self.made.clear();
            // The new run is in place; what cannot be removed now goes with the next run's leftovers.
            fs::remove_dir_all(&self.aside).ok();
        } else {
            self.swap_back();
        }
        result
    }

    fn swap(&self) -> Result<(), Error> {
        if holds_a_run(&self.out)? {
            fs::create_dir(&self.aside).map_err(Error::io("create", &self.aside))?;
            move_if_there(&self.out, &self.aside, RUN_JSON)?;
            move_if_there(&self.out, &self.aside, TRACES)?;
            OF_A_SWEEP.iter().try_for_each(|name| move_if_there(&self.out, &self.aside, name))?;
        }
        move_if_there(self.folder(), &self.out, TRACES)?;
        move_if_there(self.folder(), &self.out, RUN_JSON)?;
        sync_directory(&self.out)?;
        self.made.iter().filter_map(|made| made.parent()).try_for_each(sync_directory)
    }

    fn swap_back(&self) {
        for name in [RUN_JSON, TRACES] {
            // An error is already on its way to the user; what cannot be moved stays where it is.
            if self.folder().join(name).exists() || move_if_there(&self.out, self.folder(), name).is_ok() {
                move_if_there(&self.aside, &self.out, name).ok();
            }
        }
        for name in OF_A_SWEEP {
            move_if_there(&self.aside, &self.out, name).ok();
        }
        fs::remove_dir(&self.aside).ok();
    }

    fn folder(&self) -> &Path {
        self.folder.as_deref().unwrap_or(&self.out)
    }

    fn take_lock(&mut self) -> Result<(), Error> {
        let file = File::open(&self.out).map_err(Error::io("open", &self.out))?;
        match file.try_lock() {
            Ok(()) => self.lock = Some(file),
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Busy { path: self.out.clone() });
            }
            Err(TryLockError::Error(_)) => {}
        }
        Ok(())
    }

    /// Removes what a killed process left.
    fn remove_leftovers(&self) -> Result<(), Error> {
        for entry in fs::read_dir(&self.out).map_err(Error::io("list", &self.out))? {
            let entry = entry.map_err(Error::io("list", &self.out))?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(STAGING) || name.starts_with(REPLACED) {
                fs::remove_dir_all(entry.path()).map_err(Error::io("remove", &entry.path()))?;
            }
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.unfinished().remove();
    }
}

/// What a trace that is being written has made, for whoever must end the process before its writer is dropped.
#[derive(Clone, Debug, Default)]
pub struct Unfinished {
    folder: Option<PathBuf>,
    /// Directories made for this run, outermost first.
    made: Vec<PathBuf>,
}

impl Unfinished {
    /// Removes it. Nothing can be reported from here, and directories that others have put files into stay.
    pub fn remove(&self) {
        if let Some(folder) = &self.folder {
            fs::remove_dir_all(folder).ok();
        }
        for made in self.made.iter().rev() {
            fs::remove_dir(made).ok();
        }
    }
}

/// Whether a directory holds a run, or the points of a sweep.
///
/// # Errors
///
/// If the directory cannot be read.
pub fn holds_a_run(folder: &Path) -> Result<bool, Error> {
    for name in [RUN_JSON, TRACES, SWEEP_JSON] {
        let path = folder.join(name);
        if path.try_exists().map_err(Error::io("open", &path))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The directories that `create_dir_all(path)` would make, outermost first.
pub(super) fn missing_ancestors(path: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = path
        .ancestors()
        .take_while(|ancestor| !ancestor.as_os_str().is_empty() && !ancestor.exists())
        .map(Path::to_owned)
        .collect();
    missing.reverse();
    missing
}

fn move_if_there(from: &Path, to: &Path, name: &str) -> Result<(), Error> {
    let (from, to) = (from.join(name), to.join(name));
    if !from.try_exists().map_err(Error::io("open", &from))? {
        return Ok(());
    }
    fs::rename(&from, &to).map_err(Error::io("create", &to))
}

pub(super) fn write_synced(path: &Path, text: &str) -> Result<(), Error> {
    disk::write_synced(path, text.as_bytes()).map_err(Error::io("write", path))
}

/// Forces the entries of a directory, and of those below it, to the disk; the files were synced when they were closed.
fn sync_tree(folder: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        }
    }
    sync_directory(folder)
}

pub(super) fn sync_directory(folder: &Path) -> Result<(), Error> {
    disk::sync_folder(folder).map_err(Error::io("write", folder))
}
