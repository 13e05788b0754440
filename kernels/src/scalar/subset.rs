//! The twin of random subsets: a slot after the other.

use super::mixed;

/// The first random word of a plane: a plane has a bit for each slot in so many words, one plane for either node.
#[must_use]
pub fn first_word(stage: u32, plane: usize, side: usize, words: usize) -> u32 {
    (stage << 16) + ((2 * plane + side) * words) as u32
}

/// The random bits of a meeting by which one of the two nodes makes one choice.
#[derive(Clone, Copy, Debug)]
pub struct Bits {
    /// The random words of the meeting.
    pub seed: [u32; 2],
    /// Which choice it is.
    pub stage: u32,
    /// Which node chooses: 0 is the initiator, 1 its partner.
    pub side: usize,
    /// Words of a plane.
    pub words: usize,
}

impl Bits {
    /// The bit of a slot in a plane.
    #[must_use]
    pub fn bit(&self, plane: usize, slot: usize) -> bool {
        let first = first_word(self.stage, plane, self.side, self.words);
        mixed(self.seed, first + (slot / 32) as u32) >> (slot % 32) & 1 == 1
    }
}

/// `count` random ones of some slots, or all if there are no more.
///
/// The subset is made of the slots that come first in the order of their random bits: those whose bit is set are taken,
/// unless these are too many, in which case the others go; then the next plane of bits decides among the rest.
#[must_use]
pub fn at_random(mut open: Vec<usize>, count: usize, bits: &Bits) -> Vec<usize> {
    let mut chosen = Vec::new();
    for plane in 0.. {
        if chosen.len() + open.len() <= count {
            chosen.append(&mut open);
        }
        if chosen.len() == count || open.is_empty() {
            break;
        }
        let (mut ones, zeros): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&slot| bits.bit(plane, slot));
        if chosen.len() + ones.len() <= count {
            chosen.append(&mut ones);
            open = zeros;
        } else {
            open = ones;
        }
    }
    chosen
}
