//! Columns of a table under construction: what each type of value becomes, and what each column means.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, BooleanArray, Float32Array, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array,
};
use arrow_schema::ArrowError;
use arrow_schema::{Field, Schema};

use super::schema::{Column, Kind};

/// Columns under construction.
#[derive(Default)]
pub(super) struct Columns {
    columns: Vec<Column>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    /// A whole number of 32 bits.
    pub(super) fn count32(self, name: &str, meaning: &'static str, values: impl Iterator<Item = u32>) -> Self {
        self.column(name, meaning, Kind::Count32, false, Arc::new(UInt32Array::from_iter_values(values)))
    }

    /// A whole number of 64 bits.
    pub(super) fn count64(self, name: &str, meaning: &'static str, values: impl Iterator<Item = u64>) -> Self {
        self.column(name, meaning, Kind::Count64, false, Arc::new(UInt64Array::from_iter_values(values)))
    }

    /// A name that there always is.
    pub(super) fn name<'a>(self, name: &str, meaning: &'static str, values: impl Iterator<Item = &'a str>) -> Self {
        self.column(name, meaning, Kind::Name, false, Arc::new(StringArray::from_iter_values(values)))
    }

    /// A name that there may be.
    pub(super) fn optional_name(self, name: &str, meaning: &'static str, names: ArrayRef) -> Self {
        self.column(name, meaning, Kind::Name, true, names)
    }

    /// Yes or no.
    pub(super) fn flag(self, name: &str, meaning: &'static str, values: impl Iterator<Item = bool>) -> Self {
        self.column(name, meaning, Kind::Flag, false, Arc::new(values.map(Some).collect::<BooleanArray>()))
    }

    /// A measure that there always is: whoever hands it over sees to it that it is finite.
    pub(super) fn number(self, name: &str, meaning: &'static str, values: impl Iterator<Item = f64>) -> Self {
        self.column(name, meaning, Kind::Measure, false, Arc::new(Float64Array::from_iter_values(values)))
    }

    /// A measure, null where it is not finite.
    pub(super) fn measure(self, name: &str, meaning: &'static str, values: impl Iterator<Item = f64>) -> Self {
        let values: Float64Array = values.map(|value| value.is_finite().then_some(value)).collect();
        self.column(name, meaning, Kind::Measure, true, Arc::new(values))
    }

    /// An attribute of a node.
    pub(super) fn value(self, name: &str, meaning: &'static str, values: impl Iterator<Item = f32>) -> Self {
        self.column(name, meaning, Kind::Value, false, Arc::new(Float32Array::from_iter_values(values)))
    }

    fn column(mut self, name: &str, meaning: &'static str, kind: Kind, is_nullable: bool, array: ArrayRef) -> Self {
        self.columns.push(Column { name: name.to_owned(), kind, is_nullable, meaning });
        self.arrays.push(array);
        self
    }

    /// What the columns are.
    pub(super) fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The table.
    pub(super) fn batch(self) -> Result<RecordBatch, ArrowError> {
        let field = |(column, array): (&Column, &ArrayRef)| {
            Field::new(&column.name, array.data_type().clone(), column.is_nullable)
        };
        let fields: Vec<Field> = self.columns.iter().zip(&self.arrays).map(field).collect();
        RecordBatch::try_new(Arc::new(Schema::new(fields)), self.arrays)
    }
}
