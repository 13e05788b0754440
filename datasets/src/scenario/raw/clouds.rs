//! Clouds that are several, as they are written.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Number, Whole};

/// A cloud of its own, from the beginning. Its nodes reach each other, and nobody else.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Cloud {
    /// Its name. The first cloud has all nodes that no other one has, and says nothing else.
    pub name: At<String>,
    /// The share of all nodes (of the class, in the region), chosen at random among those that no cloud before has.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Nodes with an index between two fractions of all alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
    /// Those with the largest values of this attribute, instead of random ones.
    pub top: Option<At<String>>,
    /// Those with the smallest values of this attribute, instead of random ones.
    pub bottom: Option<At<String>>,
}

/// Some nodes become a cloud of their own: messages between it and the rest do not arrive any more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Split {
    /// The name of the cloud that they make.
    pub name: At<String>,
    /// The cloud that they leave; may be left out while there is one cloud.
    pub of: Option<At<String>>,
    /// The share of the nodes of that cloud (of the class, in the region), alive or not, chosen at random.
    #[schemars(range(min = 0, max = 1))]
    pub share: Option<At<Number>>,
    /// How many, instead of a share.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub nodes: Option<At<Whole>>,
    /// Nodes of this class alone.
    pub class: Option<At<String>>,
    /// Nodes with an index between two fractions of all alone: [from, to].
    pub region: Option<At<[At<Number>; 2]>>,
    /// Those with the largest values of this attribute, instead of random ones.
    pub top: Option<At<String>>,
    /// Those with the smallest values of this attribute, instead of random ones.
    pub bottom: Option<At<String>>,
}

/// Clouds become one, which has the name of the first.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Merge {
    /// The names of the clouds, two at least.
    pub clouds: At<Vec<At<String>>>,
    /// So many random live nodes of each of them but the largest meet a random live node of the largest, in this cycle
    /// and whatever their views hold. With 0 nobody knows anybody on the other side, but for entries from the time
    /// before the clouds parted.
    #[schemars(range(min = 0, max = 1_000_000), extend("default" = 10))]
    pub contacts: Option<At<Whole>>,
}
