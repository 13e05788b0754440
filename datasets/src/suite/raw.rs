//! A suite as it is written, in a scenario or in a file of its own.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::AppTopology;
use super::tables::{CertificateTable, SignatureTable};
use crate::written::{At, Moment, Named, Number, Whole};

/// A suite in a file of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub suite: At<Suite>,
    /// Who may sign it.
    pub certificate: Option<CertificateTable>,
    /// Who has signed it.
    pub signature: Option<SignatureTable>,
}

/// The application suite: which application asks for which nodes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suite {
    /// A file that holds the whole suite instead, beginning with [suite]. Paths as for `fleet.file`.
    pub file: Option<At<String>>,
    /// Version of the description: nodes take the higher one.
    #[schemars(range(min = 0, max = 9_223_372_036_854_775_807_i64), extend("default" = 1))]
    pub version: Option<At<Whole>>,
    /// From this moment on nodes no longer take it from others. It needs `run.starts_at`.
    pub until: Option<At<Moment>>,
    /// The public key of the cloud's owner, in PEM: nodes take no further version but those that the owner signed, or a
    /// key with the owner's certificate. Paths as for `fleet.file`.
    pub trust: Option<At<String>>,
    /// The name of the cloud, where its owner has several under one key.
    pub cloud: Option<At<String>>,
    /// In which format the owner has signed it, where `trust` says who that is: nodes that hold a version of format 2
    /// take none of format 1.
    #[schemars(range(min = 1, max = 2), extend("default" = 1))]
    pub format: Option<At<Whole>>,
    /// Public keys in base64 that the owner has revoked: nodes that hold this version take nothing that they sign.
    #[serde(default)]
    pub revoked: Vec<At<String>>,
    /// The applications in order of precedence: each is served from the nodes that no earlier one took.
    #[serde(default)]
    pub app: Vec<At<App>>,
    /// Which words of each draw belong to which random application, as `subcloud suite sign --base` lays them out; if
    /// it is not given, nodes find out themselves.
    #[serde(default)]
    pub layout: Vec<At<Layout>>,
}

/// Which words of a draw for life belong to which random application: runs of words, in order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    /// The application to which each run belongs; empty if it is nobody's.
    pub apps: At<Vec<At<String>>>,
    /// The word behind the last one of each run: the last is 4294967296.
    pub ends: At<Vec<At<Whole>>>,
}

/// An application: exactly one of `share`, `nodes` and `rest` says how many nodes it asks for. Without `top` and
/// `bottom` it takes any.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct App {
    /// Its name, unique.
    #[schemars(length(min = 1))]
    pub name: At<String>,
    /// It asks for the nodes with the largest values of this attribute.
    pub top: Option<At<String>>,
    /// It asks for the nodes with the smallest values of this attribute.
    pub bottom: Option<At<String>>,
    /// The share of all live nodes it asks for; all shares sum to at most 1.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many nodes it asks for, however many live. Nodes know how many live by a count, and take the number as a
    /// share of these: where no [[aggregate]] counts all nodes, one named `size` with `error = 0.001` is added.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// It asks for what the others leave: `true`, or its weight among those that do.
    pub rest: Option<At<Rest>>,
    /// It takes only nodes of which this holds, such as "storage_gb >= 50 and not (availability < 0.5 or bandwidth_mbps
    /// == 0)".
    #[serde(rename = "where")]
    #[schemars(length(min = 1, max = 4096))]
    pub condition: Option<At<String>>,
    /// It is broken with fewer nodes than that.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub min_nodes: Option<At<Whole>>,
    /// It is broken where the mean of an attribute over its nodes is below this: { storage_gb = 50 }.
    pub min_mean: Option<At<Named<Number>>>,
    /// What it says of its code; the rest is as `subcloud.code` has it. Code of another `version` is an upgrade:
    /// members fetch it while they run the old one.
    pub code: Option<At<Code>>,
    /// The topology that its members build, instead of that of `subcloud.topology`.
    pub topology: Option<At<Topology>>,
    /// What its nodes watch, and how they change the suite; at most 8 rules in a suite.
    #[serde(default)]
    pub rule: Vec<At<Rule>>,
}

/// The topology of one application. How its members build it is as `subcloud.topology` has it, if that is the same one,
/// else as usual.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Topology {
    /// What it is; `none` for none.
    pub protocol: AppTopology,
}

/// The code of an application, which its members send each other chunk by chunk before they run it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Bytes in all, such as 200e6; an application of which nobody says how many has no code.
    #[schemars(range(min = 1, max = 1_000_000_000_000_000_u64))]
    pub bytes: Option<At<Number>>,
    /// Chunks into which it is cut; by default 16.
    #[schemars(range(min = 1, max = 64))]
    pub chunks: Option<At<Whole>>,
    /// Chunks that either of two members sends the other when they meet; by default 1.
    #[schemars(range(min = 1, max = 64))]
    pub per_exchange: Option<At<Whole>>,
    /// The number of the code; by default 1. Code under the same number is the same in every version of the suite.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub version: Option<At<Whole>>,
}

/// A rule that the nodes of an application follow: exactly one of `remove`, `scale` and `add` says what they do.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    /// Its name, unique in the suite.
    #[schemars(length(min = 1))]
    pub name: At<String>,
    /// It acts when this holds of the aggregates that it names, such as "size < 600_000 or load > 0.9". Each needs
    /// epochs.
    #[schemars(length(min = 1, max = 4096))]
    pub when: At<String>,
    /// For how many epochs in a row that must hold.
    #[schemars(range(min = 1, max = 100), extend("default" = 1))]
    pub epochs: Option<At<Whole>>,
    /// For how many epochs it rests after it has acted.
    #[schemars(range(min = 0, max = 100), extend("default" = 4))]
    pub cool_down: Option<At<Whole>>,
    /// It removes the application of this name, which is another one.
    pub remove: Option<At<String>>,
    /// It changes how many nodes an application asks for.
    pub scale: Option<At<Scale>>,
    /// It adds this application, without rules, after all others.
    pub add: Option<Box<At<App>>>,
}

/// How many nodes an application asks for is multiplied: its `share`, its `nodes` or its weight of the `rest`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scale {
    /// The application.
    pub app: At<String>,
    /// The factor.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub by: At<Number>,
    /// It asks for no less than that, in its own unit.
    #[schemars(range(min = 0), extend("default" = 0.0))]
    pub least: Option<At<Number>>,
    /// It asks for no more than that, in its own unit; by default as much as may be written there.
    #[schemars(range(min = 0))]
    pub most: Option<At<Number>>,
}

/// What the others leave: all of it, or by weight.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum Rest {
    /// It asks for the rest with a weight of 1.
    All(bool),
    /// Its weight among those that ask for the rest.
    Weight(#[schemars(extend("exclusiveMinimum" = 0))] Number),
}

impl<'de> Deserialize<'de> for Rest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsRest;

        impl Visitor<'_> for AsRest {
            type Value = Rest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true` or a weight")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Rest, E> {
                Ok(Rest::All(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Rest, E> {
                Ok(Rest::Weight(Number(value as f64)))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Rest, E> {
                Ok(Rest::Weight(Number(value)))
            }
        }
        deserializer.deserialize_any(AsRest)
    }
}
