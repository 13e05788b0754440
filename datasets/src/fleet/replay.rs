//! A trace of sessions: when each host was up.

use std::ops::Range;

use super::table::{Asked, Column, Content, Format, Ids, Wanted};
use crate::error::Error;
use crate::scenario::{Inventory, Replay};

/// When the hosts of a trace were up, in its unit from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Presence {
    /// Sessions, from and up to, of one host after the other, ascending and apart.
    pub sessions: Vec<[f64; 2]>,
    /// The sessions of each host.
    pub hosts: Vec<Range<u32>>,
    /// Length of the trace.
    pub length: f64,
    /// Where in the trace the run begins.
    pub start: f64,
    /// For hosts that are rows of the fleet's file: the row.
    pub rows: Option<Vec<u32>>,
    /// What the rows of that file and the hosts of the trace found of each other.
    pub join: Option<Join>,
}

/// What rows of a fleet's file and hosts of a trace found of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Join {
    /// Rows of the file.
    pub rows_count: usize,
    /// Rows that have a host.
    pub matched_rows_count: usize,
    /// Rows with the id of an earlier row.
    pub repeated_rows_count: usize,
    /// Hosts of the trace.
    pub hosts_count: usize,
    /// Hosts that have a row.
    pub matched_hosts_count: usize,
}

/// A trace in a few figures. Times are in the unit of the trace.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outline {
    /// Hosts; with an inventory, its rows that are hosts of the trace.
    pub hosts_count: usize,
    /// Sessions of these hosts: those of a host with two rows count twice.
    pub sessions_count: usize,
    /// Length of the trace.
    pub length: f64,
    /// Half of the sessions are at most so long.
    pub median_session: f64,
    /// Share of the time in which a host is up, in the mean of the hosts.
    pub up_fraction: f64,
}

impl Presence {
    /// The trace in a few figures.
    #[must_use]
    pub fn outline(&self) -> Outline {
        let of_host = |host: &Range<u32>| &self.sessions[host.start as usize..host.end as usize];
        let mut lengths: Vec<f64> = self.hosts.iter().flat_map(of_host).map(|[from, to]| to - from).collect();
        let sum: f64 = lengths.iter().sum();
        let middle = lengths.len().saturating_sub(1) / 2;
        let median = if lengths.is_empty() { 0.0 } else { *lengths.select_nth_unstable_by(middle, f64::total_cmp).1 };
        Outline {
            hosts_count: self.hosts.len(),
            sessions_count: lengths.len(),
            length: self.length,
            median_session: median,
            up_fraction: sum / (self.hosts.len() as f64 * self.length),
        }
    }
}

impl Join {
    /// Whether less than half of the rows have a host, or of the hosts a row.
    fn leaves_out_half(self) -> bool {
        2 * self.matched_rows_count < self.rows_count || 2 * self.matched_hosts_count < self.hosts_count
    }
}

