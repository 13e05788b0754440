//! The tables of a trace: what a row of each is, and its columns with their names, order, types and meaning, and how rows
//! become columns. Each column is told of in one place, where it is made; [`schema`](super::schema()) reads it there.
//!
//! A count is never null. A measure over nodes is null where there is no node to measure (`NaN` and the infinities that
//! an empty sum, minimum or maximum leaves become null), so that no reader meets a `NaN`.

mod aggregates;
mod cloud;
mod overlay;
mod suites;
mod sweep;

use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray};

pub(super) use aggregates::{aggregates, epochs};
pub(super) use cloud::{attributes, cycles, events, nodes, slices};
pub(super) use overlay::{degrees, overlay};
pub(super) use suites::{apps, breaches, rules, suites};
pub(super) use sweep::{params, runs};

use super::NodeRows;
use super::columns::Columns;

/// A table of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// A row per observed cycle.
    Cycles,
    /// A row per observed cycle and gradient.
    Slices,
    /// A row per observed cycle and application.
    Apps,
    /// A row per observed cycle and version of the suite.
    Suites,
    /// A row per time in which a constraint of an application was broken.
    Breaches,
    /// A row per rule and cycle in which nodes changed the suite by it.
    Rules,
    /// A row per observed cycle and aggregate.
    Aggregates,
    /// A row per aggregate and epoch.
    Epochs,
    /// A row per cycle at which the overlay of views is measured.
    Overlay,
    /// A row per such cycle and in-degree that occurs.
    Degrees,
    /// A row per attribute of the fleet and quantile.
    Attributes,
    /// A row per snapshot and node.
    Nodes,
    /// A row per event.
    Events,
    /// One row: which point of a sweep the run is. A run of its own has none.
    Runs,
    /// A row per key that the sweep sets at the point.
    Params,
}

impl Table {
    /// All tables, in the order in which they are told of.
    pub const ALL: [Table; 15] = [
        Table::Cycles,
        Table::Slices,
        Table::Apps,
        Table::Suites,
        Table::Breaches,
        Table::Rules,
        Table::Aggregates,
        Table::Epochs,
        Table::Overlay,
        Table::Degrees,
        Table::Attributes,
        Table::Nodes,
        Table::Events,
        Table::Runs,
        Table::Params,
    ];

    /// The name of the table's directory under `traces/`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Table::Cycles => "cycles",
            Table::Slices => "slices",
            Table::Apps => "apps",
            Table::Suites => "suites",
            Table::Breaches => "breaches",
            Table::Rules => "rules",
            Table::Aggregates => "aggregates",
            Table::Epochs => "epochs",
            Table::Overlay => "overlay",
            Table::Degrees => "degrees",
            Table::Attributes => "attributes",
            Table::Nodes => "nodes",
            Table::Events => "events",
            Table::Runs => "runs",
            Table::Params => "params",
        }
    }

    /// What a row is, and when there are rows.
    pub(super) fn row(self) -> &'static str {
        match self {
            Table::Cycles => "A row per observed cycle: the cloud. Counters cover the cycles since the row before.",
            Table::Slices => "A row per observed cycle and gradient: how far the nodes are from order.",
            Table::Apps => {
                "A row per observed cycle and application of any version of the suite: what it asks for and \
                 holds. Counters \
                 cover the cycles since the row before."
            }
            Table::Suites => {
                "A row per observed cycle and version of the suite that has entered the cloud by then, good or \
                 bad. Counters \
                 cover the cycles since the row before."
            }
            Table::Breaches => "A row per time in which a constraint of an application was broken, if there were any.",
            Table::Rules => "A row per rule and cycle in which nodes changed the suite by it, if any did.",
            Table::Aggregates => {
                "A row per observed cycle and aggregate: the estimates under way of the nodes that take part in \
                 the newest epoch, \
                 and the results that nodes hold from the last one that they finished."
            }
            Table::Epochs => {
                "A row per aggregate and epoch that nodes finished, of aggregates that restart: what these \
                 nodes found."
            }
            Table::Overlay => {
                "A row per cycle at which the graph of the live nodes' views is measured, if nodes keep views. \
                 Measures are null \
                 where no node is alive."
            }
            Table::Degrees => "A row per such cycle and in-degree that occurs: the histogram.",
            Table::Attributes => {
                "A row per attribute and hundredth, over the nodes that live before the first cycle: what the \
                 fleet is like."
            }
            Table::Nodes => {
                "A row per snapshot and node of the panel, ordered by both, if the scenario asks for snapshots \
                 (`trace.nodes`)."
            }
            Table::Events => "A row per event, if there were any.",
            Table::Runs => "One row, which says which point of a sweep the run is. A run of its own has no such table.",
            Table::Params => "A row per key that a sweep sets at the point. A run of its own has no such table.",
        }
    }

    /// The columns of the table while it has no row, for a fleet of these attributes.
    pub(super) fn empty(self, fleet: &[String]) -> Columns {
        let no_apps: ArrayRef = Arc::new(StringArray::from_iter_values(std::iter::empty::<&str>()));
        match self {
            Table::Cycles => cycles(&[]),
            Table::Slices => slices(&[]),
            Table::Apps => apps(&[], fleet),
            Table::Suites => suites(&[]),
            Table::Breaches => breaches(&[]),
            Table::Rules => rules(&[]),
            Table::Aggregates => aggregates(&[]),
            Table::Epochs => epochs(&[]),
            Table::Overlay => overlay(&[]),
            Table::Degrees => degrees(&[]),
            Table::Attributes => attributes(&[]),
            Table::Nodes => {
                let rows = NodeRows { attributes: vec![Vec::new(); fleet.len()], ..NodeRows::default() };
                nodes(&rows, fleet, &no_apps)
            }
            Table::Events => events(&[]),
            Table::Runs => runs(&[]),
            Table::Params => params(&[]),
        }
    }
}
