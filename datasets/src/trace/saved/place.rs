//! Where a file of saved rows lies.

use crate::trace::{Table, file};

/// The place of a file below the directory of the saved rows. They are ordered as rows are read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Rows of a small table, saved in this cycle.
    Rows(Table, u32),
    /// The full part of `nodes` of this number.
    Part(usize),
    /// Rows of the open part of `nodes`, saved in this cycle.
    Tail(u32),
}

impl Place {
    /// The place at a path; `None` if no file of saved rows of the table lies there.
    pub(super) fn at(path: &str, table: Table) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        let (kind, number) = name.strip_suffix(".parquet")?.split_once('-')?;
        let place = match (folder, kind) {
            ("nodes", "part") => Place::Part(number.parse().ok()?),
            ("nodes", "tail") => Place::Tail(number.parse().ok()?),
            (_, "part") if table != Table::Nodes => Place::Rows(table, number.parse().ok()?),
            _ => return None,
        };
        // A number can be written in several ways, and a folder can be any: only one path is that of the place.
        (place.path() == path && place.table() == table).then_some(place)
    }

    /// The path below the directory of the saved rows.
    pub(super) fn path(self) -> String {
        match self {
            Place::Rows(table, cycle) => format!("rows/{}/part-{cycle:06}.parquet", table.name()),
            Place::Part(number) => format!("nodes/{}", file::name(number)),
            Place::Tail(cycle) => format!("nodes/tail-{cycle:06}.parquet"),
        }
    }

    /// The cycle in which the rows were saved; 0 for a full part, which is the same in whatever cycle it is saved.
    pub(super) fn cycle(self) -> u32 {
        match self {
            Place::Rows(_, cycle) | Place::Tail(cycle) => cycle,
            Place::Part(_) => 0,
        }
    }

    /// The table of the rows.
    pub(super) fn table(self) -> Table {
        match self {
            Place::Rows(table, _) => table,
            Place::Part(_) | Place::Tail(_) => Table::Nodes,
        }
    }
}
