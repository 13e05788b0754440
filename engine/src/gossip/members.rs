//! The members of a protocol, with what they keep, to be measured.
//!
//! Reads each record once, as a stream.

use kernels::views::NOBODY;
use rayon::prelude::*;

use super::around::{Around, Who};
use super::record::Record;
use crate::memory::STRIDE;

/// The members of a protocol, with what they keep, to be measured.
#[derive(Debug)]
pub struct Members<'a, R: Record + ?Sized> {
    /// Who they are.
    pub(crate) who: Who<'a>,
    pub(super) cells: usize,
    pub(super) records: &'a [R::Cell],
    /// What there is around them.
    pub(crate) around: &'a Around<'a>,
    /// How many are compared with what there is to be, at most: about so many if there are more.
    pub(crate) judged: usize,
}

impl<'a, R: Record + ?Sized> Members<'a, R> {
    /// The number of the cycle that is over.
    #[must_use]
    pub fn cycle(&self) -> u32 {
        self.around.cycle.number
    }

    /// Whether a node is a member.
    #[must_use]
    pub fn holds(&self, node: u32) -> bool {
        self.who.holds(node)
    }

    /// What a member keeps; `None` if the node is none.
    #[must_use]
    pub fn get(&self, node: u32) -> Option<&'a R> {
        self.who.holds(node).then(|| self.row(self.who.row(node)))
    }

    /// What the member of a row keeps.
    #[must_use]
    pub(crate) fn row(&self, row: usize) -> &'a R {
        R::of(&self.records[row * self.cells..][..self.cells])
    }

    /// Adds something up over all members, side by side: of each a value, which is put together stride by stride in
    /// the order of rows, so that sums of floats are the same bits for any number of threads.
    pub fn fold<T: Default + Send>(&self, meet: impl Fn(&mut T, u32, &R) + Sync, mut add: impl FnMut(&mut T, T)) -> T {
        let rows = self.who.rows();
        let part = |stride: usize| {
            let mut sum = T::default();
            for row in stride * STRIDE..rows.min((stride + 1) * STRIDE) {
                let node = self.who.node(row);
                if node != NOBODY {
                    meet(&mut sum, node, self.row(row));
                }
            }
            sum
        };
        let parts: Vec<T> = (0..rows.div_ceil(STRIDE)).into_par_iter().map(part).collect();
        let mut sum = T::default();
        for part in parts {
            add(&mut sum, part);
        }
        sum
    }

    /// The mean of a value over all members; not a number of nobody.
    pub fn mean(&self, value: impl Fn(u32, &R) -> f64 + Sync) -> f64 {
        let meet = |sum: &mut (f64, u64), node: u32, own: &R| *sum = (sum.0 + value(node, own), sum.1 + 1);
        let (sum, count) = self.fold(meet, |sum, part| *sum = (sum.0 + part.0, sum.1 + part.1));
        if count == 0 { f64::NAN } else { sum / count as f64 }
    }

    /// The share of members of whom something holds; not a number of nobody.
    pub fn fraction(&self, is: impl Fn(u32, &R) -> bool + Sync) -> f64 {
        self.mean(|node, own| f64::from(u8::from(is(node, own))))
    }
}
