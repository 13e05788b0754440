//! Where two runs differ first.

use datasets::trace::Table;
use datasets::trace::read::{Column, Parts, Run, Values};

use crate::Error;

/// The first place in which the tables of two runs differ: of the smallest cycle, and of the first table of those that
/// differ there.
#[derive(Clone, Debug, PartialEq)]
pub struct First {
    /// The table.
    pub table: Table,
    /// The cycle of the row; `None` in a table whose rows have none.
    pub cycle: Option<u64>,
    /// The row, from 0.
    pub row: usize,
    /// The column; `None` if one of the runs has no such row.
    pub column: Option<String>,
    /// What the row is about: `app monitoring`, `node_id 17`, …; empty if there is but one row a cycle.
    pub subject: String,
    /// What stands there on each side.
    pub values: [Side; 2],
}

/// What stands in a place.
#[derive(Clone, Debug, PartialEq)]
pub enum Side {
    /// A value, as text.
    Value(String),
    /// Nothing was there to be measured.
    Nothing,
    /// There is no such row.
    NoRow,
}

/// Columns that say what a row is about, beside its cycle.
const SUBJECTS: [&str; 9] =
    ["app", "aggregate", "attribute", "gradient", "version", "kind", "rule", "epoch", "node_id"];
/// Columns that say when a row is.
const CYCLES: [&str; 2] = ["cycle", "first_cycle"];

/// Where the tables of two runs differ first, and which tables or columns only one of them has.
pub(super) fn first(runs: [&Run; 2]) -> Result<(Option<First>, Vec<String>), Error> {
    let (mut first, mut apart): (Option<First>, _) = (None, Vec::new());
    // Which point of a sweep a run is does not matter to what happened in it.
    for &table in Table::ALL.iter().filter(|table| !matches!(table, Table::Runs | Table::Params)) {
        let found = in_table(runs, table, &mut apart)?;
        let when = |found: &First| found.cycle.unwrap_or(0);
        if found.as_ref().is_some_and(|found| first.as_ref().is_none_or(|first| when(found) < when(first))) {
            first = found;
        }
    }
    Ok((first, apart))
}

/// The rows of a table that are being compared: what is left of the last part.
struct Rows {
    parts: Parts,
    columns: Vec<Column>,
    at: usize,
}

impl Rows {
    fn of(run: &Run, table: Table) -> Result<Rows, Error> {
        let mut rows = Rows { parts: run.parts(table)?, columns: Vec::new(), at: 0 };
        rows.fill()?;
        Ok(rows)
    }

    /// Takes the next part, if all rows of the last one are done.
    fn fill(&mut self) -> Result<(), Error> {
        while self.left() == 0 {
            let Some(part) = self.parts.next() else { return Ok(()) };
            (self.columns, self.at) = (part?, 0);
        }
        Ok(())
    }

    fn left(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len() - self.at)
    }

    fn column(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|column| column.name == name).map(|column| &column.values)
    }

    /// What stands `ahead` of the next row.
    fn side(&self, column: &str, ahead: usize) -> Side {
        self.column(column).map_or(Side::NoRow, |values| side(values, self.at + ahead))
    }

    fn cycle(&self, ahead: usize) -> Option<u64> {
        CYCLES.iter().find_map(|name| match self.column(name)? {
            Values::Counts(cycles) => cycles.get(self.at + ahead).copied().flatten(),
            _ => None,
        })
    }

    fn subject(&self, ahead: usize) -> String {
        let shown = SUBJECTS.iter().filter_map(|name| match self.side(name, ahead) {
            Side::Value(value) => Some(format!("{name} {value}")),
            _ => None,
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}

/// Where a table differs first; tables and columns that only one run has are told in `apart`.
fn in_table(runs: [&Run; 2], table: Table, apart: &mut Vec<String>) -> Result<Option<First>, Error> {
    let [mut one, mut other] = [Rows::of(runs[0], table)?, Rows::of(runs[1], table)?];
    let name = table.name();
    match [one.columns.is_empty(), other.columns.is_empty()] {
        [true, true] => return Ok(None),
        [true, false] => apart.push(format!("only the second has rows of {name}")),
        [false, true] => apart.push(format!("only the first has rows of {name}")),
        [false, false] => {
            lacking(&one, &other, &format!("only the first has {name}."), apart);
            lacking(&other, &one, &format!("only the second has {name}."), apart);
        }
    }
    let mut row = 0;
    loop {
        let both = one.left().min(other.left());
        if both == 0 {
            return Ok(end(table, &one, &other, row));
        }
        if let Some((ahead, column)) = differing(&one, &other, both) {
            let values = [one.side(&column, ahead), other.side(&column, ahead)];
            let (cycle, subject) = (one.cycle(ahead), one.subject(ahead));
            return Ok(Some(First { table, cycle, row: row + ahead, column: Some(column), subject, values }));
        }
        row += both;
        for rows in [&mut one, &mut other] {
            rows.at += both;
            rows.fill()?;
        }
    }
}

fn lacking(own: &Rows, others: &Rows, what: &str, apart: &mut Vec<String>) {
    let alone = own.columns.iter().filter(|column| others.column(&column.name).is_none());
    apart.extend(alone.map(|column| format!("{what}{}", column.name)));
}

/// One of the tables has ended, or both.
fn end(table: Table, one: &Rows, other: &Rows, row: usize) -> Option<First> {
    let longer = [one, other].into_iter().find(|rows| rows.left() > 0)?;
    let side = |rows: &Rows| if rows.left() > 0 { Side::Value("a row".to_owned()) } else { Side::NoRow };
    let (cycle, subject) = (longer.cycle(0), longer.subject(0));
    Some(First { table, cycle, row, column: None, subject, values: [side(one), side(other)] })
}

/// The first of the next rows that differ, and the first column in which it does.
fn differing(one: &Rows, other: &Rows, rows: usize) -> Option<(usize, String)> {
    let mut found: Option<(usize, String)> = None;
    for column in &one.columns {
        let Some(others) = other.column(&column.name) else { continue };
        let until = found.as_ref().map_or(rows, |(ahead, _)| *ahead);
        let differs = |ahead: &usize| !is_same(&column.values, one.at + ahead, others, other.at + ahead);
        if let Some(ahead) = (0..until).find(differs) {
            found = Some((ahead, column.name.clone()));
        }
    }
    found
}

/// Whether two values are the same; a measure that is not there is the same as one that is no number.
fn is_same(one: &Values, at: usize, other: &Values, other_at: usize) -> bool {
    match (one, other) {
        (Values::Counts(one), Values::Counts(other)) => one[at] == other[other_at],
        (Values::Measures(one), Values::Measures(other)) => {
            let number = |value: Option<f64>| value.filter(|value| !value.is_nan());
            number(one[at]) == number(other[other_at])
        }
        (Values::Names(one), Values::Names(other)) => one[at] == other[other_at],
        (Values::Flags(one), Values::Flags(other)) => one[at] == other[other_at],
        _ => false,
    }
}

fn side(values: &Values, at: usize) -> Side {
    let text = match values {
        Values::Counts(values) => values[at].map(|value| value.to_string()),
        Values::Measures(values) => values[at].filter(|value| !value.is_nan()).map(|value| value.to_string()),
        Values::Names(values) => values[at].clone(),
        Values::Flags(values) => Some(values[at].to_string()),
    };
    text.map_or(Side::Nothing, Side::Value)
}
