//! The amount to ask for, from replicas at two amounts.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::model::Dispersion;
use super::{Goal, Model, Paths, mean};
use crate::dispersion::student;

/// Halvings by which the amount is found, between ends a tenth of it apart: to a part in 10^8.
const HALVINGS: usize = 24;

/// Widths between the two amounts by which the answer may lie beyond them; further out, lines are not trusted.
const BEYOND: f64 = 2.0;

/// Replicas of a cloud at two amounts that an application asks for, with the same seeds in the same order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replicas {
    /// The two amounts, ascending, as shares of the live nodes.
    pub asks: [f64; 2],
    /// Nodes held at each.
    pub held: [Paths; 2],
    /// How many times the nodes of a replica the cloud has that the answer is for, at least 1.
    pub scale: f64,
}

/// Runs of the full size.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Confirmed {
    /// What the application asked for, as a share of the live nodes.
    pub ask: f64,
    /// Nodes held.
    pub held: Paths,
}

/// How much to ask for.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The smallest share of the live nodes that will do, and the ends of its interval.
    pub ask: f64,
    /// The lower end: less than that would probably not do.
    pub low: f64,
    /// The upper end: that will probably do.
    pub high: f64,
    /// Nodes of the full cloud held after each counted cycle, if it asks for that.
    pub model: Model,
    /// Paths of the full cloud, if it asks for that: those of the replicas, moved and widened.
    pub paths: Paths,
    /// By how much the runs of the full size held more than the replicas led to expect, as a fraction with its standard
    /// error; `None` without such runs.
    pub drift: Option<[f64; 2]>,
}

