//! Files that commands write beside a run or a sweep that is there: `size.json`, `report.html`, `report/<table>.csv`.

use std::path::Path;

use super::at::{Kind, below};
use super::manifest::{Entry, MANIFEST, Manifest, append};
use super::ours::unlisted_run;
use crate::trace::Error;

/// Lists such a file. That comes before the file is written, since a file that is listed and not there does no harm.
///
/// A directory without a manifest was written before there were manifests, and lists nothing.
///
/// # Errors
///
/// If something else lies in its place, or if the manifest cannot be read or written, or is of a later format.
pub fn list(folder: &Path, path: &str, content: &[u8]) -> Result<(), Error> {
    is_free(folder, path)?;
    append(folder, &[Entry::of(path, content)])
}

/// Checks that such a file may be written: nothing is there, or what a command has put there before. Of a directory
/// without a manifest, reports are taken for such.
///
/// # Errors
///
/// If something else is there, a link for instance, or if the manifest cannot be read.
pub fn is_free(folder: &Path, path: &str) -> Result<(), Error> {
    let full = folder.join(path);
    match below(folder, path)? {
        Kind::Nothing => return Ok(()),
        Kind::File => {}
        _ => return Err(Error::InTheWay { path: full }),
    }
    let Some(listed) = Manifest::read(&folder.join(MANIFEST))? else {
        let is_known = path.starts_with("report") || unlisted_run(folder)?.iter().any(|known| known == path);
        return if is_known { Ok(()) } else { Err(Error::InTheWay { path: full }) };
    };
    let mut own = listed.entries.iter().filter(|entry| entry.path == path).peekable();
    if own.peek().is_none() {
        return Err(Error::InTheWay { path: full });
    }
    for entry in own {
        if entry.is_unchanged(folder)? {
            return Ok(());
        }
    }
    Err(Error::Changed { path: full })
}
