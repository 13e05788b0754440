//! A table as it is: its columns by name, whatever they are.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float32Type, Float64Type, UInt32Type, UInt64Type};
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;

use super::files::Batches;
use crate::trace::Error;

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values, one a row.
    pub values: Values,
}

/// The values of a column, by their kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Counts, cycles and other whole numbers; `None` where there is none.
    Counts(Vec<Option<u64>>),
    /// Measures; `None` where there was nothing to measure.
    Measures(Vec<Option<f64>>),
    /// Names and other texts; `None` where there is none.
    Names(Vec<Option<String>>),
    /// Yes or no.
    Flags(Vec<bool>),
}

impl Values {
    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Counts(values) => values.len(),
            Values::Measures(values) => values.len(),
            Values::Names(values) => values.len(),
            Values::Flags(values) => values.len(),
        }
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts other values of the same kind behind these; `false` if they are of another kind.
    fn append(&mut self, more: Values) -> bool {
        match (self, more) {
            (Values::Counts(all), Values::Counts(more)) => all.extend(more),
            (Values::Measures(all), Values::Measures(more)) => all.extend(more),
            (Values::Names(all), Values::Names(more)) => all.extend(more),
            (Values::Flags(all), Values::Flags(more)) => all.extend(more),
            _ => return false,
        }
        true
    }
}

/// A table part by part, in the order of the files; none if the table was not written.
pub struct Parts {
    batches: Batches,
}

impl Parts {
    pub(super) fn of(batches: Batches) -> Self {
        Parts { batches }
    }
}

impl Iterator for Parts {
    type Item = Result<Vec<Column>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.batches.next()?;
        let mut columns = Vec::new();
        Some(batch.and_then(|(path, batch)| append(&mut columns, &path, &batch)).map(|()| columns))
    }
}

/// Puts the rows of a batch behind those that have been read.
pub(super) fn append(all: &mut Vec<Column>, path: &Path, batch: &RecordBatch) -> Result<(), Error> {
    for (number, field) in batch.schema().fields().iter().enumerate() {
        let fits = values(batch.column(number)).is_some_and(|values| {
            if let Some(column) = all.get_mut(number) {
                return column.values.append(values);
            }
            all.push(Column { name: field.name().clone(), values });
            true
        });
        if !fits {
            let (path, column, found) = (path.to_owned(), field.name().clone(), field.data_type().to_string());
            return Err(Error::Column { path, column, found, expected: "of one kind that a trace has" });
        }
    }
    Ok(())
}

/// The values of an array; `None` if a trace has none of its type.
fn values(array: &dyn Array) -> Option<Values> {
    Some(match array.data_type() {
        DataType::UInt32 => {
            Values::Counts(array.as_primitive::<UInt32Type>().iter().map(|count| count.map(u64::from)).collect())
        }
        DataType::UInt64 => Values::Counts(array.as_primitive::<UInt64Type>().iter().collect()),
        DataType::Float32 => {
            Values::Measures(array.as_primitive::<Float32Type>().iter().map(|value| value.map(f64::from)).collect())
        }
        DataType::Float64 => Values::Measures(array.as_primitive::<Float64Type>().iter().collect()),
        DataType::Utf8 => Values::Names(array.as_string::<i32>().iter().map(|name| name.map(str::to_owned)).collect()),
        DataType::Boolean => Values::Flags(array.as_boolean().iter().map(|flag| flag == Some(true)).collect()),
        _ => return None,
    })
}
