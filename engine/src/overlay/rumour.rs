//! What rides along when nodes meet: the byte by which they tell each other the version of the suite that they hold.

use std::sync::{Mutex, PoisonError};

use kernels::spread::{Rules, Spread};

/// What nodes do with what they are told in a pass, and what they have sent.
#[derive(Debug)]
pub struct Rumour {
    /// What they do.
    pub rules: Rules,
    /// A sum, so that the order of threads is no matter.
    spread: Mutex<Spread>,
}

impl Rumour {
    /// Nothing has been sent.
    pub fn new(rules: Rules) -> Self {
        Self { rules, spread: Mutex::default() }
    }

    /// Adds what a batch has sent.
    pub fn gather(&self, spread: &Spread) {
        if !spread.is_nothing() {
            self.spread.lock().unwrap_or_else(PoisonError::into_inner).add(spread);
        }
    }

    /// What has been sent.
    pub fn into_spread(self) -> Spread {
        self.spread.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}