impl Replay {
    /// Reads the trace. With an inventory, hosts are its rows; those that the trace does not have are left out.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read, a column is missing, a cell is no finite number, a session ends
    /// before it begins, or two sessions of a host overlap. With an inventory: less than half of its rows have a host,
    /// or less than half of the hosts a row, unless that is allowed; or none has.
    pub fn read(&self, inventory: Option<&Inventory>) -> Result<Presence, Error> {
        let moment = Content::Numbers { scale: 1.0, largest: f64::MAX };
        let contents = [(&self.node, Content::Ids), (&self.from, moment), (&self.to, moment)];
        let columns = contents.map(|(name, content)| Asked { name, content });
        let wanted = Wanted {
            path: &self.path,
            columns: &columns,
            file_key: "fleet.replay.file",
            named_in: "`node`, `from` or `to` in [fleet.replay]",
        };
        let mut columns = wanted.read()?.into_iter();
        let nodes = columns.next().map(Column::ids).unwrap_or_default();
        let [begins, ends] = [(); 2].map(|()| columns.next().map(Column::numbers).unwrap_or_default());
        let ranks = nodes.ranks();
        let rank = |row: usize| ranks[nodes.rows[row] as usize];
        let mut rows: Vec<(u32, f64, usize)> =
            (0..).zip(&begins).map(|(row, &begin)| (rank(row), begin, row)).collect();
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
        // A snapshot stands for the time up to the next, a session of snapshots for all that it names.
        let until = if self.snapshots { 1.0 } else { 0.0 };
        let origin = begins.iter().copied().fold(f64::INFINITY, f64::min);
        let length = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max) + until - origin;
        let mut presence =
            Presence { sessions: Vec::new(), hosts: Vec::new(), length, start: 0.0, rows: None, join: None };
        let mut last = None;
        for (host, _, row) in rows {
            let [from, to] = [begins[row] - origin, ends[row] + until - origin];
            if from >= to {
                let message = format!(
                    "row {}: a session from {} to {}: it ends before it begins",
                    row + 1,
                    begins[row],
                    ends[row]
                );
                let help = "swap the two, or remove the row";
                return Err(self.at_row(wanted.wrong(message), row).keyed(self.to.as_str()).helped(help));
            }
            let same = last.replace(host) == Some(host);
            if !same {
                let next = presence.sessions.len() as u32;
                presence.hosts.push(next..next);
            }
            match presence.sessions.last_mut() {
                Some(before) if same && from < before[1] => {
                    let name = &nodes.names[nodes.rows[row] as usize];
                    let message = format!("row {}: a session of host {name} overlaps an earlier one", row + 1);
                    let help = "sessions of a host must be apart: join those that overlap";
                    return Err(self.at_row(wanted.wrong(message), row).keyed(self.from.as_str()).helped(help));
                }
                Some(before) if same && from <= before[1] => before[1] = to,
                _ => {
                    presence.sessions.push([from, to]);
                    presence.hosts.iter_mut().last().into_iter().for_each(|host| host.end += 1);
                }
            }
        }
        presence.start = if self.start.is_finite() { self.start - origin } else { 0.0 };
        if let Some(inventory) = inventory {
            self.join(inventory, (&nodes, &ranks), &mut presence)?;
        }
        Ok(presence)
    }

    /// An error at a row, counted from 0: in text, at the line after the header and the rows before.
    fn at_row(&self, error: Error, row: usize) -> Error {
        if Format::of(&self.path) == Some(Format::Parquet) { error } else { error.line_number(row as u64 + 2) }
    }

    /// Makes the rows of an inventory the hosts. `ranks` says where the sessions of each id are.
    fn join(
        &self,
        inventory: &Inventory,
        (nodes, ranks): (&Ids, &[u32]),
        presence: &mut Presence,
    ) -> Result<(), Error> {
        let key = self.key.as_deref().unwrap_or_default();
        let wanted = Wanted {
            path: &inventory.path,
            columns: &[Asked { name: key, content: Content::Ids }],
            file_key: "fleet.file",
            named_in: "`key` in [fleet.replay]",
        };
        let keys = wanted.read()?.pop().map(Column::ids).unwrap_or_default();
        let hosts_count = presence.hosts.len();
        let place = |name| nodes.names.get_index_of(name).map(|id| ranks[id] as usize);
        let known: Vec<Option<usize>> = keys.names.iter().map(place).collect();
        let (rows, hosts): (Vec<u32>, Vec<_>) = (0_u32..)
            .zip(&keys.rows)
            .filter_map(|(row, &id)| Some((row, presence.hosts[known[id as usize]?].clone())))
            .unzip();
        if rows.is_empty() {
            return Err(wanted
                .wrong(format!("no row's `{}` is a host of {}", key, self.path.display()))
                .keyed(key)
                .helped("name the column that holds the same ids as `node` in the trace"));
        }
        let join = Join {
            rows_count: keys.rows.len(),
            matched_rows_count: rows.len(),
            repeated_rows_count: keys.rows.len() - keys.names.len(),
            hosts_count,
            matched_hosts_count: known.iter().flatten().count(),
        };
        if !self.allow_unmatched && join.leaves_out_half() {
            let Join { rows_count, matched_rows_count, hosts_count, matched_hosts_count, .. } = join;
            let (fleet, trace) = (inventory.path.display(), self.path.display());
            return Err(wanted
                .wrong(format!(
                    "{matched_rows_count} of {rows_count} rows have a host in {trace}, and {matched_hosts_count} of \
                     its {hosts_count} hosts a row: that is less than half"
                ))
                .keyed(key)
                .helped(format!(
                    "name the columns that hold the same ids as `key` of {fleet} and `node` of {trace}, or set \
                     `allow_unmatched = true` in [fleet.replay], and the rest is left out"
                )));
        }
        (presence.hosts, presence.rows, presence.join) = (hosts, Some(rows), Some(join));
        Ok(())
    }
}
