//! A hidden directory: made, marked as ours, and removed.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::at::{Kind, files, kind, names};
use crate::disk;
use crate::trace::Error;

/// The file that says that a hidden directory is ours; the first thing in it, and the last.
pub(in crate::trace) const MARKER: &str = "subcloud.staging";

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

/// Writes a file and forces it to the disk.
pub(in crate::trace) fn write_synced(path: &Path, text: &str) -> Result<(), Error> {
    disk::write_synced(path, text.as_bytes()).map_err(Error::io("write", path))
}

/// Forces the entries of a directory to the disk.
pub(in crate::trace) fn sync(folder: &Path) -> Result<(), Error> {
    disk::sync_folder(folder).map_err(Error::io("write", folder))
}

/// Forces the entries of a directory, and of those below it, to the disk; the files were synced when they were closed.
pub(in crate::trace) fn sync_tree(folder: &Path) -> Result<(), Error> {
    for name in names(folder)? {
        if kind(&folder.join(&name))? == Kind::Folder {
            sync_tree(&folder.join(&name))?;
        }
    }
    sync(folder)
}
