//! The state directory: the columns of a cloud in files that belong to one run.
//!
//! `columns.json` lists the columns that are ours, before the first of them is made, and says whether the run that made
//! them is finished. Columns of a run that was killed are of no value: the next run replaces them. A finished run's are
//! replaced with `--force` alone. A column that is not listed is somebody else's, and stays. Columns are overwritten as
//! the run begins: they are its memory, and not a result that could be kept until there is another.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use datasets::scenario::Scenario;
use engine::{Folder, Need, Storage};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The file by which a run claims the directory.
const LOCK: &str = "subcloud.lock";
/// The list of the columns.
const LIST: &str = "columns.json";
/// The format of the list that is written, and the latest that is read.
const FORMAT: u32 = 1;

/// A directory of columns, locked for as long as this lives. What the run made there goes with it unless it is kept.
#[derive(Debug)]
pub struct State {
    folder: Option<Folder>,
    /// Names of the files of columns.
    columns: BTreeSet<String>,
    /// Directories made for this run, outermost first; removed again if they are empty in the end.
    made: Vec<PathBuf>,
    keep: bool,
    lock: Option<File>,
}

/// `columns.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    format: u32,
    /// Whether the run that made the columns came to its end.
    is_finished: bool,
    /// Names of their files, sorted.
    columns: BTreeSet<String>,
}

impl State {
    /// Prepares the directory; no directory means that columns lie in memory.
    ///
    /// The widest columns lie in `memory` bytes of memory, as many as fit, for as long as the run goes on.
    pub fn prepare(place: Option<(&Path, u64)>, scenario: &Scenario, force: bool) -> Result<Self, Failure> {
        let Some((folder, memory)) = place else {
            return Ok(Self { folder: None, columns: BTreeSet::new(), made: Vec::new(), keep: false, lock: None });
        };
        let fail = |error: io::Error| {
            let message = format!("--state {}: {error}", folder.display());
            Failure::run(message, Some("choose a directory that can be written, on a roomy local disk".into()))
        };
        let all = engine::estimate(scenario).columns;
        let columns = all.iter().map(|column| format!("{}.column", column.name)).collect();
        // Until the directory is claimed nothing in it is touched, but what was made for it goes again.
        let owned = Folder::new(folder.to_owned()).with_in_memory(widest(all, memory));
        let mut state = Self { folder: Some(owned), columns, made: missing(folder), keep: true, lock: None };
        fs::create_dir_all(folder).map_err(fail)?;
        refuse_links(folder)?;
        let path = folder.join(LOCK);
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(fail)?;
        if lock.try_lock().is_err() {
            let message = format!("--state {} is in use by another run", folder.display());
            return Err(Failure::input(message, "wait for that run to end, or choose another directory"));
        }
        state.lock = Some(lock);
        let listed = Listed::read(folder)?;
        if !force && listed.as_ref().is_some_and(|listed| listed.is_finished && listed.any(folder)) {
            let message = format!("--state {} holds the columns of an earlier run", folder.display());
            return Err(Failure::input(message, "give --force to replace them, or choose another directory"));
        }
        let known = listed.map(|listed| listed.columns).unwrap_or_default();
        refuse_others(folder, &known)?;
        // Both are listed until the earlier ones are gone.
        list(folder, false, &known | &state.columns).map_err(fail)?;
        state.keep = false;
        for old in known.difference(&state.columns) {
            gone(fs::remove_file(folder.join(old))).map_err(fail)?;
        }
        Ok(state)
    }

    /// Where columns live.
    pub fn storage(&self) -> Storage {
        self.folder.clone().map_or(Storage::Memory, Storage::Files)
    }

    /// The run is done: its columns stay.
    pub fn keep(&mut self) {
        self.keep = true;
        if let Some(folder) = &self.folder {
            // A list that cannot be written says that the columns are unfinished: the next run replaces them.
            list(folder.path(), true, self.columns.clone()).ok();
        }
    }

    /// What the run has made, for whoever must end the process before this is dropped.
    pub fn unfinished(&self) -> Unfinished {
        let locked = self.folder.as_ref().filter(|_| self.lock.is_some());
        let columns = self.folder.clone().filter(|_| !self.keep).map(|folder| (folder, self.columns.clone()));
        Unfinished { lock: locked.map(|folder| folder.path().join(LOCK)), columns, made: self.made.clone() }
    }
}

