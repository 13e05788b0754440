//! Files leave a directory and others enter, and whatever ends the process on the way, the next one brings it to its
//! end.
//!
//! What is to enter lies complete in a hidden directory, each file by the path that it is to have. The steps:
//!
//! 1. Nothing is in the way, and no link: a refusal comes before anything is changed.
//! 2. The hidden directory is forced to the disk.
//! 3. `exchange.json`, the list of what leaves and of what enters, is written to it. **This is the commit**: a process
//!    that is killed before it leaves all as it was, and what is killed after it is brought to its end.
//! 4. What leaves is moved into `old/` of the hidden directory, a file or a directory at a time, in the order of the
//!    list.
//! 5. `exchange.json` becomes `entering.json`: all has left.
//! 6. What enters is moved to its place.
//! 7. The hidden directory is removed, its marker last.
//!
//! Steps 4 and 6 pass over what has been moved already, so they can be taken up again anywhere. An error in them, as
//! long as the process lives, is undone: what has entered goes back first, then `entering.json` becomes `exchange.json`
//! again, then what had left comes back, and `exchange.json` is removed. Where that fails too, it stays for the next
//! process.
//!
//! A directory moves as a whole where all in it leaves, and where nothing lies at its new place; so a run whose
//! `traces/` hold nothing else goes in one step. Others' files stay where they are.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::at::{Kind, below, files, kind, names};
use crate::disk;
use crate::trace::Error;

/// The file that says that a hidden directory is ours; the first thing in it, and the last.
pub(in crate::trace) const MARKER: &str = "subcloud.staging";
const LEAVING: &str = "exchange.json";
const ENTERING: &str = "entering.json";
const OLD: &str = "old";
/// The format of `exchange.json` that is written, and the latest that is read.
const FORMAT: u32 = 1;
/// So often a move is tried again that met another process.
const TRIES: usize = 100;

/// What leaves and what enters.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::trace) struct Exchange {
    format: u32,
    /// Directories with so many names, or more, may be moved as a whole: 1 where nobody else is at work in the output
    /// directory, 3 where others move `traces/<table>/run=<id>` beside this.
    whole_from: usize,
    /// The paths of files that leave, in their order.
    leaves: Vec<String>,
    /// The paths of files that enter, in their order.
    enters: Vec<String>,
}

impl Exchange {
    pub(in crate::trace) fn new(whole_from: usize, leaves: Vec<String>, enters: Vec<String>) -> Exchange {
        Exchange { format: FORMAT, whole_from, leaves, enters }
    }

    /// Checks that all may leave and enter: step 1.
    pub(in crate::trace) fn check(&self, out: &Path) -> Result<(), Error> {
        let leaves: BTreeSet<&String> = self.leaves.iter().collect();
        for path in self.leaves.iter().chain(&self.enters) {
            match below(out, path)? {
                Kind::Nothing => {}
                Kind::File if leaves.contains(path) => {}
                _ => return Err(Error::InTheWay { path: out.join(path) }),
            }
        }
        Ok(())
    }

    /// Takes all steps but the last. After an error either nothing has been changed, or [`is_committed`] says that the
    /// next process will do the rest.
    pub(in crate::trace) fn carry_out(&self, out: &Path, staging: &Path) -> Result<(), Error> {
        self.check(out)?;
        sync_tree(staging)?;
        disk::step();
        let partial = staging.join("exchange.partial");
        write_synced(&partial, &crate::record::text(self))?;
        disk::step();
        rename(&partial, &staging.join(LEAVING))?;
        let moved = sync(staging).and_then(|()| {
            disk::step();
            self.go_on(out, staging)
        });
        if moved.is_err() {
            // The first error is the one to tell.
            self.undo(out, staging).ok();
        }
        moved
    }

    /// Steps 4 to 6, from wherever they were left.
    fn go_on(&self, out: &Path, staging: &Path) -> Result<(), Error> {
        if kind(&staging.join(LEAVING))? == Kind::File {
            let whole = self.whole(out)?;
            let mut touched = BTreeSet::new();
            for path in &self.leaves {
                if below(out, path)? != Kind::Nothing {
                    touched.extend(self.leave(out, staging, path, &whole)?);
                    disk::step();
                }
            }
            sync_all(out, &touched)?;
            rename(&staging.join(LEAVING), &staging.join(ENTERING))?;
            sync(staging)?;
            disk::step();
        }
        let mut touched = BTreeSet::new();
        for path in &self.enters {
            if kind(&staging.join(path))? != Kind::Nothing {
                touched.insert(self.enter(out, staging, path)?);
                disk::step();
            }
        }
        sync_all(out, &touched)
    }

