//! Reads the tables of a run back into the rows they were written from.

mod grid;
mod metadata;
pub(super) mod sweep;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow_schema::ArrowError;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::cell::Batch;
use super::tables::all_tables;
use super::{Error, Meta, NodeRows, Rows, Table};
pub use grid::{Column, Parts, Values};

pub use sweep::{Point, Sweep};

/// The finished trace of one run: of a run directory, or of a point of a sweep.
#[derive(Clone, Debug)]
pub struct Run {
    folder: PathBuf,
    /// Where the run's files are below the directory of each table; empty for the run that has the directory for
    /// itself.
    partition: PathBuf,
    record: PathBuf,
    meta: Meta,
}

impl Run {
    /// Opens the trace in a directory that a run wrote.
    ///
    /// # Errors
    ///
    /// If there is no `traces/` with the table `cycles`, if it holds more than one run, or if its metadata cannot be
    /// read.
    pub fn open(folder: &Path) -> Result<Run, Error> {
        Run::open_part(folder, PathBuf::new(), folder.join("run.json"), Table::Cycles)
    }

    /// Opens a part of the tables of a directory; `table` is one that it is sure to have.
    fn open_part(folder: &Path, partition: PathBuf, record: PathBuf, table: Table) -> Result<Run, Error> {
        let path = file_of(folder, table, &partition)?
            .ok_or_else(|| Error::NoRun { path: folder.to_owned(), table: table.name() })?;
        let reader = open(&path)?;
        let meta = metadata::meta(&path, reader.metadata().file_metadata().key_value_metadata())?;
        Ok(Run { folder: folder.to_owned(), partition, record, meta })
    }

    /// The file that says what was run and how: `run.json`, or the point's own of a sweep.
    #[must_use]
    pub fn record(&self) -> &Path {
        &self.record
    }

    /// Whose trace it is.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Calls `each` with the rows of `nodes`, in the order of the file, in batches of one cycle each that fit in
    /// memory.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or lacks a column.
    pub fn nodes(&self, mut each: impl FnMut(NodeRows)) -> Result<(), Error> {
        self.batches(Table::Nodes, |batch| {
            NodeRows::read(batch)?.into_iter().for_each(&mut each);
            Ok(())
        })
    }

    /// A table as it is, column by column; no columns if the table was not written. `nodes` may be too large for that.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or lacks a column.
    pub fn table(&self, table: Table) -> Result<Vec<Column>, Error> {
        let mut all = Vec::new();
        self.batches(table, |batch| grid::append(&mut all, batch.path, batch.columns))?;
        Ok(all)
    }

    /// The same in parts that fit in memory, whatever the table.
    ///
    /// # Errors
    ///
    /// If the file is damaged, or lacks a column.
    pub fn parts(&self, table: Table) -> Result<Parts, Error> {
        let path = file_of(&self.folder, table, &self.partition)?;
        path.map_or(Ok(Parts::default()), |path| {
            let batches = open(&path)?.build().map_err(Error::parquet("read", &path))?;
            Ok(Parts::of(path, batches))
        })
    }

    /// The rows of a table.
    fn rows<R: Rows>(&self, table: Table) -> Result<Vec<R>, Error> {
        let mut rows = Vec::new();
        self.batches(table, |batch| {
            rows.append(&mut R::read(batch)?);
            Ok(())
        })?;
        Ok(rows)
    }

    fn batches(&self, table: Table, mut each: impl FnMut(&Batch) -> Result<(), Error>) -> Result<(), Error> {
        let Some(path) = file_of(&self.folder, table, &self.partition)? else {
            return Ok(());
        };
        let damaged = |error: ArrowError| Error::parquet("read", &path)(ParquetError::from(error));
        for batch in open(&path)?.build().map_err(Error::parquet("read", &path))? {
            each(&Batch { path: &path, meta: &self.meta, columns: &batch.map_err(damaged)? })?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Error> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(Error::parquet("read", path))
}

/// The one file of a table; `None` if the run did not write the table.
fn file_of(folder: &Path, table: Table, partition: &Path) -> Result<Option<PathBuf>, Error> {
    let mut files = Vec::new();
    let root = folder.join("traces").join(table.name()).join(partition);
    if root.try_exists().map_err(Error::io("read", &root))? {
        find_files(&root, &mut files)?;
    }
    if files.len() > 1 {
        return Err(Error::SeveralRuns { path: folder.to_owned(), table: table.name(), count: files.len() });
    }
    Ok(files.pop())
}

fn find_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Error> {
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

/// The rows of each table that is kept, by the name of the table.
macro_rules! readers {
    ($($kept:ident $name:ident $row:ident,)+; $($streamed:tt)*) => {
        impl Run {
            $(
                #[doc = concat!("The rows of `", stringify!($name), "`; none if the table was not written.")]
                ///
                /// # Errors
                ///
                /// If the file is damaged, or lacks a column.
                pub fn $name(&self) -> Result<Vec<crate::trace::$row>, Error> {
                    self.rows(Table::$kept)
                }
            )+
        }
    };
}

all_tables!(readers);
