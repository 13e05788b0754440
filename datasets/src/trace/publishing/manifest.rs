//! `manifest.jsonl`: the files of a directory that are ours.
//!
//! ```text
//! {"subcloud_manifest":1,"run_id":"run-plan-00ff"}
//! {"path":"run.json","bytes":1234,"xxh3":"00ff00ff00ff00ff"}
//! {"path":"traces/cycles/run=run-plan-00ff/seed=1/part-0.parquet","bytes":5678,"xxh3":"ff00ff00ff00ff00"}
//! ```
//!
//! The first line names the format. Each other line is a file: its path below the directory, its bytes, and their XXH3
//! in 64 bits. Lines stand in the order of their paths; a command that writes a file later, a report for instance, adds
//! a line at the end. A path may have several lines: the file is ours if it is as one of them says. A line that cannot
//! be read lists nothing.
//!
//! The points of a sweep have manifests of their own, `points/manifests/<number>.jsonl`, so that processes side by side
//! never write to the same file.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::at::{Kind, below, kind};
use super::paths::is_below;
use crate::disk;
use crate::trace::Error;

/// The name of a manifest.
pub(in crate::trace) const MANIFEST: &str = "manifest.jsonl";
/// The format that is written, and the latest that is read.
const FORMAT: u32 = 1;

/// A list of files that are ours.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::trace) struct Manifest {
    /// The run whose files they are; empty for those of a sweep as a whole.
    pub run_id: String,
    /// Of a point: which generation of the sweep it belongs to.
    pub generation: u32,
    pub entries: Vec<Entry>,
}

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::trace) struct Entry {
    /// Where it is below the directory: names with `/` between them.
    pub path: String,
    pub bytes: u64,
    /// XXH3 of the bytes, 16 hexadecimal digits.
    pub xxh3: String,
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Header {
    subcloud_manifest: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    run_id: String,
    #[serde(default, skip_serializing_if = "is_zero")]
    generation: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(generation: &u32) -> bool {
    *generation == 0
}

impl Manifest {
    /// Lists files below `root`.
    pub(in crate::trace) fn of<'p>(
        run_id: &str,
        root: &Path,
        paths: impl IntoIterator<Item = &'p String>,
    ) -> Result<Manifest, Error> {
        let mut entries = paths.into_iter().map(|path| Entry::read(root, path)).collect::<Result<Vec<_>, _>>()?;
        entries.sort();
        Ok(Manifest { run_id: run_id.to_owned(), generation: 0, entries })
    }

    /// Reads a manifest; `None` if there is none.
    ///
    /// # Errors
    ///
    /// If the file is a link, no manifest, or of a later format.
    pub(in crate::trace) fn read(path: &Path) -> Result<Option<Manifest>, Error> {
        match kind(path)? {
            Kind::Nothing => return Ok(None),
            Kind::Link => return Err(Error::Link { path: path.to_owned() }),
            Kind::File => {}
            Kind::Folder | Kind::Other => return Err(Error::InTheWay { path: path.to_owned() }),
        }
        let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.lines();
        let header = lines.next().and_then(|line| serde_json::from_str::<Header>(line).ok());
        let Some(Header { subcloud_manifest: found, run_id, generation }) = header else {
            return Err(Error::InTheWay { path: path.to_owned() });
        };
        if found > FORMAT {
            return Err(Error::Newer { path: path.to_owned(), found, expected: FORMAT });
        }
        let entries = lines.filter_map(|line| serde_json::from_str::<Entry>(line).ok());
        let entries = entries.filter(|entry| is_below(&entry.path)).collect();
        Ok(Some(Manifest { run_id, generation, entries }))
    }

    /// The manifest as the text of its file.
    pub(in crate::trace) fn text(&self) -> String {
        let Manifest { run_id, generation, entries } = self;
        let mut text = line(&Header { subcloud_manifest: FORMAT, run_id: run_id.clone(), generation: *generation });
        text.extend(entries.iter().map(line));
        text
    }
}

impl Entry {
    /// A file that is there.
    pub(in crate::trace) fn read(root: &Path, path: &str) -> Result<Entry, Error> {
        let (bytes, xxh3) = digest(&root.join(path)).map_err(Error::io("read", &root.join(path)))?;
        Ok(Entry { path: path.to_owned(), bytes, xxh3 })
    }

    /// A file with this content.
    pub(in crate::trace) fn of(path: &str, content: &[u8]) -> Entry {
        Entry { path: path.to_owned(), bytes: content.len() as u64, xxh3: format!("{:016x}", xxh3_64(content)) }
    }

    /// Whether the file is as it was written. There must be a file.
    pub(in crate::trace) fn is_unchanged(&self, root: &Path) -> Result<bool, Error> {
        let path = root.join(&self.path);
        let bytes = std::fs::symlink_metadata(&path).map_err(Error::io("read", &path))?.len();
        Ok(bytes == self.bytes && digest(&path).map_err(Error::io("read", &path))?.1 == self.xxh3)
    }
}

/// Adds lines to the manifest of a directory, if it has one.
pub(in crate::trace) fn append(folder: &Path, entries: &[Entry]) -> Result<(), Error> {
    below(folder, MANIFEST)?;
    let path = folder.join(MANIFEST);
    let Some(listed) = Manifest::read(&path)? else { return Ok(()) };
    let new: String = entries.iter().filter(|entry| !listed.entries.contains(entry)).map(line).collect();
    if new.is_empty() {
        return Ok(());
    }
    // A process that was killed may have left half a line.
    let written = OpenOptions::new().append(true).open(&path).and_then(|mut file| {
        file.write_all(format!("\n{new}").as_bytes())?;
        file.sync_all()
    });
    written.map_err(Error::io("write", &path))
}

fn line(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| panic!("a line of a manifest is JSON: {error}")) + "\n"
}

/// Bytes of a file, and their XXH3 in 16 hexadecimal digits.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    disk::digest(path).map(|(bytes, xxh3)| (bytes, format!("{xxh3:016x}")))
}
