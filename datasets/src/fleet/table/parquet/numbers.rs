//! Cells that are numbers, of any width.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, PrimitiveArray};
use arrow_schema::DataType;

/// Hands out the numbers of an array one after the other, `None` for a null, until one is refused. True is 1, false 0.
pub(super) fn each<E>(array: &dyn Array, take: &mut impl FnMut(Option<f64>) -> Result<(), E>) -> Result<(), E> {
    match array.data_type() {
        DataType::Int8 => of::<Int8Type, E>(array, f64::from, take),
        DataType::Int16 => of::<Int16Type, E>(array, f64::from, take),
        DataType::Int32 => of::<Int32Type, E>(array, f64::from, take),
        DataType::Int64 => of::<Int64Type, E>(array, |value| value as f64, take),
        DataType::UInt8 => of::<UInt8Type, E>(array, f64::from, take),
        DataType::UInt16 => of::<UInt16Type, E>(array, f64::from, take),
        DataType::UInt32 => of::<UInt32Type, E>(array, f64::from, take),
        DataType::UInt64 => of::<UInt64Type, E>(array, |value| value as f64, take),
        DataType::Float16 => of::<Float16Type, E>(array, f64::from, take),
        DataType::Float32 => of::<Float32Type, E>(array, f64::from, take),
        DataType::Float64 => of::<Float64Type, E>(array, |value| value, take),
        DataType::Decimal32(..) => of_decimals::<Decimal32Type, E>(array, take),
        DataType::Decimal64(..) => of_decimals::<Decimal64Type, E>(array, take),
        DataType::Decimal128(..) => of_decimals::<Decimal128Type, E>(array, take),
        DataType::Decimal256(..) => of_decimals::<Decimal256Type, E>(array, take),
        DataType::Boolean => {
            let mut flags = array.as_boolean().iter();
            flags.try_for_each(|flag| take(flag.map(|flag| f64::from(u8::from(flag)))))
        }
        other => unreachable!("{other} is not numeric"),
    }
}

fn of<T: ArrowPrimitiveType, E>(
    array: &dyn Array,
    number: impl Fn(T::Native) -> f64,
    take: &mut impl FnMut(Option<f64>) -> Result<(), E>,
) -> Result<(), E> {
    let array = array.as_primitive::<T>();
    if array.null_count() == 0 {
        return array.values().iter().try_for_each(|value| take(Some(number(*value))));
    }
    array.iter().try_for_each(|value| take(value.map(&number)))
}

fn of_decimals<T: DecimalType, E>(
    array: &dyn Array,
    take: &mut impl FnMut(Option<f64>) -> Result<(), E>,
) -> Result<(), E> {
    let decimals: &PrimitiveArray<T> = array.as_primitive();
    let number = |row| decimals.value_as_string(row).parse().unwrap_or(f64::NAN);
    (0..decimals.len()).try_for_each(|row| take(decimals.is_valid(row).then(|| number(row))))
}
