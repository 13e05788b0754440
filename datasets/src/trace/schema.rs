//! What the tables of a trace are, for people and programs that read them: every column with its type and what it means.
//!
//! ```
//! let tables = datasets::trace::schema(&["availability".to_owned()]);
//! let apps = tables.iter().find(|table| table.name == "apps").expect("a table of applications");
//! assert_eq!(apps.columns[1].name, "app");
//! assert_eq!(apps.columns.last().map(|column| column.name.as_str()), Some("mean_availability"));
//! ```

use super::Table;

/// A table of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name of the table, and of its directory under `traces/`.
    pub name: &'static str,
    /// What a row is, and when there are rows.
    pub row: &'static str,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether there may be nulls.
    pub is_nullable: bool,
    /// What it says, and in which unit.
    pub meaning: &'static str,
}

/// The kind of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Count32,
    /// A whole number that may be large.
    Count64,
    /// A measure.
    Measure,
    /// An attribute of a node.
    Value,
    /// A text.
    Name,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// The name of the type in Parquet files, as Arrow and its readers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Count32 => "uint32",
            Kind::Count64 => "uint64",
            Kind::Measure => "double",
            Kind::Value => "float",
            Kind::Name => "string",
            Kind::Flag => "bool",
        }
    }
}

/// All tables, for a fleet of these attributes: they name the last columns of `apps` and `nodes`.
#[must_use]
pub fn schema(attributes: &[String]) -> Vec<Definition> {
    let define = |table: Table| Definition {
        name: table.name(),
        row: table.row(),
        columns: table.empty(attributes).into_columns(),
    };
    Table::ALL.iter().copied().map(define).collect()
}
