//! Which application a node belongs to, decided from its own ids alone.
//!
//! Applications are served in order of precedence; each pass over a block serves one. Bounds are in units of 2^-32, as
//! 64-bit words so that a whole share can be told from none. Reads four or eight bytes a node and application, writes
//! one.

use crate::slicing::Slot;

/// The node belongs to no application.
pub const NONE: u8 = u8::MAX;

/// Gives `app` those nodes that have none yet and whose word lies in `from..to`.
///
/// # Panics
/// If the lengths differ.
pub fn claim(apps: &mut [u8], words: impl ExactSizeIterator<Item = u32>, from: u64, to: u64, app: u8) {
    assert_eq!(apps.len(), words.len());
    if to <= from {
        return;
    }
    // from ≤ word < to, in 32 bits: the interval is not empty, so its last word exists.
    let (first, width) = (from as u32, (to - from - 1) as u32);
    for (held, word) in apps.iter_mut().zip(words) {
        let takes = *held == NONE && word.wrapping_sub(first) <= width;
        *held = if takes { app } else { *held };
    }
}

/// The random ids of slots, as words for [`claim`].
#[must_use]
pub fn ids(slots: &[Slot]) -> impl ExactSizeIterator<Item = u32> {
    slots.iter().map(|slot| slot.id())
}

/// Values of a node's byte of application, [`NONE`] included.
const APPS: usize = 1 << 8;
/// Sums that consecutive nodes add to.
const LANES: usize = 4;

/// What the applications hold among some nodes: sums, application by application.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Holdings {
    /// Nodes held.
    pub held: Vec<u64>,
    /// Nodes held that `truth` assigns too.
    pub correct: Vec<u64>,
    /// Sums of each attribute over the nodes held, attribute by attribute.
    pub sums: Vec<Vec<f64>>,
}

impl Holdings {
    /// Counts the nodes that each of `count` applications holds.
    ///
    /// Consecutive nodes, which often hold the same application, add to sums of their own, so that none waits for another.
    ///
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn of(count: usize, apps: &[u8], truth: &[u8], attributes: &[&[f32]]) -> Self {
        assert_eq!(apps.len(), truth.len());
        let (mut held, mut correct) = ([[0_u64; APPS]; LANES], [[0_u64; APPS]; LANES]);
        for (apps, truth) in apps.chunks(LANES).zip(truth.chunks(LANES)) {
            for (lane, (&app, &truth)) in apps.iter().zip(truth).enumerate() {
                held[lane][app as usize] += 1;
                correct[lane][app as usize] += u64::from(app == truth);
            }
        }
        let sums = attributes.iter().map(|values| {
            let mut sums = [[0.0; APPS]; LANES];
            for (apps, values) in apps.chunks(LANES).zip(values.chunks(LANES)) {
                for (lane, (&app, &value)) in apps.iter().zip(values).enumerate() {
                    sums[lane][app as usize] += f64::from(value);
                }
            }
            (0..count).map(|app| (sums[0][app] + sums[2][app]) + (sums[1][app] + sums[3][app])).collect()
        });
        let total =
            |counts: &[[u64; APPS]; LANES]| (0..count).map(|app| counts.iter().map(|lane| lane[app]).sum()).collect();
        Self { sums: sums.collect(), held: total(&held), correct: total(&correct) }
    }

    /// Adds what they hold among other nodes.
    pub fn add(&mut self, other: &Self) {
        let sums = self.sums.iter_mut().flatten().zip(other.sums.iter().flatten());
        sums.for_each(|(sum, other)| *sum += other);
        let counts = self.held.iter_mut().zip(&other.held).chain(self.correct.iter_mut().zip(&other.correct));
        counts.for_each(|(sum, other)| *sum += other);
    }
}
