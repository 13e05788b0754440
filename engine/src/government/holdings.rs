//! What each application holds: how many nodes, and the sums of their attributes, from which constraints find means.

use datasets::suite::Test;
use kernels::suite::Holdings;

use super::state::Government;
use crate::memory::{STRIDE, strides};
use crate::plans::condition::fits;
use crate::population::Population;

impl Government {
    /// Checks whether each application has what it must have, after a cycle.
    pub fn check(&mut self, population: &Population, cycle: u32) {
        let mut constraints = std::mem::take(&mut self.course.constraints);
        let sums = |attributes: &[usize]| self.holdings(None, population, attributes).sums;
        if self.apps.is_some() {
            constraints.check(&self.versions, &self.course.held, sums, cycle);
        }
        self.course.constraints = constraints;
    }

    /// What the applications hold, with the sums of some attributes, and how much of it `truth` assigns to them too.
    pub fn holdings(&self, truth: Option<&[u8]>, population: &Population, attributes: &[usize]) -> Holdings {
        let Some(held) = &self.apps else { return Holdings::default() };
        let attributes: Vec<&[f32]> = attributes.iter().map(|&number| &*population.attributes[number]).collect();
        let columns = ((&**held, truth.unwrap_or(held)), attributes);
        let parts = strides(columns, |_, ((held, truth), attributes)| {
            Holdings::of(self.course.held.len(), held, truth, &attributes)
        });
        let sum = parts.into_iter().reduce(|mut sum, part| {
            sum.add(&part);
            sum
        });
        sum.unwrap_or_default()
    }

    /// Nodes that an application holds, by its number: all of them, or those that fit a test. The latter reads a byte a
    /// node, and four for each attribute that the test names.
    ///
    /// # Panics
    /// If there is no such application.
    pub fn held(&self, app: usize, test: Option<&Test>, population: &Population) -> u64 {
        let (Some(test), Some(held)) = (test, &self.apps) else { return self.course.held[app] };
        let counts = strides((&**held, population.values()), |_, (held, attributes)| {
            let mut fit = [0; STRIDE];
            let fit = &mut fit[..held.len()];
            fits(fit, test, &attributes);
            held.iter().zip(fit).filter(|(held, fit)| **held == app as u8 && **fit == 1).count() as u64
        });
        counts.into_iter().sum()
    }
}
