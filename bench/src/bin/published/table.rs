//! The table: what is published, what was found, and whether that is near enough.

/// A row.
pub struct Row {
    what: String,
    nodes: u32,
    expected: f64,
    found: f64,
    tolerance: f64,
    is_most: bool,
}

impl Row {
    /// A value that is to be within a tolerance of another.
    pub fn near(what: impl Into<String>, nodes: u32, expected: f64, found: f64, tolerance: f64) -> Self {
        Self { what: what.into(), nodes, expected, found, tolerance, is_most: false }
    }

    /// A value that is to be at most another.
    pub fn at_most(what: impl Into<String>, nodes: u32, expected: f64, found: f64) -> Self {
        Self { what: what.into(), nodes, expected, found, tolerance: 0.0, is_most: true }
    }

    /// Whether it is out.
    pub fn is_out(&self) -> bool {
        let off = self.found - self.expected;
        // What is not a number is out.
        let is_in = if self.is_most { off <= 0.0 } else { off.abs() <= self.tolerance };
        !is_in
    }

    fn line(&self) -> String {
        let Self { what, nodes, expected, found, tolerance, .. } = self;
        let sign = if self.is_most { "≤ " } else { "" };
        let tolerance = if self.is_most { String::new() } else { format!("{tolerance:.5}") };
        let out = if self.is_out() { " **out**" } else { "" };
        let (expected, off) = (format!("{sign}{expected:.5}"), found - expected);
        format!("| {what:<42} | {nodes:>7} | {expected:>9} | {found:>8.5} | {off:>8.5} | {tolerance:>9}{out} |")
    }
}

/// Prints a table; returns how many of its rows are out.
pub fn print(rows: &[Row]) -> usize {
    println!(
        "| {:<42} | {:>7} | {:>9} | {:>8} | {:>8} | {:>9} |",
        "experiment", "nodes", "published", "ours", "differs", "tolerance"
    );
    println!(
        "|{}|{}:|{}:|{}:|{}:|{}:|",
        "-".repeat(44),
        "-".repeat(8),
        "-".repeat(10),
        "-".repeat(9),
        "-".repeat(9),
        "-".repeat(10)
    );
    for row in rows {
        println!("{}", row.line());
    }
    let out = rows.iter().filter(|row| row.is_out()).count();
    println!("\n{} rows, {out} out", rows.len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_out_beyond_its_tolerance_and_where_there_is_no_number() {
        assert!(!Row::near("", 1, 1.0, 1.1, 0.2).is_out() && Row::near("", 1, 1.0, 1.3, 0.2).is_out());
        assert!(Row::near("", 1, 1.0, f64::NAN, 0.2).is_out() && Row::at_most("", 1, 1.0, f64::NAN).is_out());
        assert!(!Row::at_most("", 1, 1.0, 0.1).is_out() && Row::at_most("", 1, 1.0, 1.1).is_out());
    }
}
