//! How nodes tell each other the suite, where peer sampling does not carry it.

use super::choices::choices;
use super::sampling::Propagation;

/// How nodes tell each other the suite, where they keep no views.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spreading {
    /// Who tells.
    pub propagation: Propagation,
    /// What nodes know when they tell.
    pub rounds: Rounds,
}

impl Default for Spreading {
    /// Push-pull, in place.
    fn default() -> Self {
        Self { propagation: Propagation::Pushpull, rounds: Rounds::InPlace }
    }
}

choices! {
    /// What nodes know when they tell each other something.
    Rounds {
        /// What they hold when the exchange comes, which may be news of the same cycle.
        InPlace = "in-place",
        /// What they held when the cycle began, as textbooks count rounds.
        Synchronous = "synchronous",
    }
}
