//! States that a run keeps: checkpoints that stay when it goes on, and when it is in place.
//!
//! While the run goes on, the states lie in `state/<cycle>/` of the directory of its checkpoint; after that, below its
//! result. The files of a state are those of the checkpoint under second names, where the file system knows such links;
//! else copies.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::error::Error;
use super::files::{Folder, remove_file};
use super::manifest::Manifest;
use super::names::{NAME, STATES};
use super::store::Store;
use crate::disk;

impl Store {
    /// Keeps the checkpoint that is there as the state after its cycle, in `state/<cycle>/` of the directory: complete,
    /// or not at all.
    ///
    /// # Errors
    ///
    /// If the files cannot be linked or copied.
    pub fn keep(&self) -> Result<(), Error> {
        let Some(last) = self.last() else { return Ok(()) };
        let parent = self.folder().path().join(STATES);
        let place = parent.join(last.cycle.to_string());
        // Files of a checkpoint do not change: one that is there is the same.
        if place.symlink_metadata().is_ok() {
            return Ok(());
        }
        let partial = Folder::at(parent.join(format!("{}.partial", last.cycle)));
        partial.remove()?;
        partial.make()?;
        let files = last.files().chain([PathBuf::from(NAME)]);
        link(self.folder().path(), partial.path(), files)?;
        disk::step();
        fs::rename(partial.path(), &place).map_err(Error::io("create", &place))?;
        disk::sync_folder(&parent).map_err(Error::io("write", &parent))
    }
}

/// Links or copies files from one directory to another, which is there.
fn link(from: &Path, to: &Path, files: impl Iterator<Item = PathBuf>) -> Result<(), Error> {
    let mut folders = BTreeSet::from([to.to_owned()]);
    for file in files {
        let (from, to) = (from.join(&file), to.join(&file));
        let parent = to.parent().unwrap_or(&to).to_owned();
        fs::create_dir_all(&parent).map_err(Error::io("create", &parent))?;
        disk::link_or_copy(&from, &to).map_err(Error::io("create", &to))?;
        folders.insert(parent);
    }
    folders.iter().try_for_each(|folder| disk::sync_folder(folder).map_err(Error::io("write", folder)))
}

/// Removes a state that a run has kept: the files that it lists, its list first, and directories that are then empty.
/// What is no list of a state stays as it is.
///
/// # Errors
///
/// If a file cannot be removed.
pub fn remove_state(state: &Folder, results: u32) -> Result<(), Error> {
    let Ok(Some(manifest)) = Manifest::read(state.path(), results) else { return Ok(()) };
    let mut folders = BTreeSet::new();
    for file in [PathBuf::from(NAME)].into_iter().chain(manifest.files()) {
        let path = state.path().join(&file);
        folders.extend(file.ancestors().skip(1).map(|folder| state.path().join(folder)));
        remove_file(&path)?;
    }
    // A directory that holds something stays.
    folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    Ok(())
}

/// Moves the state in a directory into another one, under its name; one that is there under that name goes. `results`
/// is the number of what the engine computes.
///
/// # Errors
///
/// If something cannot be removed, created or moved, or something else has that name there.
pub fn move_state(state: &Folder, parent: &Path, results: u32) -> Result<(), Error> {
    if parent.is_symlink() {
        return Err(Error::Link { path: parent.to_owned() });
    }
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let place = Folder::at(parent.join(state.path().file_name().unwrap_or_default()));
    remove_state(&place, results)?;
    match fs::rename(state.path(), place.path()) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let Some(manifest) = Manifest::read(state.path(), results)? else { return Ok(()) };
            place.make()?;
            // The list comes last: what is there without it is no state.
            link(state.path(), place.path(), manifest.files())?;
            link(state.path(), place.path(), [PathBuf::from(NAME)].into_iter())?;
            state.remove()
        }
        moved => moved.map_err(Error::io("create", place.path())),
    }?;
    disk::sync_folder(parent).map_err(Error::io("write", parent))
}
