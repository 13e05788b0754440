//! How nodes come and go, as it is written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected};
use toml::Value;

use super::{At, Distribution, Merge, Number, Split, Whole};
use crate::scenario::{BeforeFirst, Decimal, ReplayUnit};

/// Lengths of time: exactly one of the units.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Lengths {
    /// The distribution, in seconds.
    pub seconds: Option<At<Distribution>>,
    /// The distribution, in hours.
    pub hours: Option<At<Distribution>>,
    /// The distribution, in days.
    pub days: Option<At<Distribution>>,
    /// Each node has its own mean: the class's times a lognormal factor of mean 1, whose logarithm has this standard
    /// deviation.
    #[schemars(range(min = 0, max = 5), extend("default" = 0.0))]
    pub spread: Option<At<Number>>,
}

/// How the nodes of a fleet from a file come and go; the keys are those of a class.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Comings {
    /// How such nodes come and go in the world; single keys may be given beside it.
    pub preset: Option<At<Preset>>,
    /// How long nodes are up at a time.
    pub up: Option<At<Lengths>>,
    /// How long they are down at a time.
    pub down: Option<At<Lengths>>,
    /// The share of the nodes that is up at 0, 1, … 23 o'clock: 24 shares, with straight lines between.
    #[schemars(length(min = 24, max = 24))]
    pub diurnal: Option<At<Vec<At<Number>>>>,
    /// With `diurnal`: hours by which the nodes' clocks are ahead of the run's, which starts at midnight.
    #[schemars(extend("default" = 0.0))]
    pub time_zone: Option<At<Distribution>>,
    /// How long nodes take part from their arrival until they depart for ever.
    pub lifetime: Option<At<Lengths>>,
    /// How long the place of a departed node is free until a new node takes it; by default none is.
    pub vacancy: Option<At<Lengths>>,
    /// The share of the nodes that is there at the start; the others are free places.
    #[schemars(range(min = 0, max = 1), extend("default" = 1.0))]
    pub present: Option<At<Number>>,
}

/// What is said of how nodes come and go, wherever it is.
#[derive(Clone, Copy)]
pub(in crate::scenario) struct Said<'r> {
    /// Of whom.
    pub whom: &'r str,
    /// Where, if none of the keys is to blame.
    pub span: &'r dyn Fn() -> std::ops::Range<usize>,
    pub preset: Option<&'r At<Preset>>,
    pub up: Option<&'r At<Lengths>>,
    pub down: Option<&'r At<Lengths>>,
    pub diurnal: Option<&'r At<Vec<At<Number>>>>,
    pub time_zone: Option<&'r At<Distribution>>,
    pub lifetime: Option<&'r At<Lengths>>,
    pub vacancy: Option<&'r At<Lengths>>,
    pub present: Option<&'r At<Number>>,
}

/// What a class or a fleet says, as [`Said`].
macro_rules! said {
    ($raw:expr, $whom:expr, $span:expr) => {
        crate::scenario::raw::Said {
            whom: $whom,
            span: $span,
            preset: $raw.preset.as_ref(),
            up: $raw.up.as_ref(),
            down: $raw.down.as_ref(),
            diurnal: $raw.diurnal.as_ref(),
            time_zone: $raw.time_zone.as_ref(),
            lifetime: $raw.lifetime.as_ref(),
            vacancy: $raw.vacancy.as_ref(),
            present: $raw.present.as_ref(),
        }
    };
}
pub(in crate::scenario) use said;

/// Real fleets, with their sources.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::scenario) enum Preset {
    /// Volunteer relays: median session 72 h, mean 761 h; median gap 12 h, mean 131 h (Tor relays, 2023 to 2026).
    AlwaysOn,
    /// Home PCs in file sharing: 6.4 joins a day, up 30 % of the time (Overnet: Bhagwan, Savage and Voelker 2003);
    /// sessions are Weibull of shape 0.5 (Stutzbach and Rejaie 2006: 0.34 to 0.59).
    HomePc,
    /// Phones free for work: 36 % at 04:00, 16 % at 13:00 local time; sessions of an hour, an assumption.
    Phone,
    /// Set-top boxes: an assumption, no measurement: standby power cut at night by some, else up for weeks.
    #[serde(rename = "set-top box")]
    SetTopBox,
}

/// A trace of sessions, replayed: each node is a host of the trace, and shifted in time.
///
/// A session of no length is left out; sessions of a host that repeat one another, overlap or touch are one. A session
/// without an end, or with the end 0, lasts until the next one of its host begins, or to the end of the trace.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Replay {
    /// The trace: a row is a session. Formats and paths as for `fleet.file`.
    pub file: At<String>,
    /// Column of the host's id: a number, a name or a UUID, kept as it is written.
    pub node: At<String>,
    /// Column of the begin of the session: a number in `unit`, or a date by ISO 8601, as of Greenwich if it has no
    /// zone; or a Parquet date or timestamp.
    pub from: At<String>,
    /// Column of its end: the first moment down, or the last snapshot up.
    pub to: At<String>,
    /// What the columns count. Dates need no unit: `start` and `shift` are in seconds then.
    #[schemars(extend("default" = "seconds"))]
    pub unit: Option<At<ReplayUnit>>,
    /// With `unit = "snapshots"`: seconds from one snapshot to the next.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub snapshot_seconds: Option<At<Number>>,
    /// Where in the trace the run begins: a number in its unit, or a date; by default where the trace begins. Behind
    /// its end it starts anew.
    pub start: Option<At<ReplayStart>>,
    /// The trace of each node is shifted by up to so much either way, in its unit.
    #[schemars(range(min = 0), extend("default" = 0.0))]
    pub shift: Option<At<Number>>,
    /// What stands in the column `to`, beside nothing and 0, where a session was not over when the trace was written.
    pub open_end: Option<At<Mark>>,
    /// What a host was before its first session, for `{ from = "sessions" }`. In the run it is down.
    #[schemars(extend("default" = "down"))]
    pub before_first: Option<At<BeforeFirst>>,
    /// The decimal sign of numbers in text; by default it is found out.
    pub decimal: Option<At<Decimal>>,
    /// With `fleet.file`: the column there that holds the host's id, so that a node has the attributes of its host.
    pub key: Option<At<String>>,
    /// With `key`: rows without a host and hosts without a row are left out even if they are more than half of either.
    #[schemars(extend("default" = false))]
    pub allow_unmatched: Option<At<bool>>,
}

