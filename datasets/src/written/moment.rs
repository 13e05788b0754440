//! Moments: TOML dates with a time and an offset, counted in seconds.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer};
use toml::value::{Date, Datetime, Offset, Time};

use super::{At, Check};
use crate::error::Error;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The last second of the year 9999, the last that TOML can write.
const LAST: i64 = 253_402_300_799;

/// How a moment is written.
const EXAMPLE: &str = "2026-11-22T00:00:00Z";

/// A date, a time or both, as TOML reads it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Datetime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Datetime::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

impl Check<'_, '_> {
    /// A moment from 1970 on, in whole seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn moment(&self, raw: &At<Moment>) -> Result<i64, Error> {
        let key = || self.document.key_at(&raw.span()).unwrap_or_default();
        let Datetime { date: Some(date), time: Some(time), offset: Some(offset) } = raw.0 else {
            let message = format!("`{}` is {}, expected a date, a time and an offset", key(), raw.0);
            return Err(self.refuse(raw.span(), message, format!("write it as {EXAMPLE}")));
        };
        let seconds = seconds(date, time, offset);
        if (0..=LAST).contains(&seconds) {
            return Ok(seconds);
        }
        let message = format!("`{}` is {}, expected a moment from 1970 to 9999", key(), raw.0);
        Err(self.refuse(raw.span(), message, format!("write it as {EXAMPLE}")))
    }
}

fn seconds(date: Date, time: Time, offset: Offset) -> i64 {
    let minutes_ahead = match offset {
        Offset::Z => 0,
        Offset::Custom { minutes } => i64::from(minutes),
    };
    let minutes = i64::from(time.hour) * 60 + i64::from(time.minute) - minutes_ahead;
    days(date) * DAY + minutes * 60 + i64::from(time.second.unwrap_or(0))
}

/// Days since 1970-01-01. Years begin in March, so that the leap day is the last of one.
fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month), i64::from(date.day));
    let year = i64::from(date.year) - i64::from(month <= 2);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

/// A moment as TOML writes it, from seconds since 1970-01-01T00:00:00Z.
pub(crate) fn moment_text(seconds: i64) -> String {
    let (days, second) = (seconds.div_euclid(DAY) + 719_468, seconds.rem_euclid(DAY));
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}
