//! The tables of a run while it runs.

use std::path::{Path, PathBuf};

use super::file::{self, TableFile};
use super::snapshots::Snapshots;
use super::staging::{Staging, Unfinished};
use super::tables::Kept;
use super::{Error, Meta, NodeRows, Row, Table};

/// Writes the tables of a run.
///
/// Rows of the small tables are kept until the end; rows of `nodes` are encoded as they come, a row group at a time.
/// Dropping a writer that was not finished leaves nothing behind: neither rows nor the directories it made.
pub struct Writer {
    meta: Meta,
    kept: Kept,
    nodes: Snapshots,
    /// `None` for rows that are never written.
    staging: Option<Staging>,
}

/// What a finished trace is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The files, one per table that has rows.
    pub files: Vec<WrittenFile>,
    /// Rows of all files.
    pub rows: u64,
    /// Bytes of all files.
    pub bytes: u64,
}

/// A file of a finished trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its table.
    pub table: Table,
    /// Where it is.
    pub path: PathBuf,
    /// Its rows.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
}

impl Writer {
    /// Prepares the directory `out`, which is created if it is not there.
    ///
    /// With `replace` a run that `out` already holds is replaced, once this one is finished and not before.
    ///
    /// # Errors
    ///
    /// If `out` holds a run and `replace` is false, if another run is writing to it, if it cannot be created or
    /// written, or if a name in `meta` cannot stand in a path or a column. Nothing is left behind then.
    pub fn create(out: &Path, meta: Meta, replace: bool) -> Result<Writer, Error> {
        meta.check(Table::Nodes.empty(&[]).into_columns().into_iter().map(|column| column.name).collect())?;
        let staging = Staging::create(out, &meta.run_id, replace)?;
        Ok(Writer { staging: Some(staging), ..Writer::in_memory(meta) })
    }

    /// A writer that drops all rows and leaves nothing on disk: for runs of which only the state matters.
    ///
    /// ```
    /// use datasets::trace::{CycleRow, Meta, Writer};
    ///
    /// let mut trace = Writer::in_memory(Meta::default());
    /// trace.push(CycleRow::default());
    /// ```
    #[must_use]
    pub fn in_memory(meta: Meta) -> Writer {
        let nodes = Snapshots::new(&meta);
        Writer { meta, kept: Kept::default(), nodes, staging: None }
    }

    /// What was made for this trace, which goes when the writer is dropped.
    #[must_use]
    pub fn unfinished(&self) -> Unfinished {
        self.staging.as_ref().map(Staging::unfinished).unwrap_or_default()
    }

    /// Adds a row to its table. A writer in memory drops the row.
    ///
    /// # Panics
    ///
    /// In [`Writer::finish`], if a row of `apps` lacks the mean of an attribute in the writer's [`Meta`].
    pub fn push<R: Row>(&mut self, row: R) {
        if self.staging.is_some() {
            R::kept(&mut self.kept).push(row);
        }
    }

    /// Encodes rows of `nodes`; a snapshot may come in any number of batches, ascending. A writer in memory drops them.
    ///
    /// Memory: one row group of 122,880 rows beside the batch itself.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; the trace is then of no use and the writer should be dropped.
    ///
    /// # Panics
    ///
    /// If the columns differ in length, or are not those of the writer's [`Meta`].
    pub fn nodes(&mut self, rows: &NodeRows) -> Result<(), Error> {
        match &self.staging {
            Some(staging) => self.nodes.write(rows, &staging.traces(), &self.meta),
            None => Ok(()),
        }
    }

    /// Closes every table and puts the run in place: `traces/`, then `run.json` with the text `run_json`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written or renamed. Nothing of this run is left then, and a run that was to be replaced is
    /// still there.
    ///
    /// # Panics
    ///
    /// If this is a writer in memory.
    pub fn finish(mut self, run_json: &str) -> Result<Finished, Error> {
        let staging = self.staging.take().unwrap_or_else(|| panic!("a writer in memory has no place for a trace"));
        let mut files = Vec::new();
        for (table, columns) in self.kept.columns(&self.meta.attributes) {
            let traces = staging.traces();
            let batch = columns.batch(&traces.join(table.name()))?;
            if batch.num_rows() > 0 {
                let mut file = TableFile::create(&traces, table, batch.schema(), &self.meta)?;
                file.write(&batch)?;
                files.push(self.close(table, file, &staging)?);
            }
        }
        if let Some(nodes) = self.nodes.finish(&staging.traces(), &self.meta)? {
            files.push(self.close(Table::Nodes, nodes, &staging)?);
        }
        staging.publish(run_json)?;
        let (rows, bytes) = files.iter().fold((0, 0), |(rows, bytes), file| (rows + file.rows, bytes + file.bytes));
        Ok(Finished { files, rows, bytes })
    }

    fn close(&self, table: Table, file: TableFile, staging: &Staging) -> Result<WrittenFile, Error> {
        let path = staging.final_traces().join(file::partition(table, &self.meta)).join(file::NAME);
        let (rows, bytes) = file.close()?;
        Ok(WrittenFile { table, path, rows, bytes })
    }
}
