//! Lengths of time in cycles, drawn in constant time.

use datasets::fleet::{Distribution, probabilities};
use datasets::scenario::Lengths;
use kernels::quantile::Table;

use crate::population::attributes::table;
use crate::population::life::NEVER;

/// The most cycles of a length: beyond that there is no difference to for ever, and 32-bit floats end.
const LONGEST: f64 = 1e30;

/// Lengths that nodes draw, and what is left of one at a random moment.
#[derive(Clone, Debug)]
pub struct LengthTable {
    /// Lengths of a node whose own factor is 1.
    lengths: Table,
    /// Lengths that a random moment hits: longer ones more often.
    hit: Table,
    /// Factors of nodes; `None` if all are 1.
    factors: Option<Distribution>,
    factor_table: Option<Table>,
    /// The mean.
    pub mean: f64,
}

impl LengthTable {
    /// Lengths, as a scenario has them, for cycles of so many seconds.
    pub fn new(lengths: &Lengths, cycle_seconds: f64) -> Self {
        let scale = lengths.unit.seconds() / cycle_seconds;
        let Lengths { distribution, spread, .. } = lengths;
        let scaled = |value: f64| (value * scale).min(LONGEST);
        let (drawn, hit) = match distribution {
            Distribution::Constant(value) => {
                let value = scaled(*value);
                (Table::steps(&[(value, 1.0)]), Table::steps(&[(value, 1.0)]))
            }
            Distribution::Choice(choices) => {
                let lengths: Vec<_> = choices.iter().map(|&(value, weight)| (scaled(value), weight)).collect();
                let hits: Vec<_> = lengths.iter().map(|&(length, weight)| (length, weight * length)).collect();
                (Table::steps(&lengths), Table::steps(&hits))
            }
            smooth => {
                let quantile = |probability: f64| scaled(smooth.quantile(probability));
                let hit = Hit::new(quantile);
                (Table::smooth(quantile), Table::smooth(|share| quantile(hit.probability(share))))
            }
        };
        let factors = (*spread > 0.0)
            .then(|| Distribution::Lognormal { median: libm::exp(-0.5 * spread * spread), sigma: *spread });
        let factor_table = factors.as_ref().map(table);
        Self { lengths: drawn, hit, factors, factor_table, mean: scaled(distribution.mean()) }
    }

    /// A node's own factor, for life, by a word of its own.
    pub fn factor(&self, word: impl FnOnce() -> u32) -> f64 {
        self.factor_table.as_ref().map_or(1.0, |table| table.draw(word()).into())
    }

    /// Factors that stand for all nodes: equally likely ones.
    pub fn factors(&self) -> Vec<f64> {
        const COUNT: u32 = 256;
        let middle = |k| (f64::from(k) + 0.5) / f64::from(COUNT);
        self.factors.as_ref().map_or_else(|| vec![1.0], |all| (0..COUNT).map(|k| all.quantile(middle(k))).collect())
    }

    /// A length in whole cycles, 0 if it is over before the next cycle: rounded up or down at random, so that the mean
    /// is right.
    pub fn draw(&self, factor: f64, [length, rounding]: [u32; 2]) -> u32 {
        whole(f64::from(self.lengths.draw(length)) * factor, rounding)
    }

    /// What is left, at a random moment, of the length that it hits: at least one cycle.
    pub fn rest(&self, factor: f64, [length, part]: [u32; 2]) -> u32 {
        // A moment before a cycle's end, and all of it is left in that cycle.
        whole(f64::from(self.hit.draw(length)) * factor * unit(part), u32::MAX).max(1)
    }
}

/// A word as a number within (0, 1).
fn unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) * 0.5_f64.powi(32)
}

fn whole(length: f64, rounding: u32) -> u32 {
    let rounded = (length + unit(rounding)).floor();
    if rounded < f64::from(NEVER) { rounded as u32 } else { NEVER }
}

/// The share of all time that lies in lengths below each quantile.
struct Hit {
    points: Vec<(f64, f64)>,
}

impl Hit {
    fn new(quantile: impl Fn(f64) -> f64) -> Self {
        let mut points = Vec::new();
        let (mut sum, mut last) = (0.0, (0.0, quantile(0.5_f64.powi(33))));
        for probability in probabilities().chain([1.0 - 0.5_f64.powi(33)]) {
            let next = (probability, quantile(probability));
            sum += (next.0 - last.0) * 0.5 * (last.1 + next.1);
            points.push((sum, probability));
            last = next;
        }
        for (below, _) in &mut points {
            *below /= sum;
        }
        Self { points }
    }

    /// The probability below which lengths make up a share of all time.
    fn probability(&self, share: f64) -> f64 {
        let at = self.points.partition_point(|&(below, _)| below < share);
        let ((low, from), (high, to)) = match at {
            0 => ((0.0, 0.0), self.points[0]),
            at if at < self.points.len() => (self.points[at - 1], self.points[at]),
            _ => return self.points[self.points.len() - 1].1,
        };
        if high > low { from + (to - from) * (share - low) / (high - low) } else { to }
    }
}
