//! Finds the finished points of a sweep.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Run;
use super::files::find_files;
use crate::record::{OfSweep, SweepRecord};
use crate::trace::{Error, ParamRow, RunRow, Table};

/// The finished points of a sweep: those of a setting side by side. While a sweep takes the place of another, point by
/// point, those of the new one alone.
#[derive(Clone, Debug)]
pub struct Sweep {
    points: Vec<Point>,
}

/// A finished point of a sweep.
#[derive(Clone, Debug)]
pub struct Point {
    /// Which point it is.
    pub row: RunRow,
    /// What the sweep sets there, in the order of the sweep.
    pub params: Vec<ParamRow>,
    /// Its trace.
    pub run: Run,
}

impl Sweep {
    /// Opens the points that are finished by now, in a directory that a sweep wrote.
    ///
    /// # Errors
    ///
    /// If there is no sweep, or its tables cannot be read.
    pub fn open(folder: &Path) -> Result<Sweep, Error> {
        if !Sweep::is_at(folder) {
            return Err(Error::NoRun { path: folder.to_owned(), table: Table::Runs.name() });
        }
        let generation = generation(folder);
        let root = folder.join("traces").join(Table::Runs.name());
        let mut files = Vec::new();
        if root.try_exists().map_err(Error::io("read", &root))? {
            find_files(&root, &mut files)?;
        }
        let mut points = Vec::new();
        for file in files {
            let partition = file.parent().and_then(|folder| folder.strip_prefix(&root).ok()).unwrap_or(Path::new(""));
            points.extend(Point::open(folder, partition, generation)?);
        }
        // Points that extended a sweep have numbers behind those of all settings.
        points.sort_by_key(|point| (point.row.setting, point.row.replicate));
        Ok(Sweep { points })
    }

    /// Whether a directory is that of a sweep.
    #[must_use]
    pub fn is_at(folder: &Path) -> bool {
        fs::exists(folder.join("sweep.json")).unwrap_or(false)
    }

    /// The points: the replicates of setting 0, those of setting 1, …
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The points of each setting, in their order.
    pub fn settings(&self) -> impl Iterator<Item = &[Point]> {
        self.points.chunk_by(|a, b| a.row.setting == b.row.setting)
    }
}

impl Point {
    /// Opens the point whose files are at `partition` of each table; `None` if it is not finished.
    pub(in crate::trace) fn open(folder: &Path, partition: &Path, generation: u32) -> Result<Option<Point>, Error> {
        let mut run = Run::open_part(folder, partition.to_owned(), PathBuf::new(), Table::Runs)?;
        let Some(row) = run.runs()?.pop() else { return Ok(None) };
        run.record = record(folder, row.point);
        if !is_there(folder, row.point, generation)? {
            return Ok(None);
        }
        Ok(Some(Point { params: run.params()?, row, run }))
    }
}

/// The file that is there once the point of this number is finished.
pub(in crate::trace) fn record(folder: &Path, point: u32) -> PathBuf {
    folder.join("points").join(format!("{point}.json"))
}

/// Whether the point of this number is finished, in this generation of the sweep.
pub(in crate::trace) fn is_there(folder: &Path, point: u32, generation: u32) -> Result<bool, Error> {
    let path = record(folder, point);
    if generation == 0 {
        return path.try_exists().map_err(Error::io("read", &path));
    }
    match fs::read_to_string(&path) {
        Ok(text) => {
            let found = serde_json::from_str::<Generation>(&text).ok();
            Ok(found.is_some_and(|found| found.sweep.generation == generation))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::io("read", &path)(error)),
    }
}

/// The generation of the sweep that a directory holds; 0 if it holds none.
pub(in crate::trace) fn generation(folder: &Path) -> u32 {
    let text = fs::read_to_string(folder.join("sweep.json")).unwrap_or_default();
    serde_json::from_str::<SweepRecord>(&text).unwrap_or_default().generation
}

/// What the record of a point says of its generation.
#[derive(serde::Deserialize)]
struct Generation {
    sweep: OfSweep,
}
