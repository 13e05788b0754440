//! Rows of `nodes` on their way into the file.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};

use super::cell::Columns;
use super::encoding::ROW_GROUP_ROWS;
use super::file::TableFile;
use super::{Error, Meta, NodeRows, Table};

/// The table `nodes`: rows are collected to a row group and encoded, so that neither memory nor the bytes of the file
/// depend on the batches in which a snapshot comes.
pub(super) struct Snapshots {
    app_names: ArrayRef,
    pending: NodeRows,
    file: Option<TableFile>,
}

impl Snapshots {
    pub(super) fn new(meta: &Meta) -> Self {
        let pending = empty(0, meta);
        Snapshots { app_names: Arc::new(StringArray::from_iter_values(&meta.apps)), pending, file: None }
    }

    pub(super) fn write(&mut self, rows: &NodeRows, traces: &Path, meta: &Meta) -> Result<(), Error> {
        assert_shape(rows, meta);
        if self.pending.cycle != rows.cycle {
            self.flush(traces, meta)?;
            self.pending.cycle = rows.cycle;
        }
        if self.pending.rank_fractions.is_empty() {
            self.pending.rank_fractions = vec![Vec::new(); rows.rank_fractions.len()];
        }
        assert_eq!(rows.rank_fractions.len(), self.pending.rank_fractions.len(), "as many gradients in every batch");
        let mut start = 0;
        while start < rows.node_ids.len() {
            let room = ROW_GROUP_ROWS - self.pending.node_ids.len();
            let part = start..rows.node_ids.len().min(start + room);
            start = part.end;
            append(&mut self.pending, rows, part);
            if self.pending.node_ids.len() == ROW_GROUP_ROWS {
                self.flush(traces, meta)?;
            }
        }
        Ok(())
    }

    /// The file with all rows in it; `None` if there was none.
    pub(super) fn finish(&mut self, traces: &Path, meta: &Meta) -> Result<Option<TableFile>, Error> {
        self.flush(traces, meta)?;
        Ok(self.file.take())
    }

    fn flush(&mut self, traces: &Path, meta: &Meta) -> Result<(), Error> {
        if self.pending.node_ids.is_empty() {
            return Ok(());
        }
        let mut columns = Columns::new(&meta.attributes);
        self.pending.columns(&self.app_names, &mut columns);
        let batch = columns.batch(&traces.join(Table::Nodes.name()))?;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(TableFile::create(traces, Table::Nodes, batch.schema(), meta)?),
        };
        file.write(&batch)?;
        clear(&mut self.pending);
        Ok(())
    }
}

fn empty(cycle: u32, meta: &Meta) -> NodeRows {
    NodeRows { cycle, attributes: vec![Vec::new(); meta.attributes.len()], ..NodeRows::default() }
}

fn clear(rows: &mut NodeRows) {
    rows.node_ids.clear();
    rows.alive.clear();
    rows.apps.clear();
    rows.rank_fractions.iter_mut().for_each(Vec::clear);
    rows.attributes.iter_mut().for_each(Vec::clear);
}

fn append(all: &mut NodeRows, rows: &NodeRows, part: Range<usize>) {
    all.node_ids.extend_from_slice(&rows.node_ids[part.clone()]);
    all.alive.extend_from_slice(&rows.alive[part.clone()]);
    all.apps.extend_from_slice(&rows.apps[part.clone()]);
    for (all, ranks) in all.rank_fractions.iter_mut().zip(&rows.rank_fractions) {
        all.extend_from_slice(&ranks[part.clone()]);
    }
    for (all, values) in all.attributes.iter_mut().zip(&rows.attributes) {
        all.extend_from_slice(&values[part.clone()]);
    }
}

fn assert_shape(rows: &NodeRows, meta: &Meta) {
    let count = rows.node_ids.len();
    assert_eq!(rows.alive.len(), count, "as many nodes as ids");
    assert_eq!(rows.apps.len(), count, "as many applications as ids");
    assert!(!rows.rank_fractions.is_empty(), "a column of ranks is always there");
    assert!(rows.rank_fractions.iter().all(|ranks| ranks.len() == count), "as many ranks as ids");
    assert_eq!(rows.attributes.len(), meta.attributes.len(), "one column per attribute of the fleet");
    assert!(rows.attributes.iter().all(|values| values.len() == count), "as many attribute values as ids");
}
