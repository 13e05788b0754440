//! Distributions and panel sizes: values that are a number or something else.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, Visitor, value::MapAccessDeserializer};

use super::{AllNodes, At, Availability, Number, Sample, Whole};

/// How an attribute is distributed over the nodes of a class: a number that all nodes share, or one of the shapes.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub(in crate::scenario) enum Distribution {
    /// Every node has this value.
    Constant(Number),
    /// A distribution.
    Shape(Box<Shapes>),
}

/// Exactly one distribution.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(in crate::scenario) struct Shapes {
    /// Every node has this value.
    pub constant: Option<At<Number>>,
    /// Uniform between a lower and an upper bound: [low, high].
    pub uniform: Option<At<[At<Number>; 2]>>,
    /// Beta on 0..1 with two positive shapes: [alpha, beta]; the mean is alpha / (alpha + beta).
    pub beta: Option<At<[At<Number>; 2]>>,
    /// The logarithm is normal.
    pub lognormal: Option<Lognormal>,
    /// Weibull.
    pub weibull: Option<Weibull>,
    /// Exponential.
    pub exponential: Option<Exponential>,
    /// Pareto: a heavy tail above a smallest value.
    pub pareto: Option<Pareto>,
    /// Normal, cut off below zero.
    pub normal: Option<Normal>,
    /// Given quantiles with straight lines between them: [[quantile, value], …]. Below the first a straight line runs
    /// down to 0 at quantile 0, if no value is negative; above the last the last line goes on. Quantiles 0 and 1 fix
    /// the ends.
    pub quantiles: Option<At<Vec<[At<Number>; 2]>>>,
    /// One of several values by weight: [[value, weight], …].
    pub choice: Option<At<Vec<[At<Number>; 2]>>>,
    /// No distribution: the attribute is the node's availability, from its sessions in the long run or from its own
    /// past.
    pub from: Option<At<Availability>>,
}

impl Shapes {
    /// Whether it is the node's availability and no distribution.
    pub(in crate::scenario) fn is_availability(&self) -> bool {
        let Self { constant, uniform, beta, lognormal, weibull, exponential, pareto, normal, quantiles, choice, from } =
            self;
        let numbers = constant.is_none() && uniform.is_none() && beta.is_none() && normal.is_none();
        let tails = lognormal.is_none() && weibull.is_none() && exponential.is_none() && pareto.is_none();
        from.is_some() && numbers && tails && quantiles.is_none() && choice.is_none()
    }
}

/// The logarithm is normal.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Lognormal {
    /// The median.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub median: At<Number>,
    /// Standard deviation of the natural logarithm.
    #[schemars(range(min = 0))]
    pub sigma: At<Number>,
}

/// Weibull.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Weibull {
    /// The shape: below 1 the tail is heavy.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub shape: At<Number>,
    /// The scale: 63 % of the values are smaller.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub scale: At<Number>,
}

/// Exponential.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Exponential {
    /// The mean.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub mean: At<Number>,
}

/// Pareto: a heavy tail above a smallest value.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Pareto {
    /// The shape: the share of values above x falls as x to this power; the mean is finite above 1.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub shape: At<Number>,
    /// The smallest value.
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub minimum: At<Number>,
}

/// Normal, cut off below zero.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Normal {
    /// Mean before the cut.
    pub mean: At<Number>,
    /// Standard deviation before the cut.
    #[schemars(range(min = 0))]
    pub sd: At<Number>,
}

impl<'de> Deserialize<'de> for Distribution {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsDistribution;

        impl<'de> Visitor<'de> for AsDistribution {
            type Value = Distribution;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a distribution such as { uniform = [0, 1] }")
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Distribution, E> {
                Ok(Distribution::Constant(Number(value)))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Distribution, E> {
                Ok(Distribution::Constant(Number(value as f64)))
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Distribution, M::Error> {
                Shapes::deserialize(MapAccessDeserializer::new(map)).map(|shapes| Distribution::Shape(Box::new(shapes)))
            }
        }
        deserializer.deserialize_any(AsDistribution)
    }
}

impl<'de> Deserialize<'de> for Sample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsSample;

        impl Visitor<'_> for AsSample {
            type Value = Sample;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number or \"all\"")
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Sample, E> {
                Ok(Sample::Count(Whole(value.into())))
            }

            fn visit_f64<E: Error>(self, value: f64) -> Result<Sample, E> {
                Whole::deserialize(value.into_deserializer()).map(Sample::Count)
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Sample, E> {
                AllNodes::deserialize(value.into_deserializer()).map(Sample::All)
            }
        }
        deserializer.deserialize_any(AsSample)
    }
}
