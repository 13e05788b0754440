//! Finds the finished points of a sweep.

use std::fs;
use std::path::{Path, PathBuf};

use super::Run;
use super::files::find_files;
use crate::trace::{Error, ParamRow, RunRow, Table};

/// The finished points of a sweep: those of a setting side by side.
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
        let root = folder.join("traces").join(Table::Runs.name());
        let mut files = Vec::new();
        if root.try_exists().map_err(Error::io("read", &root))? {
            find_files(&root, &mut files)?;
        }
        let mut points = Vec::new();
        for file in files {
            let partition = file.parent().and_then(|folder| folder.strip_prefix(&root).ok()).unwrap_or(Path::new(""));
            points.extend(Point::open(folder, partition)?);
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
    pub(in crate::trace) fn open(folder: &Path, partition: &Path) -> Result<Option<Point>, Error> {
        let mut run = Run::open_part(folder, partition.to_owned(), PathBuf::new(), Table::Runs)?;
        let Some(row) = run.runs()?.pop() else { return Ok(None) };
        run.record = record(folder, row.point);
        if !run.record.try_exists().map_err(Error::io("read", &run.record))? {
            return Ok(None);
        }
        Ok(Some(Point { params: run.params()?, row, run }))
    }
}

/// The file that is there once the point of this number is finished.
pub(in crate::trace) fn record(folder: &Path, point: u32) -> PathBuf {
    folder.join("points").join(format!("{point}.json"))
}
