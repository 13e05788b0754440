//! Layouts of words as suites have them ([`datasets::suite::layout`]): what signers lay out, and what nodes are told.

use std::collections::BTreeSet;

use datasets::suite::layout::{Draw, Segment as Run};
use datasets::suite::{Suite, Version};
use kernels::layout::{Layout, Segment, WHOLE};
use kernels::suite::NONE;

use super::claims::{laid_out, shares, wanted};
use crate::plans::{Origin, Pick, Plan, Plans, Step};

/// Lays out the words of a version from those of the one before, by what its applications ask for if there are so many
/// nodes and every condition holds. Words of applications that are `kept` stay as they are.
///
/// A version before without a layout counts as laid out from nothing. Where applications that are kept share a draw that
/// it does not lay out, that draw stays so. The attributes of both suites have the same indices.
///
/// # Panics
/// If both versions together have more applications than [`names_count`] may say.
#[must_use]
pub fn lay_out(before: &Suite, after: &Suite, nodes: f64, is_kept: impl Fn(&str) -> bool) -> Vec<Draw> {
    assert!(names_count(before, after) <= MOST_NAMES, "nodes tell applications apart by a byte");
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
    let mut drawn: Vec<usize> = Vec::new();
    for step in &version.steps {
        if let Pick::Random(draw) = step.pick
            && !drawn.contains(&draw)
        {
            drawn.push(draw);
        }
    }
    let is_begun = |draw: usize| {
        let is_kept = |step: &Step| step.pick == Pick::Random(draw) && is_kept(&plans.apps[usize::from(step.app)]);
        let is_laid_out = !before.layout.is_empty() && held[draw] != Layout::default();
        !is_laid_out && version.steps.iter().any(is_kept)
    };
    let drawn = drawn.into_iter().filter(|&draw| !is_begun(draw)).map(|draw| named(&layouts[draw], &plans.apps));
    drawn.filter(|draw| draw.segments.iter().any(|run| run.app.is_some())).collect()
}

/// The most applications that versions which follow one another may have together.
pub const MOST_NAMES: usize = 253;

/// How many applications two versions have together.
#[must_use]
pub fn names_count(before: &Suite, after: &Suite) -> usize {
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
