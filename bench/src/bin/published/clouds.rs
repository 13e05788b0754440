//! Clouds that become one, and clouds that part, beside an independent implementation at small sizes.
//!
//! Its figures are those of some seeds: of mixing, the range over them. Cycles count from the event on: the first is
//! that in which it happens.

use datasets::trace::{CloudRow, TopologyRow};

use crate::run::{Observed, Outcome, cycles_until, mean, seeds, text};
use crate::table::Row;

const SEEDS: u32 = 5;
/// The event comes as this cycle begins.
const EVENT: usize = 20;
/// By how much a row may be off, early and where little is left.
const SHARE: f64 = 0.1;
const LATE: f64 = 0.3;

const NEWSCAST: &str = "protocol = \"newscast\"";
const CYCLON: &str = "protocol = \"cyclon\"\nshuffle = 8";
const HEALER: &str = "protocol = \"generic\"\nhealing = 10\nswapping = 0";

/// Two clouds of one share each, or of two; then whatever the scenario says.
fn two(share: f64, more: &str) -> String {
    format!("[[cloud]]\nname = \"one\"\n[[cloud]]\nname = \"two\"\nshare = {share:?}\n{more}")
}

/// They become one.
fn merge() -> String {
    format!("[[event]]\nat_cycle = {EVENT}\nmerge = {{ clouds = [\"one\", \"two\"] }}\n")
}

fn mean_until<R>(runs: &[Observed], rows: impl Fn(&Observed) -> &[R], below: f64, of: impl Fn(&R) -> f64) -> f64 {
    mean(runs, |run| cycles_until(&rows(run)[EVENT..], below, &of))
}

/// Cycles until views of two clouds of 10^4 nodes have mixed.
pub fn mixing() -> Outcome<Vec<Row>> {
    let nodes = 20_000;
    let mut rows = Vec::new();
    for (name, sampling, published) in [
        ("Newscast", NEWSCAST, [[22.0, 24.0], [31.0, 33.0]]),
        ("Cyclon", CYCLON, [[14.0, 14.0], [18.0, 18.0]]),
        ("healer", HEALER, [[24.0, 24.0], [33.0, 33.0]]),
    ] {
        let sampling = format!("[sampling]\n{sampling}\nview = 20\n{}", merge());
        let runs = seeds(&format!("{name}: clouds mix"), SEEDS, &text(nodes, 70, &two(0.5, &sampling)))?;
        for ([least, most], mixed) in published.into_iter().zip([0.5, 0.95]) {
            let found = mean_until(&runs, |run| &run.clouds, 1.0 - mixed, |row: &CloudRow| 1.0 - row.mixed_fraction);
            let what = format!("{name}, two clouds: cycles until {} % mixed", mixed * 100.0);
            let (middle, apart) = (f64::midpoint(least, most), (most - least) / 2.0);
            // One cycle, and one more where a single seed was measured.
            rows.push(Row::near(what, nodes, middle, found, if apart > 0.0 { 1.0 + apart } else { 2.0 }));
        }
    }
    Ok(rows)
}

/// Entries across, once a half has parted.
pub fn parting() -> Outcome<Vec<Row>> {
    let nodes = 20_000;
    let split = format!("[[event]]\nat_cycle = {EVENT}\nsplit = {{ name = \"two\", share = 0.5 }}\n");
    let mut rows = Vec::new();
    for (name, sampling, published, none) in [
        ("Newscast", NEWSCAST, [0.442, 0.190, 0.014], 5.0),
        ("healer", HEALER, [0.446, 0.290, 0.112], 7.0),
        ("Cyclon", CYCLON, [0.474, 0.447, 0.418], 33.0),
    ] {
        let sampling = format!("[sampling]\n{sampling}\nview = 20\n{split}");
        let runs = seeds(&format!("{name}: a half parts"), SEEDS, &text(nodes, 70, &sampling))?;
        for (after, published) in (0..).zip(published) {
            let found = mean(&runs, |run| run.clouds[after].cross_links_fraction);
            let share = if published < 0.05 { LATE } else { SHARE };
            let what = format!("{name}, half parts: entries across after {}", after + 1);
            rows.push(Row::near(what, nodes, published, found, share * published));
        }
        let found = mean(&runs, |run| {
            let none = run.clouds.iter().position(|row| row.cross_links_fraction == 0.0);
            none.map_or(f64::NAN, |after| after as f64 + 1.0)
        });
        let what = format!("{name}, half parts: cycles until none");
        rows.push(Row::near(what, nodes, none, found, 1.0 + SHARE * none));
    }
    Ok(rows)
}

/// Two rings become one.
pub fn rings() -> Outcome<Vec<Row>> {
    let nodes = 1 << 13;
    let anew = format!("[[event]]\nat_cycle = {EVENT}\nbootstrap = {{ anew = true }}\n");
    let rings = two(0.5, &format!("[topology]\nprotocol = \"ring\"\n{}", merge()));
    let runs = seeds("two rings become one", SEEDS, &text(nodes, 50, &rings))?;
    let missing = |row: &TopologyRow| row.missing_fraction;
    let mut rows = Vec::new();
    for (after, published) in [(3.0, 0.383), (5.0, 0.114), (7.0, 0.0049)] {
        let found = mean_until(&runs, |run| &run.topologies, published, missing);
        rows.push(Row::near(format!("two rings: cycles until {published} missing"), nodes, after, found, 1.0));
    }
    let none = |runs: &[Observed]| {
        mean(runs, |run| {
            let none = run.topologies[EVENT..].iter().position(|row| row.missing_fraction == 0.0);
            none.map_or(f64::NAN, |after| after as f64 + 1.0)
        })
    };
    rows.push(Row::near("two rings: cycles until none is missing", nodes, 9.0, none(&runs), 1.0));
    let runs = seeds("two rings, begun anew", SEEDS, &text(nodes, 50, &(rings + &anew)))?;
    rows.push(Row::near("two rings, begun anew: cycles until none", nodes, 13.0, none(&runs), 1.0));
    Ok(rows)
}
