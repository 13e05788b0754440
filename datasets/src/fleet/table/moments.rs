//! Moments of a trace: numbers in its unit, or dates, which are seconds since 1970.

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use crate::fleet::table::notation;
use crate::scenario::Decimal;

/// The moments of a column. A session without an end has [`OPEN`] as its end.
#[derive(Debug, Default)]
pub(in crate::fleet) struct Moments {
    /// Numbers in the unit of the trace, or seconds since 1970-01-01T00:00:00Z.
    pub values: Vec<f64>,
    /// Whether they are dates; `None` if none is known.
    pub are_dates: Option<bool>,
    /// Whether one of the dates had no zone.
    pub lack_zone: bool,
}

/// The end of a session that was not over when the trace was written.
pub(in crate::fleet) const OPEN: f64 = f64::INFINITY;

/// What tables have in a cell that has no value.
const NOTHING: [&str; 10] = ["", "null", "none", "nan", "nat", "na", "n/a", "nil", "\\n", "-"];

/// Whether a cell has no value.
fn is_nothing(cell: &str) -> bool {
    cell.len() <= 4 && NOTHING.iter().any(|nothing| cell.eq_ignore_ascii_case(nothing))
}

/// Whether a cell says that a session is not over: it has no value, or an archive's own mark of that, which is the same
/// text or the same number.
pub(super) fn is_open(cell: &str, mark: Option<&str>) -> bool {
    let is_mark = |mark: &str| {
        let number = |text: &str| text.parse().ok().map(|number: f64| (number + 0.0).to_bits());
        cell == mark || number(cell).is_some_and(|cell| Some(cell) == number(mark))
    };
    is_nothing(cell) || mark.is_some_and(is_mark)
}

impl Moments {
    /// Takes the moment that is written in a cell; says whether it is one, and written as those before.
    pub fn take(&mut self, cell: &str, decimal: Option<Decimal>) -> bool {
        let (value, is_date) = match notation::read(cell, decimal) {
            Some(value) => (value.is_finite().then_some(value), false),
            None => (self.date(cell), true),
        };
        value.is_some_and(|value| self.push(value, is_date))
    }

    /// Takes a moment; says whether it is of the kind of those before.
    pub fn push(&mut self, value: f64, is_date: bool) -> bool {
        self.values.push(value);
        *self.are_dates.get_or_insert(is_date) == is_date
    }

    /// Takes the end of a session that is not over.
    pub fn push_open(&mut self) {
        self.values.push(OPEN);
    }

    /// Takes the moments of another file; says whether they are of the kind of those before.
    pub fn append(&mut self, more: Self) -> bool {
        self.values.extend(more.values);
        self.lack_zone |= more.lack_zone;
        let are_dates = self.are_dates.or(more.are_dates);
        let is_alike = more.are_dates.is_none_or(|dates| Some(dates) == are_dates);
        self.are_dates = are_dates;
        is_alike
    }

    /// A date in seconds since 1970-01-01T00:00:00Z.
    fn date(&mut self, text: &str) -> Option<f64> {
        let (seconds, has_zone) = date(text)?;
        self.lack_zone |= !has_zone;
        Some(seconds)
    }
}

/// Dates as ISO 8601 has them, and the few ways beside it that are as clear: seconds since 1970-01-01T00:00:00Z, and
/// whether there was a zone. Without one the date is taken as of Greenwich.
pub(crate) fn date(text: &str) -> Option<(f64, bool)> {
    if !text.as_bytes().first()?.is_ascii_digit() || text.len() < "2010-01-01".len() {
        return None;
    }
    if let Ok(date) = DateTime::parse_from_rfc3339(text) {
        return Some((seconds(date.timestamp(), date.timestamp_subsec_nanos()), true));
    }
    let text = text.strip_suffix(" UTC").map_or_else(|| text.into(), |text| format!("{text}Z"));
    let zoned =
        ["%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f %#z", "%Y%m%dT%H%M%S%.f%#z"];
    let zoned = zoned.into_iter().chain(["%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"]);
    let zoned = zoned.into_iter().find_map(|format| DateTime::parse_from_str(&text, format).ok());
    if let Some(date) = zoned {
        return Some((seconds(date.timestamp(), date.timestamp_subsec_nanos()), true));
    }
    let local =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y%m%dT%H%M%S%.f"];
    let local = local.into_iter().find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok());
    let local = local.or_else(|| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?.and_utc();
    Some((seconds(local.timestamp(), local.timestamp_subsec_nanos()), false))
}

fn seconds(whole: i64, nanoseconds: u32) -> f64 {
    whole as f64 + f64::from(nanoseconds) * 1e-9
}

#[cfg(test)]
mod tests {
    use super::{Moments, OPEN, date, is_open};

    #[test]
    fn dates_are_seconds_since_1970_in_whatever_zone() {
        for text in [
            "2010-01-01T00:00:00Z",
            "2010-01-01 00:00:00Z",
            "2010-01-01T01:00:00+01:00",
            "2010-01-01T01:00:00+0100",
            "2010-01-01 01:00:00 +0100",
            "2009-12-31T18:30:00-05:30",
            "2010-01-01 00:00:00 UTC",
            "20100101T000000Z",
            "2010-01-01T00:00Z",
        ] {
            assert_eq!(date(text), Some((1_262_304_000.0, true)), "{text}");
        }
        for text in ["2010-01-01", "2010-01-01T00:00:00", "2010-01-01 00:00:00", "2010-01-01 00:00", "20100101T000000"]
        {
            assert_eq!(date(text), Some((1_262_304_000.0, false)), "{text}");
        }
        assert_eq!(date("2010-01-01T00:00:00.25Z"), Some((1_262_304_000.25, true)));
        assert_eq!(date("1969-12-31T23:59:59Z"), Some((-1.0, true)));
        for text in ["", "yesterday", "01/02/2010", "01.02.2010", "2010-13-01", "2010-02-30", "2010-01-01T25:00:00Z"] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn a_column_is_of_one_kind() {
        let mut moments = Moments::default();
        assert!(moments.take("2010-01-01", None) && moments.lack_zone);
        assert!(moments.take("2010-01-02T00:00:00Z", None));
        moments.push_open();
        assert!(!moments.take("1262304000", None));
        assert!(moments.values.contains(&OPEN));
        assert!(!Moments::default().take("soon", None));
        assert!(!Moments::default().take("inf", None));
    }

    #[test]
    fn what_says_that_a_session_is_not_over_is_known() {
        let open = |cell: &str| is_open(cell, None);
        assert!(["", "NULL", "None", "NaN", "NaT", "N/A", "\\N", "-"].into_iter().all(open));
        assert!(!["0", "-1", "open", "no end"].into_iter().any(open));
        assert!(is_open("-1", Some("-1")) && is_open("-1.0", Some("-1")) && is_open("still up", Some("still up")));
        assert!(!is_open("1", Some("-1")) && !is_open("open", Some("still up")) && is_open("", Some("-1")));
    }
}
