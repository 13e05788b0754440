//! Where a file of saved rows lies.

use crate::trace::{Table, file};

/// The place of a file below the directory of the saved rows. They are ordered as rows are read back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Rows of a small table, saved in this cycle.
    Rows(Table, u32),
    /// The full part of a streamed table of this number.
    Part(Table, usize),
    /// Rows of the open part of a streamed table, saved in this cycle.
    Tail(Table, u32),
}

impl Place {
    /// The place at a path; `None` if no file of saved rows of the table lies there.
    pub(super) fn at(path: &str, table: Table) -> Option<Self> {
        let (_, name) = path.rsplit_once('/')?;
        let (kind, number) = name.strip_suffix(".parquet")?.split_once('-')?;
        let place = match (kind, Table::STREAMED.contains(&table)) {
            ("part", true) => Place::Part(table, number.parse().ok()?),
            ("tail", true) => Place::Tail(table, number.parse().ok()?),
            ("part", false) => Place::Rows(table, number.parse().ok()?),
            _ => return None,
        };
        // A number can be written in several ways, and a folder can be any: only one path is that of the place.
        (place.path() == path).then_some(place)
    }

    /// The path below the directory of the saved rows.
    pub(super) fn path(self) -> String {
        match self {
            Place::Rows(table, cycle) => format!("rows/{}/part-{cycle:06}.parquet", table.name()),
            Place::Part(table, number) => format!("{}/{}", table.name(), file::name(number)),
            Place::Tail(table, cycle) => format!("{}/tail-{cycle:06}.parquet", table.name()),
        }
    }

    /// The cycle in which the rows were saved; 0 for a full part, which is the same in whatever cycle it is saved.
    pub(super) fn cycle(self) -> u32 {
        match self {
            Place::Rows(_, cycle) | Place::Tail(_, cycle) => cycle,
            Place::Part(..) => 0,
        }
    }

    /// The table of the rows.
    pub(super) fn table(self) -> Table {
        match self {
            Place::Rows(table, _) | Place::Part(table, _) | Place::Tail(table, _) => table,
        }
    }
}
