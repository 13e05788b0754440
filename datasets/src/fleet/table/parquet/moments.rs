//! Cells that are moments or lengths of time, in seconds.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_schema::{DataType, TimeUnit};

const SECONDS_A_DAY: f64 = 86_400.0;
const MILLI: i64 = 1_000;
const MICRO: i64 = 1_000_000;
const NANO: i64 = 1_000_000_000;

/// Whether cells of a type are moments: dates and timestamps.
pub(super) fn is_moment(found: &DataType) -> bool {
    matches!(found, DataType::Date32 | DataType::Date64 | DataType::Timestamp(..))
}

/// Whether cells of a type can be counted in seconds: moments, times of day, and lengths of time.
pub(super) fn is_temporal(found: &DataType) -> bool {
    is_moment(found) || matches!(found, DataType::Time32(_) | DataType::Time64(_) | DataType::Duration(_))
}

/// The cells of a temporal array in seconds, `None` for a null: moments since 1970 in UTC, times since midnight.
///
/// A moment without a zone is taken as UTC. `None` for the whole if the array is not temporal.
pub(super) fn seconds(array: &dyn Array) -> Option<Vec<Option<f64>>> {
    use TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    let seconds = match array.data_type() {
        DataType::Date32 => {
            array.as_primitive::<Date32Type>().iter().map(|day| Some(f64::from(day?) * SECONDS_A_DAY)).collect()
        }
        DataType::Date64 => of::<Date64Type>(array, MILLI),
        DataType::Timestamp(Second, _) => of::<TimestampSecondType>(array, 1),
        DataType::Timestamp(Millisecond, _) => of::<TimestampMillisecondType>(array, MILLI),
        DataType::Timestamp(Microsecond, _) => of::<TimestampMicrosecondType>(array, MICRO),
        DataType::Timestamp(Nanosecond, _) => of::<TimestampNanosecondType>(array, NANO),
        DataType::Time32(Millisecond) => of::<Time32MillisecondType>(array, MILLI),
        DataType::Time32(_) => of::<Time32SecondType>(array, 1),
        DataType::Time64(Microsecond) => of::<Time64MicrosecondType>(array, MICRO),
        DataType::Time64(_) => of::<Time64NanosecondType>(array, NANO),
        DataType::Duration(Second) => of::<DurationSecondType>(array, 1),
        DataType::Duration(Millisecond) => of::<DurationMillisecondType>(array, MILLI),
        DataType::Duration(Microsecond) => of::<DurationMicrosecondType>(array, MICRO),
        DataType::Duration(Nanosecond) => of::<DurationNanosecondType>(array, NANO),
        _ => return None,
    };
    Some(seconds)
}

/// Counts of which a second has so many. Whole seconds and the rest are divided apart, so that no digit is lost that a
/// float can hold.
fn of<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, a_second: i64) -> Vec<Option<f64>> {
    let second = |count: i64| (count / a_second) as f64 + (count % a_second) as f64 / a_second as f64;
    array.as_primitive::<T>().iter().map(|count| count.map(|count| second(count.into()))).collect()
}

#[cfg(test)]
mod tests {
    use arrow_array::{Date32Array, Int64Array, TimestampNanosecondArray};

    use super::*;

    #[test]
    fn moments_keep_every_digit_that_a_float_can_hold() {
        let nanos = [Some(1_262_304_000_123_456_789), None, Some(-1), Some(i64::MAX), Some(i64::MIN)];
        let seconds = seconds(&TimestampNanosecondArray::from(nanos.to_vec())).unwrap_or_default();
        let expected = ["1262304000.1234567", "-0.000000001", "9223372036.854776", "-9223372036.854776"];
        let found: Vec<String> = seconds.iter().flatten().map(f64::to_string).collect();
        assert_eq!(found, expected);
        assert_eq!(seconds.iter().position(Option::is_none), Some(1));
    }

    #[test]
    fn days_are_of_86_400_seconds_and_what_is_not_temporal_has_none() {
        assert_eq!(seconds(&Date32Array::from(vec![-1, 14_610])), Some(vec![Some(-86_400.0), Some(1_262_304_000.0)]));
        assert_eq!(seconds(&Int64Array::from(vec![1])), None);
    }
}
