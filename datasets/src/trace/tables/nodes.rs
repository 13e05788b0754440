//! The table of nodes: the only one whose rows come in batches, as columns, since there may be as many as there are
//! nodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{ArrayRef, DictionaryArray, StringArray, UInt32Array};

use super::Rows;
use crate::trace::Error;
use crate::trace::cell::{Batch, Cell, Columns, Kind};

/// A batch of rows of `nodes`: a snapshot, as columns of equal length.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NodeRows {
    /// Cycles completed.
    pub cycle: u32,
    /// Index of each node, ascending.
    pub node_ids: Vec<u32>,
    /// Whether it is alive.
    pub alive: Vec<bool>,
    /// Index of its application in the suite; `None` if it belongs to none.
    pub apps: Vec<Option<u32>>,
    /// Its own estimate of its normalised rank in the first gradient; `None` without a gradient.
    pub rank_fractions: Option<Vec<f64>>,
    /// Values of each attribute of the fleet.
    pub attributes: Vec<Vec<f32>>,
}

impl NodeRows {
    /// Adds the columns of the table, with these rows. `names` are those of the applications to which the rows refer.
    pub(in crate::trace) fn columns(&self, names: &ArrayRef, columns: &mut Columns) {
        let apps: UInt32Array = self.apps.iter().copied().collect();
        let apps = Arc::new(DictionaryArray::<UInt32Type>::new(apps, Arc::clone(names)));
        let ranks: Vec<Option<f64>> = match &self.rank_fractions {
            Some(ranks) => ranks.iter().copied().map(Some).collect(),
            None => vec![None; self.node_ids.len()],
        };
        let cycles = self.node_ids.iter().map(|_| &self.cycle);
        Cell::write(columns, "cycle", "Cycles completed.", cycles);
        Cell::write(columns, "node_id", "Number of the node, from 0; it keeps it for life.", self.node_ids.iter());
        Cell::write(columns, "alive", "Whether it is alive.", self.alive.iter());
        columns.push("app", "The application that it holds; null if none.", Kind::Name, true, apps);
        let meaning = "Its own idea of its rank in the first gradient, 0 (least) to 1; null without a gradient.";
        Cell::write(columns, "rank_fraction", meaning, ranks.iter());
        for (attribute, values) in columns.fleet().iter().zip(&self.attributes) {
            Cell::write(columns, attribute, "Its attribute of that name, in the unit of the fleet.", values.iter());
        }
    }
}

impl Rows for NodeRows {
    const MEANING: &'static str = "A row per snapshot and node of the panel, ordered by both, if the scenario asks \
        for snapshots \
                                   (`trace.nodes`).";

    fn write(rows: &[Self], columns: &mut Columns) {
        assert!(rows.is_empty(), "rows of nodes refer to names of applications");
        let names: ArrayRef = Arc::new(StringArray::new_null(0));
        let none = NodeRows { attributes: vec![Vec::new(); columns.fleet().len()], ..NodeRows::default() };
        none.columns(&names, columns);
    }

    /// A batch of the file may span snapshots: one [`NodeRows`] for each.
    fn read(batch: &Batch) -> Result<Vec<Self>, Error> {
        let (cycles, node_ids, alive) = (batch.whole("cycle")?, batch.whole("node_id")?, batch.whole("alive")?);
        let (names, ranks) = (batch.cells::<String>("app")?, batch.cells("rank_fraction")?);
        let attributes = batch.meta.attributes.iter().map(|name| batch.whole(name)).collect::<Result<Vec<_>, _>>()?;

        let index: BTreeMap<&str, u32> = batch.meta.apps.iter().map(String::as_str).zip(0..).collect();
        let unknown = |name: &str| batch.unexpected("app", format!("`{name}`"), "an application of the suite");
        let app = |name: &Option<String>| {
            let name = name.as_deref();
            name.map(|name| index.get(name).copied().ok_or_else(|| unknown(name))).transpose()
        };
        let apps = names.iter().map(app).collect::<Result<Vec<_>, Error>>()?;

        let mut start = 0;
        let snapshot = |cycles: &[u32]| {
            let part = start..start + cycles.len();
            start = part.end;
            NodeRows {
                cycle: cycles[0],
                node_ids: node_ids[part.clone()].to_vec(),
                alive: alive[part.clone()].to_vec(),
                apps: apps[part.clone()].to_vec(),
                rank_fractions: ranks[part.clone()].iter().copied().collect(),
                attributes: attributes.iter().map(|values: &Vec<f32>| values[part.clone()].to_vec()).collect(),
            }
        };
        Ok(cycles.chunk_by(|a: &u32, b| a == b).map(snapshot).collect())
    }
}
