//! What the tables of a trace are, for people and programs that read them: every column with its type and what it
//! means.
//!
//! ```
//! let tables = datasets::trace::schema(&["availability".to_owned()]);
//! let apps = tables.iter().find(|table| table.name == "apps").expect("a table of applications");
//! assert_eq!(apps.columns[1].name, "app");
//! assert_eq!(apps.columns.last().map(|column| column.name.as_str()), Some("mean_availability"));
//! ```

use super::Table;
use super::cell::Column;

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

/// All tables, for a fleet of these attributes: they name the last columns of `apps` and `nodes`. Of the columns of
/// `nodes` that name a gradient, `rank_fraction_<gradient>` stands for all.
#[must_use]
pub fn schema(attributes: &[String]) -> Vec<Definition> {
    let define = |table: Table| Definition {
        name: table.name(),
        row: table.row(),
        columns: table.empty(attributes).into_columns(),
    };
    Table::ALL.iter().copied().map(define).collect()
}
