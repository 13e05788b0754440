//! Topologies and requests that go through them, beside an independent implementation at small sizes.
//!
//! Its figures are those of two or three seeds with samples of the oracle: a row may be off by a tenth, and late ones,
//! of which few links are missing, by more.

use crate::run::{Observed, Outcome, mean, seeds, text};
use crate::table::Row;

/// By how much a row may be off, early and late.
const SHARE: f64 = 0.1;
const LATE: f64 = 0.3;

/// The share of the links that are missing after some cycles.
pub fn links() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, topology, nodes, published) in [
        ("ring", "protocol = \"ring\"", 1 << 12, [0.654, 0.0145, f64::NAN]),
        ("ring", "protocol = \"ring\"", 1 << 14, [0.893, 0.129, 0.0063]),
        ("ring, no far table", "protocol = \"ring\"\nfar = \"none\"", 1 << 14, [0.900, 0.165, 0.020]),
        ("torus", "protocol = \"torus\"", 1 << 12, [0.668, 0.040, f64::NAN]),
        ("tree", "protocol = \"tree\"", 1 << 12, [0.705, 0.145, 0.018]),
    ] {
        let runs = seeds(name, 4, &text(nodes, 9, &format!("[topology]\n{topology}\n")))?;
        for (cycle, published) in [3, 6, 9].into_iter().zip(published).filter(|(_, published)| published.is_finite()) {
            let found = mean(&runs, |run| run.topologies[cycle].missing_fraction);
            let share = if published < 0.05 { LATE } else { SHARE };
            let what = format!("{name}: links missing after cycle {cycle}");
            rows.push(Row::near(what, nodes, published, found, share * published));
        }
    }
    Ok(rows)
}

/// Requests through a Chord while it grows: the share that ends at the owner, intervals of which nobody is known, hops.
pub fn lookups() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (nodes, success, empty, hops) in [
        (1 << 12, [0.68, 0.988, 0.999, 1.0], [0.057, 0.003], 6.15),
        (1 << 14, [0.29, 0.875, 0.989, 0.996], [0.147, 0.021], 7.0),
    ] {
        let more = "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 4_000\n";
        let runs = seeds("chord", 3, &text(nodes, 30, more))?;
        let mut row = |what: String, published: f64, share: f64, of: &dyn Fn(&Observed) -> f64| {
            rows.push(Row::near(format!("chord: {what}"), nodes, published, mean(&runs, of), share * published));
        };
        for (cycle, published) in [4, 6, 8, 10].into_iter().zip(success) {
            row(format!("succeed after cycle {cycle}"), published, SHARE, &|run| run.lookups[cycle].success_fraction);
        }
        for (cycle, published) in [4, 6].into_iter().zip(empty) {
            let of = |run: &Observed| run.topologies[cycle].finger_empty_fraction;
            row(format!("slots empty after cycle {cycle}"), published, LATE, &of);
        }
        row("hops, settled".to_owned(), hops, SHARE, &|run| run.lookups[30].hops_mean);
    }
    rows.extend(hops()?);
    rows.extend(prefixes()?);
    Ok(rows)
}

/// Hops of requests by fingers that have settled, half of which are the first members of their intervals: between those
/// by fingers that all are, half the logarithm of the members and .18, and those by fingers anywhere in them.
fn hops() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (nodes, exact, uniform) in [(1 << 10, 5.13, 4.95), (1 << 12, 6.18, 5.91), (1 << 14, 7.18, 6.87)] {
        let more = "[topology]\nprotocol = \"chord\"\n[lookups]\nper_cycle = 8_000\n[trace]\nevery = 40\n";
        let runs = seeds("chord, settled", 3, &text(nodes, 40, more))?;
        let found = mean(&runs, |run| run.lookups.last().map_or(f64::NAN, |row| row.hops_mean));
        let [middle, tolerance] = [exact + uniform, exact - uniform].map(|two: f64| two / 2.0);
        rows.push(Row::near("chord: hops, between exact and uniform", nodes, middle, found, tolerance));
    }
    Ok(rows)
}

/// Leaf sets and tables of prefixes: what is missing while they fill, and requests by them when they are full.
fn prefixes() -> Outcome<Vec<Row>> {
    let nodes = 1 << 12;
    let mut rows = Vec::new();
    for (routing, hops) in [("pastry", 2.83), ("kademlia", 2.55)] {
        let more = "[topology]\nprotocol = \"prefix\"\n[lookups]\nper_cycle = 4_000\nrouting = ";
        let runs = seeds(routing, 3, &text(nodes, 14, &format!("{more}\"{routing}\"\n")))?;
        let mut row = |what: String, published: f64, share: f64, of: &dyn Fn(&Observed) -> f64| {
            rows.push(Row::near(format!("{routing}: {what}"), nodes, published, mean(&runs, of), share * published));
        };
        row("hops".to_owned(), hops, SHARE, &|run| run.lookups[14].hops_mean);
        row("succeed".to_owned(), 1.0, 0.0, &|run| run.lookups[14].success_fraction);
        if routing == "kademlia" {
            continue;
        }
        for (cycle, leaf, table) in [(3, 0.46, 0.084), (4, 0.133, 0.021), (5, 0.021, 0.0033), (6, 0.0032, 5e-4)] {
            let share = if leaf < 0.05 { LATE } else { SHARE };
            let of = |run: &Observed| run.topologies[cycle].leaf_missing_fraction;
            row(format!("of leaf sets missing after cycle {cycle}"), leaf, share, &of);
            let of = |run: &Observed| run.topologies[cycle].table_missing_fraction;
            row(format!("of tables missing after cycle {cycle}"), table, share, &of);
        }
    }
    Ok(rows)
}
