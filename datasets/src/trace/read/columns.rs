//! The columns of a batch by name and type.

use std::path::Path;

use arrow_array::{
    Array, BooleanArray, Float32Array, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array,
};

use crate::trace::Error;

/// A batch of a file, and the file's name for messages.
pub(super) struct Columns<'a> {
    pub(super) path: &'a Path,
    pub(super) batch: &'a RecordBatch,
}

impl Columns<'_> {
    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    pub(super) fn counts32(&self, name: &str) -> Result<&[u32], Error> {
        Ok(self.without_nulls::<UInt32Array>(name, "UInt32 without nulls")?.values())
    }

    pub(super) fn counts64(&self, name: &str) -> Result<&[u64], Error> {
        Ok(self.without_nulls::<UInt64Array>(name, "UInt64 without nulls")?.values())
    }

    pub(super) fn names(&self, name: &str) -> Result<&StringArray, Error> {
        self.without_nulls(name, "Utf8 without nulls")
    }

    pub(super) fn optional_names(&self, name: &str) -> Result<&StringArray, Error> {
        self.typed(name, "Utf8")
    }

    pub(super) fn flags(&self, name: &str) -> Result<&BooleanArray, Error> {
        self.without_nulls(name, "Boolean without nulls")
    }

    pub(super) fn values(&self, name: &str) -> Result<&[f32], Error> {
        Ok(self.without_nulls::<Float32Array>(name, "Float32 without nulls")?.values())
    }

    /// The measures of a column; `None` where there was nothing to measure.
    pub(super) fn optional_measures(&self, name: &str) -> Result<Vec<Option<f64>>, Error> {
        Ok(self.typed::<Float64Array>(name, "Float64")?.iter().collect())
    }

    /// The measures of a column; `NaN` where there was nothing to measure.
    pub(super) fn measures(&self, name: &str) -> Result<Vec<f64>, Error> {
        Ok(self.typed::<Float64Array>(name, "Float64")?.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }

    fn without_nulls<A: Array + 'static>(&self, name: &str, expected: &'static str) -> Result<&A, Error> {
        let array = self.typed::<A>(name, expected)?;
        if array.null_count() > 0 {
            return Err(self.unexpected(name, "one with nulls".to_owned(), expected));
        }
        Ok(array)
    }

    fn typed<A: Array + 'static>(&self, name: &str, expected: &'static str) -> Result<&A, Error> {
        let Some(array) = self.batch.column_by_name(name) else {
            return Err(self.unexpected(name, "missing".to_owned(), expected));
        };
        let found = || self.unexpected(name, array.data_type().to_string(), expected);
        array.as_any().downcast_ref::<A>().ok_or_else(found)
    }

    pub(super) fn unexpected(&self, column: &str, found: String, expected: &'static str) -> Error {
        Error::Column { path: self.path.to_owned(), column: column.to_owned(), found, expected }
    }
}
