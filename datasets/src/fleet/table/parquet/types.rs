//! Types of columns: which can be what is asked for, and what they are called.

use arrow_schema::DataType;

use super::super::{Asked, Content, Wanted};
use super::{moments, texts};
use crate::error::Error;

/// The type of a column must be one of which what is asked for can be read.
pub(super) fn must_fit(wanted: &Wanted<'_>, asked: &Asked<'_>, found: &DataType) -> Result<(), Error> {
    let (is_fit, expected, kinds) = match asked.content {
        Content::Numbers { .. } => (is_of_numbers(found), "numbers", "a numeric column"),
        Content::Begins | Content::Ends { .. } => {
            (is_of_moments(found), "moments", "a column of dates, timestamps or numbers")
        }
        Content::Ids => (is_of_ids(found), "ids of hosts", "a column of whole numbers or text"),
    };
    if is_fit {
        return Ok(());
    }
    let help = if found.is_nested() {
        "name a column with one value a row: write the item that counts, or their sum, as one".to_owned()
    } else if found.is_null() {
        format!("name {kinds}, or write the values in")
    } else {
        format!("name {kinds}, or convert this one")
    };
    Err(wanted
        .wrong(format!("column `{}` is {}, expected {expected}", asked.name, named(found)))
        .keyed(asked.name)
        .helped(help))
}

/// Whether cells of a type are numbers, can be counted as numbers, or are text, which may hold numbers.
fn is_of_numbers(found: &DataType) -> bool {
    found.is_numeric() || found == &DataType::Boolean || moments::is_temporal(found) || texts::is_text(found)
}

/// Whether cells of a type are moments, or numbers that count them, or text that may hold either.
fn is_of_moments(found: &DataType) -> bool {
    found.is_numeric() || moments::is_moment(found) || texts::is_text(found)
}

/// Whether cells of a type can name hosts.
fn is_of_ids(found: &DataType) -> bool {
    let is_decimal = matches!(
        found,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..)
    );
    let is_float = matches!(found, DataType::Float32 | DataType::Float64);
    texts::is_text(found) || is_decimal || is_float || found.is_integer() || *found == DataType::FixedSizeBinary(16)
}

/// What a type is, in words that follow "column … is".
pub(super) fn named(found: &DataType) -> String {
    let named = match found {
        DataType::Null => "null in every row",
        DataType::List(_)
        | DataType::LargeList(_)
        | DataType::ListView(_)
        | DataType::LargeListView(_)
        | DataType::FixedSizeList(..) => "a list",
        DataType::Map(..) => "a map",
        DataType::Struct(_) => "a struct",
        DataType::Interval(_) => "an interval of months, days and milliseconds",
        DataType::Duration(_) => "a length of time",
        DataType::Time32(_) | DataType::Time64(_) => "a time of day",
        DataType::Date32 | DataType::Date64 => "a date",
        DataType::Timestamp(..) => "a moment",
        DataType::FixedSizeBinary(width) => return format!("{width} bytes a cell"),
        other => return other.to_string(),
    };
    named.to_owned()
}
