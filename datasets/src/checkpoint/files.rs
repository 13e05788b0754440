//! The directory of a checkpoint, in which only files of known names are made and removed.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::names::{NAME, STATES, is_ours};

/// The beginning of the names of directories of checkpoints.
const PREFIX: &str = ".checkpoint-";

/// A directory of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder(PathBuf);

impl Folder {
    /// That of a run, beside others.
    #[must_use]
    pub fn of_run(parent: &Path, run_id: &str) -> Self {
        Self(parent.join(format!("{PREFIX}{run_id}")))
    }

    /// One at a path, under any name.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// All that lie beside one another, by name; none where the directory is missing.
    ///
    /// # Errors
    ///
    /// If the directory cannot be listed.
    pub fn all(parent: &Path) -> Result<Vec<Self>, Error> {
        let entries = match fs::read_dir(parent) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(Error::io("list", parent))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("list", parent))?;
            if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_folder(&entry.path()) {
                found.push(Self(entry.path()));
            }
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Whether a checkpoint is there, complete.
    #[must_use]
    pub fn holds_one(&self) -> bool {
        is_folder(&self.0) && self.0.join(NAME).is_file()
    }

    /// The states that are kept in `state/<cycle>/` of the directory, with their cycles, ascending. The directory may
    /// be that of a checkpoint or of a result; no link is followed.
    ///
    /// # Errors
    ///
    /// If the directory cannot be listed.
    pub fn states(&self) -> Result<Vec<(u32, Self)>, Error> {
        let folder = self.0.join(STATES);
        let names = if is_folder(&folder) { names(&folder)? } else { Vec::new() };
        let mut cycles: Vec<u32> = names.iter().filter_map(|name| name.parse().ok()).collect();
        cycles.sort_unstable();
        let states = cycles.into_iter().map(|cycle| (cycle, Self(folder.join(cycle.to_string()))));
        Ok(states.filter(|(_, state)| is_folder(&state.0)).collect())
    }

    /// Makes the directory, if it is not there. A link in its place, or in that of a directory in it, is refused.
    pub(super) fn make(&self) -> Result<(), Error> {
        let rows = self.0.join("rows");
        let mut within = vec![self.0.clone(), self.0.join("nodes"), rows.clone(), self.0.join(STATES)];
        if is_folder(&self.0) && is_folder(&rows) {
            within.extend(names(&rows)?.into_iter().map(|table| rows.join(table)));
        }
        if let Some(path) = within.into_iter().find(|path| path.is_symlink()) {
            return Err(Error::Link { path });
        }
        fs::create_dir_all(&self.0).map_err(Error::io("create", &self.0))
    }

    /// Removes the files of a checkpoint that `keeps` does not list, and directories that are then empty. What a
    /// checkpoint never makes stays, and no link is followed.
    pub(super) fn remove_but(&self, keeps: &BTreeSet<PathBuf>) -> Result<(), Error> {
        let mut folders = vec![PathBuf::new()];
        for within in ["nodes", "rows"] {
            folders.push(within.into());
        }
        let rows = self.0.join("rows");
        if is_folder(&rows) {
            let tables = names(&rows)?.into_iter().map(|name| Path::new("rows").join(name));
            folders.extend(tables.filter(|table| is_folder(&self.0.join(table))));
        }
        for folder in folders.iter().filter(|folder| is_folder(&self.0.join(folder))) {
            for name in names(&self.0.join(folder))? {
                let path = folder.join(&name);
                if is_ours(folder, &name) && !keeps.contains(&path) {
                    remove_file(&self.0.join(path))?;
                }
            }
        }
        for folder in folders[1..].iter().rev() {
            // A directory that holds something stays.
            fs::remove_dir(self.0.join(folder)).ok();
        }
        Ok(())
    }

    /// Removes the checkpoint: its list first, so that what is left is none.
    ///
    /// # Errors
    ///
    /// If a file cannot be removed.
    pub fn remove(&self) -> Result<(), Error> {
        if !is_folder(&self.0) {
            return Ok(());
        }
        remove_file(&self.0.join(NAME))?;
        self.remove_but(&BTreeSet::new())?;
        let states = self.0.join(STATES);
        if is_folder(&states) {
            let kept = names(&states)?.into_iter().filter(|name| name.starts_with(|c: char| c.is_ascii_digit()));
            kept.map(|name| Self(states.join(name))).try_for_each(|state| state.remove())?;
            fs::remove_dir(&states).ok();
        }
        // Where somebody has put a file, the directory stays.
        fs::remove_dir(&self.0).ok();
        Ok(())
    }
}

/// Whether a path is a directory, and no link to one.
fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_dir())
}

/// Removes a file, or a link, if it is there.
pub(super) fn remove_file(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// The names in a directory.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let entry = entry.map_err(Error::io("list", folder))?;
        names.extend(entry.file_name().into_string());
    }
    Ok(names)
}
