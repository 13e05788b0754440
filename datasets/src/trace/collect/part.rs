//! A directory of finished points, as it is read.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::files::{are_equal, is_whole, list, look};
use crate::record::{Machine, OfSweep, SweepRecord, Versions};
use crate::trace::publishing::at::{Kind, below};
use crate::trace::publishing::manifest::Manifest;
use crate::trace::publishing::ours::{MANIFESTS, TRACES};
use crate::trace::read::sweep::{Point, generation};
use crate::trace::unlike::Unlike;
use crate::trace::{Error, Table};

/// A directory that holds finished points of a sweep.
#[derive(Debug)]
pub struct Part {
    folder: PathBuf,
    sweep: SweepRecord,
    /// Finished points by their numbers.
    points: BTreeMap<u32, Done>,
    /// Held for its shared lock: nobody replaces the sweep meanwhile.
    _lock: Option<File>,
}

/// What the record of a finished point says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    run_id: String,
    seed: u64,
    state_digest: String,
    versions: Versions,
    machine: Machine,
    sweep: Option<OfSweep>,
}

impl Part {
    /// Opens a directory of a sweep, and looks whether its finished points are complete.
    ///
    /// # Errors
    ///
    /// If there is no sweep, if somebody replaces it just now, if a finished point lacks something, if there is a link,
    /// or if something cannot be read.
    pub fn open(folder: &Path) -> Result<Part, Error> {
        let lock = share(folder)?;
        let no_sweep = || Unlike::NoSweep { path: folder.to_owned() };
        let path = folder.join("sweep.json");
        look(&path)?.ok_or_else(no_sweep)?;
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let sweep: SweepRecord = serde_json::from_str(&text).map_err(|_| no_sweep())?;
        let mut part = Part { folder: folder.to_owned(), sweep, points: BTreeMap::new(), _lock: lock };
        look(&folder.join("points"))?;
        look(&folder.join("traces"))?;
        for table in Table::ALL {
            look(&folder.join("traces").join(table.name()))?;
        }
        for k in 0..part.sweep.points.len() {
            let number = part.sweep.points[k].point;
            if let Some(done) = part.read(k)? {
                part.points.insert(number, done);
                part.complete(number)?;
            }
        }
        Ok(part)
    }

    /// What its `sweep.json` says.
    #[must_use]
    pub fn sweep(&self) -> &SweepRecord {
        &self.sweep
    }

    /// The directory.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The numbers of its finished points.
    pub fn points(&self) -> impl Iterator<Item = u32> {
        self.points.keys().copied()
    }

    /// What the records of its finished points say.
    pub(super) fn done(&self) -> impl Iterator<Item = &Done> {
        self.points.values()
    }

    /// The name of the run of a finished point.
    pub(super) fn run_id(&self, number: u32) -> Option<&str> {
        self.points.get(&number).map(|done| done.run_id.as_str())
    }

    /// The record of the k-th point of the sweep, if the point is finished.
    fn read(&self, k: usize) -> Result<Option<Done>, Error> {
        let point = &self.sweep.points[k];
        let path = self.record(point.point);
        if look(&path)?.is_none() {
            return Ok(None);
        }
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let done: Done = serde_json::from_str(&text)
            .map_err(|error| self.incomplete(point.point, format!("its record cannot be read: {error}")))?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let is_it = done.sweep.as_ref().is_some_and(|sweep| sweep.point == point.point);
        if !is_it || done.run_id != point.run_id || done.seed != point.seed || !done.run_id.chars().all(is_plain) {
            return Err(self.incomplete(point.point, "its record is that of another point".to_owned()));
        }
        Ok(Some(done))
    }

    /// Refuses a finished point whose tables are not those of its record.
    fn complete(&self, number: u32) -> Result<(), Error> {
        let Some(done) = self.points.get(&number) else { return Ok(()) };
        let files = self.files(number)?;
        for file in &files {
            let path = self.folder.join(file);
            if !is_whole(&path).map_err(Error::io("read", &path))? {
                return Err(self.incomplete(number, format!("{} is no whole Parquet file", file.display())));
            }
        }
        self.unchanged(number, &files)?;
        let partition = PathBuf::from(format!("run={}", done.run_id)).join(format!("seed={}", done.seed));
        let row = match Point::open(&self.folder, &partition, generation(&self.folder)) {
            Ok(point) => point.map(|point| point.row),
            Err(Error::NoRun { .. }) => None,
            Err(error) => return Err(error),
        };
        if row.is_some_and(|row| row.point == number && row.state_digest == done.state_digest) {
            return Ok(());
        }
        Err(self.incomplete(number, format!("its row of traces/{} is not there", Table::Runs.name())))
    }

