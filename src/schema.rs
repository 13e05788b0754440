//! `subcloud schema`.

use clap::ValueEnum;
use datasets::trace::{self, Column, Definition};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::run::print;

/// Print the JSON Schema of a scenario, for editors; or what the tables of a trace are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud schema > scenario.schema.json
  subcloud schema --tables")]
pub struct Arguments {
    /// Print the tables of a trace with all their columns instead, for people or programs.
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, default_missing_value = "markdown")]
    tables: Option<Format>,
}

/// How the tables are told of.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A page.
    Markdown,
    /// For programs.
    Json,
}

/// What stands for the name of each attribute of the fleet.
const ATTRIBUTE: &str = "<attribute>";

/// Prints the schema.
#[expect(clippy::unnecessary_wraps, reason = "every command may fail")]
pub fn schema(arguments: &Arguments) -> Result<(), Failure> {
    let tables = || trace::schema(&[ATTRIBUTE.to_owned()]);
    print(&match arguments.tables {
        None => format!("{:#}", datasets::scenario::json_schema()),
        Some(Format::Markdown) => page(&tables()),
        Some(Format::Json) => format!("{:#}", document(&tables())),
    });
    Ok(())
}

const HEAD: &str = "\
# The tables of a trace

Written by `subcloud schema --tables`, from the code that writes the tables.

A table lies under `traces/<table>/run=<id>/seed=<n>/part-0.parquet`, and is there if it has rows. After each 1,966,080
rows `nodes` goes on in `part-1.parquet`, `part-2.parquet` and so on. Readers turn these folders into two more columns,
`run` (string) and `seed` (int64). Row 0 is the state before the first cycle, row k that after k cycles. A fraction is
0..1; names end in their unit; a null is a value that there is not, and there is no NaN. Columns with `<attribute>` are
there for each attribute of the fleet; those with `<gradient>` for each gradient from 1 on. Types are those of Arrow.";

/// The tables as a page.
fn page(tables: &[Definition]) -> String {
    let sections = tables.iter().map(|table| {
        let rows: String = table.columns.iter().map(row).collect();
        format!("\n\n## {}\n\n{}\n\n| column | type | null | meaning |\n|---|---|---|---|{rows}", table.name, table.row)
    });
    HEAD.to_owned() + &sections.collect::<String>()
}

fn row(column: &Column) -> String {
    let Column { name, kind, is_nullable, meaning } = column;
    format!("\n| `{name}` | {} | {} | {meaning} |", kind.name(), if *is_nullable { "yes" } else { "" })
}

/// The tables for programs.
fn document(tables: &[Definition]) -> Value {
    let column = |column: &Column| {
        json!({
            "name": column.name,
            "type": column.kind.name(),
            "nullable": column.is_nullable,
            "meaning": column.meaning,
        })
    };
    let table = |table: &Definition| {
        let columns: Vec<Value> = table.columns.iter().map(column).collect();
        json!({ "name": table.name, "row": table.row, "columns": columns })
    };
    json!({
        "trace_schema": trace::SCHEMA_VERSION,
        "tables": tables.iter().map(table).collect::<Vec<_>>(),
    })
}
