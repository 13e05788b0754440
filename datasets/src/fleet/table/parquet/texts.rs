//! Cells that are text.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;

/// Whether cells of a type are text. Old writers leave it open whether bytes are text.
pub(super) fn is_text(found: &DataType) -> bool {
    matches!(
        found,
        DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Utf8View
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::BinaryView
    )
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
