//! Inventories: tables in which every row is a node.

use crate::error::Error;
use crate::fleet::table::{Asked, Column, Content, Wanted};
use crate::scenario::Inventory;

/// The values of an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One column per attribute of the fleet, in its unit.
    pub columns: Vec<Vec<f32>>,
    /// Number of rows: the length of every column, at least 1.
    pub rows: usize,
}

impl Inventory {
    /// Reads the columns that the scenario names, and scales them. Takes 4 bytes a value.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read or is cut short, a column is missing, a row has too few cells, or
    /// a cell is empty, not a number, or not finite as a 32-bit float.
    pub fn read(&self) -> Result<Table, Error> {
        // The values are kept as 32-bit floats; what rounds to their largest is still one.
        let content = |scale| Content::Numbers { scale, largest: f64::from(f32::MAX) };
        let columns = self.columns.iter().map(|asked| Asked { name: &asked.column, content: content(asked.scale) });
        let columns: Vec<_> = columns.collect();
        let wanted = Wanted {
            path: &self.path,
            columns: &columns,
            file_key: "fleet.file",
            named_in: "`column` in [fleet.attributes]",
        };
        let columns = wanted.read()?;
        let narrow = |column: Column| column.numbers().into_iter().map(|value| value as f32).collect();
        let columns: Vec<Vec<f32>> = columns.into_iter().map(narrow).collect();
        Ok(Table { rows: columns.first().map_or(0, Vec::len), columns })
    }
}
