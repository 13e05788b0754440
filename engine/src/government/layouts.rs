//! Layouts of words as suites have them ([`datasets::suite::layout`]): what signers lay out, and what nodes are told.

use std::collections::BTreeSet;

use datasets::suite::layout::{Draw, Segment as Run};
use datasets::suite::{MOST_APPS, Suite, Version};
use kernels::layout::{Layout, Segment, WHOLE};
use kernels::suite::NONE;

use super::claims::{laid_out, shares, wanted};
use crate::plans::{Origin, Pick, Plan, Plans, Step};

/// Lays out the words of a version from those of the one before, by what its applications ask for if there are so many
/// nodes and every condition holds. Words of applications that are `kept` stay as they are.
///
/// A version before without a layout counts as laid out from nothing. A draw that the version before does not lay out,
/// and that a kept application shares, is left out. The attributes of both suites have the same indices.
///
/// # Panics
/// If both versions together have more than [`MOST_APPS`] applications.
#[must_use]
pub fn lay_out(before: &Suite, after: &Suite, nodes: f64, is_kept: impl Fn(&str) -> bool) -> Vec<Draw> {
    assert!(apps_count(before, after) <= MOST_APPS, "nodes tell applications apart by a byte");
    let mut plans = Plans::default();
    let mut plan =
        |suite: &Suite| plans.plan(Version { suite: suite.clone(), ..Version::default() }, Origin::Beginning);
    let (base, version) = (plan(before), plan(after));
    let nothing = vec![Layout::default(); plans.conditions.len() + 1];
    let held = signed(&base, laid_out(&base, &shares(&base, nodes, &[]), &nothing));
    let sizes = shares(&version, nodes, &[]);
    let draw = |(draw, held): (usize, &Layout)| {
        let mut wanted = wanted(&version, &sizes, draw);
        let words = |app: u8| held.of(app).map(|segment| segment.to - segment.from).sum::<u64>();
        let kept: Vec<bool> = wanted.iter().map(|(app, _)| is_kept(&plans.apps[usize::from(*app)])).collect();
        let mut room = WHOLE;
        for ((app, size), _) in wanted.iter_mut().zip(&kept).filter(|(_, kept)| **kept) {
            *size = words(*app);
            room = room.saturating_sub(*size);
        }
        for ((_, size), _) in wanted.iter_mut().zip(&kept).filter(|(_, kept)| !**kept) {
            *size = room.min(*size);
            room -= *size;
        }
        held.next(&wanted)
    };
    let layouts: Vec<Layout> = held.iter().enumerate().map(draw).collect();
    let is_laid_out = |draw: usize| {
        let has_words = |step: &Step| before.layout.iter().any(|draw| draw.has(&plans.apps[usize::from(step.app)]));
        base.steps.iter().any(|step| step.pick == Pick::Random(draw) && has_words(step))
    };
    let is_shared = |draw: usize| {
        let mut apps = version.steps.iter().filter(|step| step.pick == Pick::Random(draw));
        apps.any(|step| is_kept(&plans.apps[usize::from(step.app)]))
    };
    // In the order of the first application of each.
    let first = |draw: usize| version.steps.iter().position(|step| step.pick == Pick::Random(draw));
    let mut order: Vec<(usize, usize)> =
        (0..layouts.len()).filter_map(|draw| first(draw).map(|first| (first, draw))).collect();
    order.sort_unstable();
    let order = order.into_iter().map(|(_, draw)| draw).filter(|&draw| is_laid_out(draw) || !is_shared(draw));
    let found = order.map(|draw| named(&layouts[draw], &plans.apps));
    found.filter(|draw| draw.segments.iter().any(|run| run.app.is_some())).collect()
}

/// How many applications two versions have together.
#[must_use]
pub fn apps_count(before: &Suite, after: &Suite) -> usize {
    let names: BTreeSet<&str> = before.apps.iter().chain(&after.apps).map(|app| &*app.name).collect();
    names.len()
}

/// The layout of each draw under a version: as its suite has it, else as it was found.
pub(super) fn signed(plan: &Plan, mut found: Vec<Layout>) -> Vec<Layout> {
    for draw in &plan.suite().layout {
        let mut number = None;
        let mut from = 0;
        let segments = draw.segments.iter().map(|run| {
            let place = run.app.as_ref().and_then(|name| plan.suite().apps.iter().position(|app| app.name == *name));
            let step = place.map(|place| &plan.steps[place]);
            number =
                number.or(step.and_then(|step| if let Pick::Random(draw) = step.pick { Some(draw) } else { None }));
            let begin = std::mem::replace(&mut from, run.end);
            Segment { app: step.map_or(NONE, |step| step.app), from: begin, to: run.end }
        });
        if let Ok(layout) = Layout::try_from(segments.collect::<Vec<_>>())
            && let Some(number) = number
        {
            found[number] = layout;
        }
    }
    found
}

/// A layout with the names of applications.
fn named(layout: &Layout, apps: &[String]) -> Draw {
    let name = |segment: &Segment| apps.get(usize::from(segment.app)).cloned();
    let runs = Vec::from(layout.clone()).into_iter();
    Draw { segments: runs.map(|segment: Segment| Run { app: name(&segment), end: segment.to }).collect() }
}
