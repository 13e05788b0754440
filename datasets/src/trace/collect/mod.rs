//! Points that several machines have done, each in a directory of its own, collected into one.
//!
//! A [`Part`] is such a directory, read and never changed. [`check`] finds out whether parts are of one sweep, and
//! whether a point that several have is the same in each. [`copy_point`] copies a point into a [`Tree`] in the way in
//! which a process that does it would put it there: whatever ends the process earlier, the point is not there.
//!
//! No link is followed below a part: what is copied lies in the part.

mod files;
mod part;

use std::collections::BTreeMap;

use std::fs;
use std::path::Path;

use super::Error;
use super::publishing::hidden::write_synced;
use super::publishing::manifest::{MANIFEST, Manifest};
use super::tree::{Claim, Tree};
use super::unlike::Unlike;
use crate::record::RunRecord;
use files::copy;
pub use part::Part;

/// Checks that directories hold points of one sweep, done by programs that compute the same, and that a point which
/// several have is the same in each, to the byte.
///
/// # Errors
///
/// If that is not so, with the names of two directories, or if something cannot be read.
pub fn check<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Result<(), Error> {
    let mut first: Option<&Part> = None;
    let mut versions: Option<(&Part, String)> = None;
    let mut holders: BTreeMap<u32, &Part> = BTreeMap::new();
    for part in parts {
        let first = *first.get_or_insert(part);
        if first.sweep().hash != part.sweep().hash {
            return Err(Unlike::sweeps(first.folder(), part.folder()).into());
        }
        for done in part.done() {
            let (other, expected) = versions.get_or_insert_with(|| (part, done.versions()));
            if *expected != done.versions() {
                let paths = [other.folder().to_owned(), part.folder().to_owned()];
                return Err(Unlike::Versions { paths, versions: [expected.clone(), done.versions()] }.into());
            }
        }
        for number in part.points() {
            holders.entry(number).or_insert(part).compare(part, number)?;
        }
    }
    Ok(())
}

/// Copies a finished point into the directory of a sweep, and says whether it was not there before.
///
/// # Errors
///
/// If another process is at the point, or if something cannot be read or written. The point is not there then.
pub fn copy_point(tree: &Tree, part: &Part, number: u32) -> Result<bool, Error> {
    let Some(run_id) = part.run_id(number) else { return Ok(false) };
    let place = match tree.claim(number, run_id)? {
        Claim::Ours(place) => place,
        Claim::Done => return Ok(false),
        Claim::Busy => return Err(Error::Busy { path: tree.folder().to_owned() }),
    };
    let folder = place.folder();
    for file in part.files(number)? {
        copy(&part.folder().join(&file), &folder.join(&file))?;
    }
    copy_record(&part.record(number), &folder.join(RECORD), place.generation())?;
    let mut paths: Vec<String> = part.files(number)?.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    paths.push(RECORD.to_owned());
    let manifest = Manifest::of(run_id, &folder, &paths)?;
    write_synced(&folder.join(MANIFEST), &manifest.text())?;
    place.publish()?;
    Ok(true)
}

/// The record of a point under way.
const RECORD: &str = "run.json";

/// Copies the record of a point, which is to name the generation of the sweep that it enters.
fn copy_record(from: &Path, to: &Path, generation: u32) -> Result<(), Error> {
    let text = fs::read_to_string(from).map_err(Error::io("read", from))?;
    let mut record: RunRecord = serde_json::from_str(&text).unwrap_or_default();
    match &mut record.sweep {
        Some(sweep) if sweep.generation != generation => sweep.generation = generation,
        _ => return copy(from, to),
    }
    write_synced(to, &crate::record::text(&record))
}
