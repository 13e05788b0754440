//! Cells that are numbers, of any width.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::DataType;

/// Hands out the numbers of an array one after the other, `None` for a null. True is 1, false 0.
pub(super) fn each(array: &dyn Array, take: &mut impl FnMut(Option<f64>)) {
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array, f64::from, take),
        DataType::Int16 => of::<Int16Type>(array, f64::from, take),
        DataType::Int32 => of::<Int32Type>(array, f64::from, take),
        DataType::Int64 => of::<Int64Type>(array, |value| value as f64, take),
        DataType::UInt8 => of::<UInt8Type>(array, f64::from, take),
        DataType::UInt16 => of::<UInt16Type>(array, f64::from, take),
        DataType::UInt32 => of::<UInt32Type>(array, f64::from, take),
        DataType::UInt64 => of::<UInt64Type>(array, |value| value as f64, take),
        DataType::Float16 => of::<Float16Type>(array, f64::from, take),
        DataType::Float32 => of::<Float32Type>(array, f64::from, take),
        DataType::Float64 => of::<Float64Type>(array, |value| value, take),
        DataType::Decimal32(..) => of_decimals::<Decimal32Type>(array, take),
        DataType::Decimal64(..) => of_decimals::<Decimal64Type>(array, take),
        DataType::Decimal128(..) => of_decimals::<Decimal128Type>(array, take),
        DataType::Decimal256(..) => of_decimals::<Decimal256Type>(array, take),
        DataType::Boolean => {
            let flags = array.as_boolean().iter();
            flags.for_each(|flag| take(flag.map(|flag| f64::from(u8::from(flag)))));
        }
        other => unreachable!("{other} is not numeric"),
    }
}

fn of<T: ArrowPrimitiveType>(array: &dyn Array, number: impl Fn(T::Native) -> f64, take: &mut impl FnMut(Option<f64>)) {
    let array = array.as_primitive::<T>();
    if array.null_count() == 0 {
        array.values().iter().for_each(|value| take(Some(number(*value))));
    } else {
        array.iter().for_each(|value| take(value.map(&number)));
    }
}

fn of_decimals<T: DecimalType>(array: &dyn Array, take: &mut impl FnMut(Option<f64>)) {
    let decimals: &PrimitiveArray<T> = array.as_primitive();
    let number = |row| decimals.value_as_string(row).parse().unwrap_or(f64::NAN);
    (0..decimals.len()).for_each(|row| take(decimals.is_valid(row).then(|| number(row))));
}
