//! A run that begins with the state of another one.

use serde::{Deserialize, Serialize};

/// The state with which a run begins, if it is that of another run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fork {
    /// The name of the other run.
    pub run_id: String,
    /// The cycle after which its state is taken over.
    pub cycle: u32,
    /// The digest of that state, 16 hexadecimal digits.
    pub state_digest: String,
    /// The seed of random numbers from there on; `None` for that of the other run.
    pub reseed: Option<u64>,
}
