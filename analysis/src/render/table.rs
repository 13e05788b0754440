//! Aligned columns, and text that wraps, within the width of the summary.

use std::fmt;

/// Columns of the summary.
pub(super) const WIDTH: usize = 80;
const INDENT: &str = "  ";
const GAP: usize = 2;

/// A table: columns of names to the left, columns of numbers to the right.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    names: usize,
}

impl Table {
    /// A table under `header`, whose first `names` columns hold names; at least one.
    pub(super) fn new(header: &[&str], names: usize) -> Self {
        let header = header.iter().map(|&name| name.to_owned()).collect();
        Table { rows: vec![header], names }
    }

    pub(super) fn row(&mut self, cells: &[String]) {
        debug_assert_eq!(cells.len(), self.rows[0].len(), "as many cells as columns");
        self.rows.push(cells.to_vec());
    }

    /// Writes the table. A name too long for the room that the other columns leave gets a line of its own.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let others: usize = widths[1..].iter().map(|width| width + GAP).sum();
        let room = WIDTH.saturating_sub(INDENT.len() + others);
        let fits = |name: &str| length(name) <= room;
        let name_width =
            self.rows.iter().map(|row| row[0].as_str()).filter(|name| fits(name)).map(length).max().unwrap_or(0);
        for row in &self.rows {
            let mut name = row[0].as_str();
            if !fits(name) {
                wrapped(f, INDENT, name)?;
                name = "";
            }
            let mut line = format!("{INDENT}{name:<name_width$}");
            for (column, (cell, &width)) in row.iter().zip(&widths).enumerate().skip(1) {
                let padding = " ".repeat(width - length(cell));
                line.push_str(&" ".repeat(GAP));
                let (before, after) = if column < self.names { ("", padding.as_str()) } else { (padding.as_str(), "") };
                line.extend([before, cell, after]);
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.rows[0].len();
        (0..columns).map(|column| self.rows.iter().map(|row| length(&row[column])).max().unwrap_or(0)).collect()
    }
}

/// Writes a text in lines of at most the summary's width, each after `indent`.
pub(super) fn wrapped(f: &mut fmt::Formatter<'_>, indent: &str, text: &str) -> fmt::Result {
    let width = WIDTH - indent.len();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        if !line.is_empty() && length(&line) + 1 + length(word) > width {
            writeln!(f, "{indent}{line}")?;
            line.clear();
        }
        while length(word) > width {
            let (cut, _) = word.char_indices().nth(width).unwrap_or((word.len(), ' '));
            writeln!(f, "{indent}{}", &word[..cut])?;
            word = &word[cut..];
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(f, "{indent}{line}")
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// What there is to say of a number, if it is one.
pub(super) fn or_none(value: f64, told: fn(f64) -> String) -> String {
    if value.is_finite() { told(value) } else { "-".to_owned() }
}
