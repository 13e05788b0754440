//! What every node should find: the observer's.
//!
//! Reads the attribute of an item once, and a byte a node where not all take part; for quantiles it sorts a copy of the values.

use datasets::scenario::Function;
use kernels::moments::Moments;
use rayon::prelude::*;

use super::group::{Item, Scope};
use super::source::own;
use crate::cloud::Cloud;
use crate::pass::{STRIDE, strides};
use crate::schedule::{MEMBER, is_member};

/// The true values of an item: one, or one a quantile. Not a number where there is nobody.
#[must_use]
pub fn true_values(cloud: &Cloud, item: &Item) -> Vec<f64> {
    let mask = mask(cloud, item.scope);
    let mask = mask.as_deref().unwrap_or(cloud.alive());
    let Item { aggregate, .. } = item;
    let values = aggregate.attribute.map_or(&[][..], |attribute| &*cloud.attributes[attribute]);
    if aggregate.function == Function::Quantiles {
        return quantiles(values, mask, item.quantiles());
    }
    let moments = moments(values, mask, aggregate.function);
    let count = if mask.is_empty() { cloud.nodes } else { mask.par_iter().filter(|&&mark| mark == MEMBER).count() };
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

/// Who belongs to a scope, where these are not all live nodes.
#[must_use]
pub fn mask(cloud: &Cloud, scope: Scope) -> Option<Vec<u8>> {
    match scope {
        Scope::Cloud => None,
        Scope::App(app) => {
            let apps = cloud.apps.as_deref().unwrap_or(&[]);
            Some(apps.par_iter().map(|&held| u8::from(held == app)).collect())
        }
        Scope::Gradient(gradient) => cloud.gradients[gradient].members.as_ref().map(|members| members.to_vec()),
    }
}

fn moments(values: &[f32], mask: &[u8], function: Function) -> Moments {
    let strides = strides((values, mask), |_, (values, mask): (&[f32], &[u8])| {
        let mut terms = [0.0; STRIDE];
        for (term, &value) in terms.iter_mut().zip(values) {
            *term = own(value, function, 0);
        }
        Moments::of(&terms[..values.len()], mask)
    });
    strides.into_iter().fold(Moments::default(), Moments::merge)
}

/// The values up to which these shares of the nodes lie.
fn quantiles(values: &[f32], mask: &[u8], shares: &[f64]) -> Vec<f64> {
    if shares.is_empty() {
        return Vec::new();
    }
    let mut sorted: Vec<f32> =
        (values.par_iter().enumerate()).filter(|(node, _)| is_member(mask, *node)).map(|(_, &value)| value).collect();
    sorted.par_sort_unstable_by(f32::total_cmp);
    let quantile = |&share: &f64| match sorted.len() {
        0 => f64::NAN,
        count => f64::from(sorted[((share * count as f64).ceil() as usize).clamp(1, count) - 1]),
    };
    shares.iter().map(quantile).collect()
}
