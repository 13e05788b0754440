//! Reads the tables of a run back into the rows they were written from.

pub(super) mod files;
mod grid;
mod metadata;
pub(super) mod sweep;

use std::fs;
use std::path::{Path, PathBuf};

use self::files::{Batches, Opened, files_of};
use super::cell::Batch;
use super::tables::all_tables;
use super::{EdgeRows, Error, Meta, NodeRows, Rows, Table};
use crate::record::RunRecord;
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
    /// If there is no `traces/` with the table `cycles`, if it holds more than one run and `run.json` names none of
    /// them, or if its metadata cannot be read.
    pub fn open(folder: &Path) -> Result<Run, Error> {
        let record = folder.join("run.json");
        let partition = own(folder, &record).unwrap_or_default();
        Run::open_part(folder, partition, record, Table::Cycles)
    }

    /// Opens a part of the tables of a directory; `table` is one that it is sure to have.
    fn open_part(folder: &Path, partition: PathBuf, record: PathBuf, table: Table) -> Result<Run, Error> {
        let files = files_of(folder, table, &partition)?;
        let first = files.first().ok_or_else(|| Error::NoRun { path: folder.to_owned(), table: table.name() })?;
        let meta = Opened::at(first)?.meta().clone();
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

    /// Calls `each` with the rows of `nodes`, in the order of the files, in batches of one cycle each that fit in
    /// memory.
    ///
    /// # Errors
    ///
    /// If a file is damaged, is of another run, or lacks a column.
    pub fn nodes(&self, mut each: impl FnMut(NodeRows)) -> Result<(), Error> {
        self.batches(Table::Nodes, |batch| {
            NodeRows::read(batch)?.into_iter().for_each(&mut each);
            Ok(())
        })
    }

    /// The same with the rows of `edges`.
    ///
    /// # Errors
    ///
    /// If a file is damaged, is of another run, or lacks a column.
    pub fn edges(&self, mut each: impl FnMut(EdgeRows)) -> Result<(), Error> {
        self.batches(Table::Edges, |batch| {
            EdgeRows::read(batch)?.into_iter().for_each(&mut each);
            Ok(())
        })
    }

    /// A table as it is, column by column; no columns if the table was not written. `nodes` and `edges` may be too
    /// large for that.
    ///
    /// # Errors
    ///
    /// If a file is damaged, is of another run, or lacks a column.
    pub fn table(&self, table: Table) -> Result<Vec<Column>, Error> {
        let mut all = Vec::new();
        self.batches(table, |batch| grid::append(&mut all, batch.path, batch.columns))?;
        Ok(all)
    }

    /// The same in parts that fit in memory, whatever the table.
    ///
    /// # Errors
    ///
    /// If a file is damaged, is of another run, or lacks a column.
    pub fn parts(&self, table: Table) -> Result<Parts, Error> {
        Ok(Parts::of(self.open_table(table)?))
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
        for batch in self.open_table(table)? {
            let (path, columns) = batch?;
            each(&Batch { path: &path, meta: &self.meta, columns: &columns })?;
        }
        Ok(())
    }

    fn open_table(&self, table: Table) -> Result<Batches, Error> {
        Batches::of(files_of(&self.folder, table, &self.partition)?, &self.meta)
    }
}

/// Where the files of the run lie in each table of which the record tells: others may have put runs beside it. `None`
/// where there is no such record, or no such run.
fn own(folder: &Path, record: &Path) -> Option<PathBuf> {
    let RunRecord { run_id, seed, .. } = serde_json::from_str(&fs::read_to_string(record).ok()?).ok()?;
    let is_plain = !run_id.is_empty() && !run_id.contains(['/', '\\']);
    let partition = Path::new(&format!("run={run_id}")).join(format!("seed={seed}"));
    let is_there = || folder.join("traces").join(Table::Cycles.name()).join(&partition).is_dir();
    (is_plain && is_there()).then_some(partition)
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
