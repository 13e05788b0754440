//! Distributions by interpolation: how large the share of the nodes is that lies below a value, known at a few points
//! and taken by straight lines between them.
//!
//! Example: three quarters of the nodes have less than 80 GB, and nine in ten less than 180 GB. Then about 81 % of them
//! have less than 120 GB, and the quantile 0.8 is about 113 GB.
//!
//! ```text
//! who begins an epoch chooses points from what it found in the one before, so that equal shares lie between them
//! each node starts with one at the points that lie above it and with zero at the others; these are averaged
//! the least and the largest value are found beside, as the ends
//! ```
//!
//! Sacha, Napper, Stratan and Pierre, *Adam2: reliable distribution estimation in decentralised environments*, ICDCS
//! 2010. Points are places in the order by (value, index), so that nodes with the same value still differ.

use serde::{Deserialize, Serialize};

use crate::sort::{key, record, upper, value};

/// A distribution, as one node knows it: shares of the nodes up to some places, ascending. The first place is the least
/// that there is and the last the largest.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Curve {
    /// The places.
    pub places: Vec<u64>,
    /// The share of the nodes up to each.
    pub shares: Vec<f64>,
}

impl Curve {
    /// The curve of a sample of places, each of which stands for an equal share.
    #[must_use]
    pub fn of_sample(mut places: Vec<u64>) -> Self {
        places.sort_unstable();
        places.dedup();
        let count = places.len() as f64;
        let shares = (0..places.len()).map(|k| (k as f64 + 0.5) / count).collect();
        Self { places, shares }
    }

    /// A curve of which no more is known than these points between its ends.
    #[must_use]
    pub fn of_points(points: Vec<u64>) -> Self {
        let places = [vec![0], points, vec![u64::MAX]].concat();
        Self { shares: vec![0.0; places.len()], places }
    }

    /// Whether somebody has found its shares.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.shares.last().is_some_and(|&share| share > 0.0)
    }

    /// The points between the ends.
    #[must_use]
    pub fn inner(&self) -> &[u64] {
        self.places.get(1..self.places.len().max(2) - 1).unwrap_or(&[])
    }

    /// Takes what a node has found: the shares at the points, then the least and the largest value. Noise that would
    /// make shares fall is levelled.
    pub fn take(&mut self, mut found: impl Iterator<Item = f64>) {
        let mut most = 0.0_f64;
        let ends = self.places.len() - 1;
        for share in &mut self.shares[1..ends] {
            most = most.max(found.next().unwrap_or_default().clamp(0.0, 1.0));
            *share = most;
        }
        self.shares[ends] = 1.0;
        let [low, high] = [found.next(), found.next()].map(|value| key(value.unwrap_or_default() as f32));
        self.places[0] = record(low, 0).min(self.places[1]);
        self.places[ends] = record(high, u32::MAX).max(self.places[ends - 1]);
    }

    /// The share of the nodes up to a place.
    #[must_use]
    pub fn share(&self, place: u64) -> f64 {
        let after = self.places.partition_point(|&known| known < place);
        match (after.checked_sub(1), self.places.get(after)) {
            (None, None) => 0.5,
            (None, Some(_)) => self.shares[0],
            (Some(last), None) => self.shares[last],
            (Some(before), Some(_)) => {
                let along = fraction(self.places[before], self.places[after], place);
                self.shares[before] + (self.shares[after] - self.shares[before]) * along
            }
        }
    }

    /// The place up to which a share of the nodes lies.
    #[must_use]
    pub fn place(&self, share: f64) -> u64 {
        self.place_by(share, |share| share)
    }

    /// The place up to which a share of the nodes lies, by straight lines over a `scale` of shares.
    fn place_by(&self, share: f64, scale: impl Fn(f64) -> f64) -> u64 {
        let after = self.shares.partition_point(|&known| known < share);
        match (after.checked_sub(1), self.places.get(after)) {
            (None, None) => 0,
            (None, Some(&first)) => first,
            (Some(last), None) => self.places[last],
            (Some(before), Some(_)) => {
                let [from, at, to] = [self.shares[before], share, self.shares[after]].map(scale);
                let along = if to > from { (at - from) / (to - from) } else { 0.5 };
                between(self.places[before], self.places[after], along)
            }
        }
    }

    /// The normalised rank of a node, of so many, by the `key` of its value: the share of the nodes up to it, as a
    /// word.
    #[must_use]
    pub fn rank(&self, key: u32, node: u32, nodes: usize) -> u32 {
        (self.share(record(key, tie(node, nodes))) * 2_f64.powi(32)) as u32
    }

    /// The value up to which a share of the nodes lies; not a number if nothing is known.
    #[must_use]
    pub fn quantile(&self, share: f64) -> f64 {
        if self.places.is_empty() { f64::NAN } else { f64::from(value(upper(self.place(share)))) }
    }

    /// So many places between which equal shares should lie, but for three at each `wanted` share, as far as there are
    /// enough: where it lies by straight lines, where it lies by straight lines over logits, and in the middle. In a
    /// tail the one falls short and the other goes too far, so that the next epoch knows it between closer places.
    /// Ascending, all different.
    #[must_use]
    pub fn points(&self, count: usize, wanted: &[f64]) -> Vec<u64> {
        let around = |&share: &f64| {
            let [one, other] = [self.place(share), self.place_by(share, logit)];
            [one, between(one.min(other), one.max(other), 0.5), other]
        };
        let mut places: Vec<u64> = wanted.iter().take(count / 3).flat_map(around).collect();
        let even = count - places.len();
        places.extend((0..even).map(|k| self.place((k as f64 + 0.5) / even as f64)));
        places.sort_unstable();
        for k in 1..places.len() {
            places[k] = places[k].max(places[k - 1].saturating_add(1));
        }
        places
    }
}

