//! Inventories in Parquet: any numeric columns.

use std::fs::File;

use arrow::array::{Array, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
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
            let numbers = cast(found, &DataType::Float64).map_err(|cause| unsound(&cause))?;
            let numbers = numbers.as_any().downcast_ref::<Float64Array>().ok_or_else(|| unsound(&"no numbers"))?;
            let before = values.len();
            for (index, number) in numbers.iter().enumerate() {
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