    /// Directories in which everything leaves.
    fn whole(&self, out: &Path) -> Result<BTreeSet<String>, Error> {
        let leaves: BTreeSet<&str> = self.leaves.iter().map(String::as_str).collect();
        let tops = leaves.iter().filter_map(|path| prefixes(path).nth(self.whole_from - 1));
        let tops: BTreeSet<&str> = tops.filter(|top| !leaves.contains(top)).collect();
        let mut whole = BTreeSet::new();
        for top in tops {
            survey(out, top, &leaves, &mut whole)?;
        }
        Ok(whole)
    }

    /// Moves a file that leaves, with the largest directory that leaves as a whole; returns the paths whose entries
    /// have changed.
    fn leave(&self, out: &Path, staging: &Path, path: &str, whole: &BTreeSet<String>) -> Result<Vec<String>, Error> {
        let old = staging.join(OLD);
        let mut part = path;
        for prefix in prefixes(path).skip(self.whole_from - 1) {
            if whole.contains(prefix) && below(&old, prefix)? == Kind::Nothing {
                part = prefix;
                break;
            }
        }
        create_parent(&old, part)?;
        rename(&out.join(part), &old.join(part))?;
        let mut touched = vec![parent(part).to_owned()];
        // A directory goes with its last file; `remove_dir` leaves those that hold something.
        let mut folder = parent(part);
        while names_of(folder) >= self.whole_from && fs::remove_dir(out.join(folder)).is_ok() {
            folder = parent(folder);
            touched.push(folder.to_owned());
        }
        Ok(touched)
    }

    /// Moves a file to its place, with the largest directory that is not there; returns the path of its parent.
    fn enter(&self, out: &Path, staging: &Path, path: &str) -> Result<String, Error> {
        let mut tries = TRIES;
        loop {
            let mut part = path;
            for prefix in prefixes(path).skip(self.whole_from - 1) {
                if below(out, prefix)? == Kind::Nothing {
                    part = prefix;
                    break;
                }
            }
            if below(out, part)? != Kind::Nothing {
                return Err(Error::InTheWay { path: out.join(part) });
            }
            let to = out.join(part);
            let moved = create_parent(out, part)
                .and_then(|()| fs::rename(staging.join(part), &to).map_err(Error::io("create", &to)));
            match moved {
                Ok(()) => return Ok(parent(part).to_owned()),
                Err(error) if tries > 0 && is_met(&error) => tries -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// Undoes what has been done of steps 3 to 6.
    fn undo(&self, out: &Path, staging: &Path) -> Result<(), Error> {
        let old = staging.join(OLD);
        if kind(&staging.join(ENTERING))? == Kind::File {
            for path in &self.enters {
                if below(staging, path)? == Kind::Nothing && below(out, path)? == Kind::File {
                    move_back(out, staging, path)?;
                }
            }
            rename(&staging.join(ENTERING), &staging.join(LEAVING))?;
        }
        for path in &self.leaves {
            if below(&old, path)? == Kind::File {
                if below(out, path)? != Kind::Nothing {
                    return Err(Error::InTheWay { path: out.join(path) });
                }
                move_back(&old, out, path)?;
            }
        }
        let committed = staging.join(LEAVING);
        fs::remove_file(&committed).map_err(Error::io("remove", &committed))
    }
}

/// Whether a hidden directory holds what is to enter, complete, and the process that was to do it may have been killed.
pub(in crate::trace) fn is_committed(staging: &Path) -> Result<bool, Error> {
    Ok(kind(&staging.join(MARKER))? == Kind::File
        && (kind(&staging.join(LEAVING))? == Kind::File || kind(&staging.join(ENTERING))? == Kind::File))
}

/// Brings what a killed process began to its end, step 7 too, if it had committed it; says whether it had.
pub(in crate::trace) fn recover(out: &Path, staging: &Path) -> Result<bool, Error> {
    if !is_committed(staging)? {
        return Ok(false);
    }
    let is_leaving = kind(&staging.join(LEAVING))? == Kind::File;
    let path = staging.join(if is_leaving { LEAVING } else { ENTERING });
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    let exchange = serde_json::from_str::<Exchange>(&text).map_err(|_| Error::InTheWay { path: path.clone() })?;
    if exchange.format > FORMAT {
        return Err(Error::Newer { path, found: exchange.format, expected: FORMAT });
    }
    let mut paths = exchange.leaves.iter().chain(&exchange.enters);
    if exchange.whole_from == 0 || !paths.all(|path| super::manifest::is_below(path)) {
        return Err(Error::InTheWay { path });
    }
    exchange.go_on(out, staging)?;
    dispose(staging)?;
    Ok(true)
}

/// Removes a hidden directory of ours: step 7. Another process may be at it too.
pub(in crate::trace) fn dispose(staging: &Path) -> Result<(), Error> {
    for name in names(staging)?.into_iter().filter(|name| name != MARKER) {
        let path = staging.join(name);
        let is_folder = kind(&path)? == Kind::Folder;
        gone(&path, if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) })?;
    }
    disk::step();
    let marker = staging.join(MARKER);
    gone(&marker, fs::remove_file(&marker))?;
    disk::step();
    gone(staging, fs::remove_dir(staging))
}

/// What has been removed, or was not there.
fn gone(path: &Path, removed: std::io::Result<()>) -> Result<(), Error> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// Makes a hidden directory and marks it as ours.
pub(in crate::trace) fn create(staging: &Path) -> Result<(), Error> {
    match kind(staging)? {
        Kind::Nothing => {}
        Kind::Link => return Err(Error::Link { path: staging.to_owned() }),
        _ => return Err(Error::InTheWay { path: staging.to_owned() }),
    }
    fs::create_dir(staging).map_err(Error::io("create", staging))?;
    disk::step();
    write_synced(&staging.join(MARKER), "")
}

/// The files that lie in a hidden directory to enter, but for the marker.
pub(in crate::trace) fn staged(staging: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    files(staging, "", &mut found)?;
    found.retain(|path| path != MARKER);
    Ok(found)
}

/// Notes the directories at `folder` and below in which everything leaves; says whether it is one of them.
fn survey(out: &Path, folder: &str, leaves: &BTreeSet<&str>, whole: &mut BTreeSet<String>) -> Result<bool, Error> {
    let names = names(&out.join(folder))?;
    let mut is_whole = !names.is_empty();
    for name in names {
        let path = format!("{folder}/{name}");
        is_whole &= match kind(&out.join(&path))? {
            Kind::Folder => survey(out, &path, leaves, whole)?,
            Kind::File => leaves.contains(path.as_str()),
            _ => false,
        };
    }
    if is_whole {
        whole.insert(folder.to_owned());
    }
    Ok(is_whole)
}

/// The directories on the way to a file, the outermost first: `a`, `a/b` for `a/b/c`.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn names_of(path: &str) -> usize {
    if path.is_empty() { 0 } else { path.split('/').count() }
}

