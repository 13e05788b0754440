//! Tables that were derived from the tables of a sweep, as single Parquet files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt64Array};

use super::Error;
use super::file::TableFile;
use super::meta::schema_version;
use super::publishing::hidden::sync;
use super::read::{Column, Values};

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
    sync(folder)
}

/// Columns as they are; a name or a count is null where there is none, a measure where it is no number.
fn batch(columns: &[Column]) -> Result<RecordBatch, arrow_schema::ArrowError> {
    debug_assert!(columns.iter().map(|column| column.values.len()).collect::<BTreeSet<_>>().len() <= 1);
    let column = |Column { name, values }: &Column| {
        let (array, is_nullable): (ArrayRef, bool) = match values {
            Values::Counts(counts) => (Arc::new(UInt64Array::from(counts.clone())), counts.iter().any(Option::is_none)),
            Values::Measures(measures) => {
                let finite = measures.iter().map(|value| value.filter(|value| value.is_finite()));
                (Arc::new(finite.collect::<Float64Array>()), true)
            }
            Values::Names(names) => {
                (Arc::new(names.iter().collect::<StringArray>()), names.iter().any(Option::is_none))
            }
            Values::Flags(flags) => (Arc::new(BooleanArray::from(flags.clone())), false),
        };
        (name.clone(), array, is_nullable)
    };
    RecordBatch::try_from_iter_with_nullable(columns.iter().map(column))
}
