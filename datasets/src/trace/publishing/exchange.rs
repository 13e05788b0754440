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

use super::at::{Kind, below, kind, names};
use super::hidden::{MARKER, dispose, sync, sync_tree, write_synced};
use super::paths::{is_below, names_of, parent, prefixes};
use crate::disk;
use crate::trace::Error;

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
                if kind(&staging.join(path))? == Kind::Nothing && below(out, path)? == Kind::File {
                    move_back(out, staging, path)?;
                }
            }
            rename(&staging.join(ENTERING), &staging.join(LEAVING))?;
        }
        for path in &self.leaves {
            if kind(&old.join(path))? == Kind::File {
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
    if exchange.whole_from == 0 || !paths.all(|path| is_below(path)) {
        return Err(Error::InTheWay { path });
    }
    exchange.go_on(out, staging)?;
    dispose(staging)?;
    Ok(true)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::publishing::hidden::create;

    #[test]
    fn an_error_halfway_undoes_what_has_left_and_what_has_entered() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let (out, staging) = (folder.path(), folder.path().join(".staging-new"));
        let put = |path: &str, text: &str| {
            create_parent(out, path)?;
            write_synced(&out.join(path), text)
        };
        put("run.json", "old")?;
        put("traces/a/part", "old")?;
        create(&staging)?;
        put(".staging-new/traces/a/part", "new")?;
        put(".staging-new/run.json", "new")?;
        put(".staging-new/exchange.json", "")?;
        let paths = ["traces/a/part", "run.json"].map(str::to_owned).to_vec();
        let exchange = Exchange::new(1, paths.clone(), paths);
        exchange.go_on(out, &staging)?;
        assert_eq!(fs::read_to_string(out.join("traces/a/part"))?, "new");
        exchange.undo(out, &staging)?;
        assert!(!is_committed(&staging)?);
        for path in ["run.json", "traces/a/part"] {
            assert_eq!(fs::read_to_string(out.join(path))?, "old");
            assert_eq!(fs::read_to_string(staging.join(path))?, "new");
        }
        Ok(())
    }
}
