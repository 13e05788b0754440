//! A trace of sessions: when each host was up.

use std::collections::BTreeMap;
use std::ops::Range;

use super::inventory::{Format, Wanted};
use crate::error::Error;
use crate::scenario::{Inventory, InventoryColumn, Replay};

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
}

impl Replay {
    /// Reads the trace. With an inventory, hosts are its rows; those that the trace does not have are left out.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read, a column is missing, a cell is no finite number, a session ends
    /// before it begins, two sessions of a host overlap, or no host of the inventory is in the trace.
    pub fn read(&self, inventory: Option<&Inventory>) -> Result<Presence, Error> {
        let column = |name: &String| InventoryColumn { column: name.clone(), scale: 1.0 };
        let columns = [column(&self.node), column(&self.from), column(&self.to)];
        let wanted = Wanted {
            path: &self.path,
            columns: &columns,
            file_key: "fleet.replay.file",
            named_in: "`node`, `from` or `to` in [fleet.replay]",
            largest: f64::MAX,
        };
        let [nodes, begins, ends] = <[Vec<f64>; 3]>::try_from(wanted.read()?).unwrap_or_default();
        let mut rows: Vec<usize> = (0..nodes.len()).collect();
        rows.sort_by(|&a, &b| nodes[a].total_cmp(&nodes[b]).then(begins[a].total_cmp(&begins[b])));
        // A snapshot stands for the time up to the next, a session of snapshots for all that it names.
        let last = if self.snapshots { 1.0 } else { 0.0 };
        let origin = begins.iter().copied().fold(f64::INFINITY, f64::min);
        let length = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max) + last - origin;
        let mut presence = Presence { sessions: Vec::new(), hosts: Vec::new(), length, start: 0.0, rows: None };
        let mut names: Vec<f64> = Vec::new();
        for &row in &rows {
            let [from, to] = [begins[row] - origin, ends[row] + last - origin];
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
            let same = names.last().is_some_and(|name| name.total_cmp(&nodes[row]).is_eq());
            if !same {
                names.push(nodes[row]);
                let next = presence.sessions.len() as u32;
                presence.hosts.push(next..next);
            }
            match presence.sessions.last_mut() {
                Some(before) if same && from < before[1] => {
                    let message = format!("row {}: a session of host {} overlaps an earlier one", row + 1, nodes[row]);
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
            self.join(inventory, &names, &mut presence)?;
        }
        Ok(presence)
    }

    /// An error at a row, counted from 0: in text, at the line after the header and the rows before.
    fn at_row(&self, error: Error, row: usize) -> Error {
        if Format::of(&self.path) == Some(Format::Parquet) { error } else { error.line_number(row as u64 + 2) }
    }

    /// Makes the rows of an inventory the hosts.
    fn join(&self, inventory: &Inventory, names: &[f64], presence: &mut Presence) -> Result<(), Error> {
        let key = [InventoryColumn { column: self.key.clone().unwrap_or_default(), scale: 1.0 }];
        let wanted = Wanted {
            path: &inventory.path,
            columns: &key,
            file_key: "fleet.file",
            named_in: "`key` in [fleet.replay]",
            largest: f64::MAX,
        };
        let keys = wanted.read()?.pop().unwrap_or_default();
        let known: BTreeMap<u64, usize> = names.iter().enumerate().map(|(at, name)| (name.to_bits(), at)).collect();
        let (rows, hosts): (Vec<u32>, Vec<_>) = (0_u32..)
            .zip(&keys)
            .filter_map(|(row, key)| Some((row, presence.hosts[*known.get(&key.to_bits())?].clone())))
            .unzip();
        if rows.is_empty() {
            return Err(wanted
                .wrong(format!("no row's `{}` is a host of {}", key[0].column, self.path.display()))
                .keyed(key[0].column.as_str())
                .helped("name the column that holds the same numbers as `node` in the trace"));
        }
        (presence.hosts, presence.rows) = (hosts, Some(rows));
        Ok(())
    }
}
