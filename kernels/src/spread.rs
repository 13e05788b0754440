//! How versions of a suite spread: anti-entropy, the newer one wins.
//!
//! A node holds a byte: the number of its version, 0 for none, higher for newer ([`NUMBER`]), and whether it is an
//! adversary ([`ADVERSARY`]), who pushes a bad description in every exchange and passes no good one on. Both ends of an
//! exchange tell the other the number of their version, and whoever holds the newer one sends its description. Reads
//! and writes one byte at either end.

use crate::exchange::{REPLY_LOST, REQUEST_LOST};

/// The bits of a node's byte that are the number of its version.
pub const NUMBER: u8 = 0x7f;

/// The bit of a node's byte that marks an adversary.
pub const ADVERSARY: u8 = 0x80;

/// Numbers of versions, 0 included.
pub const VERSIONS: usize = 1 << 7;

/// What nodes do with what they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Versions that may be passed on: a bit each.
    pub current: u128,
    /// What adversaries push; `None` as long as they are like others.
    pub push: Option<Bad>,
}

/// What adversaries push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// A description that nobody takes.
    Invalid,
    /// The version of this number, which those take that hold none, or an older one.
    Old(u8),
}

/// What has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Descriptions of each version that were taken.
    pub taken: [u64; VERSIONS],
    /// Descriptions by adversaries that were dropped.
    pub dropped: u64,
}

impl Default for Spread {
    fn default() -> Self {
        Self { taken: [0; VERSIONS], dropped: 0 }
    }
}

impl Rules {
    /// Whether a version may be passed on.
    #[must_use]
    #[inline]
    pub fn passes(&self, number: u8) -> bool {
        self.current >> number & 1 == 1
    }

    /// One end tells the other. `from` is what it held when the exchange began.
    #[inline]
    fn tell(&self, from: u8, to: &mut u8, spread: &mut Spread) {
        let (held, number) = (*to & NUMBER, from & NUMBER);
        match self.push {
            Some(_) if from & ADVERSARY != 0 && *to & ADVERSARY != 0 => {}
            Some(Bad::Invalid) if from & ADVERSARY != 0 => spread.dropped += 1,
            Some(Bad::Old(old)) if from & ADVERSARY != 0 => {
                if old > held && self.passes(old) {
                    take(old, to, spread);
                } else {
                    spread.dropped += 1;
                }
            }
            _ if number > held && self.passes(number) => take(number, to, spread),
            _ => {}
        }
    }

    /// Two nodes meet and tell each other what they hold; the reply tells what the partner held before.
    #[inline]
    pub fn meet(&self, own: &mut u8, other: &mut u8, loss: u8, spread: &mut Spread) {
        let told = [*own, *other];
        self.exchange([own, other], (told, [true; 2]), loss, spread);
    }

    /// Two nodes meet, of whom the first has started the exchange. `told` are the bytes that they tell, which may be of
    /// an earlier time; `tells` says which of them tells its own.
    #[inline]
    pub fn exchange(
        &self,
        [own, other]: [&mut u8; 2],
        (told, tells): ([u8; 2], [bool; 2]),
        loss: u8,
        spread: &mut Spread,
    ) {
        // Most meetings change nothing: nobody holds an older version than it tells.
        if told[0] == told[1] && told[0] & ADVERSARY == 0 {
            return;
        }
        if tells[0] {
            self.push(told[0], other, loss, spread);
        }
        if tells[1] && loss != REQUEST_LOST && loss != REPLY_LOST {
            self.tell(told[1], own, spread);
        }
    }

    /// A node tells another and hears nothing.
    #[inline]
    pub fn push(&self, own: u8, other: &mut u8, loss: u8, spread: &mut Spread) {
        if loss != REQUEST_LOST {
            self.tell(own, other, spread);
        }
    }
}

/// A node takes a version.
#[inline]
fn take(number: u8, to: &mut u8, spread: &mut Spread) {
    *to = *to & ADVERSARY | number;
    spread.taken[number as usize] += 1;
}

impl Spread {
    /// Whether nothing was sent.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what has been sent elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.taken.iter_mut().zip(&other.taken).for_each(|(sum, taken)| *sum += taken);
        self.dropped += other.dropped;
    }
}
