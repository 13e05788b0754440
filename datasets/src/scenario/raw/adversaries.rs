//! Who stands against the suite, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Number, Whole};

/// Nodes that push a bad version of the suite in every exchange: exactly one of `push` and `suite` says which.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Adversaries {
    /// Their share of the cloud.
    #[schemars(range(min = 0, max = 1))]
    pub share: At<Number>,
    /// They begin in this cycle.
    #[schemars(range(min = 1, max = 4_294_967_295_u32), extend("default" = 1))]
    pub from_cycle: Option<At<Whole>>,
    /// What they push.
    pub push: Option<At<Push>>,
    /// A suite file that nodes do not take. Paths as for `fleet.file`.
    pub suite: Option<At<String>>,
}

/// What adversaries push.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in crate::scenario) enum Push {
    /// A version of their own making, with the highest number there is and a signature that is none.
    Forged,
    /// The version with which the run begins.
    Old,
}
