//! How versions of the suite spread, where there is more than one.

use super::axis::{Axis, Format};
use super::chart::{Chart, Stroke};
use super::section::Section;
use super::source::Source;

/// The most versions drawn: the last ones.
const MOST_DRAWN: usize = 8;

/// The part of the page.
pub fn spread(source: &Source) -> Option<Section> {
    let mut numbers: Vec<u64> = source.suites.iter().map(|row| row.version).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() < 2 {
        return None;
    }
    let mut section = Section::new("spread", "Versions of the suite");
    let axes = [source.time(), Axis::linear("live nodes that act on it", Format::Fraction)];
    let mut chart = Chart::new("spread-versions", "How versions of the suite spread", "suites", axes).wide().caption(
        "A new version enters at a few nodes and spreads by gossip: its line rises as that of the version before \
         falls. A version \
         that nodes drop stays at 0.",
    );
    for (number, version) in numbers.iter().enumerate().skip(numbers.len().saturating_sub(MOST_DRAWN)) {
        let rows = source.suites.iter().filter(|row| row.version == *version);
        chart.line(
            &format!("version {version}"),
            Some(number),
            Stroke::Solid,
            rows.map(|row| (row.cycle.into(), row.acting_fraction)),
        );
    }
    chart.mark(&source.happenings);
    section.chart(chart);
    section.filled()
}
