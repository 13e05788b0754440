//! The table of edges: who knows whom. Its rows come in batches, as columns, like those of `nodes`.

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};

use super::Rows;
use crate::trace::Error;
use crate::trace::cell::{Batch, Cell, Columns};

/// A batch of rows of `edges`: entries of views after a cycle, as columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EdgeRows {
    /// Cycles completed.
    pub cycle: u32,
    /// Index of the application whose overlay it is; `None` for that of the cloud.
    pub overlays: Vec<Option<u32>>,
    /// Whose view it is.
    pub from: Vec<u32>,
    /// Whom the entry leads to.
    pub to: Vec<u32>,
    /// How old the entry is; `None` in a graph that stays as it is.
    pub ages: Vec<Option<u32>>,
}

impl EdgeRows {
    /// Adds the columns of the table, with these rows. `names` are those of the applications to which the rows refer.
    pub(in crate::trace) fn columns(&self, names: &ArrayRef, columns: &mut Columns) {
        Cell::write(columns, "cycle", "Cycles completed.", self.from.iter().map(|_| &self.cycle));
        let meaning = "The application whose overlay it is; null for that of the cloud.";
        columns.push_numbered("overlay", meaning, &self.overlays, names);
        Cell::write(columns, "from", "Number of the live node whose view it is, or neighbour.", self.from.iter());
        let meaning = "Number of the node that the entry leads to, alive or dead; in an application, member or gone.";
        Cell::write(columns, "to", meaning, self.to.iter());
        let meaning = "How old the entry is, as the table `overlay` tells it; null in a graph that stays as it is.";
        Cell::write(columns, "age", meaning, self.ages.iter());
    }
}

impl Rows for EdgeRows {
    const MEANING: &'static str = "A row per snapshot, overlay, node of the panel and entry of its view, ordered by \
        these, if the scenario asks for them (`trace.edges`).";

    fn write(rows: &[Self], columns: &mut Columns) {
        assert!(rows.is_empty(), "rows of edges refer to names of applications");
        let names: ArrayRef = Arc::new(StringArray::new_null(0));
        EdgeRows::default().columns(&names, columns);
    }

    /// A batch of the file may span snapshots: one [`EdgeRows`] for each.
    fn read(batch: &Batch) -> Result<Vec<Self>, Error> {
        let (cycles, from, to) = (batch.whole::<u32>("cycle")?, batch.whole("from")?, batch.whole("to")?);
        let (overlays, ages) = (batch.app_numbers("overlay")?, batch.cells("age")?);
        let mut start = 0;
        let snapshot = |cycles: &[u32]| {
            let part = start..start + cycles.len();
            start = part.end;
            EdgeRows {
                cycle: cycles[0],
                overlays: overlays[part.clone()].to_vec(),
                from: from[part.clone()].to_vec(),
                to: to[part.clone()].to_vec(),
                ages: ages[part].to_vec(),
            }
        };
        Ok(cycles.chunk_by(|a: &u32, b| a == b).map(snapshot).collect())
    }
}
