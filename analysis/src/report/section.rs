//! The parts of a page.

use serde::Serialize;

use super::chart::Chart;

/// A part of the page, with a heading.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Its id in the page, the same in every report.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it says in words.
    pub prose: Vec<String>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Its charts.
    pub charts: Vec<Chart>,
}

/// A small table in the page.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// Its id in the page.
    pub id: String,
    /// What it says.
    pub caption: String,
    /// The heads of its columns.
    pub heads: Vec<Head>,
    /// Its rows, as they are read.
    pub rows: Vec<Vec<String>>,
    /// Rows that are left out; the workbook has them.
    pub more: usize,
}

/// The head of a column.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    /// Its text.
    pub text: String,
    /// Whether numbers stand below it.
    pub is_number: bool,
}

/// The most rows of a table in the page.
const MOST_ROWS: usize = 60;

impl Section {
    /// A part of nothing.
    pub fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, prose: Vec::new(), tables: Vec::new(), charts: Vec::new() }
    }

    /// Says something.
    pub fn say(&mut self, text: impl Into<String>) {
        self.prose.push(text.into());
    }

    /// Adds a chart, unless there is nothing to see in it.
    pub fn chart(&mut self, chart: Chart) {
        if !chart.is_empty() {
            self.charts.push(chart);
        }
    }

    /// Adds a table, unless it has no row.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.tables.push(table);
        }
    }

    /// The part, unless there is nothing in it.
    pub fn filled(mut self) -> Option<Self> {
        // Two charts stand side by side; who has no neighbour takes the width.
        for row in self.charts.chunk_by_mut(|a, b| a.is_wide == b.is_wide) {
            if let (false, [.., last]) = (row.len().is_multiple_of(2), row) {
                last.is_wide = true;
            }
        }
        let is_filled = !self.prose.is_empty() || !self.tables.is_empty() || !self.charts.is_empty();
        is_filled.then_some(self)
    }
}

impl Head {
    /// Above texts.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_number: false }
    }

    /// Above names, and above the numbers that follow them.
    pub fn row<'a>(name: &str, numbers: impl IntoIterator<Item = &'a str>) -> Vec<Self> {
        std::iter::once(Self::text(name)).chain(numbers.into_iter().map(Self::number)).collect()
    }

    /// Above numbers.
    pub fn number(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_number: true }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(id: impl Into<String>, caption: impl Into<String>, heads: &[Head]) -> Self {
        Self { id: id.into(), caption: caption.into(), heads: heads.to_vec(), rows: Vec::new(), more: 0 }
    }

    /// Adds a row; of a long table the first ones are kept.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        if self.rows.len() < MOST_ROWS {
            self.rows.push(cells.into_iter().collect());
        } else {
            self.more += 1;
        }
    }
}
