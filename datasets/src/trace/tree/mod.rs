//! The directory of a sweep: the finished points of all processes that work on it, in one tree of tables.
//!
//! ```text
//! sweep.json                      which sweep it is
//! manifest.jsonl                  the files of the sweep as a whole: sweep.json, derived tables, reports
//! points/<number>.json            the record of a finished point: what run.json is for a run
//! points/manifests/<number>.jsonl the files of the point
//! traces/<table>/run=<id>/…       the tables of the finished points
//! .points/<number>/               a point under way, as a run directory of its own
//! .points/<number>.lock           held by the process that does the point
//! .points/warm/                   states with which points begin
//! ```
//!
//! A point is moved into the tree when its tables are complete ([`place`]). A point without a record is not there.
//! Locks are the system's (`flock`), and go with the process that holds them, however it ends.
//!
//! A sweep that is to replace what the directory holds begins a new *generation* ([`begin`]): `sweep.json` counts them,
//! and so does the record of each point. Points of an earlier generation are not of the sweep, and nobody is shown them
//! as such; but they stay, each until its successor enters, and the last of them go when all points of the sweep are
//! there ([`Tree::retire`]). A run that a sweep replaces stays until then too. A call without `--force` goes on with
//! the generation that is under way, and one with `--force` begins the next one.

mod begin;
mod enter;
mod place;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::publishing::at::{Kind, below, kind};
use super::publishing::hidden::{dispose, sync};
use super::publishing::leftovers::{UNDER_WAY, is_of_points};
use super::publishing::manifest::{Entry, append};
use super::publishing::ours::{SWEEP_JSON, TRACES, units};
use super::read::Column;
use super::read::sweep::{generation, is_there};
use super::staging::missing_ancestors;
use super::{Error, derived};
use crate::record::SweepRecord;
use enter::{derived_files, enter, lock, standing};
pub use place::Place;
use place::remove;

/// The directory of a sweep, shared with other processes that work on the same sweep.
#[derive(Debug)]
pub struct Tree {
    folder: PathBuf,
    /// Points by which this call extended the sweep that was there.
    added: usize,
    generation: u32,
    /// The runs of all points.
    runs: Arc<BTreeSet<String>>,
    /// Held for its shared lock: who wants to replace or extend the sweep needs it alone.
    _lock: Option<File>,
}

/// Whether a point may be done now.
#[derive(Debug)]
pub enum Claim {
    /// It is finished.
    Done,
    /// Another process, or another thread, is doing it.
    Busy,
    /// It is ours.
    Ours(Place),
}

impl Tree {
    /// Opens the directory for a sweep, and creates it if it is not there.
    ///
    /// `sweep` is what `sweep.json` is to say; its hash tells one sweep from another. A directory that holds the first
    /// points of it is extended: its points stay, and what was derived from them goes. With `replace` whatever run or
    /// sweep is there is replaced: what was derived from it goes, and the rest as the points of this sweep are
    /// published.
    ///
    /// # Errors
    ///
    /// If the directory holds a run or another sweep and `replace` is false, if it is to be replaced or extended while
    /// others work on it, if a link or a file that no manifest lists is in the way, if a file that is to be replaced
    /// was changed, or if the directory cannot be written.
    pub fn open(folder: &Path, sweep: &SweepRecord, replace: bool) -> Result<Tree, Error> {
        super::settle(folder);
        if !replace {
            standing(folder, sweep)?;
        }
        let made = missing_ancestors(folder);
        let entered = enter(folder, sweep, replace);
        if entered.is_err() {
            made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
        }
        let (door, added) = entered?;
        let runs = Arc::new(sweep.points.iter().map(|point| point.run_id.clone()).collect());
        let generation = generation(folder);
        Ok(Tree { folder: folder.to_owned(), added, generation, runs, _lock: Some(door) })
    }

    /// What the `sweep.json` of a directory says, if there is one that can be read.
    #[must_use]
    pub fn record(folder: &Path) -> Option<SweepRecord> {
        serde_json::from_str(&fs::read_to_string(folder.join(SWEEP_JSON)).ok()?).ok()
    }

    /// The directory.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Points by which opening the directory extended the sweep that it held.
    #[must_use]
    pub fn added(&self) -> usize {
        self.added
    }

    /// Whether a point is finished.
    ///
    /// # Errors
    ///
    /// If the directory cannot be read.
    pub fn is_done(&self, point: u32) -> Result<bool, Error> {
        is_there(&self.folder, point, self.generation)
    }

    /// Whether a directory holds a point of the sweep that its `sweep.json` names, be it this one or another.
    #[must_use]
    pub fn holds(folder: &Path, point: u32) -> bool {
        is_there(folder, point, generation(folder)).unwrap_or(false)
    }

