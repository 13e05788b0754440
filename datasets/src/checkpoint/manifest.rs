//! `checkpoint.json`: what belongs to a checkpoint.
//!
//! The file is JSON: `{"xxh3": <digest>, "checkpoint": <manifest>}`, with the manifest on lines of its own. The digest
//! is that of the bytes of these lines, so that a changed byte is noticed wherever it is.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use xxhash_rust::xxh3::xxh3_64;

use super::error::Error;
use super::names::{NAME, is_ours};
use crate::record::{self, SessionRecord, Versions};
use crate::scenario::Fork;
use crate::trace::SavedRows;

/// The version of the layout of checkpoints. A program reads its own version alone. Version 1 had books without the
/// keys that an owner has revoked, version 3 without what protocols among members have sent, version 4 rows of tables
/// of version 6.
pub const FORMAT: u32 = 5;

/// A file of a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// What it is: the name of a column, or `book`.
    pub name: String,
    /// The name of the file, in the directory of the checkpoint.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The digest of its bytes.
    pub xxh3: u64,
}

/// What belongs to a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the layout: [`FORMAT`].
    pub format: u32,
    /// What wrote it. A checkpoint is read under the same number of `results` alone.
    pub versions: Versions,
    /// The name of the run.
    pub run_id: String,
    /// The hash of its scenario.
    pub scenario_hash: String,
    /// What the scenario says, with a digest of the content of each file in place of its path.
    pub scenario: Value,
    /// Cycles completed.
    pub cycle: u32,
    /// Nodes of the scenario.
    pub nodes: u32,
    /// The state with which the run began, if that is another run's.
    #[serde(default)]
    pub forked_from: Option<Fork>,
    /// The digest of the state, 16 hexadecimal digits; empty where nobody has asked for it.
    #[serde(default)]
    pub state_digest: String,
    /// The columns.
    pub columns: Vec<FileRecord>,
    /// What lasts beside them.
    pub book: FileRecord,
    /// The rows of the trace so far.
    pub rows: SavedRows,
    /// The processes that have run the cycles so far, the last one still at it.
    pub sessions: Vec<SessionRecord>,
}

impl Manifest {
    /// Reads that of a directory; `None` if there is none. `results` is the number of what the engine computes.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is damaged, or was written under other versions.
    pub fn read(folder: &Path, results: u32) -> Result<Option<Self>, Error> {
        let path = folder.join(NAME);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", &path)(error)),
        };
        let damaged = |what: &str| Error::damaged(&path, what);
        let inner = unsealed(&bytes).ok_or_else(|| damaged("its digest is not that of its content"))?;
        let value: Value = serde_json::from_slice(inner).map_err(|error| damaged(&error.to_string()))?;
        let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default() as u32;
        // The layout says how to read all the rest.
        is_version(&path, "the format of the checkpoint", number(value.get("format")), FORMAT)?;
        let found = number(value.get("versions").and_then(|versions| versions.get("results")));
        is_version(&path, "the number of results", found, results)?;
        let read: Self = serde_json::from_value(value).map_err(|error| damaged(&error.to_string()))?;
        match read.foreign() {
            Some(file) => Err(damaged(&format!("it lists `{file}`, which is no file of a checkpoint"))),
            None => Ok(Some(read)),
        }
    }

    /// A file that is listed, and is none that a checkpoint makes.
    fn foreign(&self) -> Option<&str> {
        let mut own = self.columns.iter().chain([&self.book]).map(|file| &*file.file);
        let rows = self.rows.files.iter().find(|file| !file.is_in_its_place(self.cycle));
        own.find(|file| !is_ours(Path::new(""), file)).or(rows.map(|file| &*file.path))
    }

    /// The text of the file.
    pub(super) fn text(&self) -> String {
        let inner = record::text(self);
        format!("{{\"xxh3\": \"{:016x}\", \"checkpoint\":\n{inner}}}\n", xxh3_64(inner.as_bytes()))
    }

    /// The paths of all files, below the directory of the checkpoint.
    pub fn files(&self) -> impl Iterator<Item = PathBuf> {
        let own = self.columns.iter().chain([&self.book]).map(|file| PathBuf::from(&file.file));
        own.chain(self.rows.files.iter().map(|file| PathBuf::from(&file.path)))
    }
}

/// The bytes of a manifest inside its file, if their digest is right.
fn unsealed(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes.strip_prefix(b"{\"xxh3\": \"")?;
    let (digest, rest) = rest.split_at_checked(16)?;
    let inner = rest.strip_prefix(b"\", \"checkpoint\":\n")?.strip_suffix(b"}\n")?;
    (format!("{:016x}", xxh3_64(inner)).as_bytes() == digest).then_some(inner)
}

fn is_version(path: &Path, what: &'static str, found: u32, expected: u32) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Version { path: path.to_owned(), what, found, expected })
}
