//! Tables of real nodes, and of when they were up, in csv, csv.gz or parquet.
//!
//! Every cell of a column that is asked for must be there: one that is empty, no number or not finite is an error that
//! names its row and column, since what to put in its place is for the owner of the data to say.

mod delimited;
mod ids;
mod parquet;

use std::env;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;

use crate::error::{Error, Kind};
pub(super) use ids::Ids;

/// Columns of a table at rest, and the keys of the scenario that name them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub path: &'a Path,
    pub columns: &'a [Asked<'a>],
    /// The key that names the file.
    pub file_key: &'static str,
    /// Where the scenario names the columns.
    pub named_in: &'static str,
}

/// A column that is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub name: &'a str,
    pub content: Content,
}

/// What the cells of a column are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// Finite numbers.
    Numbers {
        /// They are multiplied by this.
        scale: f64,
        /// The largest that can be kept.
        largest: f64,
    },
    /// Names of hosts. A name is kept as it is written: `7` and `007` are two names, and so are `1e3` and `1000`.
    Ids,
}

/// A column that has been read.
#[derive(Debug)]
pub(super) enum Column {
    Numbers(Vec<f64>),
    Ids(Ids),
}

impl Content {
    /// A column without rows.
    fn column(self) -> Column {
        match self {
            Self::Numbers { .. } => Column::Numbers(Vec::new()),
            Self::Ids => Column::Ids(Ids::default()),
        }
    }

    /// A number in the unit that is asked for, if it can be kept.
    fn scaled(self, value: f64) -> Option<f64> {
        let Self::Numbers { scale, largest } = self else { return None };
        Some(value * scale).filter(|scaled| scaled.abs() <= largest)
    }

    /// What is expected of a cell.
    fn expected(self) -> &'static str {
        match self {
            Self::Numbers { .. } => "a finite number",
            Self::Ids => "the id of a host",
        }
    }
}

impl Column {
    /// Rows that have been read.
    fn rows(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Ids(ids) => ids.rows.len(),
        }
    }

    /// The numbers; none if ids were asked for.
    pub fn numbers(self) -> Vec<f64> {
        match self {
            Self::Numbers(values) => values,
            Self::Ids(_) => Vec::new(),
        }
    }

    /// The ids; none if numbers were asked for.
    pub fn ids(self) -> Ids {
        match self {
            Self::Numbers(_) => Ids::default(),
            Self::Ids(ids) => ids,
        }
    }
}

impl Wanted<'_> {
    /// Reads the columns. Takes 8 bytes a number, 4 an id, and the text of each different id once.
    pub fn read(&self) -> Result<Vec<Column>, Error> {
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
        match columns.first().map_or(0, Column::rows) {
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
        let place = |wanted: &Asked<'_>| {
            let mut found = (0..there.len()).filter(|index| there[*index] == wanted.name);
            match (found.next(), found.next()) {
                (Some(index), None) => Ok(index),
                (Some(_), Some(_)) => Err(self
                    .wrong(format!("two columns are named `{}`", wanted.name))
                    .keyed(wanted.name)
                    .helped("rename one of them")),
                (None, _) => Err(self
                    .wrong(format!("there is no column `{}`; the columns are: {}", wanted.name, there.join(", ")))
                    .keyed(wanted.name)
                    .helped(format!("name one of them as {} of the scenario", self.named_in))),
            }
        };
        self.columns.iter().map(place).collect()
    }

    /// The refusal of a cell; `row` counts from 1, after the header.
    fn bad_cell(&self, column: &Asked<'_>, row: usize, found: &str) -> Error {
        let found = match found.trim() {
            "" => "is empty".to_owned(),
            value => format!("is \"{value}\""),
        };
        let expected = column.content.expected();
        self.wrong(format!("row {row}, column `{}` {found}, expected {expected}", column.name))
            .keyed(column.name)
            .helped("put the right one in, or remove the row")
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
