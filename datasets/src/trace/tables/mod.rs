//! The tables of a trace, each declared once.
//!
//! A declaration is that of the row's struct: a field is a column, its comment is what the column means. The rows'
//! struct, the columns in the file, the reader and the page of documentation (`subcloud schema --tables`) come from it;
//! how each type of field is kept is in [`cell`](super::cell). A new column is a line here. A new table is a
//! declaration and a name in the list below.
//!
//! Whoever changes a name or a meaning raises [`SCHEMA_VERSION`](super::SCHEMA_VERSION).

mod aggregates;
mod cloud;
mod edges;
mod members;
mod nodes;
mod overlay;
mod suites;
mod sweep;
mod topologies;

pub use aggregates::{AggregateRow, EpochRow};
pub use cloud::{AttributeRow, CloudRow, CycleRow, EventRow, SliceRow};
pub use edges::EdgeRows;
pub use members::{CodeRow, ContactRow, MemberRow};
pub use nodes::{NodeRows, Phase};
pub use overlay::{DegreeRow, OverlayRow};
pub use suites::{AppRow, BreachRow, RuleRow, SuiteRow};
pub use sweep::{ParamRow, RunRow};
pub use topologies::{LookupRow, OwnRow, RegistryRow, TopologyRow};

use super::Error;
use super::cell::{Batch, Columns};

/// Rows of a table, or batches of them.
pub trait Rows: Sized {
    /// What a row is, and when there are rows.
    const MEANING: &'static str;

    /// Adds the columns of the table, with these rows.
    fn write(rows: &[Self], columns: &mut Columns);

    /// The rows of a batch.
    ///
    /// # Errors
    ///
    /// If a column is missing, or of another type.
    fn read(batch: &Batch) -> Result<Vec<Self>, Error>;
}

/// A row of a table that is small enough to be kept until the run ends.
pub trait Row: Rows {
    /// The rows of the table.
    fn kept(kept: &mut Kept) -> &mut Vec<Self>;
}

/// Declares the rows of tables.
macro_rules! rows {
    ($(
        $(#[doc = $row:literal])+
        $name:ident { $($(#[doc = $meaning:literal])+ $column:ident: $type:ty $(as $form:ty)?,)+ }
    )+) => {$(
        $(#[doc = $row])+
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[doc = $meaning])+ pub $column: $type,)+
        }

        impl $crate::trace::tables::Rows for $name {
            const MEANING: &'static str = concat!($($row),+);

            fn write(rows: &[Self], columns: &mut $crate::trace::cell::Columns) {
                $(<$type as $crate::trace::cell::Cell$(<$form>)?>::write(
                    columns, stringify!($column), concat!($($meaning),+), rows.iter().map(|row| &row.$column),
                );)+
            }

            fn read(batch: &$crate::trace::cell::Batch) -> Result<Vec<Self>, $crate::trace::Error> {
                let mut rows = vec![Self::default(); batch.len()];
                $(
                    let cells = <$type as $crate::trace::cell::Cell$(<$form>)?>::read(batch, stringify!($column))?;
                    rows.iter_mut().zip(cells).for_each(|(row, cell)| row.$column = cell);
                )+
                Ok(rows)
            }
        }
    )+};
}
use rows;

/// Lists the tables: those whose rows are kept, and those that are written as they come.
macro_rules! tables {
    ($($kept:ident $kept_name:ident $row:ident,)+; $($streamed:ident $streamed_name:ident $batch:ident,)+) => {
        /// A table of a trace.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Table {
            $(#[doc = concat!("The table of [`", stringify!($row), "`].")] $kept,)+
            $(#[doc = concat!("The table of [`", stringify!($batch), "`].")] $streamed,)+
        }

        impl Table {
            /// All tables, in the order in which they are told of.
            pub const ALL: &[Table] = &[$(Table::$kept,)+ $(Table::$streamed,)+];

            /// The tables whose rows are written as they come, in this order.
            pub(super) const STREAMED: &[Table] = &[$(Table::$streamed,)+];

            /// The name of the table's directory under `traces/`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Table::$kept => stringify!($kept_name),)+
                    $(Table::$streamed => stringify!($streamed_name),)+
                }
            }

            /// What a row is, and when there are rows.
            pub(super) fn row(self) -> &'static str {
                match self {
                    $(Table::$kept => $row::MEANING,)+
                    $(Table::$streamed => $batch::MEANING,)+
                }.trim_start()
            }

            /// The columns of the table while it has no row, for a fleet of these attributes.
            pub(super) fn empty(self, fleet: &[String]) -> Columns<'_> {
                let mut columns = Columns::new(fleet);
                match self {
                    $(Table::$kept => $row::write(&[], &mut columns),)+
                    $(Table::$streamed => $batch::write(&[], &mut columns),)+
                }
                columns
            }
        }

        /// Rows that are kept until the run ends, table by table.
        #[derive(Default)]
        pub struct Kept {
            $($kept_name: Vec<$row>,)+
        }

        impl Kept {
            /// The tables with their columns. Of each table, the rows from the number `first` on.
            pub fn columns<'a>(
                &self,
                fleet: &'a [String],
                first: impl Fn(Table) -> usize,
            ) -> Vec<(Table, Columns<'a>)> {
                let mut tables = Vec::new();
                $(
                    let mut columns = Columns::new(fleet);
                    $row::write(&self.$kept_name[first(Table::$kept)..], &mut columns);
                    tables.push((Table::$kept, columns));
                )+
                tables
            }

            /// Puts the rows of a batch behind those of their table. Rows of a streamed table are not kept.
            ///
            /// # Errors
            ///
            /// If a column is missing, or of another type.
            pub fn read(&mut self, table: Table, batch: &Batch) -> Result<(), Error> {
                match table {
                    $(Table::$kept => $row::kept(self).append(&mut $row::read(batch)?),)+
                    $(Table::$streamed => {})+
                }
                Ok(())
            }

            /// Whether no table has a row.
            pub fn is_empty(&self) -> bool {
                true $(&& self.$kept_name.is_empty())+
            }
        }

        $(impl Row for $row {
            fn kept(kept: &mut Kept) -> &mut Vec<Self> {
                &mut kept.$kept_name
            }
        })+
    };
}

/// Hands the list of all tables to another macro.
macro_rules! all_tables {
    ($then:ident) => {
        $then! {
        Cycles cycles CycleRow,
        Slices slices SliceRow,
        Apps apps AppRow,
        Suites suites SuiteRow,
        Breaches breaches BreachRow,
        Rules rules RuleRow,
        Aggregates aggregates AggregateRow,
        Epochs epochs EpochRow,
        Contacts contacts ContactRow,
        Members members MemberRow,
        Code code CodeRow,
        Overlay overlay OverlayRow,
        Degrees degrees DegreeRow,
        Clouds clouds CloudRow,
        Topologies topologies TopologyRow,
        Lookups lookups LookupRow,
        Registry registry RegistryRow,
        Own own OwnRow,
        Attributes attributes AttributeRow,
        Events events EventRow,
        Runs runs RunRow,
        Params params ParamRow,
        ;
        Nodes nodes NodeRows,
        Edges edges EdgeRows,
        }
    };
}
pub(super) use all_tables;

all_tables!(tables);
