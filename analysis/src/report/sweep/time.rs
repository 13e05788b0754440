//! Settings over time: where the replicates lie after each cycle.

use datasets::trace::read::Point;

use super::settings::outline;
use super::{MOST_APPS, MOST_DRAWN, SweepSource};
use crate::render::study::label;
use crate::report::axis::{Axis, Format};
use crate::report::chart::Chart;
use crate::report::section::Section;
use crate::{Band, Error, Happening, Setting, bands, happenings};

/// The part of the page.
pub fn time(source: &SweepSource) -> Result<Option<Section>, Error> {
    let mut section = Section::new("time", "Over time");
    let settings = source.study.settings.len();
    section
        .say("The band is where eight in ten of the seeds lie, the faint one where 98 in 100 do, the line their mean.");
    if settings > MOST_DRAWN {
        section.say(format!("Drawn are the first {MOST_DRAWN} of {settings} settings; the sheet bands has all."));
    }
    for (setting, points) in source.study.settings.iter().zip(source.sweep.settings()).take(MOST_DRAWN) {
        for chart in of_setting(setting, points)? {
            section.chart(chart);
        }
    }
    Ok(section.filled().filter(|section| !section.charts.is_empty()))
}

/// Nodes held, and the share of wrong ones.
fn of_setting(setting: &Setting, points: &[Point]) -> Result<[Chart; 2], Error> {
    let bands = bands(points.iter().map(|point| &point.run))?;
    let events = points.first().map_or(Ok(Vec::new()), |point| point.run.events())?;
    let happenings = happenings(&events);
    let (number, name) = (setting.setting, label(setting));
    let held = Axis::linear("nodes held", Format::Count);
    let wrong = Axis::log("wrong, of the nodes held", Format::Fraction);
    Ok([
        chart(format!("time-held-{number}"), format!("Nodes held: {name}"), held, "held", &bands, &happenings),
        chart(format!("time-wrong-{number}"), format!("Wrong nodes: {name}"), wrong, "wrong", &bands, &happenings),
    ])
}

fn chart(id: String, title: String, y: Axis, metric: &str, bands: &[Band], happenings: &[Happening]) -> Chart {
    let mut chart = Chart::new(id, title, "bands", [Axis::linear("cycle", Format::Count), y]);
    let own: Vec<&Band> = bands.iter().filter(|band| band.name.metric == metric).collect();
    for (number, band) in own.iter().enumerate().take(MOST_APPS) {
        let spreads = || band.cycles.iter().map(|(cycle, spread)| (f64::from(*cycle), spread));
        outline(&mut chart, &band.name.subject, number, spreads);
    }
    chart.mark(happenings);
    let runs = own.first().and_then(|band| band.cycles.first()).map_or(0, |(_, spread)| spread.count);
    let more = if own.len() > MOST_APPS { " The first four applications are drawn." } else { "" };
    chart.caption(format!("Over {}.{more}", crate::number::counted(runs as u64, "run", "runs of different seeds")))
}
