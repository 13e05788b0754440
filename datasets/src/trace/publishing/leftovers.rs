//! What a killed process left in a directory: what it had committed is brought to its end, and the rest is removed.
//!
//! A hidden directory is ours if its marker is in it. One that is empty was made by a process that was killed before it
//! wrote the marker, or is worth nothing. Any other is somebody else's, and stays.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::at::{Kind, kind, names};
use super::exchange::{is_committed, recover};
use super::hidden::{MARKER, dispose};
use super::ours::SWEEP_JSON;
use crate::trace::Error;

/// What the name of a hidden directory begins with, for whoever has the output directory alone.
pub(in crate::trace) const STAGING: &str = ".staging-";
/// The hidden directory of the points that are under way in a sweep.
pub(in crate::trace) const UNDER_WAY: &str = ".points";

/// Brings to its end what a killed process had begun to put in place, as far as that is possible: nobody else may be
/// working in the directory, which must be writable. Whoever reads it afterwards finds a whole run, if there is one.
///
/// ```
/// let folder = std::env::temp_dir();
/// datasets::trace::settle(&folder.join("no such directory"));
/// ```
pub fn settle(out: &Path) {
    let Ok(begun) = begun(out) else { return };
    if begun.is_empty() {
        return;
    }
    let Ok(door) = File::open(out) else { return };
    if door.try_lock().is_ok() {
        // Whoever reads the directory is told of what it finds there.
        for staging in &begun {
            recover(out, staging).ok();
        }
    }
}

/// Whether a killed process has left what is complete, but for its place.
pub(in crate::trace) fn is_begun(out: &Path) -> Result<bool, Error> {
    Ok(hidden(out)?.iter().map(|staging| is_committed(staging)).collect::<Result<Vec<_>, _>>()?.contains(&true))
}

/// Whether there is anything that [`remove`] may have to look at.
pub(in crate::trace) fn any(out: &Path) -> Result<bool, Error> {
    Ok(!hidden(out)?.is_empty())
}

/// Brings to its end what was committed, and removes the rest. The caller has the directory for itself.
pub(in crate::trace) fn remove(out: &Path) -> Result<(), Error> {
    for staging in begun(out)? {
        recover(out, &staging)?;
    }
    for staging in hidden(out)? {
        if kind(&staging.join(MARKER))? == Kind::File {
            dispose(&staging)?;
        } else {
            // One that holds something stays.
            fs::remove_dir(&staging).ok();
        }
    }
    if kind(&out.join(SWEEP_JSON))? == Kind::Nothing {
        // A run has taken the place of a sweep. What is another's stays.
        remove_points(out).ok();
    }
    Ok(())
}

/// Removes the directory of points under way, if it is ours. Nobody may be doing points.
pub(in crate::trace) fn remove_points(out: &Path) -> Result<(), Error> {
    let points = out.join(UNDER_WAY);
    match kind(&points)? {
        Kind::Nothing => Ok(()),
        Kind::Link => Err(Error::Link { path: points }),
        Kind::Folder if is_of_points(&points)? => dispose(&points),
        _ => Err(Error::InTheWay { path: points }),
    }
}

/// Whether a directory is one of points under way: by its marker, or, as older versions made it, by what is in it.
pub(in crate::trace) fn is_of_points(points: &Path) -> Result<bool, Error> {
    let is_known = |name: &String| {
        let number = name.strip_suffix(".lock").unwrap_or(name);
        name == MARKER
            || number.bytes().all(|byte| byte.is_ascii_digit())
            || name.starts_with("sweep-")
            || name.starts_with("derived-")
    };
    Ok(kind(&points.join(MARKER))? == Kind::File || names(points)?.iter().all(is_known))
}

/// The hidden directories whose name is that of ours.
fn hidden(out: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut hidden = Vec::new();
    for name in names_of(out)?.into_iter().filter(|name| name.starts_with(STAGING)) {
        if kind(&out.join(&name))? == Kind::Folder {
            hidden.push(out.join(name));
        }
    }
    Ok(hidden)
}

/// The hidden directories with something that was committed, those of points too.
fn begun(out: &Path) -> Result<Vec<PathBuf>, Error> {
    let points = out.join(UNDER_WAY);
    let of_points = names(&points)?.into_iter().map(|name| points.join(name));
    let mut begun = Vec::new();
    for staging in hidden(out)?.into_iter().chain(of_points) {
        if is_committed(&staging)? {
            begun.push(staging);
        }
    }
    Ok(begun)
}

/// The names in the output directory, which may itself be given as a link.
fn names_of(out: &Path) -> Result<Vec<String>, Error> {
    match out.canonicalize() {
        Ok(out) => names(&out),
        Err(_) => Ok(Vec::new()),
    }
}
