//! Tables in Parquet: any numeric columns, and ids as whole numbers, text or UUIDs.

use std::fmt::{Display, Write};
use std::fs::File;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Asked, Column, Content, Wanted};
use crate::error::Error;

pub(super) fn read(wanted: &Wanted<'_>, file: File) -> Result<Vec<Column>, Error> {
    let unsound = |cause: &dyn std::fmt::Display| {
        wanted
            .wrong(format!("not a sound Parquet file: {cause}"))
            .helped("it may be cut short or of another format: copy or write it again")
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| unsound(&cause))?;
    let there: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let places = wanted.places(&there)?;
    for (place, asked) in places.iter().zip(wanted.columns) {
        let found = builder.schema().field(*place).data_type();
        let is_fit = match asked.content {
            Content::Numbers { .. } | Content::Begins | Content::Ends { .. } => found.is_numeric(),
            Content::Ids => is_of_ids(found),
        };
        if !is_fit {
            let (expected, help) = match asked.content {
                Content::Numbers { .. } | Content::Begins | Content::Ends { .. } => {
                    ("numbers", "name a numeric column, or convert this one")
                }
                Content::Ids => ("ids of hosts", "name a column of whole numbers or text, or convert this one"),
            };
            return Err(wanted
                .wrong(format!("column `{}` is {found}, expected {expected}", asked.name))
                .keyed(asked.name)
                .helped(help));
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    let batches = builder.with_projection(mask).build().map_err(|cause| unsound(&cause))?;
    let mut columns: Vec<_> = wanted.columns.iter().map(|asked| asked.content.column()).collect();
    for batch in batches {
        let batch = batch.map_err(|cause| unsound(&cause))?;
        for (column, asked) in columns.iter_mut().zip(wanted.columns) {
            // The projection keeps the file's order of columns, so they are found by name.
            let found = batch.column_by_name(asked.name).ok_or_else(|| unsound(&"a column is gone"))?;
            take(column, asked, found).map_err(|cell| {
                let mut faults = super::Faults::default();
                faults.note(|| wanted.bad_cell(asked, column.rows() + 1, &cell.unwrap_or_else(|| "null".into())));
                faults.error(wanted.path, |_| None)
            })?;
        }
    }
    Ok(columns)
}

/// Puts the cells of an array into their column, up to the first that is not what is asked for, which it returns.
fn take(column: &mut Column, asked: &Asked<'_>, array: &dyn Array) -> Result<(), Option<String>> {
    match column {
        Column::Numbers(values) => numbers(array).into_iter().try_for_each(|number| {
            let value = number.and_then(|number| asked.content.scaled(number));
            value.map(|value| values.push(value)).ok_or_else(|| number.map(|number| number.to_string()))
        }),
        Column::Moments(moments) => numbers(array).into_iter().try_for_each(|number| match number {
            Some(number) => {
                moments.push(number, false);
                Ok(())
            }
            None => Err(None),
        }),
        Column::Ids(ids) => {
            let write_id = writer_of_ids(array);
            let mut text = String::new();
            (0..array.len()).try_for_each(|row| {
                text.clear();
                let is_exact = array.is_valid(row) && write_id(row, &mut text);
                if !is_exact || text.is_empty() {
                    return Err(array.is_valid(row).then(|| text.clone()));
                }
                ids.push(&text);
                Ok(())
            })
        }
    }
}

/// Whether cells of a type can name hosts.
fn is_of_ids(found: &DataType) -> bool {
    let is_text = matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let is_decimal = matches!(
        found,
        DataType::Decimal32(_, 0) | DataType::Decimal64(_, 0) | DataType::Decimal128(_, 0) | DataType::Decimal256(_, 0)
    );
    is_text || is_decimal || found.is_integer() || matches!(found, DataType::Float64 | DataType::FixedSizeBinary(16))
}

/// The numbers of an array whose type is numeric; `None` where it has a null.
fn numbers(array: &dyn Array) -> Vec<Option<f64>> {
    fn of<T: ArrowPrimitiveType>(array: &dyn Array, number: impl Fn(T::Native) -> f64) -> Vec<Option<f64>> {
        array.as_primitive::<T>().iter().map(|value| value.map(&number)).collect()
    }
    fn of_decimals<T: DecimalType>(array: &dyn Array) -> Vec<Option<f64>> {
        let decimals: &PrimitiveArray<T> = array.as_primitive();
        let number = |row| decimals.value_as_string(row).parse().unwrap_or(f64::NAN);
        (0..decimals.len()).map(|row| decimals.is_valid(row).then(|| number(row))).collect()
    }
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array, f64::from),
        DataType::Int16 => of::<Int16Type>(array, f64::from),
        DataType::Int32 => of::<Int32Type>(array, f64::from),
        DataType::Int64 => of::<Int64Type>(array, |value| value as f64),
        DataType::UInt8 => of::<UInt8Type>(array, f64::from),
        DataType::UInt16 => of::<UInt16Type>(array, f64::from),
        DataType::UInt32 => of::<UInt32Type>(array, f64::from),
        DataType::UInt64 => of::<UInt64Type>(array, |value| value as f64),
        DataType::Float16 => of::<Float16Type>(array, f64::from),
        DataType::Float32 => of::<Float32Type>(array, f64::from),
        DataType::Float64 => of::<Float64Type>(array, |value| value),
        DataType::Decimal32(..) => of_decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => of_decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => of_decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => of_decimals::<Decimal256Type>(array),
        other => unreachable!("{other} is not numeric"),
    }
}

