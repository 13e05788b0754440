//! The columns of a file by their names: members of structs by dotted ones.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::basic::Type;
use parquet::schema::types::SchemaDescriptor;

use super::super::{Asked, Wanted};
use super::types;
use crate::error::Error;

/// A column that is no struct.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Its name; that of a member of a struct is dotted.
    name: String,
    /// The names from the struct at the root down to it.
    path: Vec<String>,
    /// Which column of the file it is, or the first of them if it is a list or a map.
    pub leaf: usize,
    pub data_type: DataType,
}

impl Found {
    /// Its cells in a batch. Where a struct is null, so are its members.
    pub fn of(&self, batch: &RecordBatch) -> Option<ArrayRef> {
        let (root, members) = self.path.split_first()?;
        members.iter().try_fold(batch.column_by_name(root)?.clone(), |array, name| {
            let (fields, members) = array.as_struct_opt()?.flatten();
            members.get(fields.find(name)?.0).cloned()
        })
    }
}

/// The columns that are asked for.
pub(super) fn columns(wanted: &Wanted<'_>, fields: &Fields) -> Result<Vec<Found>, Error> {
    let mut all = Vec::new();
    fields.iter().fold(0, |leaf, field| list(field, &[], leaf, &mut all));
    // A plain column whose name holds a dot comes before the member of a struct of the same dotted name.
    let plain: Vec<String> =
        all.iter().filter(|column| column.path.len() == 1).map(|column| column.name.clone()).collect();
    all.retain(|column| column.path.len() == 1 || !plain.contains(&column.name));
    wanted.columns.iter().try_for_each(|asked| must_be_a_leaf(wanted, asked, &all))?;
    let there: Vec<String> = all.iter().map(|column| column.name.clone()).collect();
    let places = wanted.places(&there)?;
    Ok(places.into_iter().filter_map(|place| all.get(place).cloned()).collect())
}

/// Lists a field, or what is in it if it is a struct. `leaf` is the number of its first column; returns that of the
/// next field.
fn list(field: &Field, above: &[String], leaf: usize, all: &mut Vec<Found>) -> usize {
    let path = [above, &[field.name().clone()]].concat();
    if let DataType::Struct(members) = field.data_type() {
        return members.iter().fold(leaf, |leaf, member| list(member, &path, leaf, all));
    }
    all.push(Found { name: path.join("."), path, leaf, data_type: field.data_type().clone() });
    leaf + leaves_count(field.data_type())
}

/// How many columns of the file a field is.
fn leaves_count(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(members) => members.iter().map(|member| leaves_count(member.data_type())).sum(),
        DataType::List(inner)
        | DataType::LargeList(inner)
        | DataType::ListView(inner)
        | DataType::LargeListView(inner)
        | DataType::FixedSizeList(inner, _)
        | DataType::Map(inner, _) => leaves_count(inner.data_type()),
        _ => 1,
    }
}

/// What is asked for is not a whole struct, and does not lie inside a list or a map.
fn must_be_a_leaf(wanted: &Wanted<'_>, asked: &Asked<'_>, all: &[Found]) -> Result<(), Error> {
    if all.iter().any(|column| column.name == asked.name) {
        return Ok(());
    }
    let below = |column: &Found| {
        column.path.len() > 1 && column.name.strip_prefix(asked.name).is_some_and(|rest| rest.starts_with('.'))
    };
    let members: Vec<&Found> = all.iter().filter(|column| below(column)).collect();
    if let Some(first) = members.first() {
        let names: Vec<&str> = members.iter().map(|member| &member.name[asked.name.len() + 1..]).collect();
        return Err(wanted
            .wrong(format!("column `{}` is a struct with the members {}", asked.name, names.join(", ")))
            .keyed(asked.name)
            .helped(format!("name one of them as `{}`", first.name)));
    }
    let inside = |column: &&Found| {
        let is_below = asked.name.strip_prefix(&*column.name).is_some_and(|rest| rest.starts_with('.'));
        is_below && column.data_type.is_nested()
    };
    all.iter().find(inside).map_or(Ok(()), |outer| {
        let (name, kind) = (&outer.name, types::named(&outer.data_type));
        Err(wanted
            .wrong(format!("`{}` would lie inside column `{name}`, which is {kind}", asked.name))
            .keyed(asked.name)
            .helped("name a column with one value a row: write the item that counts, or their sum, as one"))
    })
}

/// The schema with types that can be decoded as they are: values for dictionaries, which pandas writes of categories;
/// microseconds for the moments of old Spark in 96 bits, since nanoseconds end with the year 2262. `None` if it is so
/// already.
pub(super) fn plain_schema(found: &ArrowReaderMetadata) -> Option<SchemaRef> {
    let schema = found.schema();
    let mut leaf = 0;
    let fields: Fields =
        schema.fields().iter().map(|field| plain_field(field, found.parquet_schema(), &mut leaf)).collect();
    (fields != *schema.fields()).then(|| Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())))
}

/// A field with a plain type. `leaf` is the number of its first column; it is moved to that of the next field.
fn plain_field(field: &FieldRef, descriptor: &SchemaDescriptor, leaf: &mut usize) -> FieldRef {
    let plain = match field.data_type() {
        DataType::Struct(members) => {
            DataType::Struct(members.iter().map(|member| plain_field(member, descriptor, leaf)).collect())
        }
        other => {
            let is_96_bits = descriptor.columns().get(*leaf).is_some_and(|it| it.physical_type() == Type::INT96);
            *leaf += leaves_count(other);
            match other {
                DataType::Dictionary(_, value) => (**value).clone(),
                DataType::Timestamp(_, zone) if is_96_bits => DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
                other => other.clone(),
            }
        }
    };
    if plain == *field.data_type() { field.clone() } else { Arc::new(field.as_ref().clone().with_data_type(plain)) }
}
