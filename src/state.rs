//! The state directory: the columns of a cloud in files that belong to one run.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use engine::{Folder, Storage};

use crate::failure::Failure;

/// A directory of columns, locked for as long as this lives. What the run made there goes with it unless it is kept.
#[derive(Debug)]
pub struct State {
    folder: Option<Folder>,
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
        let owned = Folder::new(folder.to_owned());
        let mut state = Self { folder: Some(owned), made: missing(folder), keep: true, lock: None };
        fs::create_dir_all(folder).map_err(fail)?;
        let lock = File::create(folder.join(LOCK)).map_err(fail)?;
        if lock.try_lock().is_err() {
            let message = format!("--state {} is in use by another run", folder.display());
            return Err(Failure::input(message, "wait for that run to end, or choose another directory"));
        }
        state.lock = Some(lock);
        if !force && columns(folder).next().is_some() {
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

    /// What the run has made, for whoever must end the process before this is dropped.
    pub fn unfinished(&self) -> Unfinished {
        let locked = self.folder.as_ref().filter(|_| self.lock.is_some());
        let columns = self.folder.clone().filter(|_| !self.keep);
        Unfinished { lock: locked.map(|folder| folder.path().join(LOCK)), columns, made: self.made.clone() }
    }
}

/// The files of columns in a directory.
fn columns(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|end| end == "column"))
}

/// What a run has made in its state directory.
#[derive(Debug)]
pub struct Unfinished {
    lock: Option<PathBuf>,
    /// The directory whose columns go.
    columns: Option<Folder>,
    made: Vec<PathBuf>,
}

impl Unfinished {
    /// Removes it. What cannot be removed is left: there is nobody to tell.
    pub fn remove(&self) {
        self.lock.iter().for_each(|lock| drop(fs::remove_file(lock)));
        if let Some(folder) = &self.columns {
            // The cloud may be just being born, on another thread.
            folder.close();
            columns(folder.path()).for_each(|column| drop(fs::remove_file(column)));
        }
        // `remove_dir` leaves directories that hold something.
        self.made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
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
        self.unfinished().remove();
    }
}
