//! What each key changes, if it is changed alone.

use super::Setting;
use crate::Dispersion;
use crate::dispersion::paired;
use crate::metrics::Name;

/// What a key does to a metric. Differences are between runs of the same seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    /// The metric.
    pub name: Name,
    /// Its place among the keys, by the size of the swing, from 1.
    pub rank: u32,
    /// The key.
    pub key: String,
    /// The mean of the metric where nothing is changed.
    pub base: f64,
    /// The smallest value of the key, or the first if they are no numbers; `None` where the key has one value only, and
    /// the low end is the scenario as it is.
    pub low_value: Option<String>,
    /// The largest, or the last.
    pub high_value: String,
    /// What the smallest value adds to the metric; `None` where the key has one value only.
    pub low: Option<Dispersion>,
    /// What the largest adds.
    pub high: Dispersion,
    /// From the smallest to the largest.
    pub swing: Dispersion,
}

/// The effects of all keys on all metrics that a key changes, in the order of the metrics; the key of the largest swing
/// first.
pub(super) fn effects(settings: &[Setting]) -> Vec<Effect> {
    let Some((base, changed)) = settings.split_first().filter(|(base, _)| base.params.is_empty()) else {
        return Vec::new();
    };
    let mut keys: Vec<Vec<&Setting>> = Vec::new();
    // Values that extended a sweep do not stand beside the others of their key.
    for setting in changed {
        match keys.iter_mut().find(|settings| settings.iter().all(|other| key(other) == key(setting))) {
            Some(settings) => settings.push(setting),
            None => keys.push(vec![setting]),
        }
    }
    for settings in &mut keys {
        order(settings);
    }
    let mut effects = Vec::new();
    for (name, _) in &base.spreads {
        let mut of_metric: Vec<Effect> = keys.iter().filter_map(|ends| effect(name, base, ends)).collect();
        of_metric.sort_by(|a, b| b.swing.mean.abs().total_cmp(&a.swing.mean.abs()));
        of_metric.iter_mut().zip(1..).for_each(|(effect, rank)| effect.rank = rank);
        if of_metric.iter().any(|effect| effect.swing.mean != 0.0) {
            effects.append(&mut of_metric);
        }
    }
    effects
}

fn key(setting: &Setting) -> Option<&str> {
    setting.params.first().map(|param| param.key.as_str())
}

/// Puts the settings of a key in the order of their numbers, or leaves them as the sweep has them.
fn order(settings: &mut [&Setting]) {
    let number = |setting: &Setting| setting.params.first().and_then(|param| param.number);
    if settings.iter().all(|setting| number(setting).is_some()) {
        settings.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
    }
}

/// What a key with these settings does to a metric; `None` if there are no pairs of runs that have it.
fn effect(name: &Name, base: &Setting, settings: &[&Setting]) -> Option<Effect> {
    let (first, last) = (settings.first()?, settings.last()?);
    let has_low = settings.len() > 1;
    let (low, middle, high) = (first.values(name), base.values(name), last.values(name));
    let value = |setting: &Setting| setting.params.first().map(|param| param.value.clone());
    Some(Effect {
        name: name.clone(),
        rank: 0,
        key: key(last)?.to_owned(),
        base: Dispersion::of(&middle.iter().map(|value| value.1).collect::<Vec<_>>())?.mean,
        low_value: value(first).filter(|_| has_low),
        high_value: value(last)?,
        low: Dispersion::of(&paired(&middle, &low)).filter(|_| has_low),
        high: Dispersion::of(&paired(&middle, &high))?,
        swing: Dispersion::of(&paired(if has_low { &low } else { &middle }, &high))?,
    })
}
