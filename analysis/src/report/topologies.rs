//! Topologies: how fast their links are found; and what protocols of one's own measured.

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;
use crate::number::{count, percent};
use crate::topologies::{PARTS, Part, Registry};

/// The most topologies, and measures, drawn: the first ones.
const MOST_DRAWN: usize = 8;

/// The part of the page on topologies.
pub fn topologies(source: &Source) -> Option<Section> {
    let all = &source.summary.topologies;
    if all.is_empty() {
        return None;
    }
    let mut section = Section::new("topologies", "Topologies");
    let among = |app: &Option<String>| app.clone().unwrap_or_else(|| "all nodes".to_owned());
    for one in all {
        let held = |part: &Part| match part.reached[2] {
            Some(cycles) => format!("99.9 % of its {} were held {cycles} cycles after it began", part.name),
            None => format!("99.9 % of its {} were never held", part.name),
        };
        let parts = one.parts.iter().map(held).collect::<Vec<String>>().join("; ");
        let members = count(one.last.members_count);
        section.say(format!("The {} among {} ({members} members): {parts}.", one.topology, among(&one.app)));
        if let Some(lookups) = &one.lookups {
            section.say(format!(
                "Of the requests that went through it after the last cycle {} ended at the owner of their key, in {} \
                 hops on average.",
                percent(lookups.last.success_fraction),
                crate::number::decimal(lookups.last.hops_mean)
            ));
        }
        if let Some(Registry { last: registry, .. }) = &one.registry {
            section.say(format!(
                "Of {} values {} were held by a member after the last cycle.",
                count(registry.keys_count),
                percent(registry.held_fraction)
            ));
        }
    }
    let axes = [source.time(), Axis::log("share that is missing", Format::Fraction)];
    let title = "What is missing of topologies";
    let mut chart = Chart::new("topologies-missing", title, "topologies", axes).wide().caption(
        "The share of the links that there are to be which members do not have, and of the entries of leaf sets and \
         tables, where there are any. A topology of which nothing is missing is not drawn: there is no nought on this \
         axis.",
    );
    for (number, one) in all.iter().enumerate().take(MOST_DRAWN) {
        let rows = source.topologies.iter().filter(|row| row.app == one.app);
        let parts = PARTS.into_iter().zip([Stroke::Solid, Stroke::Dash, Stroke::Dot]);
        for ((name, missing), stroke) in parts.filter(|((name, _), _)| one.parts.iter().any(|part| part.name == *name))
        {
            let there = rows.clone().map(|row| (row.cycle.into(), missing(row))).filter(|(_, missing)| *missing > 0.0);
            chart.line(&format!("{}, {}: {name}", one.topology, among(&one.app)), Some(number), stroke, there);
        }
    }
    chart.mark(&source.happenings);
    section.chart(chart);
    if !source.lookups.is_empty() {
        let axes = [source.time(), Axis::linear("share of the requests", Format::Fraction)];
        let mut chart =
            Chart::new("topologies-lookups", "Requests that end at the owner of their key", "lookups", axes);
        for (number, one) in all.iter().enumerate().take(MOST_DRAWN) {
            let rows = source.lookups.iter().filter(|row| row.app == one.app);
            let success = rows.map(|row| (row.cycle.into(), row.success_fraction));
            chart.line(&among(&one.app), Some(number), Stroke::Solid, success);
        }
        chart.mark(&source.happenings);
        section.chart(chart);
    }
    if !source.registry.is_empty() {
        let axes = [source.time(), Axis::linear("share of the keys", Format::Fraction)];
        let mut chart = Chart::new("topologies-registry", "Values that members hold", "registry", axes)
            .caption("Whole lines: keys whose value a member holds. Broken lines: those whose owner holds it.");
        for (number, one) in all.iter().enumerate().take(MOST_DRAWN) {
            let rows = source.registry.iter().filter(|row| row.app == one.app);
            let held = rows.clone().map(|row| (row.cycle.into(), row.held_fraction));
            let at_owner = rows.map(|row| (row.cycle.into(), row.owner_fraction));
            chart.line(&among(&one.app), Some(number), Stroke::Solid, held);
            chart.line(&format!("{}: at the owner", among(&one.app)), Some(number), Stroke::Dash, at_owner);
        }
        chart.mark(&source.happenings);
        section.chart(chart);
    }
    section.filled()
}

/// The part of the page on protocols of one's own: a chart a measure.
pub fn own(source: &Source) -> Option<Section> {
    if source.own.is_empty() {
        return None;
    }
    let mut section = Section::new("own", "Protocols of one's own");
    for (number, own) in source.summary.own.iter().enumerate().take(MOST_DRAWN) {
        let last = &own.last;
        let among = last.app.as_ref().map_or_else(String::new, |app| format!(" among {app}"));
        let axes = [source.time(), Axis::linear(last.measure.clone(), Format::Number)];
        let title = format!("{}{among}: {}", last.protocol, last.measure);
        let mut chart = Chart::new(format!("own-{number}"), title, "own", axes);
        let is_it = |row: &&datasets::trace::OwnRow| {
            row.protocol == last.protocol && row.app == last.app && row.measure == last.measure
        };
        let values = source.own.iter().filter(is_it).map(|row| (row.cycle.into(), row.value));
        chart.line(&last.measure, Some(0), Stroke::Solid, values);
        chart.mark(&source.happenings);
        section.chart(chart);
    }
    section.filled()
}