/// The place of a node, of so many, in the order by a value: ties are broken by its index.
#[inline]
#[must_use]
pub fn place(value: f32, node: u32, nodes: usize) -> u64 {
    record(key(value), tie(node, nodes))
}

/// By what nodes of one value differ: the index of a node, of so many, stretched over all words. So it is known where
/// the last node lies, whatever their number.
fn tie(node: u32, nodes: usize) -> u32 {
    ((u64::from(node) << 32) / nodes.max(1) as u64) as u32
}

/// The logarithm of the odds of a share; those of all and none are as for a share of a millionth beside.
fn logit(share: f64) -> f64 {
    let share = share.clamp(1e-6, 1.0 - 1e-6);
    libm::log(share / (1.0 - share))
}

/// Values that differ by more than this factor are far apart: between them lie straight lines over their logarithms,
/// since tails of many distributions are long.
const FAR: f64 = 8.0;

/// How far a place lies between two others: by its value, or where these have the same, by its index.
fn fraction(low: u64, high: u64, place: u64) -> f64 {
    let [from, to, at] = [low, high, place].map(|place| f64::from(value(upper(place))));
    if from > 0.0 && to > FAR * from {
        return libm::log(at / from) / libm::log(to / from);
    }
    if to > from { (at - from) / (to - from) } else { (place - low) as f64 / (high - low).max(1) as f64 }
}

/// The place that lies so far between two others.
fn between(low: u64, high: u64, along: f64) -> u64 {
    let [from, to] = [low, high].map(|place| f64::from(value(upper(place))));
    if to > from && upper(high) - upper(low) > 1 {
        let is_far = from > 0.0 && to > FAR * from;
        let at = if is_far { from * libm::pow(to / from, along) } else { from + (to - from) * along } as f32;
        // All nodes with this value lie below: the index is the highest.
        record(key(at), u32::MAX).clamp(low, high)
    } else {
        low + ((high - low) as f64 * along) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_finds_back_what_it_interpolates() {
        let places = (0..5).map(|k| place(k as f32, k, 5)).collect();
        let curve = Curve::of_sample(places);
        assert!((curve.share(place(1.5, 0, 5)) - 0.4).abs() < 1e-9);
        assert!((curve.quantile(0.5) - 2.0).abs() < 1e-6);
        let points = curve.points(4, &[0.5]);
        assert!(points.is_sorted() && points.iter().any(|&point| value(upper(point)).to_bits() == 2.0_f32.to_bits()));
    }

    #[test]
    fn ties_are_cut_by_index() {
        let curve = Curve { places: vec![place(1.0, 0, 400), place(1.0, 100, 400)], shares: vec![0.0, 1.0] };
        assert_eq!(curve.place(0.25), place(1.0, 25, 400));
        assert!((curve.share(place(1.0, 75, 400)) - 0.75).abs() < 1e-9);
    }
}
