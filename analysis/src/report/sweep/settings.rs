//! Metrics by setting: where the replicates lie.

use super::{MOST_APPS, SweepSource};
use crate::report::axis::{Axis, Format};
use crate::report::chart::{Chart, Stroke};
use crate::report::section::Section;
use crate::{Dispersion, Setting};

/// A metric that is drawn: its name, the id and title of its chart, the unit, how numbers are written, and whether by
/// decades.
type ChartOf = (&'static str, &'static str, &'static str, &'static str, Format, bool);

const DRAWN: [ChartOf; 6] = [
    ("held", "settings-held", "Nodes held at the end", "nodes", Format::Count, false),
    ("wrong", "settings-wrong", "Wrong nodes at the end", "wrong, of the nodes held", Format::Fraction, true),
    ("settled", "settings-settled", "Cycle from which on fewer than 1 % were wrong", "cycle", Format::Count, false),
    (
        "rank_error",
        "settings-ranks",
        "How well nodes know their rank",
        "root mean square error",
        Format::Fraction,
        true,
    ),
    (
        "relative_error",
        "settings-errors",
        "Errors of aggregates",
        "root mean square error / true value",
        Format::Fraction,
        true,
    ),
    ("bytes", "settings-bytes", "Bytes per node and cycle", "bytes", Format::Number, false),
];

/// What to see in all of these charts.
const CAPTION: &str = "A point is the mean over the seeds of a setting; the band is where eight in ten of them lie, \
    the faint one where \
                       98 in 100 do. Lines guide the eye.";

/// The part of the page.
pub fn settings(source: &SweepSource) -> Option<Section> {
    if source.study.settings.len() < 2 {
        return None;
    }
    let mut section = Section::new("settings", "Setting by setting");
    for drawn in DRAWN {
        section.chart(chart(source, drawn));
    }
    section.filled()
}

fn chart(source: &SweepSource, (metric, id, title, unit, format, is_log): ChartOf) -> Chart {
    let y = if is_log { Axis::log(unit, format) } else { Axis::linear(unit, format) };
    let (x, placed) = places(&source.study.settings);
    let mut chart = Chart::new(id, title, "metrics", [x, y]).caption(CAPTION);
    for (number, subject) in source.subjects(metric).into_iter().enumerate().take(MOST_APPS) {
        let spreads = || placed.iter().filter_map(|(place, setting)| Some((*place, setting.spread(metric, subject)?)));
        let name = if subject.is_empty() { title } else { subject };
        outline(&mut chart, name, number, spreads);
    }
    chart
}

/// Two bands and the mean between them.
pub fn outline<'a, I: Iterator<Item = (f64, &'a Dispersion)>>(
    chart: &mut Chart,
    name: &str,
    number: usize,
    spreads: impl Fn() -> I,
) {
    let ends = |low: usize, high: usize| {
        spreads().map(move |(place, spread)| (place, spread.quantiles[low], spread.quantiles[high]))
    };
    chart.band(name, Some(number), true, ends(0, 4));
    chart.band(name, Some(number), false, ends(1, 3));
    chart.line(name, Some(number), Stroke::Solid, spreads().map(|(place, spread)| (place, spread.mean)));
}

/// The settings, each at its number, if one key alone changes and has numbers; else one beside the other.
fn places(settings: &[Setting]) -> (Axis, Vec<(f64, &Setting)>) {
    let number = |setting: &Setting| match setting.params.as_slice() {
        [param] => param.number,
        _ => None,
    };
    let numbers: Option<Vec<f64>> = settings.iter().map(number).collect();
    let key = settings.first().and_then(|setting| setting.params.first()).map(|param| &param.key);
    let is_same = settings.iter().all(|setting| setting.params.first().map(|param| &param.key) == key);
    match (numbers, key) {
        (Some(numbers), Some(key)) if is_same => {
            let mut placed: Vec<(f64, &Setting)> = numbers.into_iter().zip(settings).collect();
            placed.sort_by(|(one, _), (other, _)| one.total_cmp(other));
            (Axis::linear(key, Format::Number), placed)
        }
        _ => {
            let labels = settings.iter().map(|setting| setting.setting.to_string()).collect();
            let placed = (1..).map(f64::from).zip(settings).collect();
            (Axis::linear("setting, by its number above", Format::Count).labelled(labels), placed)
        }
    }
}
