//! The time that work still takes, from how long its steps took.
//!
//! Steps are of kinds that cost differently, as a cycle that is observed and one that is not; how many of each are to
//! come is known. A kind costs the mean of its steps so far, in which a step counts by its place to the power
//! [`FORGET`]: first steps are slower, and events and churn change what later ones cost. That knows no time constant:
//! it forgets the first half of ten steps as it does that of ten thousand.

/// How fast early steps are forgotten: 0 is the plain mean; with 3 the first half of the steps counts a sixteenth.
const FORGET: i32 = 3;

/// What is known of the time that is left. Weights are in any unit, if steps of a kind take time in proportion to them.
#[derive(Clone, Debug)]
pub struct Left {
    kinds: Vec<Kind>,
}

/// The steps of a kind.
#[derive(Clone, Debug, Default)]
struct Kind {
    total: f64,
    done: f64,
    /// What those done weighed and took, the earlier the less.
    weight: f64,
    seconds: f64,
}

impl Kind {
    fn advance(&mut self, weight: f64, seconds: f64) {
        let keep = (self.done / (self.done + weight).max(f64::MIN_POSITIVE)).powi(FORGET);
        self.done += weight;
        self.weight = self.weight * keep + weight;
        self.seconds = self.seconds * keep + seconds;
    }

    fn to_come(&self) -> f64 {
        (self.total - self.done).max(0.0)
    }
}

impl Left {
    /// Work of which nothing is done: the weight of all steps, by kind.
    pub fn new(totals: &[f64]) -> Self {
        Self { kinds: totals.iter().map(|&total| Kind { total, ..Kind::default() }).collect() }
    }

    /// A step of a kind, so heavy, took so long.
    pub fn advance(&mut self, kind: usize, weight: f64, seconds: f64) {
        self.kinds[kind].advance(weight, seconds);
    }

    /// Steps of a kind were done before, by somebody else: nobody knows how long they took.
    pub fn skip(&mut self, kind: usize, weight: f64) {
        self.kinds[kind].done += weight;
    }

    /// The seconds that are left; unknown before the first step. A kind that was not met yet is taken for the mean of
    /// the others.
    pub fn seconds(&self) -> Option<f64> {
        let sum = |of: fn(&Kind) -> f64| self.kinds.iter().map(of).sum::<f64>();
        let weight = sum(|kind| kind.weight);
        let mean = sum(|kind| kind.seconds) / weight;
        let cost = |kind: &Kind| if kind.weight > 0.0 { kind.seconds / kind.weight } else { mean };
        (weight > 0.0).then(|| self.kinds.iter().map(|kind| kind.to_come() * cost(kind)).sum())
    }

    /// The share of the work that is done, by weight.
    pub fn share_done(&self) -> f64 {
        let sum = |of: fn(&Kind) -> f64| self.kinds.iter().map(of).sum::<f64>();
        let (total, to_come) = (sum(|kind| kind.total), sum(Kind::to_come));
        if total > 0.0 { 1.0 - to_come / total } else { 1.0 }
    }
}
