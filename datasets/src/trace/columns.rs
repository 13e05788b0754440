//! Columns of a table under construction: what each type of value becomes.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;

/// Columns under construction.
#[derive(Default)]
pub(super) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    pub(super) fn column(mut self, name: &str, nullable: bool, array: ArrayRef) -> Self {
        self.fields.push(Field::new(name, array.data_type().clone(), nullable));
        self.arrays.push(array);
        self
    }

    pub(super) fn count32(self, name: &str, values: impl Iterator<Item = u32>) -> Self {
        self.column(name, false, Arc::new(UInt32Array::from_iter_values(values)))
    }

    pub(super) fn count64(self, name: &str, values: impl Iterator<Item = u64>) -> Self {
        self.column(name, false, Arc::new(UInt64Array::from_iter_values(values)))
    }

    pub(super) fn name<'a>(self, name: &str, values: impl Iterator<Item = &'a str>) -> Self {
        self.column(name, false, Arc::new(StringArray::from_iter_values(values)))
    }

    pub(super) fn flag(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        self.column(name, false, Arc::new(values.map(Some).collect::<BooleanArray>()))
    }

    pub(super) fn measure(self, name: &str, values: impl Iterator<Item = f64>) -> Self {
        let values: Float64Array = values.map(|value| value.is_finite().then_some(value)).collect();
        self.column(name, true, Arc::new(values))
    }

    pub(super) fn batch(self) -> Result<RecordBatch, ArrowError> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
    }
}
