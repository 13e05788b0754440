//! What rides along when nodes meet: the byte by which they tell each other the version of the suite that they hold.

use std::sync::{Mutex, PoisonError};

use datasets::scenario::Propagation;
use kernels::exchange::{REQUEST_LOST, Tally};
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

    /// Two nodes meet, of whom the first has started the exchange. `sends` says which of them tells the other its byte,
    /// `told` what the two bytes were when they were told, and `loss` what the network loses of the exchange.
    #[inline]
    pub fn meet(&self, sends: Propagation, both: [&mut u8; 2], told: [u8; 2], loss: u8, spread: &mut Spread) {
        let tells = [sends != Propagation::Pull, sends != Propagation::Push];
        self.rules.exchange(both, (told, tells), loss, spread);
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

/// Counts the messages of an exchange by its loss: a node that only pushes asks for no reply.
#[inline]
pub fn count(tally: &mut Tally, sends: Propagation, loss: u8) {
    if sends == Propagation::Push {
        tally.tell(loss == REQUEST_LOST);
    } else {
        tally.count(loss);
    }
}
