//! The directory of a sweep: the finished points of all processes that work on it, in one tree of tables.
//!
//! ```text
//! sweep.json                      which sweep it is
//! points/<number>.json            the record of a finished point: what run.json is for a run
//! traces/<table>/run=<id>/…       the tables of the finished points
//! .points/<number>/               a point under way, as a run directory of its own
//! .points/<number>.lock           held by the process that does the point
//! ```
//!
//! A point is moved into the tree when its tables are complete: table by table, `runs` after the others, its record
//! last. A point without a record is not there: whoever claims it removes what a killed process left of it. Locks are
//! the system's (`flock`), and go with the process that holds them, however it ends.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::read::Column;
use super::read::sweep::record;
use super::staging::{SWEEP_JSON, holds_a_run, missing_ancestors, sync_directory, write_synced};
use super::{Error, Table, derived};
use crate::record::{SweepRecord, text};

const UNDER_WAY: &str = ".points";
/// No process takes longer to extend a sweep, before it does points.
const EXTENDING: Duration = Duration::from_secs(5);
/// All that a sweep leaves in its directory, in the order in which an old one goes: first what says that it is one.
const PARTS: [&str; 5] = [SWEEP_JSON, "points", "derived", "traces", UNDER_WAY];

/// The directory of a sweep, shared with other processes that work on the same sweep.
#[derive(Debug)]
pub struct Tree {
    folder: PathBuf,
    /// Points by which this call extended the sweep that was there.
    added: usize,
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

/// The place of a point under way; what is in it goes with this value, unless it was published.
#[derive(Debug)]
pub struct Place {
    tree: PathBuf,
    point: u32,
    run_id: String,
    lock: Option<File>,
}

impl Tree {
    /// Opens the directory for a sweep, and creates it if it is not there.
    ///
    /// `sweep` is what `sweep.json` is to say; its hash tells one sweep from another. A directory that holds the first
    /// points of it is extended: its points stay, and what was derived from them goes. With `replace` whatever run or
    /// sweep is there is removed first.
    ///
    /// # Errors
    ///
    /// If the directory holds a run or another sweep and `replace` is false, if it is to be replaced or extended while
    /// others work on it, or if it cannot be written.
    pub fn open(folder: &Path, sweep: &SweepRecord, replace: bool) -> Result<Tree, Error> {
        if !replace {
            standing(folder, sweep)?;
        }
        let made = missing_ancestors(folder);
        let opened = enter(folder, sweep, replace);
        if opened.is_err() {
            made.iter().rev().for_each(|made| drop(fs::remove_dir(made)));
        }
        opened
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
        let record = record(&self.folder, point);
        record.try_exists().map_err(Error::io("read", &record))
    }

    /// Whether a directory holds a point, be it of this sweep or of another.
    #[must_use]
    pub fn holds(folder: &Path, point: u32) -> bool {
        record(folder, point).exists()
    }

    /// Claims a point, whose run has this id, for this process; what a killed process left of it is removed.
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
        // It may have been finished between the look and the lock.
        if self.is_done(point)? {
            fs::remove_file(&path).ok();
            return Ok(Claim::Done);
        }
        let place = Place { tree: self.folder.clone(), point, run_id: run_id.to_owned(), lock: Some(lock) };
        place.clear()?;
        Ok(Claim::Ours(place))
    }

    /// Puts the tables that were derived from all points in place, `derived/<name>.parquet`, unless they are there.
    ///
    /// # Errors
    ///
    /// If they cannot be written. None of them is there then.
    pub fn derive(&self, tables: &[(&str, Vec<Column>)]) -> Result<(), Error> {
        let staged = self.folder.join(UNDER_WAY).join(format!("derived-{}", std::process::id()));
        let place = self.derived();
        let moved = remove(&staged)
            .and_then(|()| derived::write(&staged, tables))
            .and_then(|()| fs::rename(&staged, &place).map_err(Error::io("create", &place)));
        match moved {
            // Another process was faster, and may have tidied up; what it derived from the same points is the same.
            Err(_) if place.is_dir() => remove(&staged),
            moved => moved.and_then(|()| sync_directory(&self.folder)),
        }
    }

