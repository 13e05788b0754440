//! Aligned columns.

use crate::run::print;

/// Prints rows of cells, the first of which is the header: so many columns of names to the left, then numbers to the
/// right.
pub fn table(rows: &[Vec<String>], names: usize) {
    let length = |cell: &String| cell.chars().count();
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(length).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(widest).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            if column < names { format!("  {cell:<width$}") } else { format!("  {cell:>width$}") }
        });
        print(cells.collect::<String>().trim_end());
    }
}

/// The cells of a header.
pub fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
