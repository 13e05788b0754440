//! What each key changes, where keys were changed one at a time: a tornado for each metric.

use super::SweepSource;
use crate::Effect;
use crate::number::measure;
use crate::render::study::short;
use crate::report::axis::{Axis, Format};
use crate::report::chart::{Chart, Stroke};
use crate::report::section::Section;

/// The most metrics drawn, and the most keys of each.
const MOST_METRICS: usize = 8;
const MOST_KEYS: usize = 12;

/// Metrics that are drawn, in this order, and what they are called.
const DRAWN: [(&str, &str); 5] = [
    ("held", "Nodes held"),
    ("wrong", "Wrong nodes"),
    ("settled", "Cycle from which on fewer than 1 % were wrong"),
    ("relative_error", "Error"),
    ("bytes", "Bytes per node and cycle"),
];

/// The part of the page.
pub fn sensitivity(source: &SweepSource) -> Option<Section> {
    let mut section = Section::new("sensitivity", "What each key changes");
    let by_name: Vec<&[Effect]> = source.study.effects.chunk_by(|a, b| a.name == b.name).collect();
    let drawn = DRAWN.iter().flat_map(|&(metric, title)| {
        by_name.iter().filter(move |effects| effects[0].name.metric == metric).map(move |effects| (title, *effects))
    });
    for (number, (title, effects)) in drawn.enumerate().take(MOST_METRICS) {
        section.chart(tornado(number, title, effects));
    }
    if !section.charts.is_empty() {
        section.say(
            "Each key is changed alone, with the same seeds as the scenario as it is. The key with the \
            largest swing is on top.",
        );
    }
    section.filled()
}

fn tornado(number: usize, title: &str, effects: &[Effect]) -> Chart {
    let name = &effects[0].name;
    let shown = &effects[..effects.len().min(MOST_KEYS)];
    let labels = shown.iter().map(|effect| short(&effect.key).to_owned()).collect();
    let format = if name.unit == "fraction" { Format::Fraction } else { Format::Number };
    let title = if name.subject.is_empty() { title.to_owned() } else { format!("{title}: {}", name.subject) };
    let axes = [
        Axis::linear(name.unit, format),
        Axis::linear("key, the largest swing on top", Format::Count).labelled(labels),
    ];
    let mut chart = Chart::new(format!("sensitivity-{number}"), title, "sensitivity", axes);
    for (place, effect) in shown.iter().enumerate() {
        let place = (place + 1) as f64;
        let low = effect.low.as_ref().map_or(0.0, |low| low.mean);
        let ends = [low, effect.high.mean].map(|added| (effect.base + added, place));
        chart.line(short(&effect.key), Some(place as usize - 1), Stroke::Bar, ends.into_iter());
    }
    let base = effects[0].base;
    let height = shown.len() as f64 + 0.5;
    chart.line("as it is", None, Stroke::Dot, [(base, 0.5), (base, height)].into_iter());
    let first = &effects[0];
    let half = first.swing.half_width().map_or(String::new(), |half| format!(" ± {}", measure(half)));
    let low = first.low_value.as_deref().unwrap_or("as it is");
    chart.caption(format!(
        "As it is: {}. {} from {low} to {} changes it by {}{half}.",
        measure(base),
        first.key,
        first.high_value,
        measure(first.swing.mean)
    ))
}
