//! Which application a node belongs to, decided from its own ids alone.
//!
//! Applications are served in order of precedence; each pass over a block serves one. Bounds are in units of 2^-32, as
//! 64-bit words so that a whole share can be told from none. Reads four or eight bytes a node and application, writes
//! one.

use crate::slicing::Slot;

/// The node belongs to no application.
pub const NONE: u8 = u8::MAX;

/// The node holds another version of the suite, and does not decide by the one at hand.
pub const OTHER_VERSION: u8 = u8::MAX - 1;

/// Gives `app` those nodes that have none yet, whose word lies in `from..to`, and which `fits` marks with 1; without
/// `fits` all fit.
///
/// # Panics
/// If the lengths differ.
pub fn claim(
    apps: &mut [u8],
    words: impl ExactSizeIterator<Item = u32>,
    fits: Option<&[u8]>,
    from: u64,
    to: u64,
    app: u8,
) {
    assert_eq!(apps.len(), words.len());
    assert!(fits.is_none_or(|fits| fits.len() == apps.len()));
    if to <= from {
        return;
    }
    // from ≤ word < to, in 32 bits: the interval is not empty, so its last word exists.
    let (first, width) = (from as u32, (to - from - 1) as u32);
    let takes = |held: u8, word: u32| held == NONE && word.wrapping_sub(first) <= width;
    if let Some(fits) = fits {
        for ((held, word), &fits) in apps.iter_mut().zip(words).zip(fits) {
            *held = if takes(*held, word) && fits == 1 { app } else { *held };
        }
    } else {
        for (held, word) in apps.iter_mut().zip(words) {
            *held = if takes(*held, word) { app } else { *held };
        }
    }
}

/// As [`claim`] for nodes that would rather stay where they are: those that hold `app` already keep it while their word
/// lies in `from..to` or less than `slack` beside it; others take it only where it lies more than `slack` inside. An
/// end of the whole range is no border.
///
/// # Panics
/// If the lengths differ.
#[expect(clippy::too_many_arguments, reason = "a claim, who holds what, and the slack")]
pub fn claim_steadily(
    apps: &mut [u8],
    held: &[u8],
    words: impl ExactSizeIterator<Item = u32>,
    fits: Option<&[u8]>,
    from: u64,
    to: u64,
    slack: u64,
    app: u8,
) {
    const WHOLE: u64 = 1 << 32;
    assert_eq!(apps.len(), words.len());
    assert_eq!(apps.len(), held.len());
    if to <= from {
        return;
    }
    let inner = (if from == 0 { 0 } else { from + slack }, if to >= WHOLE { WHOLE } else { to.saturating_sub(slack) });
    let outer = (from.saturating_sub(slack), (to + slack).min(WHOLE));
    for (k, ((chosen, &held), word)) in apps.iter_mut().zip(held).zip(words).enumerate() {
        let (from, to) = if held == app { outer } else { inner };
        let takes = *chosen == NONE && (from..to).contains(&u64::from(word)) && fits.is_none_or(|fits| fits[k] == 1);
        *chosen = if takes { app } else { *chosen };
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
/// Up to so many applications, a pass over the values for each costs less than one that scatters them.
const FEW: usize = 6;

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
    /// # Panics
    /// If the lengths differ.
    #[must_use]
    pub fn of(count: usize, apps: &[u8], truth: &[u8], attributes: &[&[f32]]) -> Self {
        assert_eq!(apps.len(), truth.len());
        let held = (0..count).map(|app| tally(apps.iter().map(|&held| held == app as u8)));
        let right = |app| apps.iter().zip(truth).map(move |(&held, &truth)| held == app as u8 && truth == held);
        let correct = (0..count).map(|app| tally(right(app)));
        let sums = attributes.iter().map(|values| {
            if count <= FEW {
                (0..count).map(|app| selected(apps, values, app as u8)).collect()
            } else {
                scattered(apps, values, count)
            }
        });
        Self { held: held.collect(), correct: correct.collect(), sums: sums.collect() }
    }

    /// Adds what they hold among other nodes.
    pub fn add(&mut self, other: &Self) {
        let sums = self.sums.iter_mut().flatten().zip(other.sums.iter().flatten());
        sums.for_each(|(sum, other)| *sum += other);
        let counts = self.held.iter_mut().zip(&other.held).chain(self.correct.iter_mut().zip(&other.correct));
        counts.for_each(|(sum, other)| *sum += other);
    }
}

/// How often it holds.
fn tally(each: impl Iterator<Item = bool>) -> u64 {
    u64::from(each.map(u32::from).sum::<u32>())
}

/// The sum of the values of one application's nodes: a selection from all, in lanes.
fn selected(apps: &[u8], values: &[f32], app: u8) -> f64 {
    let term = |held: u8, value: f32| f64::from(if held == app { value } else { 0.0 });
    let mut lanes = [0.0; 4 * LANES];
    let (apps, last_apps) = apps.as_chunks::<{ 4 * LANES }>();
    let (values, last_values) = values.as_chunks::<{ 4 * LANES }>();
    for (apps, values) in apps.iter().zip(values) {
        for lane in 0..4 * LANES {
            lanes[lane] += term(apps[lane], values[lane]);
        }
    }
    for ((lane, &held), &value) in lanes.iter_mut().zip(last_apps).zip(last_values) {
        *lane += term(held, value);
    }
    lanes.iter().sum()
}

/// The sums of the values of every application's nodes. Consecutive nodes, which often hold the same application, add
/// to sums of their own, so that none waits for another.
fn scattered(apps: &[u8], values: &[f32], count: usize) -> Vec<f64> {
    let mut sums = [[0.0; APPS]; LANES];
    for (apps, values) in apps.chunks(LANES).zip(values.chunks(LANES)) {
        for (lane, (&app, &value)) in apps.iter().zip(values).enumerate() {
            sums[lane][app as usize] += f64::from(value);
        }
    }
    (0..count).map(|app| (sums[0][app] + sums[2][app]) + (sums[1][app] + sums[3][app])).collect()
}
