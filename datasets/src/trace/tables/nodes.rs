//! The table of nodes: the only one whose rows come in batches, as columns, since there may be as many as there are
//! nodes.

use std::fmt::Display;
use std::iter::once;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};

use super::Rows;
use crate::trace::Error;
use crate::trace::cell::{Batch, Cell, Columns};
use crate::trace::meta::ESTIMATE;

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
    /// Index of the application that it belongs to; `None` if that is none.
    pub memberships: Vec<Option<u32>>,
    /// What it is there.
    pub phases: Vec<Option<Phase>>,
    /// Each gradient's column: a node's own estimate of its normalised rank; `None` where it takes no part. There is
    /// one column at least, as many in all batches of a trace.
    pub rank_fractions: Vec<Vec<Option<f64>>>,
    /// Each aggregate's column, with its name: a node's own estimate; `None` where it has none. The same names in all
    /// batches of a trace.
    pub estimates: Vec<(String, Vec<Option<f64>>)>,
    /// Values of each attribute of the fleet.
    pub attributes: Vec<Vec<f32>>,
}

/// What a member of an application's cloud is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It belongs to the application, and is not in its overlay yet.
    Waiting,
    /// It is in the overlay, and lacks some of the code.
    Fetching,
    /// It runs the application.
    Running,
    /// It runs the application, and knows no other member any more.
    Alone,
}

impl Phase {
    const ALL: [Self; 4] = [Self::Waiting, Self::Fetching, Self::Running, Self::Alone];

    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Fetching => "fetching",
            Self::Running => "running",
            Self::Alone => "alone",
        }
    }
}

const ESTIMATE_MEANING: &str = "Its own estimate of the aggregate of that name, as the table `aggregates` tells it; \
    null where it takes no part, or has none.";

/// The column of ranks in gradient 0.
const FIRST_RANK: &str = "rank_fraction";
const FIRST_RANK_MEANING: &str = "Its own idea of its rank in gradient 0 of the table `slices`, 0 (least) to 1: with \
    ordered slicing, its random id; null where it takes no part.";
const FURTHER_RANK_MEANING: &str =
    "The same in every further gradient: `rank_fraction_1`, `rank_fraction_2` and so on.";

/// The column of ranks in a gradient other than 0.
fn further_rank(gradient: impl Display) -> String {
    format!("{FIRST_RANK}_{gradient}")
}

impl NodeRows {
    /// Adds the columns of the table, with these rows. `names` are those of the applications to which the rows refer.
    pub(in crate::trace) fn columns(&self, names: &ArrayRef, columns: &mut Columns) {
        self.columns_called(names, columns, |gradient| gradient);
    }

    /// The same; `further` says how a gradient other than 0 is called.
    fn columns_called<D: Display>(&self, names: &ArrayRef, columns: &mut Columns, further: impl Fn(usize) -> D) {
        let cycles = self.node_ids.iter().map(|_| &self.cycle);
        Cell::write(columns, "cycle", "Cycles completed.", cycles);
        Cell::write(columns, "node_id", "Number of the node, from 0; it keeps it for life.", self.node_ids.iter());
        Cell::write(columns, "alive", "Whether it is alive.", self.alive.iter());
        columns.push_numbered("app", "The application that it holds; null if none.", &self.apps, names);
        let meaning = "The application that it belonged to in this cycle, of whose overlay it is a member once it has \
            joined: that which it held in the cycle before, as a rule; null if none, or if applications get nothing \
            inside.";
        columns.push_numbered("member_of", meaning, &self.memberships, names);
        let phases: Vec<Option<u32>> = self.phases.iter().map(|phase| phase.map(|phase| phase as u32)).collect();
        let phase_names: ArrayRef = Arc::new(StringArray::from_iter_values(Phase::ALL.map(Phase::name)));
        let meaning = "What it is there: waiting (not in its overlay yet), fetching (it lacks some of the code), \
            running, or alone (running, and it knows no other member any more); null if it is in none.";
        columns.push_numbered("phase", meaning, &phases, &phase_names);
        for (gradient, ranks) in self.rank_fractions.iter().enumerate() {
            let (name, meaning) = if gradient == 0 {
                (FIRST_RANK.to_owned(), FIRST_RANK_MEANING)
            } else {
                (further_rank(further(gradient)), FURTHER_RANK_MEANING)
            };
            Cell::write(columns, &name, meaning, ranks.iter());
        }
        for (name, values) in &self.estimates {
            Cell::write(columns, &format!("{ESTIMATE}{name}"), ESTIMATE_MEANING, values.iter());
        }
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
        let none = NodeRows {
            rank_fractions: vec![Vec::new(); 2],
            estimates: vec![("<aggregate>".to_owned(), Vec::new())],
            attributes: vec![Vec::new(); columns.fleet().len()],
            ..NodeRows::default()
        };
        none.columns_called(&names, columns, |_| "<gradient>");
    }

    /// A batch of the file may span snapshots: one [`NodeRows`] for each.
    fn read(batch: &Batch) -> Result<Vec<Self>, Error> {
        let (cycles, node_ids, alive) = (batch.whole("cycle")?, batch.whole("node_id")?, batch.whole("alive")?);
        let further = (1..).map(|gradient: usize| further_rank(gradient));
        let further = further.take_while(|name| batch.columns.column_by_name(name).is_some());
        let ranks = once(FIRST_RANK.to_owned()).chain(further).map(|name| batch.cells(&name));
        let ranks = ranks.collect::<Result<Vec<_>, _>>()?;
        let attributes = batch.meta.attributes.iter().map(|name| batch.whole(name)).collect::<Result<Vec<_>, _>>()?;

        let (apps, memberships) = (batch.app_numbers("app")?, batch.app_numbers("member_of")?);
        let phase = |name: &Option<String>| {
            let Some(name) = name.as_deref() else { return Ok(None) };
            let phase = Phase::ALL.into_iter().find(|phase| phase.name() == name);
            phase.map(Some).ok_or_else(|| batch.unexpected("phase", format!("`{name}`"), "a phase"))
        };
        let phases = batch.cells::<String>("phase")?.iter().map(phase).collect::<Result<Vec<_>, Error>>()?;
        let schema = batch.columns.schema();
        let estimates = schema.fields().iter().filter_map(|field| field.name().strip_prefix(ESTIMATE));
        let estimates = estimates.map(|name| Ok((name.to_owned(), batch.cells::<f64>(&format!("{ESTIMATE}{name}"))?)));
        let estimates = estimates.collect::<Result<Vec<_>, Error>>()?;

        let mut start = 0;
        let snapshot = |cycles: &[u32]| {
            let part = start..start + cycles.len();
            start = part.end;
            NodeRows {
                cycle: cycles[0],
                node_ids: node_ids[part.clone()].to_vec(),
                alive: alive[part.clone()].to_vec(),
                apps: apps[part.clone()].to_vec(),
                memberships: memberships[part.clone()].to_vec(),
                phases: phases[part.clone()].to_vec(),
                estimates: (estimates.iter())
                    .map(|(name, values)| (name.clone(), values[part.clone()].to_vec()))
                    .collect(),
                rank_fractions: ranks.iter().map(|ranks: &Vec<Option<f64>>| ranks[part.clone()].to_vec()).collect(),
                attributes: attributes.iter().map(|values: &Vec<f32>| values[part.clone()].to_vec()).collect(),
            }
        };
        Ok(cycles.chunk_by(|a: &u32, b| a == b).map(snapshot).collect())
    }
}
