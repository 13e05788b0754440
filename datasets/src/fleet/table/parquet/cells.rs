//! Cells of a batch into the columns that are asked for.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::super::{Asked, Column, delimited};
use super::{ids, moments, numbers, types};

/// Puts the cells of an array into their column, up to the first that is not what is asked for, which it returns:
/// `None` is a null.
pub(super) fn take(column: &mut Column, asked: &Asked<'_>, array: &ArrayRef) -> Result<(), Option<String>> {
    match column {
        Column::Ids(ids) => {
            let write_id = ids::writer(array);
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
        column if types::is_text(array.data_type()) => take_text(column, asked, array),
        Column::Numbers(values) => {
            let mut take = |number: Option<f64>| {
                let value = number.and_then(|number| asked.content.scaled(number));
                value.map(|value| values.push(value)).ok_or_else(|| number.map(|number| number.to_string()))
            };
            match moments::seconds(array) {
                Some(seconds) => seconds.into_iter().try_for_each(take),
                None => numbers::each(array, &mut take),
            }
        }
    }
}

/// Cells of text are read as those of csv.
fn take_text(column: &mut Column, asked: &Asked<'_>, array: &dyn Array) -> Result<(), Option<String>> {
    (0..array.len()).try_for_each(|row| {
        let cell = bytes(array, row).ok_or(None)?;
        let is_taken = delimited::take(column, asked, cell);
        is_taken.then_some(()).ok_or_else(|| Some(String::from_utf8_lossy(cell).into_owned()))
    })
}

/// The bytes of a cell of text; `None` if it is null.
pub(super) fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    array.is_valid(row).then(|| match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).as_bytes(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).as_bytes(),
        DataType::Utf8View => array.as_string_view().value(row).as_bytes(),
        DataType::Binary => array.as_binary::<i32>().value(row),
        DataType::LargeBinary => array.as_binary::<i64>().value(row),
        DataType::BinaryView => array.as_binary_view().value(row),
        other => unreachable!("{other} is not text"),
    })
}