    /// The directory of the derived tables, which are there all or none.
    #[must_use]
    pub fn derived(&self) -> PathBuf {
        self.folder.join("derived")
    }

    /// Removes what is needed only as long as points are missing. Other processes may be at it too.
    pub fn tidy(&self) {
        // What cannot be removed is hidden, and in nobody's way.
        fs::remove_dir_all(self.folder.join(UNDER_WAY)).ok();
    }
}

impl Place {
    /// The directory into which the point is to be written as a run.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.tree.join(UNDER_WAY).join(self.point.to_string())
    }

    /// Moves the finished run into the tree.
    ///
    /// # Errors
    ///
    /// If something cannot be moved. The point is not finished then, and will be done anew.
    pub fn publish(self) -> Result<(), Error> {
        let (from, to) = (self.folder().join("traces"), self.tree.join("traces"));
        let mut tables = names(&from)?;
        // `false` sorts before `true`: the table that tells of the point comes last.
        tables.sort_by_key(|table| (table == Table::Runs.name(), table.clone()));
        for table in &tables {
            let (from, to) = (from.join(table).join(self.partition()), to.join(table));
            fs::create_dir_all(&to).map_err(Error::io("create", &to))?;
            move_to(&from, &to.join(self.partition()))?;
            sync_directory(&to)?;
        }
        sync_directory(&to)?;
        let record = record(&self.tree, self.point);
        let records = record.parent().unwrap_or(&self.tree);
        fs::create_dir_all(records).map_err(Error::io("create", records))?;
        move_to(&self.folder().join("run.json"), &record)?;
        sync_directory(records)?;
        sync_directory(&self.tree)
    }

    /// Where the tables of the point lie below the directory of each.
    fn partition(&self) -> String {
        format!("run={}", self.run_id)
    }

    /// Removes what there is of the point.
    fn clear(&self) -> Result<(), Error> {
        remove(&self.folder())?;
        let traces = self.tree.join("traces");
        if !traces.is_dir() {
            return Ok(());
        }
        let mut tables = names(&traces)?;
        tables.sort_by_key(|table| table != Table::Runs.name());
        tables.iter().try_for_each(|table| remove(&traces.join(table).join(self.partition())))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Nothing can be reported from here; what stays is removed by whoever claims the point next.
        remove(&self.folder()).ok();
        if record(&self.tree, self.point).exists() {
            fs::remove_file(self.tree.join(UNDER_WAY).join(format!("{}.lock", self.point))).ok();
        }
        self.lock = None;
    }
}

/// What a directory holds of a sweep.
enum Standing {
    /// Nothing, or a directory that is not there.
    New,
    /// This sweep.
    Same,
    /// A smaller one, which lacks so many points.
    Smaller(usize),
}

/// What a directory holds of the sweep; a run or another sweep is refused.
fn standing(folder: &Path, sweep: &SweepRecord) -> Result<Standing, Error> {
    let path = folder.join(SWEEP_JSON);
    if path.try_exists().map_err(Error::io("read", &path))? {
        let found = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        return match serde_json::from_str::<SweepRecord>(&found) {
            Ok(found) if found.hash == sweep.hash => Ok(Standing::Same),
            Ok(found) if sweep.extends(&found) => Ok(Standing::Smaller(sweep.points.len() - found.points.len())),
            _ => Err(Error::OtherSweep { path: folder.to_owned() }),
        };
    }
    if holds_a_run(folder)? { Err(Error::Occupied { path: folder.to_owned() }) } else { Ok(Standing::New) }
}

