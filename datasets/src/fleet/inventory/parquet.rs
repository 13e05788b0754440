//! Inventories in Parquet: any numeric columns.

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

use super::Wanted;
use crate::error::Error;

pub(super) fn read(wanted: &Wanted<'_>, file: File) -> Result<Vec<Vec<f64>>, Error> {
    let unsound = |cause: &dyn std::fmt::Display| {
        wanted
            .wrong(format!("not a sound Parquet file: {cause}"))
            .helped("it may be cut short or of another format: copy or write it again")
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| unsound(&cause))?;
    let there: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    let places = wanted.places(&there)?;
    for (place, column) in places.iter().zip(wanted.columns) {
        let found = builder.schema().field(*place).data_type();
        if !found.is_numeric() {
            return Err(wanted
                .wrong(format!("column `{}` is {found}, expected numbers", column.column))
                .keyed(column.column.as_str())
                .helped("name a numeric column, or convert this one"));
        }
    }
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied());
    let batches = builder.with_projection(mask).build().map_err(|cause| unsound(&cause))?;
    let mut columns = vec![Vec::new(); places.len()];
    for batch in batches {
        let batch = batch.map_err(|cause| unsound(&cause))?;
        for (values, column) in columns.iter_mut().zip(wanted.columns) {
            // The projection keeps the file's order of columns, so they are found by name.
            let found = batch.column_by_name(&column.column).ok_or_else(|| unsound(&"a column is gone"))?;
            let before = values.len();
            for (index, number) in numbers(found).into_iter().enumerate() {
                let value = number.and_then(|number| wanted.scaled(column, number));
                values.push(value.ok_or_else(|| {
                    let found = number.map_or_else(|| "null".to_owned(), |number| number.to_string());
                    wanted.bad_cell(column, before + index + 1, &found)
                })?);
            }
        }
    }
    Ok(columns)
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
