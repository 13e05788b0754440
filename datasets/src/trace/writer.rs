//! The tables of a run while it runs.

use std::path::{Path, PathBuf};

use super::columns::Columns;
use super::file::{self, TableFile};
use super::snapshots::Snapshots;
use super::staging::{Staging, Unfinished};
use super::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CycleRow, DegreeRow, EpochRow, Error, EventRow, Meta, NodeRows,
    OverlayRow, ParamRow, RuleRow, RunRow, SliceRow, SuiteRow, Table, tables,
};

/// Writes the tables of a run.
///
/// Rows of the small tables are kept until the end; rows of `nodes` are encoded as they come, a row group at a time.
/// Dropping a writer that was not finished leaves nothing behind: neither rows nor the directories it made.
pub struct Writer {
    meta: Meta,
    cycles: Vec<CycleRow>,
    slices: Vec<SliceRow>,
    apps: Vec<AppRow>,
    suites: Vec<SuiteRow>,
    breaches: Vec<BreachRow>,
    rules: Vec<RuleRow>,
    aggregates: Vec<AggregateRow>,
    epochs: Vec<EpochRow>,
    overlay: Vec<OverlayRow>,
    degrees: Vec<DegreeRow>,
    attributes: Vec<AttributeRow>,
    events: Vec<EventRow>,
    runs: Vec<RunRow>,
    params: Vec<ParamRow>,
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
    /// If `out` holds a run and `replace` is false, if another run is writing to it, if it cannot be created or written,
    /// or if a name in `meta` cannot stand in a path or a column. Nothing is left behind then.
    pub fn create(out: &Path, meta: Meta, replace: bool) -> Result<Writer, Error> {
        meta.check()?;
        let staging = Staging::create(out, &meta.run_id, replace)?;
        Ok(Writer { staging: Some(staging), ..Writer::in_memory(meta) })
    }

    /// A writer that keeps the small tables in memory and leaves nothing on disk: for runs of which only the state matters.
    ///
    /// ```
    /// use datasets::trace::{CycleRow, Meta, Writer};
    ///
    /// let mut trace = Writer::in_memory(Meta::default());
    /// trace.cycle(CycleRow::default());
    /// ```
    #[must_use]
    pub fn in_memory(meta: Meta) -> Writer {
        let nodes = Snapshots::new(&meta);
        Writer {
            meta,
            cycles: Vec::new(),
            slices: Vec::new(),
            apps: Vec::new(),
            suites: Vec::new(),
            breaches: Vec::new(),
            rules: Vec::new(),
            aggregates: Vec::new(),
            epochs: Vec::new(),
            overlay: Vec::new(),
            degrees: Vec::new(),
            attributes: Vec::new(),
            events: Vec::new(),
            runs: Vec::new(),
            params: Vec::new(),
            nodes,
            staging: None,
        }
    }

    /// What was made for this trace, which goes when the writer is dropped.
    #[must_use]
    pub fn unfinished(&self) -> Unfinished {
        self.staging.as_ref().map(Staging::unfinished).unwrap_or_default()
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
        assert_eq!(row.mean_attributes.len(), self.meta.attributes.len(), "one mean per attribute of the fleet");
        self.apps.push(row);
    }

    /// Adds a row to `suites`.
    pub fn suite(&mut self, row: SuiteRow) {
        self.suites.push(row);
    }

    /// Adds a row to `breaches`.
    pub fn breach(&mut self, row: BreachRow) {
        self.breaches.push(row);
    }

    /// Adds a row to `aggregates`.
    pub fn aggregate(&mut self, row: AggregateRow) {
        self.aggregates.push(row);
    }

    /// Adds a row to `epochs`.
    pub fn epoch(&mut self, row: EpochRow) {
        self.epochs.push(row);
    }

    /// Adds a row to `rules`.
    pub fn rule(&mut self, row: RuleRow) {
        self.rules.push(row);
    }

    /// Adds a row to `overlay`.
    pub fn overlay(&mut self, row: OverlayRow) {
        self.overlay.push(row);
    }

    /// Adds a row to `degrees`.
    pub fn degree(&mut self, row: DegreeRow) {
        self.degrees.push(row);
    }

    /// Adds a row to `attributes`.
    pub fn attribute(&mut self, row: AttributeRow) {
        self.attributes.push(row);
    }

    /// Adds a row to `events`.
    pub fn event(&mut self, row: EventRow) {
        self.events.push(row);
    }

    /// Adds a row to `runs`.
    pub fn run(&mut self, row: RunRow) {
        self.runs.push(row);
    }

    /// Adds a row to `params`.
    pub fn param(&mut self, row: ParamRow) {
        self.params.push(row);
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
        let kept = [
            (Table::Cycles, tables::cycles(&self.cycles)),
            (Table::Slices, tables::slices(&self.slices)),
            (Table::Apps, tables::apps(&self.apps, &self.meta.attributes)),
            (Table::Suites, tables::suites(&self.suites)),
            (Table::Breaches, tables::breaches(&self.breaches)),
            (Table::Rules, tables::rules(&self.rules)),
            (Table::Aggregates, tables::aggregates(&self.aggregates)),
            (Table::Epochs, tables::epochs(&self.epochs)),
            (Table::Overlay, tables::overlay(&self.overlay)),
            (Table::Degrees, tables::degrees(&self.degrees)),
            (Table::Attributes, tables::attributes(&self.attributes)),
            (Table::Events, tables::events(&self.events)),
            (Table::Runs, tables::runs(&self.runs)),
            (Table::Params, tables::params(&self.params)),
        ];
        let mut files = Vec::new();
        for (table, columns) in kept {
            files.extend(self.write_kept(table, columns, &staging)?);
        }
        if let Some(nodes) = self.nodes.finish(&staging.traces(), &self.meta)? {
            files.push(self.close(Table::Nodes, nodes, &staging)?);
        }
        staging.publish(run_json)?;
        let (rows, bytes) = files.iter().fold((0, 0), |(rows, bytes), file| (rows + file.rows, bytes + file.bytes));
        Ok(Finished { files, rows, bytes })
    }

    /// Writes a table that was kept, if it has rows.
    fn write_kept(&self, table: Table, columns: Columns, staging: &Staging) -> Result<Option<WrittenFile>, Error> {
        let traces = staging.traces();
        let batch =
            columns.batch().map_err(|error| Error::parquet("write", &traces.join(table.name()))(error.into()))?;
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let mut file = TableFile::create(&traces, table, batch.schema(), &self.meta)?;
        file.write(&batch)?;
        self.close(table, file, staging).map(Some)
    }

    fn close(&self, table: Table, file: TableFile, staging: &Staging) -> Result<WrittenFile, Error> {
        let path = staging.final_traces().join(file::partition(table, &self.meta)).join(file::NAME);
        let (rows, bytes) = file.close()?;
        Ok(WrittenFile { table, path, rows, bytes })
    }
}
