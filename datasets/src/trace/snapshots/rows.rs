//! Batches of rows of streamed tables, put together and checked.

use std::ops::Range;

use arrow_array::ArrayRef;

use crate::trace::cell::Columns;
use crate::trace::tables::{EdgeRows, NodeRows, Rows};
use crate::trace::{Meta, Table};

/// Rows of one cycle of a table whose rows are written as they come, as columns.
pub(in crate::trace) trait Batched: Rows + Default {
    /// The table.
    const TABLE: Table;

    /// No rows of a cycle.
    fn empty(cycle: u32, meta: &Meta) -> Self;

    /// The cycle.
    fn of_cycle(&self) -> u32;

    /// Rows.
    fn len(&self) -> usize;

    /// Whether there is no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes all rows, before those of a cycle come. Their memory is kept.
    fn restart(&mut self, cycle: u32);

    /// Puts some of the `rows` behind all those that are there.
    ///
    /// # Panics
    ///
    /// If there are rows of another shape.
    fn append(&mut self, rows: &Self, part: Range<usize>);

    /// Asserts that the columns are of equal length, and as many as the trace has.
    fn assert_shape(&self, meta: &Meta);

    /// Adds the columns of the table, with these rows. `names` are those of the applications to which the rows refer.
    fn columns(&self, names: &ArrayRef, columns: &mut Columns);
}

impl Batched for NodeRows {
    const TABLE: Table = Table::Nodes;

    fn empty(cycle: u32, meta: &Meta) -> Self {
        NodeRows { cycle, attributes: vec![Vec::new(); meta.attributes.len()], ..NodeRows::default() }
    }

    fn of_cycle(&self) -> u32 {
        self.cycle
    }

    fn len(&self) -> usize {
        self.node_ids.len()
    }

    fn restart(&mut self, cycle: u32) {
        self.cycle = cycle;
        self.node_ids.clear();
        self.alive.clear();
        self.apps.clear();
        self.memberships.clear();
        self.phases.clear();
        self.rank_fractions.iter_mut().for_each(Vec::clear);
        self.estimates.iter_mut().for_each(|(_, values)| values.clear());
        self.attributes.iter_mut().for_each(Vec::clear);
    }

    fn append(&mut self, rows: &Self, part: Range<usize>) {
        if self.rank_fractions.is_empty() {
            self.rank_fractions = vec![Vec::new(); rows.rank_fractions.len()];
            self.estimates = rows.estimates.iter().map(|(name, _)| (name.clone(), Vec::new())).collect();
        }
        assert_eq!(rows.rank_fractions.len(), self.rank_fractions.len(), "as many gradients in every batch");
        self.node_ids.extend_from_slice(&rows.node_ids[part.clone()]);
        self.alive.extend_from_slice(&rows.alive[part.clone()]);
        self.apps.extend_from_slice(&rows.apps[part.clone()]);
        self.memberships.extend_from_slice(&rows.memberships[part.clone()]);
        self.phases.extend_from_slice(&rows.phases[part.clone()]);
        assert_eq!(rows.estimates.len(), self.estimates.len(), "as many aggregates in every batch");
        for ((name, all), (of, values)) in self.estimates.iter_mut().zip(&rows.estimates) {
            assert_eq!(name, of, "the same aggregates in every batch");
            all.extend_from_slice(&values[part.clone()]);
        }
        for (all, ranks) in self.rank_fractions.iter_mut().zip(&rows.rank_fractions) {
            all.extend_from_slice(&ranks[part.clone()]);
        }
        for (all, values) in self.attributes.iter_mut().zip(&rows.attributes) {
            all.extend_from_slice(&values[part.clone()]);
        }
    }

    fn assert_shape(&self, meta: &Meta) {
        let count = self.node_ids.len();
        assert_eq!(self.alive.len(), count, "as many nodes as ids");
        assert_eq!(self.apps.len(), count, "as many applications as ids");
        assert_eq!([self.memberships.len(), self.phases.len()], [count; 2], "as many members as ids");
        assert!(self.estimates.iter().all(|(_, values)| values.len() == count), "as many estimates as ids");
        assert!(!self.rank_fractions.is_empty(), "a column of ranks is always there");
        assert!(self.rank_fractions.iter().all(|ranks| ranks.len() == count), "as many ranks as ids");
        assert_eq!(self.attributes.len(), meta.attributes.len(), "one column per attribute of the fleet");
        assert!(self.attributes.iter().all(|values| values.len() == count), "as many attribute values as ids");
    }

    fn columns(&self, names: &ArrayRef, columns: &mut Columns) {
        NodeRows::columns(self, names, columns);
    }
}

impl Batched for EdgeRows {
    const TABLE: Table = Table::Edges;

    fn empty(cycle: u32, _meta: &Meta) -> Self {
        EdgeRows { cycle, ..EdgeRows::default() }
    }

    fn of_cycle(&self) -> u32 {
        self.cycle
    }

    fn len(&self) -> usize {
        self.from.len()
    }

    fn restart(&mut self, cycle: u32) {
        self.cycle = cycle;
        self.overlays.clear();
        self.from.clear();
        self.to.clear();
        self.ages.clear();
    }

    fn append(&mut self, rows: &Self, part: Range<usize>) {
        self.overlays.extend_from_slice(&rows.overlays[part.clone()]);
        self.from.extend_from_slice(&rows.from[part.clone()]);
        self.to.extend_from_slice(&rows.to[part.clone()]);
        self.ages.extend_from_slice(&rows.ages[part]);
    }

    fn assert_shape(&self, _meta: &Meta) {
        let count = self.from.len();
        let all = [self.overlays.len(), self.to.len(), self.ages.len()];
        assert_eq!(all, [count; 3], "columns of edges are of equal length");
    }

    fn columns(&self, names: &ArrayRef, columns: &mut Columns) {
        EdgeRows::columns(self, names, columns);
    }
}
