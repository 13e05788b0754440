//! Moments in time: dates as TOML and people write them, seconds as they are compared.

use toml::value::{Datetime, Offset};

const DAY_SECONDS: i64 = 86_400;

/// The last second of the year 9999, the last that TOML can write.
const LAST: i64 = 253_402_300_799;

/// How a moment is written.
pub const EXPECTED: &str = "a date and a time with its zone, as in 2027-01-01T00:00:00Z";

/// Seconds from 1970-01-01T00:00:00Z to a date; `None` if it has no time or no zone, or lies before 1970 or after 9999.
/// Fractions of a second are left out.
#[must_use]
pub fn of(date: &Datetime) -> Option<i64> {
    let Datetime { date: Some(day), time: Some(time), offset: Some(offset) } = date else { return None };
    let minutes_ahead = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(*minutes),
    };
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute) - minutes_ahead;
    let days = days(day.year.into(), day.month.into(), day.day.into());
    let moment = days * DAY_SECONDS + minutes * 60 + i64::from(time.second.unwrap_or(0));
    (0..=LAST).contains(&moment).then_some(moment)
}

/// Seconds from 1970-01-01T00:00:00Z to a date in its text.
#[must_use]
pub fn parse(text: &str) -> Option<i64> {
    of(&text.parse().ok()?)
}

/// The date of a moment, as [`parse`] reads it.
#[must_use]
pub fn text(moment: i64) -> String {
    let (days, seconds) = (moment.div_euclid(DAY_SECONDS), moment.rem_euclid(DAY_SECONDS));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Days in the 400 years after which the calendar repeats.
const ERA_DAYS: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_DAYS: i64 = 719_468;

/// Days from 1970-01-01 to a date. Years begin in March here, so that a leap day is the last of its year.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month < 3);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    year.div_euclid(400) * ERA_DAYS + day_of_era - EPOCH_DAYS
}

/// Year, month and day so many days after 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + EPOCH_DAYS;
    let day_of_era = days.rem_euclid(ERA_DAYS);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let year = days.div_euclid(ERA_DAYS) * 400 + year_of_era + i64::from(month >= 10);
    (year, (month + 2) % 12 + 1, day)
}
