//! The staging directory: a run is in place complete, or not at all.
//!
//! Everything is written below `.staging-<run id>` inside the output directory, synced, and moved into place at the
//! end, while what it replaces leaves: `publishing::exchange` tells the steps. Whatever ends the run earlier, the
//! staging directory goes, and with it every directory that was made for it. The output directory is locked meanwhile,
//! so that what a killed process left there can be told from the work of a live one: whoever takes the lock first
//! brings to its end what was begun, and removes what is of no use.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use super::publishing::at::{Kind, kind};
use super::publishing::exchange::{Exchange, is_committed};
use super::publishing::hidden::{self, dispose, staged, write_synced};
use super::publishing::leftovers::{self, STAGING};
use super::publishing::manifest::{MANIFEST, Manifest};
use super::publishing::ours::{Compare, RUN_JSON, SWEEP_JSON, TRACES, ours, parts};
use super::{Error, Meta, Table, file};

/// A staging directory; dropping it removes it.
pub(super) struct Staging {
    out: PathBuf,
    run_id: String,
    /// Whether what is there is replaced.
    replace: bool,
    /// Directories made for this run, outermost first; removed again if they are empty in the end.
    made: Vec<PathBuf>,
    /// Held for its lock; `None` until it is taken, or where the file system knows no locks.
    lock: Option<File>,
    folder: Option<PathBuf>,
}

impl Staging {
    /// Prepares `out` for a run and creates the staging directory in it.
    pub(super) fn create(out: &Path, meta: &Meta, replace: bool) -> Result<Self, Error> {
        let (made, run_id) = (missing_ancestors(out), meta.run_id.clone());
        let mut staging = Staging { out: out.to_owned(), run_id, replace, made, lock: None, folder: None };
        fs::create_dir_all(out).map_err(Error::io("create", out))?;
        staging.take_lock()?;
        if staging.lock.is_some() {
            leftovers::remove(out)?;
        }
        if !replace && holds_a_run(out)? {
            return Err(Error::Occupied { path: out.to_owned() });
        }
        let leaves = staging.leaves(Compare::All)?;
        Exchange::new(1, leaves, may_enter(out, meta)?).check(out)?;
        let folder = out.join(format!("{STAGING}{}", meta.run_id));
        hidden::create(&folder)?;
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

    /// Puts the tables, the manifest and, last, `run.json` in place of what is there, which comes back if something
    /// fails.
    pub(super) fn publish(mut self, run_json: &str) -> Result<(), Error> {
        let folder = self.folder().to_owned();
        write_synced(&folder.join(RUN_JSON), run_json)?;
        let mut enters = staged(&folder)?;
        let manifest = Manifest::of(&self.run_id, &folder, &enters)?;
        write_synced(&folder.join(MANIFEST), &manifest.text())?;
        enters.retain(|path| path != RUN_JSON);
        enters.extend([MANIFEST, RUN_JSON].map(str::to_owned));
        let done = Exchange::new(1, self.leaves(Compare::Reports)?, enters).carry_out(&self.out, &folder);
        if done.is_ok() {
            self.sync_made()?;
        }
        // What a failure could not undo is left for the next process, which has it all.
        if done.is_ok() || is_committed(&folder).unwrap_or(true) {
            self.made.clear();
            self.folder = None;
        }
        if done.is_ok() {
            // The run is in place; what cannot be removed now goes with the next run's leftovers.
            dispose(&folder).ok();
            if self.lock.is_some() {
                leftovers::remove(&self.out).ok();
            }
        }
        done
    }

    /// The files that leave, first what says that they are there.
    fn leaves(&self, compare: Compare) -> Result<Vec<String>, Error> {
        if !self.replace {
            return Ok(Vec::new());
        }
        let mut leaves = ours(&self.out, compare)?;
        leaves.sort_by_key(|path| ![RUN_JSON, SWEEP_JSON].contains(&path.as_str()));
        Ok(leaves)
    }

    /// Forces the names of the directories that were made to the disk.
    fn sync_made(&self) -> Result<(), Error> {
        self.made.iter().filter_map(|made| made.parent()).try_for_each(hidden::sync)
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
}

impl Drop for Staging {
    fn drop(&mut self) {
        self.unfinished().remove();
    }
}

/// The files of a run that may enter, so far as they can be named before it: what lies there already is in the way,
/// unless it leaves.
fn may_enter(out: &Path, meta: &Meta) -> Result<Vec<String>, Error> {
    let mut enters = vec![MANIFEST.to_owned(), RUN_JSON.to_owned()];
    for &table in Table::ALL {
        let partition = file::partition(table, meta);
        enters.push(format!("{TRACES}/{}/{}", partition.display(), file::name(0)));
        parts(out, &format!("{TRACES}/{}/run={}", table.name(), meta.run_id), &mut enters)?;
    }
    let seed = format!("/seed={}/", meta.seed);
    enters.retain(|path| !path.contains("/seed=") || path.contains(&seed));
    Ok(enters)
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
            dispose(folder).ok();
        }
        for made in self.made.iter().rev() {
            fs::remove_dir(made).ok();
        }
    }
}

/// Whether a directory holds a run, or the points of a sweep; a run that a killed process was putting in place counts.
///
/// # Errors
///
/// If the directory cannot be read.
pub fn holds_a_run(folder: &Path) -> Result<bool, Error> {
    for name in [RUN_JSON, TRACES, SWEEP_JSON] {
        if kind(&folder.join(name))? != Kind::Nothing {
            return Ok(true);
        }
    }
    leftovers::is_begun(folder)
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
