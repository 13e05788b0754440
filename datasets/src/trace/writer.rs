//! The tables of a run while it runs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use super::encoding::ROW_GROUP_ROWS;
use super::file::{self, TableFile};
use super::staging::Staging;
use super::{
    AggregateRow, AppRow, CycleRow, Error, EventRow, Meta, NodeRows, SliceRow, Table, tables,
};

/// Writes the tables of a run.
///
/// Rows of the small tables are kept until the end; rows of `nodes` are encoded as they come, a row group at a time.
/// Dropping a writer that was not finished leaves nothing behind: neither rows nor the directories it made.
pub struct Writer {
    meta: Meta,
    app_names: ArrayRef,
    cycles: Vec<CycleRow>,
    slices: Vec<SliceRow>,
    apps: Vec<AppRow>,
    aggregates: Vec<AggregateRow>,
    events: Vec<EventRow>,
    nodes: Option<TableFile>,
    staging: Staging,
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
    /// If `out` holds a run and `replace` is false, if another run is writing to it, if it cannot be created or written,
    /// or if a name in `meta` cannot stand in a path or a column. Nothing is left behind then.
    pub fn create(out: &Path, meta: Meta, replace: bool) -> Result<Writer, Error> {
        meta.check()?;
        let staging = Staging::create(out, &meta.run_id, replace)?;
        let app_names = Arc::new(StringArray::from_iter_values(&meta.apps));
        Ok(Writer {
            meta,
            app_names,
            cycles: Vec::new(),
            slices: Vec::new(),
            apps: Vec::new(),
            aggregates: Vec::new(),
            events: Vec::new(),
            nodes: None,
            staging,
        })
    }

    /// Adds a row to `cycles`.
    pub fn cycle(&mut self, row: CycleRow) {
        self.cycles.push(row);
    }

    /// Adds a row to `slices`.
    pub fn slice(&mut self, row: SliceRow) {
        self.slices.push(row);
    }

    /// Adds a row to `apps`.
    ///
    /// # Panics
    ///
    /// If the row does not have a mean for each attribute in the writer's [`Meta`].
    pub fn app(&mut self, row: AppRow) {
        assert_eq!(
            row.mean_attributes.len(),
            self.meta.attributes.len(),
            "one mean per attribute of the fleet"
        );
        self.apps.push(row);
    }

    /// Adds a row to `aggregates`.
    pub fn aggregate(&mut self, row: AggregateRow) {
        self.aggregates.push(row);
    }

    /// Adds a row to `events`.
    pub fn event(&mut self, row: EventRow) {
        self.events.push(row);
    }

    /// Encodes rows of `nodes`; a snapshot may come in any number of batches, ascending.
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
        self.assert_shape(rows);
        let traces = self.staging.traces();
        let mut start = 0;
        while start < rows.node_ids.len() {
            let part = start..rows.node_ids.len().min(start + ROW_GROUP_ROWS);
            start = part.end;
            let batch = tables::nodes(rows, part, &self.meta.attributes, &self.app_names)
                .map_err(|error| encoding_error(error, &traces.join(Table::Nodes.name())))?;
            if self.nodes.is_none() {
                self.nodes = Some(TableFile::create(
                    &traces,
                    Table::Nodes,
                    batch.schema(),
                    &self.meta,
                )?);
            }
            if let Some(file) = &mut self.nodes {
                file.write(&batch)?;
            }
        }
        Ok(())
    }

    /// Closes every table and puts the run in place: `traces/`, then `run.json` with the text `run_json`.
    ///
    /// # Errors
    ///
    /// If a file cannot be written or renamed. Nothing of this run is left then, and a run that was to be replaced is
    /// still there.
    pub fn finish(mut self, run_json: &str) -> Result<Finished, Error> {
        let mut files = Vec::new();
        self.small(
            Table::Cycles,
            self.cycles.len(),
            tables::cycles(&self.cycles),
            &mut files,
        )?;
        self.small(
            Table::Slices,
            self.slices.len(),
            tables::slices(&self.slices),
            &mut files,
        )?;
        self.small(
            Table::Apps,
            self.apps.len(),
            tables::apps(&self.apps, &self.meta.attributes),
            &mut files,
        )?;
        self.small(
            Table::Aggregates,
            self.aggregates.len(),
            tables::aggregates(&self.aggregates),
            &mut files,
        )?;
        if let Some(nodes) = self.nodes.take() {
            files.push(self.close(Table::Nodes, nodes)?);
        }
        self.small(
            Table::Events,
            self.events.len(),
            tables::events(&self.events),
            &mut files,
        )?;
        self.staging.publish(run_json)?;
        let (rows, bytes) = files.iter().fold((0, 0), |(rows, bytes), file| {
            (rows + file.rows, bytes + file.bytes)
        });
        Ok(Finished { files, rows, bytes })
    }

    /// Writes a table that was kept, if it has rows.
    fn small(
        &self,
        table: Table,
        rows: usize,
        batch: Result<RecordBatch, ArrowError>,
        files: &mut Vec<WrittenFile>,
    ) -> Result<(), Error> {
        if rows == 0 {
            return Ok(());
        }
        let traces = self.staging.traces();
        let batch = batch.map_err(|error| encoding_error(error, &traces.join(table.name())))?;
        let mut file = TableFile::create(&traces, table, batch.schema(), &self.meta)?;
        file.write(&batch)?;
        files.push(self.close(table, file)?);
        Ok(())
    }

    fn close(&self, table: Table, file: TableFile) -> Result<WrittenFile, Error> {
        let path = self
            .staging
            .final_traces()
            .join(file::partition(table, &self.meta))
            .join(file::NAME);
        let (rows, bytes) = file.close()?;
        Ok(WrittenFile {
            table,
            path,
            rows,
            bytes,
        })
    }

    fn assert_shape(&self, rows: &NodeRows) {
        let count = rows.node_ids.len();
        assert_eq!(rows.alive.len(), count, "as many nodes as ids");
        assert_eq!(rows.apps.len(), count, "as many applications as ids");
        assert!(
            rows.rank_fractions
                .as_ref()
                .is_none_or(|ranks| ranks.len() == count),
            "as many ranks as ids"
        );
        assert_eq!(
            rows.attributes.len(),
            self.meta.attributes.len(),
            "one column per attribute of the fleet"
        );
        assert!(
            rows.attributes.iter().all(|values| values.len() == count),
            "as many attribute values as ids"
        );
    }
}

fn encoding_error(error: ArrowError, path: &Path) -> Error {
    Error::Parquet {
        action: "write",
        path: path.to_owned(),
        source: ParquetError::from(error),
    }
}
