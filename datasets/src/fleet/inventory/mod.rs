//! Inventories: tables of real nodes in csv, csv.gz or parquet.
//!
//! Every row is a node, every number must be there: a cell that is empty, no number or not finite is an error that
//! names its row and column, since what to put in its place is for the owner of the data to say.

mod delimited;
mod parquet;

use std::env;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Kind};
use crate::scenario::{Inventory, InventoryColumn};

/// The values of an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One column per attribute of the fleet, in its unit.
    pub columns: Vec<Vec<f32>>,
    /// Number of rows: the length of every column, at least 1.
    pub rows: usize,
}

/// Columns of a table at rest, and the keys of the scenario that name them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub path: &'a Path,
    pub columns: &'a [InventoryColumn],
    /// The key that names the file.
    pub file_key: &'static str,
    /// Where the scenario names the columns.
    pub named_in: &'static str,
    /// The largest value that can be kept.
    pub largest: f64,
}

impl Inventory {
    /// Reads the columns that the scenario names, and scales them. Takes 4 bytes a value.
    ///
    /// # Errors
    ///
    /// What is wrong with the file: it cannot be read or is cut short, a column is missing, a row has too few cells, or
    /// a cell is empty, not a number, or not finite as a 32-bit float.
    pub fn read(&self) -> Result<Table, Error> {
        let wanted = Wanted {
            path: &self.path,
            columns: &self.columns,
            file_key: "fleet.file",
            named_in: "`column` in [fleet.attributes]",
            // The values are kept as 32-bit floats; what rounds to their largest is still one.
            largest: f64::from(f32::MAX),
        };
        let columns = wanted.read()?;
        let rows = columns.first().map_or(0, Vec::len);
        let narrow = |values: &Vec<f64>| values.iter().map(|&value| value as f32).collect();
        Ok(Table { columns: columns.iter().map(narrow).collect(), rows })
    }
}

impl Wanted<'_> {
    /// Reads the columns, and scales them. Takes 8 bytes a value.
    pub fn read(&self) -> Result<Vec<Vec<f64>>, Error> {
        let format = Format::of(self.path).ok_or_else(|| {
            Error::new(Kind::Unreadable, self.path, "a table is a csv, csv.gz or parquet file")
                .helped("convert it, or give it its usual extension")
        })?;
        let file = File::open(self.path).map_err(|cause| {
            Error::new(Kind::Unreadable, self.path, format!("cannot read the table: {cause}"))
                .helped(format!("check `{}` in the scenario, and that the file may be read", self.file_key))
                .caused_by(cause)
        })?;
        let columns = match format {
            Format::Csv => delimited::read(self, BufReader::new(file))?,
            Format::CsvGz => delimited::read(self, MultiGzDecoder::new(BufReader::new(file)))?,
            Format::Parquet => parquet::read(self, file)?,
        };
        match columns.first().map_or(0, Vec::len) {
            0 => Err(self.wrong("the table has no rows").helped("give at least one")),
            _ => Ok(columns),
        }
    }

    /// What is wrong with the table.
    pub fn wrong(&self, message: impl Into<String>) -> Error {
        Error::new(Kind::Data, self.path, message)
    }

    /// The place of each wanted column among those there are.
    fn places(&self, there: &[String]) -> Result<Vec<usize>, Error> {
        let place = |wanted: &InventoryColumn| {
            let mut found = (0..there.len()).filter(|index| there[*index] == wanted.column);
            match (found.next(), found.next()) {
                (Some(index), None) => Ok(index),
                (Some(_), Some(_)) => Err(self
                    .wrong(format!("two columns are named `{}`", wanted.column))
                    .keyed(wanted.column.as_str())
                    .helped("rename one of them")),
                (None, _) => Err(self
                    .wrong(format!("there is no column `{}`; the columns are: {}", wanted.column, there.join(", ")))
                    .keyed(wanted.column.as_str())
                    .helped(format!("name one of them as {} of the scenario", self.named_in))),
            }
        };
        self.columns.iter().map(place).collect()
    }

    /// A value in the attribute's unit, if it is finite.
    fn scaled(&self, column: &InventoryColumn, value: f64) -> Option<f64> {
        let scaled = value * column.scale;
        (scaled.abs() <= self.largest).then_some(scaled)
    }

    /// The refusal of a cell; `row` counts from 1, after the header.
    fn bad_cell(&self, column: &InventoryColumn, row: usize, found: &str) -> Error {
        let found = match found.trim() {
            "" => "is empty".to_owned(),
            value => format!("is \"{value}\""),
        };
        self.wrong(format!("row {row}, column `{}` {found}, expected a finite number", column.column))
            .keyed(column.column.as_str())
            .helped("put the right number in, or remove the row")
    }
}

/// How an inventory is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    CsvGz,
    Parquet,
}

impl Format {
    /// By the name of the file.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        [(".csv", Self::Csv), (".csv.gz", Self::CsvGz), (".parquet", Self::Parquet)]
            .into_iter()
            .find(|(extension, _)| name.ends_with(extension))
            .map(|(_, format)| format)
    }
}

/// The folder for which `$SUBCLOUD_DATA/` stands: the environment variable, or `../shared/data`.
pub(crate) fn data_folder() -> PathBuf {
    env::var_os("SUBCLOUD_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from)
}