/// A place in a trace.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(in crate::scenario) enum ReplayStart {
    /// A number in the unit of the trace.
    Number(Number),
    /// A date by ISO 8601, as of Greenwich if it has no zone.
    Date(String),
}

impl<'de> Deserialize<'de> for ReplayStart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::Integer(number) => Ok(Self::Number(Number(number as f64))),
            Value::Float(number) => Ok(Self::Number(Number(number))),
            Value::Datetime(date) => Ok(Self::Date(date.to_string())),
            Value::String(date) => Ok(Self::Date(date)),
            other => Err(D::Error::invalid_type(Unexpected::Other(other.type_str()), &"a number or a date")),
        }
    }
}

/// What stands in a cell, a text or a number, as text.
#[derive(Debug)]
pub(in crate::scenario) struct Mark(pub String);

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(text) => Ok(Self(text)),
            Value::Integer(number) => Ok(Self(number.to_string())),
            Value::Float(number) => Ok(Self(number.to_string())),
            Value::Datetime(date) => Ok(Self(date.to_string())),
            other => Err(D::Error::invalid_type(Unexpected::Other(other.type_str()), &"a text or a number")),
        }
    }
}

impl JsonSchema for Mark {
    fn schema_name() -> Cow<'static, str> {
        "Mark".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"] })
    }
}

/// Something that happens to the cloud: exactly one of `crash`, `leave`, `outage`, `join`, `scale`, `suite`,
/// `bootstrap`, `split` and `merge`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Event {
    /// It happens at the start of this cycle: the row of that cycle shows it.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub at_cycle: At<Whole>,
    /// It happens again in every following cycle up to this one.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub until_cycle: Option<At<Whole>>,
    /// Nodes stop for ever, without a word.
    pub crash: Option<At<Group>>,
    /// Nodes leave for ever.
    pub leave: Option<At<Group>>,
    /// Nodes are down for a while; then all return at once.
    pub outage: Option<At<Outage>>,
    /// New nodes take free places: those of nodes that have stopped or left for ever, or were not there yet.
    pub join: Option<At<Join>>,
    /// An attribute of live nodes is multiplied.
    pub scale: Option<At<Scale>>,
    /// A version of the suite, by its file, enters at some random live nodes. Paths as for `fleet.file`.
    pub suite: Option<At<String>>,
    /// Members forget their topology and build it anew, from nothing but their random overlay.
    pub bootstrap: Option<At<Bootstrap>>,
    /// Some nodes become a cloud of their own.
    pub split: Option<At<Split>>,
    /// Clouds become one.
    pub merge: Option<At<Merge>>,
    /// With `suite`: at how many nodes.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 1))]
    pub at_nodes: Option<At<Whole>>,
}

/// A topology that is built anew.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Bootstrap {
    /// The application whose members build it; by default that of the whole cloud.
    pub app: Option<At<String>>,
    /// Written as `true`: without an event a topology goes on as it is.
    pub anew: At<bool>,
}

/// Some of the live nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Group {
    /// The share of the live nodes (of the class, in the region), chosen at random.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Nodes with an index between two fractions of the cloud alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
    /// Those with the largest values of this attribute, instead of random ones.
    pub top: Option<At<String>>,
    /// Those with the smallest values of this attribute, instead of random ones.
    pub bottom: Option<At<String>>,
}

/// Nodes that are down for a while.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Outage {
    /// For so many cycles.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub cycles: At<Whole>,
    /// The share of the live nodes (of the class, in the region), chosen at random.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Nodes with an index between two fractions of the cloud alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
}

/// New nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Join {
    /// The share of the free places (of the class, in the region).
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Places with an index between two fractions of the cloud alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
    /// They have values of this attribute above all that there are.
    pub above: Option<At<String>>,
}

/// An attribute of live nodes is multiplied: of all of them, unless other keys say of which.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Scale {
    /// The attribute, which is no availability.
    pub attribute: At<String>,
    /// The factor.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub by: At<Number>,
    /// The share of the live nodes (of the class, in the region), chosen at random.
    #[schemars(range(min = 0, max = 1), extend("default" = 1.0))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Nodes with an index between two fractions of the cloud alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
    /// Those with the largest values of this attribute, instead of random ones.
    pub top: Option<At<String>>,
    /// Those with the smallest values of this attribute, instead of random ones.
    pub bottom: Option<At<String>>,
}
