//! Cells that name hosts.

use std::borrow::Cow;
use std::fmt::{Display, Write};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::DataType;

use super::texts;

/// The largest number up to which all whole numbers are floats of 64 bits.
const WHOLE: f64 = (1_u64 << 53) as f64;
/// The same for floats of 32 bits.
const WHOLE_OF_32: f64 = (1_u64 << 24) as f64;

/// Appends the id in a row to a text, and says whether it is the one that was meant.
type WriteId<'a> = Box<dyn Fn(usize, &mut String) -> bool + 'a>;

/// Writes ids of an array of a fit type: whole numbers in decimal digits, UUIDs (sixteen bytes) in groups of small
/// letters. Numbers with fractions, and those so large that their last digits are lost, are not what was meant.
pub(super) fn writer(array: &dyn Array) -> WriteId<'_> {
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
        DataType::Float32 => floats::<Float32Type>(array, WHOLE_OF_32),
        DataType::Float64 => floats::<Float64Type>(array, WHOLE),
        DataType::FixedSizeBinary(16) => Box::new(|row, text| {
            let mut bytes = array.as_fixed_size_binary().value(row).iter().enumerate();
            let hyphen = |number| if matches!(number, 4 | 6 | 8 | 10) { "-" } else { "" };
            bytes.all(|(number, byte)| write!(text, "{}{byte:02x}", hyphen(number)).is_ok())
        }),
        found if texts::is_text(found) => Box::new(|row, text| {
            let bytes = texts::bytes(array, row).unwrap_or_default();
            let id = String::from_utf8_lossy(bytes);
            text.push_str(id.trim());
            // Bytes that are no text are not what was meant.
            matches!(id, Cow::Borrowed(_))
        }),
        other => unreachable!("{other} names no host"),
    }
}

fn whole<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> WriteId<'_> {
    let array = array.as_primitive::<T>();
    Box::new(|row, text| write!(text, "{}", array.value(row)).is_ok())
}

/// Databases write whole numbers as decimals, with or without digits after the point.
fn decimals<T: DecimalType>(array: &dyn Array) -> WriteId<'_> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    Box::new(|row, text| {
        let decimal = array.value_as_string(row);
        let (digits, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
        let is_whole = fraction.bytes().all(|digit| digit == b'0');
        text.push_str(if is_whole { digits } else { &decimal });
        is_whole
    })
}

/// Floats that are whole numbers below a bound.
fn floats<T: ArrowPrimitiveType<Native: Display + Into<f64>>>(array: &dyn Array, bound: f64) -> WriteId<'_> {
    let array = array.as_primitive::<T>();
    Box::new(move |row, text| {
        let number = array.value(row);
        let exact: f64 = number.into();
        write!(text, "{number}").is_ok() && exact.fract() == 0.0 && exact.abs() < bound
    })
}
