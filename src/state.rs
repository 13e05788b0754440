//! The state directory: the columns of a cloud in files that belong to one run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use engine::Storage;

use crate::failure::Failure;

/// A directory of columns, locked for as long as this lives. What the run made there goes with it unless it is kept.
#[derive(Debug)]
pub struct State {
    folder: Option<PathBuf>,
    /// Directories made for this run, outermost first; removed again if they are empty in the end.
    made: Vec<PathBuf>,
    keep: bool,
    lock: Option<File>,
}

impl State {
    /// Prepares the directory; no directory means that columns lie in memory.
    pub fn prepare(folder: Option<&Path>, force: bool) -> Result<Self, Failure> {
        let Some(folder) = folder else { return Ok(Self { folder: None, made: Vec::new(), keep: false, lock: None }) };
        let fail = |error: std::io::Error| {
            let message = format!("--state {}: {error}", folder.display());
            Failure::run(message, Some("choose a directory that can be written, on a roomy local disk".into()))
        };
        // Until the directory is claimed nothing in it is touched, but what was made for it goes again.
        let mut state = Self { folder: Some(folder.to_owned()), made: missing(folder), keep: true, lock: None };
        fs::create_dir_all(folder).map_err(fail)?;
        let lock = File::create(folder.join(LOCK)).map_err(fail)?;
        if lock.try_lock().is_err() {
            let message = format!("--state {} is in use by another run", folder.display());
            return Err(Failure::input(message, "wait for that run to end, or choose another directory"));
        }
        state.lock = Some(lock);
        if !force && state.columns().next().is_some() {
            let message = format!("--state {} holds the columns of an earlier run", folder.display());
            return Err(Failure::input(message, "give --force to replace them, or choose another directory"));
        }
        state.keep = false;
        Ok(state)
    }

    /// Where columns live.
    pub fn storage(&self) -> Storage {
        self.folder.clone().map_or(Storage::Memory, Storage::Files)
    }

    /// The run is done: its columns stay.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    /// The files of columns in the directory.
    fn columns(&self) -> impl Iterator<Item = PathBuf> {
        let entries = self.folder.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
        entries.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "column"))
    }
}

/// The directories that are missing on the way to one, outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let up = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let mut missing: Vec<PathBuf> = up.map(Path::to_owned).collect();
    missing.reverse();
    missing
}

/// The file by which a run claims the directory.
const LOCK: &str = "subcloud.lock";

impl Drop for State {
    fn drop(&mut self) {
        let Some(folder) = &self.folder else { return };
        // What cannot be removed is left: there is nobody to tell.
        if self.lock.is_some() {
            let _ = fs::remove_file(folder.join(LOCK));
        }
        if !self.keep {
            self.columns().for_each(|column| drop(fs::remove_file(column)));
        }
        // `remove_dir` leaves directories that hold something.
        self.made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
    }
}
