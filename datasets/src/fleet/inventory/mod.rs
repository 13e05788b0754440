//! Inventories: tables of real nodes in csv, csv.gz or parquet.

use std::env;
use std::path::{Path, PathBuf};

/// The values of an inventory.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// One column per attribute of the fleet, in its unit.
    pub columns: Vec<Vec<f32>>,
    /// Number of rows: the length of every column, at least 1.
    pub rows: usize,
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
        [
            (".csv", Self::Csv),
            (".csv.gz", Self::CsvGz),
            (".parquet", Self::Parquet),
        ]
        .into_iter()
        .find(|(extension, _)| name.ends_with(extension))
        .map(|(_, format)| format)
    }
}

/// The folder for which `$SUBCLOUD_DATA/` stands: the environment variable, or `../shared/data`.
pub(crate) fn data_folder() -> PathBuf {
    env::var_os("SUBCLOUD_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from)
}