fn create_parent(root: &Path, path: &str) -> Result<(), Error> {
    let folder = root.join(parent(path));
    fs::create_dir_all(&folder).map_err(Error::io("create", &folder))
}

fn move_back(from: &Path, to: &Path, path: &str) -> Result<(), Error> {
    create_parent(to, path)?;
    rename(&from.join(path), &to.join(path))?;
    let mut folder = parent(path);
    while !folder.is_empty() && fs::remove_dir(from.join(folder)).is_ok() {
        folder = parent(folder);
    }
    Ok(())
}

/// Whether another process has made, filled or removed the directory meanwhile.
fn is_met(error: &Error) -> bool {
    use ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotFound};
    matches!(error, Error::Io { source, .. } if matches!(source.kind(), NotFound | AlreadyExists | DirectoryNotEmpty))
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::io("create", to))
}

/// Writes a file and forces it to the disk.
pub(in crate::trace) fn write_synced(path: &Path, text: &str) -> Result<(), Error> {
    disk::write_synced(path, text.as_bytes()).map_err(Error::io("write", path))
}

/// Forces the entries of a directory to the disk.
pub(in crate::trace) fn sync(folder: &Path) -> Result<(), Error> {
    disk::sync_folder(folder).map_err(Error::io("write", folder))
}

/// Forces the entries of directories below `out` to the disk, as far as they are there, and those of `out`.
fn sync_all(out: &Path, touched: &BTreeSet<String>) -> Result<(), Error> {
    for folder in touched.iter().filter(|folder| !folder.is_empty()) {
        match disk::sync_folder(&out.join(folder)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(Error::io("write", &out.join(folder))(error));
            }
            _ => {}
        }
    }
    sync(out)
}

/// Forces the entries of a directory, and of those below it, to the disk; the files were synced when they were closed.
fn sync_tree(folder: &Path) -> Result<(), Error> {
    for name in names(folder)? {
        if kind(&folder.join(&name))? == Kind::Folder {
            sync_tree(&folder.join(&name))?;
        }
    }
    sync(folder)
}
