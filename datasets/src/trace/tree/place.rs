//! A point under way, and how it takes its place in the tree.
//!
//! The point is done as a run in a directory of its own, `.points/<number>/`. What it replaces leaves as it enters, by
//! the steps of `publishing::exchange`:
//!
//! - The record and the manifest of an older point of the same number leave.
//! - Its tables leave too, unless a point of the sweep has the same run: then they leave as that point enters.
//! - Whatever tables of the same run are there leave.
//!
//! So no two points ever move the same file, whichever processes do them.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::checkpoint::Folder;
use crate::record::RunRecord;
use crate::trace::publishing::at::{Kind, below, kind, names};
use crate::trace::publishing::exchange::{Exchange, is_committed, recover};
use crate::trace::publishing::hidden::{MARKER, dispose, write_synced};
use crate::trace::publishing::leftovers::UNDER_WAY;
use crate::trace::publishing::manifest::{Entry, MANIFEST, Manifest};
use crate::trace::publishing::ours::{MANIFESTS, RUN_JSON, TRACES, parts};
use crate::trace::read::sweep::{is_there, record};
use crate::trace::{Error, Table};

/// The place of a point under way. What is in it goes with this value, unless it was published, and but for the
/// checkpoint of a point that is not finished.
#[derive(Debug)]
pub struct Place {
    pub(super) tree: PathBuf,
    pub(super) point: u32,
    pub(super) run_id: String,
    pub(super) generation: u32,
    /// The runs of all points of the sweep.
    pub(super) runs: Arc<BTreeSet<String>>,
    pub(super) lock: Option<File>,
}

impl Place {
    /// The directory into which the point is to be written as a run.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.tree.join(UNDER_WAY).join(self.point.to_string())
    }

    /// The generation of the sweep, which the record of the point must name.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// Moves the finished run into the tree, while the point that it replaces leaves.
    ///
    /// # Errors
    ///
    /// If something cannot be moved, or a link or another's file is in the way. The point is not finished then, and
    /// will be done anew; what it was to replace is there.
    pub fn publish(self) -> Result<(), Error> {
        let staging = self.folder();
        let enters = self.stage(&staging)?;
        Exchange::new(3, self.leaves()?, enters).carry_out(&self.tree, &staging)?;
        dispose(&staging)
    }

    /// Gives every file the path that it is to have in the tree, and lists them: the table that tells of the point
    /// after the others, then the manifest, and last the record, which says that the point is there.
    fn stage(&self, staging: &Path) -> Result<Vec<String>, Error> {
        let [from, list] = [RUN_JSON, MANIFEST].map(|name| staging.join(name));
        let mut manifest = Manifest::read(&list)?.unwrap_or_default();
        let folder = staging.join(MANIFESTS);
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let to = staging.join(self.record());
        fs::rename(&from, &to).map_err(Error::io("create", &to))?;
        fs::remove_file(&list).map_err(Error::io("remove", &list))?;
        manifest.generation = self.generation;
        manifest.entries.retain(|entry| entry.path != RUN_JSON);
        let mut enters: Vec<String> = manifest.entries.iter().map(|entry| entry.path.clone()).collect();
        let runs = format!("{TRACES}/{}/", Table::Runs.name());
        enters.sort_by_key(|path| path.starts_with(&runs));
        enters.extend([self.manifest(), self.record()]);
        manifest.entries.push(Entry::read(staging, &self.record())?);
        manifest.entries.sort();
        write_synced(&staging.join(self.manifest()), &manifest.text())?;
        write_synced(&staging.join(MARKER), "")?;
        Ok(enters)
    }

    /// The files that leave, first the record.
    fn leaves(&self) -> Result<Vec<String>, Error> {
        let mut leaves = vec![self.record(), self.manifest()];
        if let Some(old) = Manifest::read(&self.tree.join(self.manifest()))? {
            let is_left = old.run_id != self.run_id && self.runs.contains(&old.run_id);
            let paths = old.entries.into_iter().map(|entry| entry.path);
            leaves.extend(paths.filter(|path| !is_left || !path.starts_with(TRACES)));
        } else if below(&self.tree, &self.record())? == Kind::File {
            let path = record(&self.tree, self.point);
            let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            let old = serde_json::from_str::<RunRecord>(&text).unwrap_or_default().run_id;
            if !self.runs.contains(&old) {
                self.tables(&old, &mut leaves)?;
            }
        }
        self.tables(&self.run_id, &mut leaves)?;
        let mut seen = BTreeSet::new();
        leaves.retain(|path| seen.insert(path.clone()));
        Ok(leaves)
    }

    /// The tables of a run that are in the tree.
    fn tables(&self, run_id: &str, paths: &mut Vec<String>) -> Result<(), Error> {
        if run_id.contains('/') {
            return Ok(());
        }
        let folders = Table::ALL.iter().map(|table| format!("{TRACES}/{}/run={run_id}", table.name()));
        folders.into_iter().try_for_each(|folder| parts(&self.tree, &folder, paths))
    }

    fn record(&self) -> String {
        format!("points/{}.json", self.point)
    }

    fn manifest(&self) -> String {
        format!("{MANIFESTS}/{}.jsonl", self.point)
    }

    /// Brings to its end what a killed process had begun to put in place, or removes it but for the checkpoint from
    /// which the run of the point goes on.
    pub(super) fn clear(&self) -> Result<(), Error> {
        let folder = self.folder();
        if recover(&self.tree, &folder)? || kind(&folder)? == Kind::Nothing {
            return Ok(());
        }
        self.remove_but_checkpoint()
    }

    /// Removes what there is of the point under way, but for the checkpoint of its run.
    fn remove_but_checkpoint(&self) -> Result<(), Error> {
        let folder = self.folder();
        let checkpoint = Folder::of_run(&folder, &self.run_id);
        if kind(&folder)? != Kind::Folder || !checkpoint.holds_one() {
            return remove(&folder);
        }
        let paths = names(&folder)?.into_iter().map(|name| folder.join(name));
        paths.filter(|path| path != checkpoint.path()).try_for_each(|path| remove(&path))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing can be reported from here; what stays is dealt with by whoever claims the point next.
        if !is_committed(&self.folder()).unwrap_or(true) {
            self.remove_but_checkpoint().ok();
        }
        if is_there(&self.tree, self.point, self.generation).unwrap_or(false) {
            fs::remove_file(self.tree.join(UNDER_WAY).join(format!("{}.lock", self.point))).ok();
        }
        self.lock = None;
    }
}

/// Removes a file or a directory, if it is there; of a link nothing but the link.
pub(super) fn remove(path: &Path) -> Result<(), Error> {
    let removed = match kind(path)? {
        Kind::Nothing => Ok(()),
        Kind::Folder => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}
