//! A trace of sessions: when each host was up.

mod doubt;
mod join;
mod sessions;

use std::ops::Range;

use super::table::{Asked, Column, Content, Wanted};
use crate::error::Error;
use crate::record::{JoinRecord, MendedRecord, TraceRecord};
use crate::scenario::{Inventory, Replay, ReplayUnit};
use crate::suite::moment;
use sessions::Rows;

/// When the hosts of a trace were up, in its unit from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Sessions, from and up to, of one host after the other, ascending and apart.
    pub sessions: Vec<[f64; 2]>,
    /// The sessions of each host.
    pub hosts: Vec<Range<u32>>,
    /// Length of the trace.
    pub length: f64,
    /// The moment at which the trace begins, in its unit.
    pub begins: f64,
    /// Where in the trace the run begins.
    pub start: f64,
    /// Seconds of the unit of the trace.
    pub unit_seconds: f64,
    /// For hosts that are rows of the fleet's file: the row.
    pub rows: Option<Vec<u32>>,
    /// What the rows of that file and the hosts of the trace found of each other.
    pub join: Option<JoinRecord>,
    /// What was done to the sessions of the file.
    pub mended: MendedRecord,
    /// What is to be told of how the file was read.
    pub remarks: Vec<String>,
}

impl Presence {
    /// The trace in a few figures.
    #[must_use]
    pub fn outline(&self) -> TraceRecord {
        let of_host = |host: &Range<u32>| &self.sessions[host.start as usize..host.end as usize];
        let mut lengths: Vec<f64> = self.hosts.iter().flat_map(of_host).map(|[from, to]| to - from).collect();
        let sum: f64 = lengths.iter().sum();
        let middle = lengths.len().saturating_sub(1) / 2;
        let median = if lengths.is_empty() { 0.0 } else { *lengths.select_nth_unstable_by(middle, f64::total_cmp).1 };
        TraceRecord {
            hosts_count: self.hosts.len() as u64,
            sessions_count: lengths.len() as u64,
            length_seconds: self.length * self.unit_seconds,
            median_session_seconds: median * self.unit_seconds,
            up_fraction: sum / (self.hosts.len() as f64 * self.length),
            mended: self.mended,
        }
    }
}

impl Replay {
    /// Reads the trace. With an inventory, hosts are its rows; those that the trace does not have are left out.
    ///
    /// Rows that are no sessions of their own are left out or joined, and counted: see [`MendedRecord`].
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read, a column is missing, cells are neither numbers nor dates, or
    /// sessions end before they begin; all such rows at once, the first twenty in words. With an inventory: less than
    /// half of its rows have a host, or less than half of the hosts a row, unless that is allowed; or none has. The run
    /// begins where there is no trace.
    pub fn read(&self, inventory: Option<&Inventory>) -> Result<Presence, Error> {
        let contents = [
            (&self.node, Content::Ids),
            (&self.from, Content::Begins),
            (&self.to, Content::Ends { open: self.open_end.as_deref() }),
        ];
        let columns = contents.map(|(name, content)| Asked { name, content });
        let wanted = Wanted {
            path: &self.path,
            columns: &columns,
            decimal: self.decimal,
            file_key: "fleet.replay.file",
            named_in: "`node`, `from` or `to` in [fleet.replay]",
            section: "[fleet.replay]",
        };
        let read = wanted.read()?;
        let mut columns = read.columns.into_iter();
        let ids = columns.next().map(Column::ids).unwrap_or_default();
        let [begins, ends] = [(); 2].map(|()| columns.next().map(Column::moments).unwrap_or_default());
        let are_dates = begins.are_dates == Some(true);
        let mut remarks = read.remarks;
        if ends.are_dates.is_some_and(|ends| ends != are_dates) {
            let (dates, numbers) = if are_dates { (&self.from, &self.to) } else { (&self.to, &self.from) };
            return Err(wanted
                .wrong(format!("column `{dates}` holds dates, and column `{numbers}` numbers"))
                .keyed(&**numbers)
                .helped("write both in one way"));
        }
        if are_dates && self.unit != ReplayUnit::Seconds {
            return Err(wanted
                .wrong(format!("column `{}` holds dates, which need no `unit = \"{}\"`", self.from, self.unit))
                .keyed(&*self.from)
                .helped("leave `unit` out of [fleet.replay]; `start` and `shift` are in seconds then"));
        }
        if begins.lack_zone || ends.lack_zone {
            remarks.push(format!("{}: dates without a zone are taken as of Greenwich.", self.path.display()));
        }
        let rows = Rows {
            ids: &ids,
            begins: &begins.values,
            ends: &ends.values,
            // A snapshot stands for the time up to the next, a session of snapshots for all that it names.
            until: if self.unit == ReplayUnit::Snapshots { 1.0 } else { 0.0 },
        };
        let (found, faults) = rows.sessions(self);
        if !faults.are_none() {
            return Err(wanted.refuse(faults, &read.files));
        }
        if found.hosts.is_empty() {
            return Err(wanted
                .wrong("no session has a length: all end where they begin")
                .helped("name the columns of begin and end as `from` and `to` in [fleet.replay]"));
        }
        let start = self.start_within(found.begins, found.length, are_dates).map_err(|message| {
            wanted.wrong(message).helped("give a `start` within the trace, in its unit, or leave it out")
        })?;
        let mut presence = Presence {
            sessions: found.sessions,
            hosts: found.hosts,
            length: found.length,
            begins: found.begins,
            start,
            unit_seconds: self.unit_seconds,
            rows: None,
            join: None,
            mended: found.mended,
            remarks,
        };
        if let Some(inventory) = inventory {
            self.join(inventory, (&ids, &found.of_id), &mut presence)?;
        }
        Ok(presence)
    }

    /// Where the run begins, counted from where the trace begins; what is wrong if that is not within it.
    fn start_within(&self, begins: f64, length: f64, are_dates: bool) -> Result<f64, String> {
        if !self.start.is_finite() {
            return Ok(0.0);
        }
        let start = self.start - begins;
        if (0.0..length).contains(&start) {
            return Ok(start);
        }
        let told = |time: f64| if are_dates { moment::text(time.floor() as i64) } else { time.to_string() };
        let [start, from, to] = [self.start, begins, begins + length].map(told);
        Err(format!("`fleet.replay.start` is {start}, and the trace reaches from {from} to {to}"))
    }
}
