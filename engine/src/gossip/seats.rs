//! Which row of a table belongs to which member of an application.
//!
//! A member has a row from the cycle in which it enters the overlay of its application until it leaves it. Those who
//! come get the lowest rows that are free, in ascending order of nodes. Reads two bytes a node in each cycle, and the
//! owners of rows, four bytes each, where somebody has come.

use kernels::suite::NONE;
use kernels::views::NOBODY;
use rayon::prelude::*;

use crate::memory::{Column, Kind, STRIDE, fields, strides};

/// The rows of all members of applications that have tables.
#[derive(Debug)]
pub struct Seats {
    /// The row of each node in the table of its application; [`NOBODY`] for none.
    pub rows: Column<u32>,
    /// The application in whose table that row is; [`NONE`] for none.
    apps: Column<u8>,
    /// The table of each application, if it has one.
    pub tables: Vec<Option<Table>>,
}

/// The rows of an application.
#[derive(Debug)]
pub struct Table {
    /// The node to which each row belongs; [`NOBODY`] for none.
    pub owners: Column<u32>,
}

/// Members that have come to an application, or have gone: their rows, and who they are, in ascending order of nodes.
pub type Moved = Vec<(usize, u32)>;

/// There are more members than rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    /// The application.
    pub app: usize,
    /// Its members.
    pub members: usize,
    /// Its rows.
    pub rows: usize,
}

impl Seats {
    /// The columns of applications that ask for so many rows each; of none for those that have no table.
    #[must_use]
    pub fn declare(rows: &[Option<usize>]) -> Self {
        let owners =
            |app: usize, rows| Column::new(Kind::Kept, format!("members-of-{app}")).filled(NOBODY).of_rows(rows);
        let tables = rows.iter().enumerate();
        Self {
            rows: Column::new(Kind::Kept, "members-rows").filled(NOBODY),
            apps: Column::new(Kind::Kept, "members-apps").filled(NONE),
            tables: tables.map(|(app, rows)| rows.map(|rows| Table { owners: owners(app, rows) })).collect(),
        }
    }

    /// Nodes that have left the overlays of their applications lose their rows, by applications: `places` are those in
    /// whose overlays nodes are.
    pub fn release(&mut self, places: &[u8]) -> Vec<Moved> {
        let gone = |first: usize, (apps, places): (&[u8], &[u8])| {
            let nodes = (first as u32..).zip(apps.iter().zip(places));
            nodes.filter(|(_, (app, place))| **app != NONE && app != place).map(|(node, _)| node).collect::<Vec<u32>>()
        };
        let gone = strides((&*self.apps, places), gone).concat();
        self.give_back(gone.into_iter())
    }

    /// These nodes, ascending, lose their rows, if they have any.
    pub fn give_back(&mut self, nodes: impl Iterator<Item = u32>) -> Vec<Moved> {
        let mut moved = vec![Moved::new(); self.tables.len()];
        for node in nodes {
            let app = usize::from(std::mem::replace(&mut self.apps[node as usize], NONE));
            let row = std::mem::replace(&mut self.rows[node as usize], NOBODY);
            if let Some(table) = self.tables.get_mut(app).and_then(Option::as_mut) {
                table.owners[row as usize] = NOBODY;
                moved[app].push((row as usize, node));
            }
        }
        moved
    }

    /// Nodes in overlays that have no row get one.
    ///
    /// # Errors
    /// If an application has more members than rows; nobody has got any then.
    pub fn take(&mut self, places: &[u8]) -> Result<Vec<Moved>, Full> {
        let new = |first: usize, (apps, places): (&[u8], &[u8])| {
            let nodes = (first as u32..).zip(apps.iter().zip(places));
            let new = nodes.filter(|(_, (app, place))| **app == NONE && **place != NONE);
            new.map(|(node, (_, place))| (node, *place)).collect::<Vec<(u32, u8)>>()
        };
        let mut coming = vec![Vec::new(); self.tables.len()];
        for (node, app) in strides((&*self.apps, places), new).concat() {
            if self.tables.get(usize::from(app)).is_some_and(Option::is_some) {
                coming[usize::from(app)].push(node);
            }
        }
        let mut moved = Vec::new();
        for (app, nodes) in coming.into_iter().enumerate() {
            let Some(table) = self.tables[app].as_ref().filter(|_| !nodes.is_empty()) else {
                moved.push(Moved::new());
                continue;
            };
            let free = table.free();
            if free.len() < nodes.len() {
                let rows = table.owners.len();
                return Err(Full { app, members: rows - free.len() + nodes.len(), rows });
            }
            moved.push(free.into_iter().zip(nodes).collect());
        }
        for (app, moved) in moved.iter().enumerate() {
            for &(row, node) in moved {
                (self.rows[node as usize], self.apps[node as usize]) = (row as u32, app as u8);
                if let Some(table) = &mut self.tables[app] {
                    table.owners[row] = node;
                }
            }
        }
        Ok(moved)
    }
}

impl Table {
    /// The rows that belong to nobody, ascending.
    fn free(&self) -> Vec<usize> {
        let free = |(stride, owners): (usize, &[u32])| {
            let rows = (stride * STRIDE..).zip(owners);
            rows.filter(|(_, owner)| **owner == NOBODY).map(|(row, _)| row).collect::<Vec<usize>>()
        };
        self.owners.par_chunks(STRIDE).enumerate().map(free).collect::<Vec<_>>().concat()
    }
}

fields!(Seats { rows, apps, tables });
fields!(Table { owners });

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::{Fields, Storage};

    #[test]
    fn who_comes_gets_the_lowest_free_row_and_gives_it_back() {
        let mut seats = Seats::declare(&[Some(2), None, Some(3)]);
        for field in seats.fields() {
            field.allocate(&Storage::Memory, 6).unwrap_or_default();
        }
        let mut places = [0, 1, 2, 2, NONE, 0];
        assert_eq!(seats.take(&places), Ok(vec![vec![(0, 0), (1, 5)], vec![], vec![(0, 2), (1, 3)]]));
        assert_eq!(seats.take(&places), Ok(vec![vec![]; 3]));
        // Node 0 changes its application, node 2 leaves.
        (places[0], places[2]) = (2, NONE);
        assert_eq!(seats.release(&places), [vec![(0, 0)], vec![], vec![(0, 2)]]);
        assert_eq!(seats.take(&places), Ok(vec![vec![], vec![], vec![(0, 0)]]));
        places[4] = 0;
        assert_eq!(seats.take(&places), Ok(vec![vec![(0, 4)], vec![], vec![]]));
        places[1] = 0;
        assert_eq!(seats.take(&places), Err(Full { app: 0, members: 3, rows: 2 }));
        assert_eq!(seats.give_back([3, 1].into_iter()), [vec![], vec![], vec![(1, 3)]]);
    }
}
