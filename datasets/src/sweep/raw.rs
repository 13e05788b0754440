//! A sweep as it is written: names and types of what stands around the keys of the scenario, which are read by
//! themselves.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::written::{At, Number, Whole};

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sweep {
    pub scenario: At<String>,
    pub replicates: Option<At<Whole>>,
    pub seed: Option<At<Whole>>,
    pub warm_up: Option<At<Whole>>,
    #[expect(dead_code, reason = "a key that may be there, read by itself")]
    pub set: Option<At<IgnoredAny>>,
    pub grid: Option<At<IgnoredAny>>,
    #[serde(default)]
    pub list: Vec<At<IgnoredAny>>,
    pub one_at_a_time: Option<At<IgnoredAny>>,
}

/// Values from one number to another.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Range {
    pub from: At<Number>,
    pub to: At<Number>,
    pub steps: At<Whole>,
    pub spacing: Option<Spacing>,
    /// Whether values are rounded to whole numbers.
    pub whole: Option<bool>,
}

/// How the values of a range follow each other.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Spacing {
    Linear,
    Logarithmic,
}
