//! How a directory becomes that of a sweep: new, gone on with, extended, or replaced.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::begin::begin;
use super::place::remove;
use crate::record::{SweepRecord, text};
use crate::trace::publishing::at::{Kind, below, kind};
use crate::trace::publishing::hidden::{MARKER, sync, write_synced};
use crate::trace::publishing::leftovers::{self, UNDER_WAY, is_of_points};
use crate::trace::publishing::manifest::{Entry, MANIFEST, Manifest, append};
use crate::trace::publishing::ours::{DERIVED, MANIFESTS, SWEEP_JSON, TRACES, sweep as sweep_of};
use crate::trace::staging::holds_a_run;
use crate::trace::{Error, Table};

/// No process takes longer to extend a sweep, before it does points.
const EXTENDING: Duration = Duration::from_secs(5);
/// Directories in which files of a sweep lie.
const FOLDERS: [&str; 5] = ["points", MANIFESTS, "derived", TRACES, UNDER_WAY];

/// What a directory holds of a sweep.
pub(super) enum Standing {
    /// Nothing, or a directory that is not there.
    New,
    /// This sweep.
    Same,
    /// A smaller one, which lacks so many points.
    Smaller(usize),
}

/// What a directory holds of the sweep; a run or another sweep is refused.
pub(super) fn standing(folder: &Path, sweep: &SweepRecord) -> Result<Standing, Error> {
    if below(folder, SWEEP_JSON)? != Kind::Nothing {
        return match sweep_of(folder) {
            Ok(Some(found)) if found.hash != sweep.hash && !sweep.extends(&found) => {
                Err(Error::OtherSweep { path: folder.to_owned() })
            }
            Ok(Some(found)) if found.versions.values() != sweep.versions.values() => {
                let [found, expected] = [&found, sweep].map(|sweep| sweep.versions.values());
                Err(Error::OtherResults { path: folder.to_owned(), found, expected })
            }
            Ok(Some(found)) if found.hash == sweep.hash => Ok(Standing::Same),
            Ok(Some(found)) => Ok(Standing::Smaller(sweep.points.len() - found.points.len())),
            Err(error @ Error::Io { .. }) => Err(error),
            _ => Err(Error::OtherSweep { path: folder.to_owned() }),
        };
    }
    if holds_a_run(folder)? { Err(Error::Occupied { path: folder.to_owned() }) } else { Ok(Standing::New) }
}

/// Makes the directory that of the sweep, one process after the other; returns its lock, and by how many points a
/// smaller sweep was extended.
pub(super) fn enter(folder: &Path, sweep: &SweepRecord, replace: bool) -> Result<(File, usize), Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    check(folder)?;
    let door = File::open(folder).map_err(Error::io("open", folder))?;
    if replace || leftovers::any(folder)? {
        match door.try_lock() {
            Ok(()) | Err(TryLockError::Error(_)) => {
                leftovers::remove(folder)?;
                if replace {
                    begin(folder, sweep)?;
                }
                // Where the file system knows no locks, nobody can be kept out.
                door.unlock().ok();
            }
            Err(TryLockError::WouldBlock) if replace => return Err(Error::Busy { path: folder.to_owned() }),
            // Whoever works here has looked already.
            Err(TryLockError::WouldBlock) => {}
        }
    }
    let added = extend(folder, sweep, &door)?;
    share(folder, &door)?;
    make_points(folder)?;
    if kind(&folder.join(SWEEP_JSON))? == Kind::Nothing {
        put(folder, SWEEP_JSON, &text(sweep))?;
    }
    if Manifest::read(&folder.join(MANIFEST))?.is_none() {
        let mut files = derived_files(folder)?;
        files.retain(|path| matches!(below(folder, path), Ok(Kind::File)));
        files.insert(SWEEP_JSON.to_owned());
        put(folder, MANIFEST, &Manifest::of("", folder, &files)?.text())?;
    }
    // Another process may have been faster, with another sweep.
    match standing(folder, sweep)? {
        Standing::Same => Ok((door, added)),
        Standing::New | Standing::Smaller(_) => Err(Error::Busy { path: folder.to_owned() }),
    }
}

