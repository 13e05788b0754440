//! Which runs are pairs, and how the metrics of pairs differ.

use crate::metrics::Name;
use crate::{Dispersion, Point, Setting, Study};

/// The metrics of a run, or of several together.
pub(super) type Values = Vec<(Name, Option<f64>)>;

/// Pairs of runs, by their seeds.
pub(super) type Pairs<'a> = Vec<(u64, [&'a Point; 2])>;

/// How a metric differs between the runs of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// The metric.
    pub name: Name,
    /// Its mean over the runs of each side that are in a pair.
    pub means: [f64; 2],
    /// The second minus the first, over the pairs that have both.
    pub difference: Dispersion,
}

/// Pairs of runs that differ in their seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// What is set; empty where nothing is, or several settings are taken together.
    pub label: String,
    /// The number of pairs.
    pub pairs: usize,
    /// The metrics, those whose difference is the most certain first: the largest in half widths of its interval, or
    /// relative to the means where there is one pair.
    pub differences: Vec<Difference>,
    /// Metrics that only the first side has, and only the second: other applications, or what did not settle.
    pub only: [Vec<String>; 2],
}

impl Difference {
    /// Whether there is none, exactly.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.difference.mean == 0.0 && self.difference.half_width().is_none_or(|half| half == 0.0)
    }

    /// How much it matters.
    fn weight(&self) -> f64 {
        if self.is_zero() {
            return 0.0;
        }
        let scale = match self.difference.half_width() {
            Some(half) => half,
            None => self.means[0].abs().max(self.means[1].abs()),
        };
        self.difference.mean.abs() / scale
    }
}

impl Group {
    /// Of pairs of runs by their metrics.
    pub(super) fn of(label: String, pairs: &[[Values; 2]]) -> Group {
        let mut names: Vec<&Name> = Vec::new();
        for (name, _) in pairs.iter().flatten().flatten() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let value =
            |values: &Values, name: &Name| values.iter().find(|value| value.0 == *name).and_then(|value| value.1);
        let (mut differences, mut only) = (Vec::new(), [Vec::new(), Vec::new()]);
        for name in names {
            let sides: Vec<[Option<f64>; 2]> =
                pairs.iter().map(|[one, other]| [value(one, name), value(other, name)]).collect();
            match difference(name, &sides) {
                Some(difference) => differences.push(difference),
                None => (0..2)
                    .filter(|&side| sides.iter().any(|sides| sides[side].is_some()))
                    .for_each(|side| only[side].push(shown(name))),
            }
        }
        differences.sort_by(|a, b| b.weight().total_cmp(&a.weight()));
        Group { label, pairs: pairs.len(), differences, only }
    }
}

/// How a metric is called in a text.
pub(crate) fn shown(name: &Name) -> String {
    if name.subject.is_empty() { name.metric.to_owned() } else { format!("{} of {}", name.metric, name.subject) }
}

/// The difference of a metric over the pairs that have it; `None` if no pair has.
fn difference(name: &Name, sides: &[[Option<f64>; 2]]) -> Option<Difference> {
    let both: Vec<[f64; 2]> = sides.iter().filter_map(|&[one, other]| Some([one?, other?])).collect();
    let difference = Dispersion::of(&both.iter().map(|[one, other]| other - one).collect::<Vec<_>>())?;
    let mean =
        |side: usize| Dispersion::of(&both.iter().map(|pair| pair[side]).collect::<Vec<_>>()).map(|spread| spread.mean);
    Some(Difference { name: name.clone(), means: [mean(0)?, mean(1)?], difference })
}

/// The settings that both sweeps have, and what is said of the others. Where each has one, these are meant.
pub(super) fn matched<'a>([one, other]: [&'a Study; 2]) -> (Vec<(&'a Setting, &'a Setting)>, Vec<String>) {
    if let ([one], [other]) = (&one.settings[..], &other.settings[..]) {
        return (vec![(one, other)], Vec::new());
    }
    let partner =
        |setting: &Setting, among: &'a Study| among.settings.iter().find(|other| params(other) == params(setting));
    let pairs = one.settings.iter().filter_map(|setting| Some((setting, partner(setting, other)?))).collect();
    let alone = |study: &'a Study, others: &'a Study, which: &str| {
        let alone = study.settings.iter().filter(|setting| partner(setting, others).is_none());
        alone.map(|setting| format!("{which} has the setting: {}", named(setting))).collect::<Vec<_>>()
    };
    (pairs, [alone(one, other, "only the first"), alone(other, one, "only the second")].concat())
}

fn named(setting: &Setting) -> String {
    if setting.params.is_empty() { "the scenario as it is".to_owned() } else { setting.label() }
}

/// What is set, in the order of the keys.
fn params(setting: &Setting) -> Vec<(&str, &str)> {
    let mut params: Vec<_> = setting.params.iter().map(|param| (param.key.as_str(), param.value.as_str())).collect();
    params.sort_unstable();
    params
}

/// The points of the same seed, and what is said of the others.
pub(super) fn by_seed<'a>(one: &'a Setting, other: &'a Setting) -> (Pairs<'a>, Vec<String>) {
    let partner = |point: &Point, among: &'a Setting| among.points.iter().find(|other| other.seed == point.seed);
    let pairs = one.points.iter().filter_map(|point| Some((point.seed, [point, partner(point, other)?]))).collect();
    let alone = |own: &'a Setting, others: &'a Setting, which: &str| {
        let alone: Vec<&Point> = own.points.iter().filter(|point| partner(point, others).is_none()).collect();
        let seeds: Vec<String> = alone.iter().map(|point| point.seed.to_string()).collect();
        (!seeds.is_empty()).then(|| format!("{which} has the seeds {} of: {}", seeds.join(", "), named(own)))
    };
    let alone = [alone(one, other, "only the first"), alone(other, one, "only the second")];
    (pairs, alone.into_iter().flatten().collect())
}

/// The metrics of a point.
pub(super) fn values(point: &Point) -> Values {
    point.metrics.iter().map(|metric| (metric.name.clone(), metric.value)).collect()
}

/// For each seed that all settings have, the means over the settings: pairs of one seed are no independent ones.
pub(super) fn over_settings(settings: &[Pairs<'_>]) -> Vec<[Values; 2]> {
    let Some((first, others)) = settings.split_first() else { return Vec::new() };
    let of_seed =
        |pairs: &Pairs<'_>, seed: u64| pairs.iter().find(|pair| pair.0 == seed).map(|pair| pair.1.map(values));
    let mean_of_seed = |(seed, points): &(u64, [&Point; 2])| {
        let mut all = vec![points.map(values)];
        for pairs in others {
            all.push(of_seed(pairs, *seed)?);
        }
        Some([0, 1].map(|side| means(&all.iter().map(|pair| &pair[side]).collect::<Vec<_>>())))
    };
    first.iter().filter_map(mean_of_seed).collect()
}

/// The means of the metrics that all have.
fn means(all: &[&Values]) -> Values {
    let Some(first) = all.first() else { return Vec::new() };
    let value = |values: &Values, name: &Name| values.iter().find(|value| value.0 == *name).and_then(|value| value.1);
    let mean = |name: &Name| {
        let values: Option<Vec<f64>> = all.iter().map(|values| value(values, name)).collect();
        Dispersion::of(&values?).map(|spread| spread.mean)
    };
    first.iter().map(|(name, _)| (name.clone(), mean(name))).collect()
}
