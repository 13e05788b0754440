//! What every node should find: the observer's.
//!
//! Reads the attribute of an item once, and a byte a node where not all take part; for quantiles it sorts a copy of the
//! values.

use std::borrow::Cow;

use datasets::scenario::Function;
use kernels::moments::Moments;
use rayon::prelude::*;

use super::initial::own;
use super::item::{Item, Scope};
use crate::memory::{MEMBER, Mask, STRIDE, strides};
use crate::population::Population;

/// Among whom there can be aggregates.
#[derive(Debug)]
pub struct Scopes<'a> {
    /// The nodes.
    pub population: &'a Population,
    /// The application of each node, if there is a suite.
    pub apps: Option<&'a [u8]>,
    /// Who takes part in each gradient; `None` where all live nodes do.
    pub gradients: Vec<Option<&'a [u8]>>,
}

impl<'a> Scopes<'a> {
    /// The byte that marks the nodes of a scope, and in which bytes; `None` for all live nodes.
    #[must_use]
    pub fn marks(&self, scope: Scope) -> Option<(u8, &'a [u8])> {
        match scope {
            Scope::Cloud => None,
            Scope::App(app) => self.apps.map(|apps| (app, apps)),
            Scope::Gradient(gradient) => self.gradients[gradient].map(|members| (MEMBER, members)),
        }
    }

    /// The true values of an item: one, or one a quantile. Not a number where there is nobody.
    pub fn true_values(&self, item: &Item) -> Vec<f64> {
        let inside: Option<Cow<'_, [u8]>> = self.marks(item.scope).map(|(mark, bytes)| match mark {
            MEMBER if matches!(item.scope, Scope::Gradient(_)) => bytes.into(),
            app => bytes.par_iter().map(|&held| u8::from(held == app)).collect::<Vec<u8>>().into(),
        });
        let mask = inside.as_deref().map_or(self.population.alive(), Mask::of);
        let Item { aggregate, .. } = item;
        let values = aggregate.attribute.map(|attribute| &*self.population.attributes[attribute]);
        if aggregate.function == Function::Quantiles {
            return values.map_or_else(Vec::new, |values| quantiles(values, mask, item.quantiles()));
        }
        let moments = values.map_or_else(Moments::default, |values| moments(values, mask, aggregate.function));
        let count = mask.count(self.population.nodes);
        vec![match aggregate.function {
            Function::Count => count as f64,
            _ if count == 0 => f64::NAN,
            Function::Average | Function::Quantiles => moments.mean,
            Function::Sum => moments.mean * count as f64,
            Function::Min => moments.min,
            Function::Max => moments.max,
            Function::Variance => moments.variance(),
            Function::GeometricMean => libm::exp(moments.mean),
        }]
    }
}

fn moments(values: &[f32], mask: Mask<'_>, function: Function) -> Moments {
    let strides = strides((values, mask), |_, (values, mask)| {
        let mut terms = [0.0; STRIDE];
        for (term, &value) in terms.iter_mut().zip(values) {
            *term = own(value, function, 0);
        }
        Moments::of(&terms[..values.len()], mask.marks())
    });
    strides.into_iter().fold(Moments::default(), Moments::merge)
}

/// The values up to which these shares of the nodes lie.
fn quantiles(values: &[f32], mask: Mask<'_>, shares: &[f64]) -> Vec<f64> {
    if shares.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<f32> =
        (values.par_iter().enumerate()).filter(|(node, _)| mask.holds(*node)).map(|(_, &value)| value).collect();
    sorted.par_sort_unstable_by(f32::total_cmp);
    let quantile = |&share: &f64| match sorted.len() {
        0 => f64::NAN,
        count => f64::from(sorted[((share * count as f64).ceil() as usize).clamp(1, count) - 1]),
    };
    shares.iter().map(quantile).collect()
}