/// Makes the directory that of the sweep, one process after the other.
fn enter(folder: &Path, sweep: &SweepRecord, replace: bool) -> Result<Tree, Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let door = File::open(folder).map_err(Error::io("open", folder))?;
    let under_way = folder.join(UNDER_WAY);
    let make = || fs::create_dir_all(&under_way).map_err(Error::io("create", &under_way));
    if replace {
        match door.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: folder.to_owned() }),
        }
        PARTS.iter().chain(&["run.json"]).try_for_each(|part| remove(&folder.join(part)))?;
        make()?;
        write_sweep(folder, sweep)?;
        // Where the file system knows no locks, nobody can be kept out.
        door.unlock().ok();
    }
    let added = extend(folder, sweep, &door)?;
    share(folder, &door)?;
    make()?;
    if !folder.join(SWEEP_JSON).exists() {
        write_sweep(folder, sweep)?;
    }
    // Another process may have been faster, with another sweep.
    match standing(folder, sweep)? {
        Standing::Same => Ok(Tree { folder: folder.to_owned(), added, _lock: Some(door) }),
        Standing::New | Standing::Smaller(_) => Err(Error::Busy { path: folder.to_owned() }),
    }
}

/// Takes the lock that all processes share which work on the sweep.
fn share(folder: &Path, door: &File) -> Result<(), Error> {
    let start = Instant::now();
    loop {
        match door.try_lock_shared() {
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(()),
            // Whoever extends the sweep has the door for itself, but not for long.
            Err(TryLockError::WouldBlock) if folder.join(SWEEP_JSON).exists() && start.elapsed() < EXTENDING => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => return Err(Error::Busy { path: folder.to_owned() }),
        }
    }
}

/// Makes a smaller sweep that the directory holds this one, and says by how many points. Nobody else may be at it,
/// unless to do the same.
fn extend(folder: &Path, sweep: &SweepRecord, door: &File) -> Result<usize, Error> {
    if !matches!(standing(folder, sweep)?, Standing::Smaller(_)) {
        return Ok(0);
    }
    match door.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => {}
        // Whoever works on the smaller sweep goes on; whoever has extended it by now has done it for us.
        Err(TryLockError::WouldBlock) => return Ok(0),
    }
    let Standing::Smaller(added) = standing(folder, sweep)? else {
        door.unlock().ok();
        return Ok(0);
    };
    // What was derived goes first: a process that is killed here leaves the smaller sweep, without derived tables.
    remove(&folder.join("derived"))?;
    let under_way = folder.join(UNDER_WAY);
    fs::create_dir_all(&under_way).map_err(Error::io("create", &under_way))?;
    let staged = staged_sweep(folder, sweep)?;
    let path = folder.join(SWEEP_JSON);
    move_to(&staged, &path)?;
    sync_directory(folder)?;
    door.unlock().ok();
    Ok(added)
}

/// Writes `sweep.json`, unless another process has by now.
fn write_sweep(folder: &Path, sweep: &SweepRecord) -> Result<(), Error> {
    let staged = staged_sweep(folder, sweep)?;
    let path = folder.join(SWEEP_JSON);
    // A link does not replace what is there; where the file system knows none, a name is as good.
    let linked = match fs::hard_link(&staged, &path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => fs::rename(&staged, &path),
        _ => Ok(()),
    };
    remove(&staged)?;
    linked.map_err(Error::io("create", &path))?;
    sync_directory(folder)
}

/// Writes `sweep.json` beside its place, and says where.
fn staged_sweep(folder: &Path, sweep: &SweepRecord) -> Result<PathBuf, Error> {
    let staged = folder.join(UNDER_WAY).join(format!("sweep-{}.json", std::process::id()));
    remove(&staged)?;
    write_synced(&staged, &text(sweep))?;
    Ok(staged)
}

/// The lock of a file; `None` if somebody else has it.
fn lock(path: &Path) -> Result<Option<File>, Error> {
    let create = || File::create(path);
    // The directory may just have been removed by a process that found all points finished.
    let file = create()
        .or_else(|_| path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| create()))
        .map_err(Error::io("create", path))?;
    match file.try_lock() {
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

/// The names in a directory, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    let name = |entry: Result<fs::DirEntry, _>| entry.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names = entries.map(name).collect::<Result<Vec<_>, _>>().map_err(Error::io("list", folder))?;
    names.sort();
    Ok(names)
}

/// Renames, and takes it for granted that nothing is there.
fn move_to(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::io("create", to))
}

/// Removes a file or a directory, if it is there.
fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}
