//! Which rows of a fleet's file, or hosts of a trace, are in a cloud, and how often.

use crate::error::Error;
use crate::fleet::{Presence, Table};
use crate::record::FleetRecord;
use crate::scenario::{Doubt, Inventory, Resample, Scenario, Source};

/// How often rows are in a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Rows that are in the cloud; where each node draws one, how many are to be expected.
    pub rows_count: u64,
    /// How often each of these is there at least.
    pub least: u64,
    /// How often each of these is there at most; `None` where that is drawn.
    pub most: Option<u64>,
}

/// How often each of so many rows is in a cloud of so many nodes.
///
/// ```
/// use datasets::fleet::{Times, in_cloud};
/// use datasets::scenario::Resample;
///
/// let twice_or_more = Times { rows_count: 400, least: 2, most: Some(3) };
/// assert_eq!(in_cloud(Resample::Exact, 400, 1000), twice_or_more);
/// assert_eq!(in_cloud(Resample::Random, 1000, 1000).rows_count, 632);
/// ```
#[must_use]
pub fn in_cloud(resample: Resample, rows: u64, nodes: u64) -> Times {
    match resample {
        Resample::Exact => Times {
            rows_count: rows.min(nodes),
            least: (nodes / rows.max(1)).max(1),
            most: Some(nodes.div_ceil(rows.max(1))),
        },
        Resample::Random => {
            // A row is missed by all nodes with probability (1 - 1 / rows)^nodes.
            let missed = libm::exp(nodes as f64 * libm::log1p(-1.0 / rows as f64));
            Times { rows_count: (rows as f64 * (1.0 - missed)).round() as u64, least: 1, most: None }
        }
    }
}

/// What the files of a fleet hold.
#[derive(Clone, Debug)]
pub struct Files {
    /// The inventory, if nodes are rows of a file.
    pub table: Option<Table>,
    /// The trace of sessions, if nodes come and go by one.
    pub presence: Option<Presence>,
    /// Both in a few figures, and what of them is in the cloud; `None` without a file.
    pub record: Option<FleetRecord>,
    /// What is hardly meant about the trace.
    pub doubts: Vec<Doubt>,
}

impl Scenario {
    /// Reads the files of the fleet.
    ///
    /// # Errors
    ///
    /// What is wrong with them: see [`Inventory::read`](crate::scenario::Inventory::read) and
    /// [`Replay::read`](crate::scenario::Replay::read).
    pub fn read_files(&self) -> Result<Files, Error> {
        let inventory = match &self.fleet.source {
            Source::File(inventory) => Some(inventory),
            Source::Classes(_) => None,
        };
        let table = inventory.map(Inventory::read).transpose()?;
        let replay = self.fleet.replay.as_ref();
        let presence = replay.map(|replay| replay.read(inventory)).transpose()?;
        let doubts = replay
            .zip(presence.as_ref())
            .map(|(replay, presence)| presence.doubts(replay.unit, self.run.cycle_seconds));
        let record = self.fleet_record(table.as_ref(), presence.as_ref());
        Ok(Files { doubts: doubts.unwrap_or_default(), record, table, presence })
    }

    /// What was read, and what of it is in the cloud.
    fn fleet_record(&self, table: Option<&Table>, presence: Option<&Presence>) -> Option<FleetRecord> {
        let hosts = presence.map(|presence| presence.hosts.len());
        let rows_count = hosts.or(table.map(|table| table.rows))? as u64;
        let Times { rows_count: in_cloud, least, most } =
            in_cloud(self.fleet.resample, rows_count, self.run.nodes.into());
        let remarks = table.map(|table| &table.remarks).into_iter().chain(presence.map(|presence| &presence.remarks));
        Some(FleetRecord {
            are_hosts: table.is_none(),
            rows_count,
            rows_in_cloud_count: in_cloud,
            least_times_count: least,
            most_times_count: most,
            remarks: remarks.flatten().cloned().collect(),
            trace: presence.map(Presence::outline),
            join: presence.and_then(|presence| presence.join),
        })
    }
}