    /// Claims a point, whose run has this id, for this process; what a killed process left of it is put in place, if it
    /// was complete, or removed.
    ///
    /// # Errors
    ///
    /// If the directory cannot be written.
    pub fn claim(&self, point: u32, run_id: &str) -> Result<Claim, Error> {
        if self.is_done(point)? {
            return Ok(Claim::Done);
        }
        let path = self.folder.join(UNDER_WAY).join(format!("{point}.lock"));
        let Some(lock) = lock(&path)? else { return Ok(Claim::Busy) };
        let place = Place {
            tree: self.folder.clone(),
            point,
            run_id: run_id.to_owned(),
            generation: self.generation,
            runs: Arc::clone(&self.runs),
            lock: Some(lock),
        };
        // It may have been finished between the look and the lock.
        if !self.is_done(point)? {
            place.clear()?;
        }
        Ok(if self.is_done(point)? { Claim::Done } else { Claim::Ours(place) })
    }

    /// Puts the tables that were derived from all points in place, `derived/<name>.parquet`, unless they are there.
    ///
    /// # Errors
    ///
    /// If they cannot be written, or something that is not ours lies in the place of one.
    pub fn derive(&self, tables: &[(&str, Vec<Column>)]) -> Result<(), Error> {
        let staged = self.folder.join(UNDER_WAY).join(format!("derived-{}", std::process::id()));
        let moved = self.derive_by(&staged, tables);
        remove(&staged)?;
        match moved {
            // Another process was faster, and may have tidied up; what it derived from the same points is the same.
            Err(_) if self.is_derived() => Ok(()),
            moved => moved,
        }
    }

    fn derive_by(&self, staged: &Path, tables: &[(&str, Vec<Column>)]) -> Result<(), Error> {
        remove(staged)?;
        derived::write(staged, tables)?;
        let paths: Vec<String> = tables.iter().map(|(name, _)| format!("derived/{name}.parquet")).collect();
        let known = derived_files(&self.folder)?;
        for path in &paths {
            if below(&self.folder, path)? != Kind::Nothing && !known.contains(path) {
                return Err(Error::InTheWay { path: self.folder.join(path) });
            }
        }
        let entries = tables.iter().zip(&paths).map(|((name, _), path)| {
            let entry = Entry::read(staged, &format!("{name}.parquet"))?;
            Ok(Entry { path: path.clone(), ..entry })
        });
        append(&self.folder, &entries.collect::<Result<Vec<_>, Error>>()?)?;
        let folder = self.folder.join("derived");
        if kind(&folder)? == Kind::Nothing && fs::rename(staged, &folder).is_ok() {
            return sync(&self.folder);
        }
        for ((name, _), path) in tables.iter().zip(&paths) {
            let to = self.folder.join(path);
            fs::rename(staged.join(format!("{name}.parquet")), &to).map_err(Error::io("create", &to))?;
        }
        sync(&folder)
    }

    /// Whether all derived tables are there.
    #[must_use]
    pub fn is_derived(&self) -> bool {
        let is_there = |path: &String| matches!(below(&self.folder, path), Ok(Kind::File));
        derived_files(&self.folder).is_ok_and(|files| !files.is_empty() && files.iter().all(is_there))
    }

    /// Removes what is left of earlier generations. All points of this one must be there; other processes may be at it
    /// too.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed, or a link is on the way to it.
    pub fn retire(&self) -> Result<(), Error> {
        if self.generation == 0 {
            return Ok(());
        }
        for old in units(&self.folder)?.into_iter().filter(|unit| unit.manifest.generation < self.generation) {
            let is_ours_now = self.runs.contains(&old.manifest.run_id);
            for entry in old.manifest.entries.iter().filter(|entry| !is_ours_now || !entry.path.starts_with(TRACES)) {
                // A report that was changed is its user's.
                let is_kept = entry.path.starts_with("report") && !entry.is_unchanged(&self.folder).unwrap_or(false);
                if is_kept {
                    continue;
                }
                if below(&self.folder, &entry.path)? == Kind::File {
                    remove(&self.folder.join(&entry.path))?;
                }
                // Also where a process was killed after it had removed the file.
                enter::remove_empty(&self.folder, &entry.path);
            }
            remove(&self.folder.join(old.path()))?;
            enter::remove_empty(&self.folder, &old.path());
        }
        sync(&self.folder)
    }

    /// The directory of states with which points begin: it goes with what is needed only as long as points are missing.
    #[must_use]
    pub fn beginnings(&self) -> PathBuf {
        self.folder.join(UNDER_WAY).join("warm")
    }

    /// Removes what is needed only as long as points are missing. Other processes may be at it too.
    pub fn tidy(&self) {
        let points = self.folder.join(UNDER_WAY);
        // What cannot be removed is hidden, and in nobody's way.
        if matches!(kind(&points), Ok(Kind::Folder)) && is_of_points(&points).unwrap_or(false) {
            dispose(&points).ok();
        }
    }
}
