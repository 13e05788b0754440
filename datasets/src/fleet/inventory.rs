//! Inventories: tables in which every row is a node.

use crate::error::Error;
use crate::fleet::precision;
use crate::fleet::table::{Asked, Column, Content, Wanted};
use crate::scenario::{Inventory, InventoryColumn};

/// The values of an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One column per attribute of the fleet, in its unit.
    pub columns: Vec<Vec<f32>>,
    /// Number of rows: the length of every column, at least 1.
    pub rows: usize,
    /// What is to be told of how the file was read.
    pub remarks: Vec<String>,
}

impl Inventory {
    /// Reads the columns that the scenario names: each value is (cell - offset) · scale. Takes 8 bytes a value while it
    /// reads, and 4 then.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read or is cut short, a column is missing, a row has too few cells, or
    /// a cell is empty, not a number, or not finite as a 32-bit float; all such rows at once, the first twenty in
    /// words.
    /// Values of a column differ, and are one as 32-bit floats, so that what depends on the difference would be wrong.
    pub fn read(&self) -> Result<Table, Error> {
        // The values are kept as 32-bit floats; what rounds to their largest is still one.
        let content = |column: &InventoryColumn| Content::Numbers {
            offset: column.offset,
            scale: column.scale,
            largest: f64::from(f32::MAX),
        };
        let columns = self.columns.iter().map(|asked| Asked { name: &asked.column, content: content(asked) });
        let columns: Vec<_> = columns.collect();
        let wanted = Wanted {
            path: &self.path,
            columns: &columns,
            decimal: self.decimal,
            file_key: "fleet.file",
            named_in: "`column` in [fleet.attributes]",
            section: "[fleet]",
        };
        let read = wanted.read()?;
        let (mut columns, mut remarks) = (Vec::new(), read.remarks);
        for (values, asked) in read.columns.into_iter().map(Column::numbers).zip(&self.columns) {
            remarks.extend(precision::check(&wanted, asked, &values)?);
            columns.push(values.into_iter().map(|value| value as f32).collect::<Vec<f32>>());
        }
        Ok(Table { rows: columns.first().map_or(0, Vec::len), columns, remarks })
    }
}