    /// Refuses a finished point whose tables, which are these `files`, are not as its manifest lists them. A point of
    /// an older version has no manifest, and is not looked at.
    fn unchanged(&self, number: u32, files: &[PathBuf]) -> Result<(), Error> {
        let path = format!("{MANIFESTS}/{number}.jsonl");
        below(&self.folder, &path)?;
        let Some(mut listed) = Manifest::read(&self.folder.join(path))? else { return Ok(()) };
        listed.entries.retain(|entry| Path::new(&entry.path).starts_with(TRACES));
        for entry in &listed.entries {
            if below(&self.folder, &entry.path)? != Kind::File {
                return Err(self.incomplete(number, format!("{} is not there", entry.path)));
            }
            if !entry.is_unchanged(&self.folder)? {
                return Err(self.incomplete(number, format!("{} was changed after it was written", entry.path)));
            }
        }
        let is_listed = |file: &&PathBuf| listed.entries.iter().any(|entry| Path::new(&entry.path) == **file);
        match files.iter().find(|file| !is_listed(file)) {
            Some(file) => Err(self.incomplete(number, format!("{} is listed in no manifest", file.display()))),
            None => Ok(()),
        }
    }

    /// The files of a finished point below the directory, sorted.
    pub(super) fn files(&self, number: u32) -> Result<Vec<PathBuf>, Error> {
        let mut files = Vec::new();
        if let Some(done) = self.points.get(&number) {
            let partition = format!("run={}", done.run_id);
            for table in Table::ALL {
                let own = PathBuf::from("traces").join(table.name()).join(&partition);
                if look(&self.folder.join(&own))?.is_some() {
                    list(&self.folder, &own, &mut files)?;
                }
            }
        }
        files.sort();
        Ok(files)
    }

    pub(super) fn record(&self, number: u32) -> PathBuf {
        self.folder.join("points").join(format!("{number}.json"))
    }

    fn incomplete(&self, point: u32, what: String) -> Error {
        Unlike::Incomplete { point, path: self.folder.clone(), what }.into()
    }

    /// Refuses a point that is in two parts, unless it is the same in both.
    pub(super) fn compare(&self, other: &Part, number: u32) -> Result<(), Error> {
        let (Some(own), Some(others)) = (self.points.get(&number), other.points.get(&number)) else { return Ok(()) };
        let differs = |what| {
            let paths = [self.folder.clone(), other.folder.clone()];
            Err(Unlike::Points { point: number, paths, what }.into())
        };
        if own.state_digest != others.state_digest {
            return differs(format!("their last states are {} and {}", own.told(), others.told()));
        }
        let (files, other_files) = (self.files(number)?, other.files(number)?);
        if let Some(file) =
            files.iter().chain(&other_files).find(|file| files.contains(file) != other_files.contains(file))
        {
            return differs(format!("one of them alone has {}", file.display()));
        }
        for file in &files {
            let [one, two] = [&self.folder, &other.folder].map(|folder| folder.join(file));
            if !are_equal(&one, &two).map_err(Error::io("read", &one))? {
                return differs(format!("the bytes of {} are not the same", file.display()));
            }
        }
        Ok(())
    }
}

impl Done {
    /// Its state, and what computed it.
    fn told(&self) -> String {
        let Machine { architecture, kernels, .. } = &self.machine;
        format!("{} (results {}, {architecture}, {kernels})", self.state_digest, self.versions.results)
    }

    /// What decides over its values.
    pub(super) fn versions(&self) -> String {
        self.versions.values()
    }
}

/// The lock that all share who read the directory; `None` where the file system knows no locks.
fn share(folder: &Path) -> Result<Option<File>, Error> {
    let door = match File::open(folder) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(Unlike::NoSweep { path: folder.to_owned() }.into());
        }
        opened => opened.map_err(Error::io("read", folder))?,
    };
    match door.try_lock_shared() {
        Ok(()) => Ok(Some(door)),
        Err(TryLockError::Error(_)) => Ok(None),
        Err(TryLockError::WouldBlock) => Err(Error::Busy { path: folder.to_owned() }),
    }
}
