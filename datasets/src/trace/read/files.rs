//! Finds the files of a table and reads them, one after the other.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::vec;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::metadata;
use crate::trace::meta::{KEY_RUN_ID, KEY_SEED};
use crate::trace::{Error, Meta, Table, file};

/// The files of a table, in the order of their numbers; none if the run did not write the table.
pub(super) fn files_of(folder: &Path, table: Table, partition: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let root = folder.join("traces").join(table.name()).join(partition);
    if root.try_exists().map_err(Error::io("read", &root))? {
        find_files(&root, &mut files)?;
    }
    let runs: BTreeSet<_> = files.iter().map(|file| file.parent()).collect();
    if runs.len() > 1 {
        return Err(Error::SeveralRuns { path: folder.to_owned(), table: table.name(), count: runs.len() });
    }
    files.sort_by_key(|file| (number(file).unwrap_or(usize::MAX), file.clone()));
    match files.iter().enumerate().find(|&(place, path)| number(path) != Some(place)) {
        Some((place, path)) => Err(Error::Gap { path: path.clone(), expected: file::name(place) }),
        None => Ok(files),
    }
}

/// The number in the name of a file; `None` if a table has no file of that name.
fn number(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    let number = name.strip_prefix("part-")?.strip_suffix(".parquet")?.parse().ok()?;
    (file::name(number) == name).then_some(number)
}

/// All Parquet files of a directory and of those below it.
pub(super) fn find_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        if path.is_dir() {
            find_files(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "parquet") {
            files.push(path);
        }
    }
    Ok(())
}

/// A file whose metadata has been read.
pub(in crate::trace) struct Opened {
    path: Arc<Path>,
    meta: Meta,
    rows: ParquetRecordBatchReaderBuilder<File>,
}

impl Opened {
    /// Opens a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or its metadata is not that of a trace.
    pub(in crate::trace) fn at(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io("read", path))?;
        let rows = ParquetRecordBatchReaderBuilder::try_new(file).map_err(Error::parquet("read", path))?;
        let meta = metadata::meta(path, rows.metadata().file_metadata().key_value_metadata())?;
        Ok(Opened { path: path.into(), meta, rows })
    }

    /// Whose trace it is of.
    pub(in crate::trace) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The number of its rows.
    pub(in crate::trace) fn rows(&self) -> u64 {
        self.rows.metadata().file_metadata().num_rows() as u64
    }

    /// Its rows, batch by batch.
    ///
    /// # Errors
    ///
    /// If the file is damaged.
    pub(in crate::trace) fn batches(self) -> Result<Batches, Error> {
        let batches = self.rows.build().map_err(Error::parquet("read", &self.path))?;
        Ok(Batches { files: Vec::new().into_iter(), run: self.meta, open: Some((self.path, batches)) })
    }

    /// That the file is of this run.
    fn of(self, run: &Meta) -> Result<Self, Error> {
        let other = |key: &'static str, found: &dyn ToString, expected: &dyn ToString| {
            let (path, found, expected) = (self.path.to_path_buf(), found.to_string(), expected.to_string());
            Err(Error::Metadata { path, key, found, expected })
        };
        if self.meta.run_id != run.run_id {
            return other(KEY_RUN_ID, &self.meta.run_id, &run.run_id);
        }
        if self.meta.seed != run.seed {
            return other(KEY_SEED, &self.meta.seed, &run.seed);
        }
        Ok(self)
    }
}

/// The rows of several files of a run, batch by batch. Each batch comes with the path of its file.
pub(in crate::trace) struct Batches {
    files: vec::IntoIter<PathBuf>,
    run: Meta,
    open: Option<(Arc<Path>, ParquetRecordBatchReader)>,
}

impl Batches {
    /// The rows of these files, which must be of this run.
    ///
    /// # Errors
    ///
    /// If the first file is not of this run, or cannot be read.
    pub(super) fn of(files: Vec<PathBuf>, run: &Meta) -> Result<Self, Error> {
        let mut batches = Batches { files: files.into_iter(), run: run.clone(), open: None };
        batches.open_next()?;
        Ok(batches)
    }

    fn open_next(&mut self) -> Result<(), Error> {
        self.open = match self.files.next() {
            Some(path) => Opened::at(&path)?.of(&self.run)?.batches()?.open,
            None => None,
        };
        Ok(())
    }
}

impl Iterator for Batches {
    type Item = Result<(Arc<Path>, RecordBatch), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (path, batches) = self.open.as_mut()?;
            if let Some(batch) = batches.next() {
                let damaged = |error| Error::parquet("read", path)(ParquetError::from(error));
                return Some(batch.map_err(damaged).map(|batch| (Arc::clone(path), batch)));
            }
            if let Err(error) = self.open_next() {
                self.open = None;
                return Some(Err(error));
            }
        }
    }
}
