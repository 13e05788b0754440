//! Moments: TOML dates with a time and an offset, counted in seconds.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer};
use toml::value::Datetime;

use super::{At, Check};
use crate::error::Error;
use crate::suite::moment;

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
        moment::of(&raw.0).ok_or_else(|| {
            let whole = raw.0.date.is_some() && raw.0.time.is_some() && raw.0.offset.is_some();
            let expected = if whole { "a moment from 1970 to 9999" } else { "a date, a time and an offset" };
            let message = format!("`{}` is {}, expected {expected}", key(), raw.0);
            self.refuse(raw.span(), message, format!("write it as {EXAMPLE}"))
        })
    }
}
