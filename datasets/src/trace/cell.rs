//! What a field of a row becomes: a column, its type, and back.
//!
//! | field | column |
//! |---|---|
//! | `u32`, `u64`, `f32`, `bool`, `String` | of that type, without nulls |
//! | `Option` of these, `Option<f64>` | null where the field is `None` |
//! | `f64` | null where the field is `NaN` or infinite, as an empty sum, minimum or maximum leaves it |
//! | `f64 as Finite` | without nulls: whoever hands the row over sees to it that the field is finite |
//! | `Vec<Option<f64>>` named `mean_attributes` | `mean_<attribute>` for each attribute of the fleet |
//!
//! So no reader meets a `NaN`.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{
    Array, ArrayRef, BooleanArray, DictionaryArray, Float32Array, Float64Array, RecordBatch, StringArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::{Field, Schema};

use super::{Error, Meta};

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The kind of its values.
    pub kind: Kind,
    /// Whether there may be nulls.
    pub is_nullable: bool,
    /// What it says, and in which unit.
    pub meaning: &'static str,
}

/// The kind of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Count32,
    /// A whole number that may be large.
    Count64,
    /// A measure.
    Measure,
    /// An attribute of a node.
    Value,
    /// A text.
    Name,
    /// Yes or no.
    Flag,
}

impl Kind {
    /// The name of the type in Parquet files, as Arrow and its readers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Count32 => "uint32",
            Kind::Count64 => "uint64",
            Kind::Measure => "double",
            Kind::Value => "float",
            Kind::Name => "string",
            Kind::Flag => "bool",
        }
    }
}

/// Columns under construction.
pub struct Columns<'a> {
    fleet: &'a [String],
    declared: Vec<Column>,
    arrays: Vec<ArrayRef>,
}

impl<'a> Columns<'a> {
    /// No columns yet, of a trace of a fleet with these attributes.
    pub fn new(fleet: &'a [String]) -> Self {
        Self { fleet, declared: Vec::new(), arrays: Vec::new() }
    }

    /// The attributes of the fleet.
    pub fn fleet(&self) -> &'a [String] {
        self.fleet
    }

    /// Adds a column. A meaning is the comment of a field, line by line.
    pub fn push(&mut self, name: &str, meaning: &'static str, kind: Kind, is_nullable: bool, array: ArrayRef) {
        self.declared.push(Column { name: name.to_owned(), kind, is_nullable, meaning: meaning.trim_start() });
        self.arrays.push(array);
    }

    /// Adds a column of names that stand as numbers: each is an index into `names`.
    pub fn push_numbered(&mut self, name: &str, meaning: &'static str, numbers: &[Option<u32>], names: &ArrayRef) {
        let numbers: UInt32Array = numbers.iter().copied().collect();
        let array = Arc::new(DictionaryArray::<UInt32Type>::new(numbers, Arc::clone(names)));
        self.push(name, meaning, Kind::Name, true, array);
    }

    fn add<T: Scalar>(
        &mut self,
        name: &str,
        meaning: &'static str,
        nulls: bool,
        cells: impl Iterator<Item = Option<T>>,
    ) {
        self.push(name, meaning, T::KIND, nulls, Arc::new(cells.collect::<T::Array>()));
    }

    /// What the columns are.
    pub fn into_columns(self) -> Vec<Column> {
        self.declared
    }

    /// The table, which is to be written to a file at `path` or below.
    pub fn batch(self, path: &Path) -> Result<RecordBatch, Error> {
        let field = |(column, array): (&Column, &ArrayRef)| {
            Field::new(&column.name, array.data_type().clone(), column.is_nullable)
        };
        let fields: Vec<Field> = self.declared.iter().zip(&self.arrays).map(field).collect();
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), self.arrays);
        batch.map_err(|error| Error::parquet("write", path)(error.into()))
    }
}

/// A batch of a file that is read back.
pub struct Batch<'a> {
    /// The file, for messages.
    pub path: &'a Path,
    /// Whose trace it is.
    pub meta: &'a Meta,
    /// Its columns.
    pub columns: &'a RecordBatch,
}

impl Batch<'_> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.columns.num_rows()
    }

    /// The cells of a column that may have nulls.
    pub fn cells<T: Scalar>(&self, name: &str) -> Result<Vec<Option<T>>, Error> {
        let expected = T::KIND.name();
        let Some(array) = self.columns.column_by_name(name) else {
            return Err(self.unexpected(name, "missing".to_owned(), expected));
        };
        let typed = array.as_any().downcast_ref::<T::Array>();
        let typed = typed.ok_or_else(|| self.unexpected(name, array.data_type().to_string(), expected))?;
        Ok(T::cells(typed))
    }

    /// The cells of a column without nulls.
    pub fn whole<T: Scalar>(&self, name: &str) -> Result<Vec<T>, Error> {
        let cells = self.cells(name)?.into_iter().collect::<Option<Vec<T>>>();
        cells.ok_or_else(|| self.unexpected(name, "one with nulls".to_owned(), T::KIND.name()))
    }

    /// The cells of a column of applications, as indices into those of the trace.
    pub fn app_numbers(&self, column: &str) -> Result<Vec<Option<u32>>, Error> {
        let index: BTreeMap<&str, u32> = self.meta.apps.iter().map(String::as_str).zip(0..).collect();
        let unknown = |name: &str| self.unexpected(column, format!("`{name}`"), "an application of the suite");
        let number = |name: &Option<String>| {
            let name = name.as_deref();
            name.map(|name| index.get(name).copied().ok_or_else(|| unknown(name))).transpose()
        };
        self.cells::<String>(column)?.iter().map(number).collect()
    }

    /// The error that something else was found in a column.
    pub fn unexpected(&self, column: &str, found: String, expected: &'static str) -> Error {
        Error::Column { path: self.path.to_owned(), column: column.to_owned(), found, expected }
    }
}