impl Replicas {
    /// How many replicas there are.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.held[0].len()
    }

    /// The paths of the replicas if the application asks for so much; without one of them, if that is to be left out.
    fn paths(&self, ask: f64, without: Option<usize>) -> Paths {
        let [low, high] = self.asks;
        let along = if high > low { (ask - low) / (high - low) } else { 0.0 };
        let line = |(low, high): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
            low.iter().zip(high).map(|(low, high)| low + along * (high - low)).collect()
        };
        let runs = self.held[0].iter().zip(&self.held[1]).enumerate();
        runs.filter(|(run, _)| Some(*run) != without).map(|(_, pair)| line(pair)).collect()
    }

    /// The full cloud if the application asks for so much. Some replicas may be left out: one of the mean, one of the
    /// spread.
    fn model(&self, ask: f64, confirmed: Option<&Confirmed>, without: [Option<usize>; 2]) -> Model {
        let [of_mean, of_spread] = without;
        let replicas = mean(&self.paths(ask, of_mean));
        let spread = Dispersion::of(&self.paths(ask, of_spread));
        let Some(confirmed) = confirmed else {
            let full = replicas.iter().map(|mean| mean * self.scale).collect();
            return Model::new(full, &spread.around_mean_of(self.runs()));
        };
        let there = mean(&self.paths(confirmed.ask, of_mean));
        let ratio = replicas.iter().zip(&there).map(|(here, there)| if *there > 0.0 { here / there } else { 1.0 });
        let full = mean(&confirmed.held).iter().zip(ratio).map(|(held, ratio)| held * ratio).collect();
        Model::new(full, &spread.around_mean_of(confirmed.held.len()))
    }

    /// The smallest share that will do; at the ends of what the lines are trusted for if it lies beyond.
    fn smallest(&self, goal: Goal, confirmed: Option<&Confirmed>, without: [Option<usize>; 2]) -> f64 {
        self.smallest_by(goal, |ask| self.model(ask, confirmed, without))
    }

    /// The smallest share that would do if all runs were alike.
    fn without_spread(&self, goal: Goal, confirmed: Option<&Confirmed>) -> f64 {
        self.smallest_by(goal, |ask| Model::new(self.expected(ask, confirmed).mean, &[]))
    }

    /// The smallest share that will do by a model of each.
    fn smallest_by(&self, goal: Goal, model: impl Fn(f64) -> Model) -> f64 {
        let width = BEYOND * (self.asks[1] - self.asks[0]);
        let (mut low, mut high) = ((self.asks[0] - width).max(0.0), self.asks[1] + width);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if model(middle).fraction_with(goal.hold) >= goal.fraction {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
    }

    /// The full cloud if the application asks for so much, by the replicas and by runs of the full size, where there
    /// are any.
    #[must_use]
    pub fn expected(&self, ask: f64, confirmed: Option<&Confirmed>) -> Model {
        self.model(ask, confirmed, [None; 2])
    }

    /// How much to ask for. Runs of the full size, where there are any, say what the mean is there; the replicas say
    /// how it changes with the amount, and how much runs differ.
    ///
    /// # Panics
    ///
    /// If there are less than three replicas, or paths of different lengths.
    #[must_use]
    pub fn answer(&self, goal: Goal, confirmed: Option<&Confirmed>) -> Answer {
        assert!(self.runs() >= 3, "an interval takes three replicas");
        let ask = self.smallest(goal, confirmed, [None; 2]);
        let model = self.expected(ask, confirmed);
        let of_level = match confirmed {
            None => self.jackknife(|run| self.smallest(goal, None, [Some(run), None])),
            Some(runs) => self.error_of_level(runs, ask, &model.weights(goal.hold)),
        };
        let of_spread = self.jackknife(|run| self.smallest(goal, confirmed, [None, Some(run)]));
        let margin = ask - self.without_spread(goal, confirmed);
        let of_level = of_level * student(goal.confidence, self.runs() - 1);
        let [below, above] = reach(of_level, margin, of_spread, goal.confidence, self.runs());
        Answer {
            ask,
            low: (ask - below).max(0.0),
            high: ask + above,
            paths: self.widened(ask, &model),
            model,
            drift: confirmed.map(|confirmed| self.drift(confirmed)),
        }
    }

    /// The standard error of an estimate by what it is without each replica in turn.
    fn jackknife(&self, without: impl Fn(usize) -> f64) -> f64 {
        let runs = self.runs();
        let estimates: Vec<f64> = (0..runs).map(without).collect();
        let mean = estimates.iter().sum::<f64>() / runs as f64;
        let squares: f64 = estimates.iter().map(|estimate| (estimate - mean).powi(2)).sum();
        (squares * (runs - 1) as f64 / runs as f64).sqrt()
    }

    /// The paths of the replicas, as if they were of the full size: their distances from the mean grow with the root of
    /// it.
    fn widened(&self, ask: f64, model: &Model) -> Paths {
        let paths = self.paths(ask, None);
        let mean = mean(&paths);
        let root = self.scale.sqrt();
        let widen = |path: &Vec<f64>| {
            let off = path.iter().zip(&mean).map(|(held, mean)| (held - mean) * root);
            off.zip(&model.mean).map(|(off, mean)| mean + off).collect()
        };
        paths.iter().map(widen).collect()
    }

    /// The standard error of the share to ask for that comes from how few runs of the full size there are, at the
    /// cycles that decide.
    fn error_of_level(&self, confirmed: &Confirmed, ask: f64, weights: &[f64]) -> f64 {
        let weighted = |path: &[f64]| -> f64 { path.iter().zip(weights).map(|(held, weight)| held * weight).sum() };
        let found: Vec<f64> = confirmed.held.iter().map(|path| weighted(path)).collect();
        let replicas: Vec<f64> = self.paths(ask, None).iter().map(|path| weighted(path)).collect();
        // Runs of the full size may differ by more than their size explains: then they know best.
        let variance = (variance(&replicas) * self.scale).max(variance(&found)) / found.len() as f64;
        let [low, high] = self.asks.map(|ask| weighted(&mean(&self.paths(ask, None))) * self.scale);
        variance.sqrt() * (self.asks[1] - self.asks[0]) / (high - low)
    }

    /// By how much runs of the full size held more than the replicas led to expect, as a fraction with its standard
    /// error.
    fn drift(&self, confirmed: &Confirmed) -> [f64; 2] {
        let level = |path: &Vec<f64>| path.iter().sum::<f64>() / path.len().max(1) as f64;
        let levels = |paths: &Paths| -> Vec<f64> { paths.iter().map(level).collect() };
        let average = |levels: &[f64]| levels.iter().sum::<f64>() / levels.len() as f64;
        let (expected, found) = (levels(&self.paths(confirmed.ask, None)), levels(&confirmed.held));
        let level = average(&expected);
        let of_one = variance(&expected).sqrt() / level;
        let of_both = (1.0 / expected.len() as f64 + 1.0 / (found.len() as f64 * self.scale)).sqrt();
        [average(&found) / (level * self.scale) - 1.0, of_one * of_both]
    }
}

/// How far an interval reaches to either side of an estimate that is a level and a margin: `level` to either side for
/// the one; the other has a standard error.
///
/// A margin is so many standard deviations of what runs show, whose estimate is spread as the root of chi square; its
/// standard error says with how many degrees of freedom, at most one less than runs: cycles of a run are not
/// independent. Level and margin are, and their reaches are joined as roots of sums of squares (Zou and Donner,
/// Construction of confidence limits about effect measures, Statistics in Medicine 2008). A margin that could as well
/// be none reaches as far as Student's t to either side.
fn reach(level: f64, margin: f64, error: f64, confidence: f64, runs: usize) -> [f64; 2] {
    let symmetric = error * student(confidence, runs - 1);
    let freedom = ((margin / error).powi(2) / 2.0).min((runs - 1) as f64);
    let [below, above] = match ChiSquared::new(freedom) {
        Ok(chi) if margin > symmetric => {
            let tail = (1.0 - confidence) / 2.0;
            let [low, high] = [1.0 - tail, tail].map(|share| (freedom / chi.inverse_cdf(share)).sqrt());
            [margin * (1.0 - low), margin * (high - 1.0)]
        }
        _ => [symmetric; 2],
    };
    [level.hypot(below), level.hypot(above)]
}

/// The unbiased variance; 0 of less than two.
fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len() - 1) as f64
}
