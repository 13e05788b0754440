//! With what value a node begins an epoch, and what a node has found at its end. Example: for a geometric mean a node
//! begins with the logarithm of its attribute, and finds the exponential of its estimate.

use datasets::scenario::Function;
use kernels::distribution::{Curve, place};
use kernels::epochs::EPOCH;

use super::item::Item;

/// With what nodes start.
#[derive(Debug)]
pub enum Initial<'a> {
    /// Their own value, as the function averages it; of its powers, this one.
    Own(&'a [f32], Function, usize),
    /// Zero, but for one at the leader of each epoch (by its tag).
    Peak(Vec<(u8, u32)>),
    /// One if their own place in the order is at most a threshold (of each epoch, by its tag), else zero.
    Below(&'a [f32], Vec<(u8, u64)>),
}

impl Initial<'_> {
    /// With what a node starts the epoch of a tag.
    #[inline]
    pub fn of(&self, node: u32, tag: u8) -> f64 {
        match self {
            Self::Own(values, function, power) => own(values[node as usize], *function, *power),
            Self::Peak(leaders) => f64::from(leaders.contains(&(tag & EPOCH, node))),
            Self::Below(values, thresholds) => {
                let threshold = thresholds.iter().find(|(epoch, _)| *epoch == tag & EPOCH).map_or(0, |&(_, at)| at);
                f64::from(place(values[node as usize], node, values.len()) <= threshold)
            }
        }
    }
}

/// A node's own value, as the function averages it.
pub fn own(value: f32, function: Function, power: usize) -> f64 {
    let value = f64::from(value);
    match function {
        Function::GeometricMean => libm::log(value),
        _ if power == 1 => value * value,
        _ => value,
    }
}

/// The number of nodes by one node's instances: the mean of what they say after the lowest and the highest third are
/// dropped. Not a number if none has reached it.
pub fn counted(instances: &[&[f64]], node: usize) -> f64 {
    if let [only] = instances {
        let share = only[node];
        return if share > 0.0 { 1.0 / share } else { f64::NAN };
    }
    let mut sizes = [0.0; 64];
    let mut count = 0;
    for share in instances.iter().map(|instance| instance[node]).filter(|&share| share > 0.0) {
        sizes[count] = 1.0 / share;
        count += 1;
    }
    let sizes = &mut sizes[..count];
    sizes.sort_unstable_by(f64::total_cmp);
    let kept = &sizes[count / 3..count - count / 3];
    kept.iter().sum::<f64>() / kept.len() as f64
}

/// What nodes find, from a stride of their estimates: not a number where they have found nothing. Of a distribution,
/// the quantile of a share, on a curve whose shares are the node's own.
pub fn found(found: &mut [f64], item: &Item, states: &[&[f64]], instances: &[&[f64]], quantile: Option<(&Curve, f64)>) {
    match (item.aggregate.function, states) {
        (Function::Count, _) => found.iter_mut().enumerate().for_each(|(k, found)| *found = counted(instances, k)),
        (Function::Sum, [means]) => {
            found.iter_mut().enumerate().for_each(|(k, found)| *found = means[k] * counted(instances, k));
        }
        (Function::Variance, [means, squares]) => {
            let both = means.iter().zip(*squares);
            found.iter_mut().zip(both).for_each(|(found, (mean, square))| *found = square - mean * mean);
        }
        (Function::GeometricMean, [logarithms]) => {
            found.iter_mut().zip(*logarithms).for_each(|(found, &logarithm)| *found = libm::exp(logarithm));
        }
        (Function::Quantiles, shares) => {
            let mut curve = quantile.map(|(curve, share)| (curve.clone(), share));
            for (k, found) in found.iter_mut().enumerate() {
                *found = curve.as_mut().map_or(f64::NAN, |(curve, share)| {
                    curve.take(shares.iter().map(|shares| shares[k]));
                    curve.quantile(*share)
                });
            }
        }
        (_, [values]) => found.copy_from_slice(values),
        (_, _) => unreachable!("each function has its columns"),
    }
}
