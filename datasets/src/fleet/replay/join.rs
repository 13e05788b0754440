//! Rows of a fleet's file and hosts of a trace that have the same id.

use super::Presence;
use crate::error::Error;
use crate::fleet::table::{Asked, Column, Content, Ids, Wanted};
use crate::record::JoinRecord;
use crate::scenario::{Inventory, Replay};

impl JoinRecord {
    /// Whether less than half of the rows have a host, or of the hosts a row.
    fn leaves_out_half(self) -> bool {
        2 * self.matched_rows_count < self.rows_count || 2 * self.matched_hosts_count < self.hosts_count
    }
}

impl Replay {
    /// Makes the rows of an inventory the hosts. `of_id` says which host each id of the trace is.
    pub(super) fn join(
        &self,
        inventory: &Inventory,
        (ids, of_id): (&Ids, &[Option<u32>]),
        presence: &mut Presence,
    ) -> Result<(), Error> {
        let key = self.key.as_deref().unwrap_or_default();
        let wanted = Wanted {
            path: &inventory.path,
            columns: &[Asked { name: key, content: Content::Ids }],
            decimal: inventory.decimal,
            file_key: "fleet.file",
            named_in: "`key` in [fleet.replay]",
            section: "[fleet]",
        };
        let keys = wanted.read()?.columns.pop().map(Column::ids).unwrap_or_default();
        let hosts_count = presence.hosts.len() as u64;
        let host = |name| of_id[ids.names.get_index_of(name)?];
        let known: Vec<Option<u32>> = keys.names.iter().map(host).collect();
        let (rows, hosts): (Vec<u32>, Vec<_>) = (0_u32..)
            .zip(&keys.rows)
            .filter_map(|(row, &id)| Some((row, presence.hosts[known[id as usize]? as usize].clone())))
            .unzip();
        if rows.is_empty() {
            return Err(wanted
                .wrong(format!("no row's `{}` is a host of {}", key, self.path.display()))
                .keyed(key)
                .helped("name the column that holds the same ids as `node` in the trace"));
        }
        let join = JoinRecord {
            rows_count: keys.rows.len() as u64,
            matched_rows_count: rows.len() as u64,
            repeated_rows_count: (keys.rows.len() - keys.names.len()) as u64,
            hosts_count,
            matched_hosts_count: known.iter().flatten().count() as u64,
        };
        if !self.allow_unmatched && join.leaves_out_half() {
            let JoinRecord { rows_count, matched_rows_count, hosts_count, matched_hosts_count, .. } = join;
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
