//! What is wrong with the rows of a table: all of it at once, the first faults in words.

use std::fmt::Write;
use std::path::Path;

use crate::error::{Error, Kind};

/// Faults that are told in words; of the others the number is.
const TOLD: usize = 20;

/// What is wrong with the rows of a file.
#[derive(Debug, Default)]
pub(in crate::fleet) struct Faults {
    first: Vec<Fault>,
    count: usize,
}

/// What is wrong with a row.
#[derive(Clone, Debug)]
pub(in crate::fleet) struct Fault {
    /// The row, from 1, after the header.
    pub row: usize,
    /// What is wrong, without the row.
    pub message: String,
    /// The column.
    pub column: String,
    /// What to do about it.
    pub help: String,
}

impl Faults {
    /// Notes a fault.
    pub fn note(&mut self, fault: impl FnOnce() -> Fault) {
        self.count += 1;
        if self.first.len() < TOLD {
            self.first.push(fault());
        }
    }

    /// Whether nothing is wrong.
    pub fn are_none(&self) -> bool {
        self.count == 0
    }

    /// The rows of the faults that are told, ascending.
    pub fn rows(&self) -> Vec<usize> {
        let mut rows: Vec<usize> = self.first.iter().map(|fault| fault.row).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// Those of a file that has so many rows, with so many rows of other files before it; the number stays that of all.
    pub fn of_file(mut self, before: usize, rows: usize) -> Self {
        self.first.retain(|fault| (before + 1..=before + rows).contains(&fault.row));
        self.first.iter_mut().for_each(|fault| fault.row -= before);
        self
    }

    /// All of them as one error of a file. `line` says in which line of it a row begins, if it has lines.
    pub fn error(mut self, path: &Path, line: impl Fn(usize) -> Option<u64>) -> Error {
        self.first.sort_by_key(|fault| fault.row);
        let mut told = self.first.iter();
        let Some(first) = told.next() else { return Error::new(Kind::Data, path, "nothing is wrong") };
        let mut message = format!("row {}{}", first.row, first.message);
        let more = self.count - 1;
        if more > 0 {
            let faults = if more == 1 { "fault" } else { "faults" };
            let _ = write!(message, "; and {more} more {faults}:");
            for fault in told.clone() {
                let place = line(fault.row).map_or_else(String::new, |line| format!("line {line}: "));
                let _ = write!(message, "\n  {place}row {}{}", fault.row, fault.message);
            }
            if self.count > self.first.len() {
                let _ = write!(message, "\n  and {} more", self.count - self.first.len());
            }
        }
        let mut helps = vec![first.help.as_str()];
        told.for_each(|fault| {
            if !helps.contains(&&*fault.help) {
                helps.push(&fault.help);
            }
        });
        let error = Error::new(Kind::Data, path, message).keyed(&*first.column).helped(helps.join("; "));
        match line(first.row) {
            Some(line) => error.line_number(line),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults};

    fn faults(rows: impl Iterator<Item = usize>) -> Faults {
        let mut faults = Faults::default();
        for row in rows {
            let (message, column) = (format!(", column `up` is \"{row}?\""), "up".to_owned());
            faults.note(|| Fault { row, message, column, help: "mend it".to_owned() });
        }
        faults
    }

    #[test]
    fn one_fault_is_one_sentence() {
        let error = faults([7].into_iter()).error("inv.csv".as_ref(), |row| Some(row as u64 + 1));
        assert_eq!(error.to_string(), "inv.csv:8: row 7, column `up` is \"7?\"");
        assert_eq!((error.key(), error.help()), (Some("up"), Some("mend it")));
    }

    #[test]
    fn twenty_are_told_and_the_others_counted() {
        assert!(Faults::default().are_none());
        let text = faults(1..=23).error("inv.csv".as_ref(), |_| None).to_string();
        assert!(text.starts_with("inv.csv: row 1, column `up` is \"1?\"; and 22 more faults:\n  row 2, "), "{text}");
        assert!(text.ends_with("\n  row 20, column `up` is \"20?\"\n  and 3 more"), "{text}");
    }
}
