//! Who stands against the suite, as it is written.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

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
    /// A suite file that nodes do not take, or a list of such files, of which they push one in each cycle, in turn.
    /// Paths as for `fleet.file`.
    pub suite: Option<At<Files>>,
}

/// A file, or several.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(in crate::scenario) enum Files {
    /// One.
    One(String),
    /// Several.
    Several(#[schemars(length(min = 1, max = 100))] Vec<At<String>>),
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsFiles;

        impl<'de> Visitor<'de> for AsFiles {
            type Value = Files;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the path of a file, or a list of paths")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Files, E> {
                Ok(Files::One(value.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Files, A::Error> {
                let mut files = Vec::new();
                while let Some(file) = values.next_element()? {
                    files.push(file);
                }
                Ok(Files::Several(files))
            }
        }
        deserializer.deserialize_any(AsFiles)
    }
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
