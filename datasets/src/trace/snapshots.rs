//! Rows of streamed tables on their way into the files: there may be as many as there are nodes, or entries.

mod rows;
mod tail;

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};

pub(super) use self::rows::Batched;
use self::tail::Tail;
use super::cell::Columns;
use super::encoding::ROW_GROUP_ROWS;
use super::file::TableFile;
use super::{Error, Meta};

/// Rows of a part: 16 row groups. Changes files, no values.
const PART_ROWS: usize = 16 * ROW_GROUP_ROWS;

/// A streamed table: rows are collected to a row group and encoded, so that neither memory nor the bytes of the files
/// depend on the batches in which a snapshot comes.
///
/// The table lies in parts of [`PART_ROWS`] rows, the last of fewer. A part is closed as soon as it is full: from then
/// on a save gives it a second name. Rows of the open part are kept until a save takes them.
pub(super) struct Snapshots<R> {
    app_names: ArrayRef,
    /// Rows of a part; fewer in tests.
    part_rows: usize,
    pending: R,
    /// The open part, once rows of it are encoded.
    file: Option<TableFile>,
    /// Rows of the open part that are encoded.
    encoded: usize,
    tail: Tail<R>,
    closed: Vec<Part>,
}

/// A closed part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl<R: Batched> Snapshots<R> {
    pub(super) fn new(meta: &Meta) -> Self {
        Snapshots {
            app_names: Arc::new(StringArray::from_iter_values(&meta.apps)),
            part_rows: PART_ROWS,
            pending: R::empty(0, meta),
            file: None,
            encoded: 0,
            tail: Tail::default(),
            closed: Vec::new(),
        }
    }

    /// Makes parts of so many rows.
    pub(super) fn set_part_rows(&mut self, rows: usize) {
        self.part_rows = rows;
    }

    /// Rows of a full part.
    pub(super) fn part_rows(&self) -> usize {
        self.part_rows
    }

    /// The parts that are full, in their order.
    pub(super) fn closed(&self) -> &[Part] {
        &self.closed
    }

    /// Whether no row has come.
    pub(super) fn is_empty(&self) -> bool {
        self.closed.is_empty() && self.open_rows() == 0
    }

    /// Rows of the open part.
    pub(super) fn open_rows(&self) -> usize {
        self.encoded + self.pending.len()
    }

    pub(super) fn write(&mut self, rows: &R, traces: &Path, meta: &Meta) -> Result<(), Error> {
        rows.assert_shape(meta);
        if rows.is_empty() {
            return Ok(());
        }
        if self.pending.of_cycle() != rows.of_cycle() {
            self.flush(traces, meta)?;
            self.pending.restart(rows.of_cycle());
        }
        let mut start = 0;
        while start < rows.len() {
            let room = (ROW_GROUP_ROWS - self.pending.len()).min(self.part_rows - self.open_rows());
            let part = start..rows.len().min(start + room);
            start = part.end;
            self.pending.append(rows, part.clone());
            self.tail.append(rows, part, meta);
            if self.pending.len() == ROW_GROUP_ROWS || self.open_rows() == self.part_rows {
                self.flush(traces, meta)?;
            }
            if self.encoded == self.part_rows {
                self.close()?;
            }
        }
        Ok(())
    }

    /// All parts, in their order.
    pub(super) fn finish(&mut self, traces: &Path, meta: &Meta) -> Result<Vec<Part>, Error> {
        self.flush(traces, meta)?;
        self.close()?;
        Ok(self.closed.clone())
    }

    /// The rows of the open part that no save has taken, for a file at `path`.
    pub(super) fn unsaved<'a>(
        &'a self,
        path: &'a Path,
        meta: &'a Meta,
    ) -> impl Iterator<Item = Result<RecordBatch, Error>> + 'a {
        self.tail.batches(meta).map(|rows| self.batch(&rows, path, meta))
    }

    /// A save has taken all rows.
    pub(super) fn set_saved(&mut self) {
        self.tail = Tail::default();
    }

    /// Takes a full part that lies in its place already.
    ///
    /// # Panics
    ///
    /// If a part is open.
    pub(super) fn take_part(&mut self, part: Part) {
        assert_eq!(self.open_rows(), 0, "a part comes before the rows that follow it");
        self.closed.push(part);
    }

    fn batch(&self, rows: &R, path: &Path, meta: &Meta) -> Result<RecordBatch, Error> {
        let mut columns = Columns::new(&meta.attributes);
        rows.columns(&self.app_names, &mut columns);
        columns.batch(path)
    }

    fn flush(&mut self, traces: &Path, meta: &Meta) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let batch = self.batch(&self.pending, &traces.join(R::TABLE.name()), meta)?;
        let part = self.closed.len();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(TableFile::create(traces, R::TABLE, part, batch.schema(), meta)?),
        };
        file.write(&batch)?;
        self.encoded += batch.num_rows();
        self.pending.restart(self.pending.of_cycle());
        Ok(())
    }

    /// Closes the open part, if there is one. All its rows are encoded.
    fn close(&mut self) -> Result<(), Error> {
        if let Some(file) = self.file.take() {
            let (rows, bytes) = file.close()?;
            self.closed.push(Part { rows, bytes });
            self.encoded = 0;
            self.tail = Tail::default();
        }
        Ok(())
    }
}