/// Refuses links, and what is no directory where one is to be.
fn check(folder: &Path) -> Result<(), Error> {
    let tables = Table::ALL.iter().map(|table| format!("{TRACES}/{}", table.name()));
    for path in FOLDERS.into_iter().map(str::to_owned).chain(tables) {
        if !matches!(below(folder, &path)?, Kind::Nothing | Kind::Folder) {
            return Err(Error::InTheWay { path: folder.join(path) });
        }
    }
    for path in [SWEEP_JSON, MANIFEST] {
        below(folder, path)?;
    }
    Ok(())
}

/// Makes the directory of points under way, and marks it as ours.
fn make_points(folder: &Path) -> Result<(), Error> {
    let points = folder.join(UNDER_WAY);
    let marker = points.join(MARKER);
    let mut tries = 10;
    loop {
        fs::create_dir_all(&points).map_err(Error::io("create", &points))?;
        if !is_of_points(&points)? {
            return Err(Error::InTheWay { path: points });
        }
        match File::create(&marker) {
            // A process that found all points finished has removed the directory.
            Err(error) if error.kind() == ErrorKind::NotFound && tries > 0 => tries -= 1,
            created => return created.map(drop).map_err(Error::io("create", &marker)),
        }
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
    underive(folder)?;
    make_points(folder)?;
    let generation = sweep_of(folder)?.map_or(0, |found| found.generation);
    let text = text(&SweepRecord { generation, ..sweep.clone() });
    append(folder, &[Entry::of(SWEEP_JSON, text.as_bytes())])?;
    let staged = beside(folder, SWEEP_JSON, &text)?;
    let path = folder.join(SWEEP_JSON);
    fs::rename(&staged, &path).map_err(Error::io("create", &path))?;
    sync(folder)?;
    door.unlock().ok();
    Ok(added)
}

/// Removes what was derived from a sweep: tables, and reports as they were written.
fn underive(folder: &Path) -> Result<(), Error> {
    let mut files = derived_files(folder)?;
    for entry in Manifest::read(&folder.join(MANIFEST))?.unwrap_or_default().entries {
        if entry.path.starts_with("report")
            && below(folder, &entry.path)? == Kind::File
            && entry.is_unchanged(folder)?
        {
            files.insert(entry.path);
        }
    }
    for path in files {
        if below(folder, &path)? == Kind::File {
            remove(&folder.join(&path))?;
            remove_empty(folder, &path);
        }
    }
    Ok(())
}

/// The paths of the derived tables: those that the manifest lists, or, without one, those that older versions write.
pub(super) fn derived_files(folder: &Path) -> Result<BTreeSet<String>, Error> {
    Ok(match Manifest::read(&folder.join(MANIFEST))? {
        Some(listed) => {
            let paths = listed.entries.into_iter().map(|entry| entry.path);
            paths.filter(|path| path.starts_with("derived/")).collect()
        }
        None => DERIVED.iter().map(|name| format!("derived/{name}.parquet")).collect(),
    })
}

/// Removes the directories that are empty on the way to a file below `folder`. Those that hold something stay.
pub(super) fn remove_empty(folder: &Path, path: &str) {
    let mut path = path;
    while let Some((parent, _)) = path.rsplit_once('/') {
        match fs::remove_dir(folder.join(parent)) {
            // A process that was killed may have removed the innermost alone.
            Err(error) if error.kind() != ErrorKind::NotFound => return,
            _ => path = parent,
        }
    }
}

/// Writes a file, unless another process has by now.
fn put(folder: &Path, name: &str, text: &str) -> Result<(), Error> {
    let staged = beside(folder, name, text)?;
    let path = folder.join(name);
    // A link does not replace what is there; where the file system knows none, a name is as good.
    let linked = match fs::hard_link(&staged, &path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => fs::rename(&staged, &path),
        _ => Ok(()),
    };
    remove(&staged)?;
    linked.map_err(Error::io("create", &path))?;
    sync(folder)
}

/// Writes a file beside its place, and says where.
fn beside(folder: &Path, name: &str, text: &str) -> Result<PathBuf, Error> {
    let staged = folder.join(UNDER_WAY).join(format!("sweep-{}-{name}", std::process::id()));
    remove(&staged)?;
    write_synced(&staged, text)?;
    Ok(staged)
}

/// The lock of a file; `None` if somebody else has it.
pub(super) fn lock(path: &Path) -> Result<Option<File>, Error> {
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
