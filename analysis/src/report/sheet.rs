//! Tables of a report as they go into a workbook or into files: whole, with their numbers as numbers.

use datasets::trace::read::{Column, Values};

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// Its name.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: Vec<String>,
    /// Its rows, a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A whole number.
    Count(u64),
    /// Any number.
    Measure(f64),
    /// Yes or no.
    Flag(bool),
}

impl Sheet {
    /// A table without rows.
    pub(crate) fn new(name: &'static str, columns: &[&str]) -> Self {
        Self { name, columns: columns.iter().map(|&column| column.to_owned()).collect(), rows: Vec::new() }
    }

    /// A table of a run as it is.
    pub(crate) fn of(name: &'static str, columns: &[Column]) -> Self {
        let rows = columns.first().map_or(0, |column| column.values.len());
        let cells = |row| columns.iter().map(|column| Cell::of(&column.values, row)).collect();
        Self {
            name,
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            rows: (0..rows).map(cells).collect(),
        }
    }

    /// The table as text, a line a row, as RFC 4180 has it.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let header: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        datasets::delimited::text(&header, self.rows.iter().map(|row| row.iter().map(Cell::to_text)))
    }
}

impl Cell {
    fn of(values: &Values, row: usize) -> Self {
        match values {
            Values::Counts(values) => values[row].map_or(Cell::Empty, Cell::Count),
            Values::Measures(values) => values[row].map_or(Cell::Empty, Cell::Measure),
            Values::Names(values) => values[row].clone().map_or(Cell::Empty, Cell::Text),
            Values::Flags(values) => Cell::Flag(values[row]),
        }
    }

    /// The cell as a text; numbers have all their digits.
    fn to_text(&self) -> String {
        match self {
            Cell::Text(text) => text.clone(),
            Cell::Count(count) => count.to_string(),
            Cell::Measure(value) if value.is_finite() => value.to_string(),
            Cell::Empty | Cell::Measure(_) => String::new(),
            Cell::Flag(flag) => flag.to_string(),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Cell::Text(text)
    }
}

impl From<u64> for Cell {
    fn from(count: u64) -> Self {
        Cell::Count(count)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Cell::Measure(value)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Empty, Into::into)
    }
}
