//! Which nodes applications win and lose, and why.

use datasets::trace::AppRow;

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::held::{drawn, left_out};
use super::section::Section;
use super::source::Source;
use crate::Moves;
use crate::number::measure;

/// What each cause means, as it is drawn.
const CAUSES: [&str; 3] = ["churn", "rank", "suite"];

/// The part of the page.
pub fn moves(source: &Source) -> Option<Section> {
    let mut section = Section::new("moves", "Nodes won and lost");
    for (number, app) in drawn(source) {
        section.chart(of_app(source, number, app));
    }
    if !section.charts.is_empty() {
        section.say(format!(
            "Nodes come to an application and leave it by churn (they came to the cloud, left it, or died), by rank \
             (their idea of \
             their rank changed), and by suite (they took another version of it). Where a line stops there were \
             none.{}",
            left_out(source)
        ));
    }
    section.filled()
}

fn of_app(source: &Source, number: usize, app: &str) -> Chart {
    let rows: Vec<&AppRow> = source.of_app(app).collect();
    let axes = [source.time(), Axis::log("nodes per cycle", Format::Number)];
    let mut chart = Chart::new(format!("moves-{number}"), app, "apps", axes);
    for (cause, name) in CAUSES.iter().enumerate() {
        for (way, dash, moves) in
            [("come", Stroke::Solid, Moves::joined as fn(&AppRow) -> Moves), ("leave", Stroke::Dash, Moves::left)]
        {
            let points = rows.windows(2).map(|pair| {
                let Moves { churn, rank, suite } = moves(pair[1]);
                let cycles = f64::from(pair[1].cycle - pair[0].cycle);
                (pair[1].cycle.into(), [churn, rank, suite][cause] as f64 / cycles)
            });
            chart.line(&format!("{way} by {name}"), Some(cause), dash, points);
        }
    }
    let total = |moves: fn(&AppRow) -> Moves| rows.iter().skip(1).map(|row| moves(row).total()).sum::<u64>() as f64;
    let cycles = rows.last().map_or(1.0, |row| f64::from(row.cycle)).max(1.0);
    let [joined, left] = [total(Moves::joined) / cycles, total(Moves::left) / cycles].map(measure);
    chart.mark(&source.happenings);
    chart.caption(format!("In a cycle {joined} nodes come and {left} leave, on average."))
}
