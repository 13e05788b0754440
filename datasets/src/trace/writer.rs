//! The tables of a run while it runs.

use std::path::{Path, PathBuf};

use super::file::{self, TableFile};
use super::saved::{Files, Save, SavedRows};
use super::snapshots::{Batched, Part, Snapshots};
use super::staging::{Staging, Unfinished};
use super::tables::Kept;
use super::{EdgeRows, Error, Meta, NodeRows, Row, Table};

/// Writes the tables of a run.
///
/// Rows of the small tables are kept until the end; rows of `nodes` and `edges` are encoded as they come, a
/// row group at a time.
/// Dropping a writer that was not finished leaves nothing behind: neither rows nor the directories it made.
pub struct Writer {
    meta: Meta,
    kept: Kept,
    nodes: Snapshots<NodeRows>,
    edges: Snapshots<EdgeRows>,
    /// The last save, and the directory in which it lies.
    saved: Option<(PathBuf, SavedRows)>,
    /// `None` for rows that are never written.
    staging: Option<Staging>,
}

/// What a finished trace is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The files, one per table that has rows, in the order of the tables. `nodes` and `edges`, the last, may have
    /// several.
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
    /// If `out` holds a run and `replace` is false, if another run is writing to it, if a link or a file that no
    /// manifest lists is in the way, if a file that is to be replaced was changed, if `out` cannot be created or
    /// written, or if a name in `meta` cannot stand in a path or a column. Nothing is left behind then.
    pub fn create(out: &Path, meta: Meta, replace: bool) -> Result<Writer, Error> {
        meta.check(Table::Nodes.empty(&[]).into_columns().into_iter().map(|column| column.name).collect())?;
        let staging = Staging::create(out, &meta, replace)?;
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
        let (nodes, edges) = (Snapshots::new(&meta), Snapshots::new(&meta));
        Writer { meta, kept: Kept::default(), nodes, edges, saved: None, staging: None }
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
    /// The table is cut into files of 1,966,080 rows, 16 row groups. Memory: one row group of 122,880 rows while it is
    /// encoded, and the rows of the last file that no [`Writer::save`] has taken.
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

    /// Encodes rows of `edges`, as [`Writer::nodes`] does those of `nodes`.
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// If the columns differ in length.
    pub fn edges(&mut self, rows: &EdgeRows) -> Result<(), Error> {
        match &self.staging {
            Some(staging) => self.edges.write(rows, &staging.traces(), &self.meta),
            None => Ok(()),
        }
    }

    /// Saves the rows that have come since the last save, as files below `folder` that are on the disk when the call
    /// returns. `folder` is created if it is not there. Returns what all saved rows are: those of this save and of the
    /// saves before. `cycle` names the files.
    ///
    /// The rows of the small tables go to `rows/<table>/part-<cycle>.parquet`, one file for each table that has new
    /// rows. Full files of `nodes` are linked or copied to `nodes/part-<number>.parquet`, and the rows after them go to
    /// `nodes/tail-<cycle>.parquet`; `edges` likewise. A file that is there already, but of no save, is replaced. What
    /// the files of the trace will be does not depend on whether and when rows are saved.
    ///
    /// After a save to another folder, or a restore from one, the files of that folder are linked or copied into this
    /// one: it must still be there, under its name. A writer in memory saves nothing.
    ///
    /// # Errors
    ///
    /// If a file cannot be written. The save before is untouched then, and the writer can go on and save again.
    ///
    /// # Panics
    ///
    /// If rows have come since a save of the same cycle, or if a row of `apps` lacks the mean of an attribute in the
    /// writer's [`Meta`].
    pub fn save(&mut self, folder: &Path, cycle: u32) -> Result<SavedRows, Error> {
        let Some(staging) = &self.staging else { return Ok(SavedRows::default()) };
        let mut save = Save::begin(folder, cycle, &self.meta, self.saved.as_ref())?;
        save.rows(&self.kept)?;
        save.streamed(&self.nodes, &staging.traces())?;
        save.streamed(&self.edges, &staging.traces())?;
        let saved = save.finish()?;
        self.nodes.set_saved();
        self.edges.set_saved();
        self.saved = Some((folder.to_owned(), saved.clone()));
        Ok(saved)
    }

    /// Takes saved rows into this new writer, as if they had been pushed. Later saves to the same folder go on from
    /// there. With the rows that are still missing, [`Writer::finish`] gives the files of a writer that has had all of
    /// them from the beginning.
    ///
    /// The rows may be those of another run, with the same attributes and applications: they become rows of this one.
    /// Full files of `nodes` and `edges` are written again then. A writer in memory takes nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] names a file that is missing, or is not as it was saved, or is at no place of saved rows.
    /// Another error follows if a file cannot be read, is of a fleet with other attributes, or names an application
    /// that the writer's [`Meta`] does not have. The writer is of no use then and should be dropped.
    ///
    /// # Panics
    ///
    /// If rows have been pushed before.
    pub fn restore(&mut self, folder: &Path, saved: &SavedRows) -> Result<(), Error> {
        let Some(staging) = &self.staging else { return Ok(()) };
        let is_new = self.kept.is_empty() && self.nodes.is_empty() && self.edges.is_empty();
        assert!(is_new, "saved rows come before all others");
        let files = Files::check(folder, saved)?;
        files.restore_kept(&mut self.kept, &self.meta)?;
        files.restore(&mut self.nodes, &staging.traces(), &self.meta)?;
        files.restore(&mut self.edges, &staging.traces(), &self.meta)?;
        self.saved = Some((folder.to_owned(), saved.clone()));
        Ok(())
    }

    /// Cuts the tables `nodes` and `edges` into files of so many rows, before any row has come: for tests.
    #[doc(hidden)]
    pub fn cut_nodes_at(&mut self, rows: usize) {
        self.nodes.set_part_rows(rows);
        self.edges.set_part_rows(rows);
    }

    /// Closes every table and puts the run in place: `traces/`, the list `manifest.jsonl` of its files, then `run.json`
    /// with the text `run_json`. What was there leaves, and is there complete until then.
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
        for (table, columns) in self.kept.columns(&self.meta.attributes, |_| 0) {
            let traces = staging.traces();
            let batch = columns.batch(&traces.join(table.name()))?;
            if batch.num_rows() > 0 {
                let mut file = TableFile::create(&traces, table, 0, batch.schema(), &self.meta)?;
                file.write(&batch)?;
                let (rows, bytes) = file.close()?;
                files.push(self.written(table, 0, Part { rows, bytes }, &staging));
            }
        }
        let parts = self.nodes.finish(&staging.traces(), &self.meta)?;
        files.extend((0..).zip(parts).map(|(number, part)| self.written(NodeRows::TABLE, number, part, &staging)));
        let parts = self.edges.finish(&staging.traces(), &self.meta)?;
        files.extend((0..).zip(parts).map(|(number, part)| self.written(EdgeRows::TABLE, number, part, &staging)));
        staging.publish(run_json)?;
        let (rows, bytes) = files.iter().fold((0, 0), |(rows, bytes), file| (rows + file.rows, bytes + file.bytes));
        Ok(Finished { files, rows, bytes })
    }

    fn written(&self, table: Table, number: usize, part: Part, staging: &Staging) -> WrittenFile {
        let path = staging.final_traces().join(file::partition(table, &self.meta)).join(file::name(number));
        WrittenFile { table, path, rows: part.rows, bytes: part.bytes }
    }
}
