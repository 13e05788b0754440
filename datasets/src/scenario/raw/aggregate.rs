//! What is aggregated, as it is written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Number, Whole};
use crate::scenario::Function;

/// An aggregate: one number about all nodes, found by gossip, or the distribution of an attribute. A count, a sum and
/// quantiles start anew in epochs; the others do where `epoch_cycles` or `error` says so.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Aggregate {
    /// Its name, unique.
    #[schemars(length(min = 1))]
    pub name: At<String>,
    /// What is computed.
    pub function: At<Function>,
    /// The attribute it is computed of; a count has none.
    pub attribute: Option<At<String>>,
    /// Only nodes of this application take part.
    pub app: Option<At<String>>,
    /// Cycles of an epoch, after which it starts anew. It needs `pairing = "ordered"`.
    #[schemars(range(min = 1, max = 60_000))]
    pub epoch_cycles: Option<At<Whole>>,
    /// The relative error that is wished for: it sets `epoch_cycles` and `instances` where they are not given. A count,
    /// a sum and quantiles wish for 0.01.
    #[schemars(extend("exclusiveMinimum" = 0, "exclusiveMaximum" = 1))]
    pub error: Option<At<Number>>,
    /// With epochs: nodes' clocks are fast or slow by up to this fraction.
    #[schemars(range(min = 0), extend("exclusiveMaximum" = 1, "default" = 0.0))]
    pub clock_drift: Option<At<Number>>,
    /// Of a count or a sum: instances that run at once; by default as many as `error` needs under the scenario's loss
    /// and churn, at most 20.
    #[schemars(range(min = 1, max = 64))]
    pub instances: Option<At<Whole>>,
    /// Of a count or a sum: how many nodes are expected to offer themselves as leaders in an epoch; by default t + 4
    /// sqrt(t) + 4 with t instances.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub leaders: Option<At<Number>>,
    /// Of a count or a sum: how many nodes there are, as far as each believes before it has an estimate; by default
    /// `run.nodes`, or what the application asks for.
    #[schemars(range(min = 1))]
    pub first_estimate: Option<At<Number>>,
    /// Of quantiles: points at which nodes know the distribution.
    #[schemars(range(min = 2, max = 128), extend("default" = 50))]
    pub points: Option<At<Whole>>,
    /// Of quantiles: the shares of the nodes below them.
    #[schemars(length(min = 1), extend("default" = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]))]
    pub quantiles: Option<At<Vec<At<Number>>>>,
}
