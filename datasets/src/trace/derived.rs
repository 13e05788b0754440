//! Tables that were derived from the tables of a sweep, as single Parquet files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};

use super::Error;
use super::columns::Columns;
use super::file::TableFile;
use super::meta::schema_version;
use super::read::{Column, Values};
use super::staging::sync_directory;

/// Writes tables, each by its name, into a directory that is not there yet.
pub(super) fn write(folder: &Path, tables: &[(&str, Vec<Column>)]) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    for (name, columns) in tables {
        let path = folder.join(format!("{name}.parquet"));
        let batch = batch(columns).map_err(|error| Error::parquet("write", &path)(error.into()))?;
        let mut file = TableFile::at(path, batch.schema(), vec![schema_version()])?;
        file.write(&batch)?;
        file.close()?;
    }
    sync_directory(folder)
}

/// Columns as they are; a name is null where there is none, a measure where it is no number.
fn batch(columns: &[Column]) -> Result<RecordBatch, arrow::error::ArrowError> {
    debug_assert!(columns.iter().map(|column| column.values.len()).collect::<BTreeSet<_>>().len() <= 1);
    let column = |all: Columns, Column { name, values }: &Column| match values {
        Values::Counts(counts) => all.column(name, false, Arc::new(UInt64Array::from(counts.clone()))),
        Values::Measures(measures) => {
            let finite = measures.iter().map(|value| value.filter(|value| value.is_finite()));
            all.column(name, true, Arc::new(finite.collect::<Float64Array>()))
        }
        Values::Names(names) => {
            let nullable = names.iter().any(Option::is_none);
            all.column(name, nullable, Arc::new(names.iter().collect::<StringArray>()))
        }
        Values::Flags(flags) => all.column(name, false, Arc::new(BooleanArray::from(flags.clone()))),
    };
    columns.iter().fold(Columns::default(), column).batch()
}