/// The largest number up to which all whole numbers are floats of 64 bits.
const WHOLE: f64 = (1_u64 << 53) as f64;

/// Appends the id in a row to a text, and says whether it is the one that was meant.
type WriteId<'a> = Box<dyn Fn(usize, &mut String) -> bool + 'a>;

/// Writes ids of an array of a fit type: whole numbers in decimal digits, UUIDs (sixteen bytes) in groups of small
/// letters. Numbers with fractions, and those so large that their last digits are lost, are not what was meant.
fn writer_of_ids(array: &dyn Array) -> WriteId<'_> {
    fn whole<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> WriteId<'_> {
        let array = array.as_primitive::<T>();
        Box::new(|row, text| write!(text, "{}", array.value(row)).is_ok())
    }
    fn decimals<T: DecimalType>(array: &dyn Array) -> WriteId<'_> {
        let array: &PrimitiveArray<T> = array.as_primitive();
        Box::new(|row, text| write!(text, "{}", array.value_as_string(row)).is_ok())
    }
    fn texts<'a>(value: impl Fn(usize) -> &'a str + 'a) -> WriteId<'a> {
        Box::new(move |row, text| write!(text, "{}", value(row).trim()).is_ok())
    }
    match array.data_type() {
        DataType::Int8 => whole::<Int8Type>(array),
        DataType::Int16 => whole::<Int16Type>(array),
        DataType::Int32 => whole::<Int32Type>(array),
        DataType::Int64 => whole::<Int64Type>(array),
        DataType::UInt8 => whole::<UInt8Type>(array),
        DataType::UInt16 => whole::<UInt16Type>(array),
        DataType::UInt32 => whole::<UInt32Type>(array),
        DataType::UInt64 => whole::<UInt64Type>(array),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        DataType::Utf8 => texts(|row| array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => texts(|row| array.as_string::<i64>().value(row)),
        DataType::Utf8View => texts(|row| array.as_string_view().value(row)),
        DataType::Float64 => Box::new(|row, text| {
            let number = array.as_primitive::<Float64Type>().value(row);
            write!(text, "{number}").is_ok() && number.fract() == 0.0 && number.abs() < WHOLE
        }),
        DataType::FixedSizeBinary(16) => Box::new(|row, text| {
            let mut bytes = array.as_fixed_size_binary().value(row).iter().enumerate();
            let hyphen = |number| if matches!(number, 4 | 6 | 8 | 10) { "-" } else { "" };
            bytes.all(|(number, byte)| write!(text, "{}{byte:02x}", hyphen(number)).is_ok())
        }),
        other => unreachable!("{other} names no host"),
    }
}
