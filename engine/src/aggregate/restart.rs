//! How nodes begin an epoch of a group: all of them at once, or each when its own clock says so.
//!
//! A node begins in two steps. First its tag is set to the number of the epoch, with a mark that says that the node
//! restarts. Then each column of the group is written for the marked nodes: a node that averages its bandwidth begins
//! with its bandwidth, a node that is counted with zero, and a leader of the count with one. At last the marks are
//! removed.
//!
//! Reads two bytes a node and writes eight a column for those who begin.

use kernels::distribution::{Curve, place};
use kernels::epochs::{EPOCH, OUTSIDE, RESTARTS, numbered};
use kernels::philox::Stream;
use rayon::prelude::*;

use super::item::Item;
use super::running::{Part, Running, StateColumn};
use super::state::Participation;
use super::truth::Scopes;
use crate::memory::{STRIDE, strides};
use crate::population::Members;
use crate::schedule::purpose::{CLOCKS, INSTANCE, for_life};

impl Running<'_> {
    /// Those who restart start anew in the columns that `are_due`; all do where nobody keeps a tag. Writes these
    /// columns.
    pub(super) fn restart(&mut self, scopes: &Scopes<'_>, are_due: impl Fn(Part) -> bool) {
        let now = numbered(self.course().epoch);
        for column in self.columns().into_iter().filter(|&column| are_due(column)) {
            let StateColumn { state, tags, initial } = self.column(column, scopes);
            strides((state, tags), |first, (state, tags)| {
                for (k, state) in state.iter_mut().enumerate() {
                    let [tag, status] = tags.map_or([now, RESTARTS], |tags| tags[k]);
                    if status & RESTARTS != 0 {
                        *state = initial.of((first + k) as u32, tag);
                    }
                }
            });
        }
    }

    /// Nobody restarts any more.
    pub(super) fn settle(&mut self) {
        let Participation { tags: Some(tags), ages, .. } = &mut *self.part else { return };
        strides((&mut **tags, ages.as_deref_mut()), |_, (tags, mut ages)| {
            for (k, tag) in tags.iter_mut().enumerate() {
                if let Some(ages) = &mut ages {
                    ages[k] = if tag[1] & RESTARTS != 0 { 0 } else { ages[k] };
                }
                tag[1] &= !RESTARTS;
            }
        });
    }

    /// All nodes begin an epoch, those too that have sat out the one before.
    pub(super) fn all_begin(&mut self) {
        let Participation { tags: Some(tags), course, .. } = &mut *self.part else { return };
        let now = numbered(course.epoch);
        tags.par_iter_mut().filter(|tag| tag[0] & OUTSIDE == 0).for_each(|tag| *tag = [now, RESTARTS]);
    }

    /// Those whose clock says so begin the next epoch after their own. Returns the number of the newest of these
    /// epochs, if anybody begins one; `newest` is that of all that there are.
    pub(super) fn advance(&mut self, newest: u32) -> Option<u32> {
        let tags = self.part.tags.as_deref_mut().unwrap_or_default();
        let found = strides(tags, |_, tags| {
            let mut found = [false; 2];
            for [tag, status] in tags.iter_mut().filter(|tag| tag[1] & RESTARTS != 0 && tag[0] & OUTSIDE == 0) {
                found[usize::from(*tag & EPOCH == numbered(newest))] = true;
                *tag = tag.wrapping_add(1) & EPOCH;
                *status = RESTARTS;
            }
            found
        });
        let [old, new] = found.into_iter().fold([false; 2], |all, one| [all[0] | one[0], all[1] | one[1]]);
        (old || new).then_some(newest + u32::from(new))
    }

    /// Clocks go on by a cycle; returns whether somebody's says that its epoch is over. Reads and writes four bytes a
    /// node.
    pub(super) fn grow_older(&mut self, seed: u64) -> bool {
        let Participation { tags: Some(tags), ages: Some(ages), fresh: Some(fresh), .. } = &mut *self.part else {
            return false;
        };
        let Some(epochs) = self.group.epochs else { return false };
        let clocks = for_life(seed, CLOCKS + INSTANCE * self.number as u32);
        let due = strides(((&mut **tags, &mut **ages), &mut **fresh), |first, ((tags, ages), fresh)| {
            let mut words = [0; STRIDE];
            clocks.fill(&mut words[..tags.len()], first as u32, 0);
            let mut any = false;
            for (k, ([_, status], age)) in tags.iter_mut().zip(ages).enumerate() {
                let pace = 1.0 + epochs.drift * (f64::from(words[k]) * 2_f64.powi(-31) - 1.0);
                *age = age.saturating_add(1);
                let is_due = f64::from(*age) * pace >= f64::from(epochs.cycles) - 0.5;
                *status = *status & !RESTARTS | if is_due { RESTARTS } else { 0 };
                fresh[k] |= u8::from(is_due);
                any |= is_due;
            }
            any
        });
        due.into_iter().any(|due| due)
    }
}

/// The points at which a distribution is to be known in an epoch. One of the nodes that take part chooses them, by the
/// curve that it has found in the epoch `before`; in the first epoch by the values of as many random nodes as it knows.
pub fn points(
    item: &Item,
    values: &[f32],
    members: Members<'_>,
    before: Option<&Curve>,
    wanted: &[f64],
    (words, known): (Stream, u32),
) -> Curve {
    let known_before = before.filter(|curve| curve.is_known());
    let curve = known_before.cloned().unwrap_or_else(|| {
        let node = |draw: u32| random_member(members, words, draw * ATTEMPTS);
        let sample = (0..known.max(2)).filter_map(node).map(|node| place(values[node], node as u32, members.nodes));
        Curve::of_sample(sample.collect())
    });
    Curve::of_points(curve.points(item.points(), wanted))
}

/// Draws among which there is a member, as good as always.
const ATTEMPTS: u32 = 64;

/// A random member: the first of so many draws, from `draw` on, that is one.
fn random_member(members: Members<'_>, words: Stream, draw: u32) -> Option<usize> {
    let drawn = |attempt| (u64::from(words.word_of_many(0, draw + attempt)) * members.nodes as u64 >> 32) as usize;
    (0..ATTEMPTS).map(drawn).find(|&node| members.mask.holds(node))
}
