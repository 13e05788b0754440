//! What applications hold, beside what they ask for.

use super::answer::chance;
use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;
use crate::number::percent;

/// The most applications drawn into one chart, and as charts of their own.
pub const MOST_DRAWN: usize = 8;

/// Deviations of a band in which chance leaves 19 of 20.
const DEVIATIONS: f64 = 2.0;

/// The applications that are drawn, with their numbers in the suite: those that ask for most at any time.
pub fn drawn(source: &Source) -> Vec<(usize, &str)> {
    let most = |app: &str| source.of_app(app).map(|row| row.asked_count).max().unwrap_or(0);
    let mut apps: Vec<(usize, &str)> = source.app_names().into_iter().enumerate().collect();
    apps.sort_by_key(|&(number, app)| (std::cmp::Reverse(most(app)), number));
    apps.truncate(MOST_DRAWN);
    apps.sort_unstable();
    apps
}

/// What to say where not all applications are drawn.
pub fn left_out(source: &Source) -> &'static str {
    if source.app_names().len() > MOST_DRAWN { " Drawn are the 8 that ask for most; the sheet has all." } else { "" }
}

/// The part of the page.
pub fn held(source: &Source) -> Option<Section> {
    let mut section = Section::new("held", "Nodes held");
    section.chart(nodes(source));
    section.chart(share(source));
    section.filled()
}

fn nodes(source: &Source) -> Chart {
    let axes = [source.time(), Axis::linear("nodes", Format::Count)];
    let mut chart = Chart::new("held-nodes", "Nodes held by each application", "apps", axes).wide().caption(format!(
        "Solid: nodes held. Dotted: nodes asked for. The band is where chance leaves 19 of 20: every node decides by \
         an id of its \
         own, and ids are random points.{}",
        left_out(source)
    ));
    for (number, app) in drawn(source) {
        let rows = source.of_app(app);
        let asked = |row: &&datasets::trace::AppRow| row.asked_count > 0;
        let band = rows.clone().map(|row| {
            let asked = if row.asked_count > 0 { row.asked_count as f64 } else { f64::NAN };
            let chance = chance(asked, source.alive(row.cycle), DEVIATIONS);
            (row.cycle.into(), asked - chance, asked + chance)
        });
        chart.band(app, Some(number), false, band);
        chart.line(app, Some(number), Stroke::Solid, rows.clone().map(|row| (row.cycle.into(), row.held_count as f64)));
        let wished = rows.map(|row| (row.cycle.into(), if asked(&row) { row.asked_count as f64 } else { f64::NAN }));
        if chart.line(&format!("{app}, asked"), Some(number), Stroke::Dot, wished) {
            chart.belongs_to(app);
        }
    }
    chart.mark(&source.happenings);
    chart
}

/// Held over asked, in which a small application is as large as the others.
fn share(source: &Source) -> Chart {
    let axes = [source.time(), Axis::linear("held of what is asked for", Format::Fraction)];
    let mut chart = Chart::new("held-share", "Held, as a share of what is asked for", "apps", axes).wide();
    let mut least: Option<(f64, &str, u32)> = None;
    for (number, app) in drawn(source) {
        let asking = source.of_app(app).filter(|row| row.asked_count > 0);
        let share = |row: &datasets::trace::AppRow| row.held_count as f64 / row.asked_count as f64;
        for row in asking.clone().filter(|row| row.cycle > 0) {
            if least.is_none_or(|(least, ..)| share(row) < least) {
                least = Some((share(row), app, row.cycle));
            }
        }
        chart.line(app, Some(number), Stroke::Solid, asking.map(|row| (row.cycle.into(), share(row))));
    }
    let least = least.map_or(String::new(), |(share, app, cycle)| {
        format!(" The least is {} of what {app} asks for, after cycle {cycle}.", percent(share))
    });
    chart = chart.caption(format!("100 % is what an application asks for.{least}{}", left_out(source)));
    chart.mark(&source.happenings);
    chart
}