impl Listed {
    /// Reads the list; `None` if there is none.
    fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let path = folder.join(LIST);
        let help = "choose another directory with --state, or use the version of the program that wrote it";
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => {
                text.map_err(|error| Failure::run(format!("{}: {error}", path.display()), Some(help.to_owned())))?
            }
        };
        let refuse = |what: &str| Failure::input(format!("{}: {what}", path.display()), help);
        let listed: Self = serde_json::from_str(&text).map_err(|_| refuse("this is no list of columns"))?;
        if listed.format > FORMAT {
            return Err(refuse(&format!("its format is {}, and this version reads up to {FORMAT}", listed.format)));
        }
        if listed.columns.iter().any(|name| name.contains('/') || !name.ends_with(".column")) {
            return Err(refuse("this is no list of columns"));
        }
        Ok(Some(listed))
    }

    /// Whether any of the columns is there.
    fn any(&self, folder: &Path) -> bool {
        self.columns.iter().any(|name| folder.join(name).exists())
    }
}

/// Names of the widest columns that fit together into so many bytes of memory; of columns as wide, the last ones: the
/// code of applications, which is written all over, goes before the slots of gradients, which are mostly read.
fn widest(mut columns: Vec<Need>, memory: u64) -> BTreeSet<String> {
    columns.reverse();
    columns.sort_by_key(|column| std::cmp::Reverse(column.bytes));
    let mut left = memory;
    let mut fits = |bytes: u64| {
        let rest = left.checked_sub(bytes);
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    columns.into_iter().filter(|column| fits(column.bytes)).map(|column| column.name).collect()
}

/// Writes the list of columns.
fn list(folder: &Path, is_finished: bool, columns: BTreeSet<String>) -> io::Result<()> {
    let partial = folder.join(".columns.json.partial");
    gone(fs::remove_file(&partial))?;
    let text = datasets::record::text(&Listed { format: FORMAT, is_finished, columns });
    let written = datasets::disk::write_synced(&partial, text.as_bytes());
    let written = written.and_then(|()| fs::rename(&partial, folder.join(LIST)));
    if written.is_err() {
        // The first error is the one to tell.
        fs::remove_file(&partial).ok();
    }
    written
}

/// Refuses links in the place of what a run writes or removes.
fn refuse_links(folder: &Path) -> Result<(), Failure> {
    let ours = columns(folder).chain([LOCK, LIST].map(|name| folder.join(name)));
    let is_link = |path: &PathBuf| path.symlink_metadata().is_ok_and(|found| found.is_symlink());
    let Some(link) = ours.into_iter().find(is_link) else { return Ok(()) };
    let message = format!("{} is a symbolic link: no link is followed in --state", link.display());
    Err(Failure::input(message, "remove the link, or choose another directory with --state"))
}

/// Refuses columns that are not listed.
fn refuse_others(folder: &Path, listed: &BTreeSet<String>) -> Result<(), Failure> {
    let is_listed = |path: &PathBuf| path.file_name().is_some_and(|name| listed.contains(&*name.to_string_lossy()));
    let Some(other) = columns(folder).filter(|path| !is_listed(path)).min() else { return Ok(()) };
    let message = format!("{} is not listed in {LIST}, so that it is not replaced", other.display());
    Err(Failure::input(message, "move it elsewhere, or choose another directory with --state"))
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
    /// The directory whose columns go, and their names.
    columns: Option<(Folder, BTreeSet<String>)>,
    made: Vec<PathBuf>,
}

impl Unfinished {
    /// Removes it. What cannot be removed is left: there is nobody to tell.
    pub fn remove(&self) {
        if let Some((folder, columns)) = &self.columns {
            // The cloud may be just being born, on another thread.
            folder.close();
            for column in columns {
                fs::remove_file(folder.path().join(column)).ok();
            }
            fs::remove_file(folder.path().join(LIST)).ok();
        }
        self.lock.iter().for_each(|lock| drop(fs::remove_file(lock)));
        // `remove_dir` leaves directories that hold something.
        self.made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
    }
}

/// What has been removed, or was not there.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The directories that are missing on the way to one, outermost first.
fn missing(folder: &Path) -> Vec<PathBuf> {
    let up = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    let mut missing: Vec<PathBuf> = up.map(Path::to_owned).collect();
    missing.reverse();
    missing
}

impl Drop for State {
    fn drop(&mut self) {
        self.unfinished().remove();
    }
}
