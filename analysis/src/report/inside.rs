//! What happens inside applications: how many of the nodes that belong to one run it.

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;
use crate::number::{count, counted, nodes};

/// The most applications drawn: the first ones.
const MOST_DRAWN: usize = 8;

/// The part of the page.
pub fn inside(source: &Source) -> Option<Section> {
    let all = &source.summary.inside;
    if all.is_empty() {
        return None;
    }
    let mut section = Section::new("inside", "Inside applications");
    section.say(
        "A node that belongs to an application finds a contact in it, joins its overlay, and runs it. Where a contact \
         cannot be found, the node waits."
            .to_owned(),
    );
    for app in all.iter().filter(|app| app.dead_from.is_some()) {
        section.say(format!(
            "{} is dead: from cycle {} on nobody is in its overlay, and {} wait.",
            app.app,
            app.dead_from.unwrap_or_default(),
            nodes(app.assigned_count - app.in_overlay_count)
        ));
    }
    for (app, most) in all.iter().filter_map(|app| Some((app, app.stranded.as_ref()?))) {
        section.say(format!(
            "{}: after cycle {} {} had waited or fetched for more than 20 cycles, more than at any other time; {} of \
             them lacked some of its code.",
            app.app,
            most.cycle,
            nodes(most.stranded_count),
            count(most.stranded_fetching_count)
        ));
    }
    for app in all.iter().filter(|app| app.missing_chunks_count > 0) {
        let chunks = counted(app.missing_chunks_count, "chunk", "chunks");
        section.say(format!("{}: {chunks} of its code are lost: nobody in its overlay has them at the end.", app.app));
    }
    let axes = [source.time(), Axis::linear("nodes", Format::Count)];
    let mut chart = Chart::new("inside-members", "Nodes that run an application", "members", axes).wide().caption(
        "Solid: nodes that run it. Dashed: nodes that belong to it. What lies between has not started yet: it waits \
         for a contact, or for the code.",
    );
    for (number, app) in all.iter().enumerate().take(MOST_DRAWN) {
        let rows = || source.members.iter().filter(|row| row.app == app.app);
        let running = rows().map(|row| (row.cycle.into(), row.running_count as f64));
        chart.line(&format!("{}, running", app.app), Some(number), Stroke::Solid, running);
        let belonging = rows().map(|row| (row.cycle.into(), row.assigned_count as f64));
        chart.line(&format!("{}, belonging", app.app), Some(number), Stroke::Dash, belonging);
    }
    chart.mark(&source.happenings);
    section.chart(chart);
    section.filled()
}