/// A type of single values.
pub trait Scalar: Clone {
    /// The array of such values.
    type Array: Array + FromIterator<Option<Self>> + 'static;
    /// What a reader of the schema is told.
    const KIND: Kind;

    /// The values of an array.
    fn cells(array: &Self::Array) -> Vec<Option<Self>>;
}

macro_rules! scalars {
    ($($type:ty: $kind:ident in $array:ty,)+) => {$(
        impl Scalar for $type {
            type Array = $array;
            const KIND: Kind = Kind::$kind;

            fn cells(array: &$array) -> Vec<Option<$type>> {
                array.iter().map(|cell| cell.map(Into::into)).collect()
            }
        }
    )+};
}

scalars! {
    u32: Count32 in UInt32Array,
    u64: Count64 in UInt64Array,
    f32: Value in Float32Array,
    f64: Measure in Float64Array,
    bool: Flag in BooleanArray,
    String: Name in StringArray,
}

/// A type of fields of a row. One type may become columns of more than one form.
pub trait Cell<Form = Usual>: Sized {
    /// Adds the columns of a field.
    fn write<'a>(
        columns: &mut Columns,
        name: &str,
        meaning: &'static str,
        cells: impl Iterator<Item = &'a Self> + Clone,
    ) where
        Self: 'a;

    /// The field in each row of a batch.
    fn read(batch: &Batch, name: &str) -> Result<Vec<Self>, Error>;
}

/// The form that a type has unless a row says otherwise.
pub enum Usual {}

/// A number that is always finite.
pub enum Finite {}

macro_rules! without_nulls {
    ($($type:ty as $form:ty),+) => {$(
        impl Cell<$form> for $type {
            fn write<'a>(
                columns: &mut Columns,
                name: &str,
                meaning: &'static str,
                cells: impl Iterator<Item = &'a Self> + Clone,
            ) {
                columns.add(name, meaning, false, cells.cloned().map(Some));
            }

            fn read(batch: &Batch, name: &str) -> Result<Vec<Self>, Error> {
                batch.whole(name)
            }
        }
    )+};
}

without_nulls!(u32 as Usual, u64 as Usual, f32 as Usual, bool as Usual, String as Usual, f64 as Finite);

impl<T: Scalar> Cell for Option<T> {
    fn write<'a>(
        columns: &mut Columns,
        name: &str,
        meaning: &'static str,
        cells: impl Iterator<Item = &'a Self> + Clone,
    ) where
        T: 'a,
    {
        columns.add(name, meaning, true, cells.cloned());
    }

    fn read(batch: &Batch, name: &str) -> Result<Vec<Self>, Error> {
        batch.cells(name)
    }
}

impl Cell for f64 {
    fn write<'a>(
        columns: &mut Columns,
        name: &str,
        meaning: &'static str,
        cells: impl Iterator<Item = &'a Self> + Clone,
    ) {
        columns.add(name, meaning, true, cells.map(|&cell| cell.is_finite().then_some(cell)));
    }

    fn read(batch: &Batch, name: &str) -> Result<Vec<Self>, Error> {
        Ok(batch.cells(name)?.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())
    }
}

impl Cell for Vec<Option<f64>> {
    fn write<'a>(
        columns: &mut Columns,
        name: &str,
        meaning: &'static str,
        cells: impl Iterator<Item = &'a Self> + Clone,
    ) {
        for (k, attribute) in columns.fleet.iter().enumerate() {
            columns.add(&of_attribute(name, attribute), meaning, true, cells.clone().map(|cells| cells[k]));
        }
    }

    fn read(batch: &Batch, name: &str) -> Result<Vec<Self>, Error> {
        let each = batch.meta.attributes.iter().map(|attribute| batch.cells(&of_attribute(name, attribute)));
        let each = each.collect::<Result<Vec<_>, _>>()?;
        Ok((0..batch.len()).map(|row| each.iter().map(|cells| cells[row]).collect()).collect())
    }
}

/// `mean_availability` for `mean_attributes`.
fn of_attribute(name: &str, attribute: &str) -> String {
    name.replace("attributes", attribute)
}
