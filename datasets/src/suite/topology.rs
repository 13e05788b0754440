//! The topology that an application asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What members of an application build, whatever those of others do. How they build it is as the scenario has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AppTopology {
    /// Nothing.
    None,
    /// A ring, in the order of random positions.
    Ring,
    /// A torus of two dimensions, by random positions.
    Torus,
    /// A ring with fingers: Chord.
    Chord,
    /// Leaf sets and tables by the digits of positions: Pastry, Kademlia.
    Prefix,
}

impl AppTopology {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ring => "ring",
            Self::Torus => "torus",
            Self::Chord => "chord",
            Self::Prefix => "prefix",
        }
    }

    /// The byte that is signed.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Ring => 1,
            Self::Torus => 2,
            Self::Chord => 3,
            Self::Prefix => 4,
        }
    }
}
