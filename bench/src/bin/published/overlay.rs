//! The overlays that views span: the generic framework beside a plain program, Newscast beside its released code.

use engine::memory::Mask;
use engine::observer::graph::{Effort, Graph};
use engine::overlay::links::Links;
use kernels::philox::Stream;
use kernels::views::Generic;

use crate::plain;
use crate::run::{Observed, Outcome, seeds, text};
use crate::sample::{Sample, WIDE};
use crate::table::Row;

/// Nodes at which clustering is measured.
const MEASURED: u32 = 5_000;

/// Entries of a view of the generic framework, and cycles until its overlay has settled.
const ENTRIES: usize = 30;
const CYCLES: u32 = 60;
/// Sizes with the seeds of either program.
const SIZES: [(u32, u32); 2] = [(10_000, 6), (100_000, 2)];
/// Where two seeds tell no tolerance, clustering may be off by this share.
const SHARE: f64 = 0.03;

/// The rows of the generic framework.
pub fn generic() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (healing, swapping) in [(8, 7), (15, 0)] {
        for (nodes, count) in SIZES {
            let rules = Generic { sends: true, replies: true, healing, swapping };
            let name = format!("generic, H = {healing}, S = {swapping}");
            eprintln!("{name}, plain");
            let plain = (1..=count).map(|seed| clustering(&plain::gossip(nodes, ENTRIES, &rules, CYCLES, seed)));
            let plain = Sample::of(&plain.collect::<Result<Vec<f64>, _>>()?);
            let sampling = format!(
                "[sampling]\nprotocol = \"generic\"\nview = {ENTRIES}\nhealing = {healing}\nswapping = {swapping}\n"
            );
            let runs = seeds(&name, count, &text(nodes, CYCLES, &(sampling + &measured(CYCLES))))?;
            let found: Vec<f64> = runs.iter().map(|run| last(run, |row| row.clustering_coefficient)).collect();
            let found = Sample::of(&found);
            let tolerance = if count > 2 {
                (found.mean_tolerance(found.sd).powi(2) + plain.mean_tolerance(plain.sd).powi(2)).sqrt()
            } else {
                SHARE * plain.mean
            };
            rows.push(Row::near(format!("{name}: clustering"), nodes, plain.mean, found.mean, tolerance));
        }
    }
    Ok(rows)
}

/// What the released code of Newscast was measured to have, with views of 20, from a random graph on after 25 cycles.
const IN_DEGREE_SD: f64 = 8.31;
const CLUSTERING: f64 = 0.286;
/// And averaging over it: the factor in cycles 1 to 5 and in cycles 6 to 10, where partners come from the cache after
/// the exchange.
const FACTORS: [f64; 2] = [0.317, 0.344];

/// The rows of Newscast.
pub fn newscast() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let sampling = "[sampling]\nprotocol = \"newscast\"\nview = 20\n";
    for (nodes, count) in [(100_000, 3), (1_000_000, 1)] {
        let runs = seeds("newscast", count, &text(nodes, 25, &format!("{sampling}{}", measured(25))))?;
        let mean = |of: fn(&datasets::trace::OverlayRow) -> f64| {
            runs.iter().map(|run| last(run, of)).sum::<f64>() / runs.len() as f64
        };
        let (sd, clustering) = (mean(|row| row.in_degree_sd), mean(|row| row.clustering_coefficient));
        rows.push(Row::near("Newscast: in-degree, sd", nodes, IN_DEGREE_SD, sd, 0.05 * IN_DEGREE_SD));
        rows.push(Row::near("Newscast: clustering", nodes, CLUSTERING, clustering, 0.05 * CLUSTERING));
    }
    let average = "[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"load\"\n";
    let nodes = 100_000;
    let runs = seeds("averaging over newscast", 10, &text(nodes, 10, &format!("{sampling}{average}{}", measured(10))))?;
    for (part, expected) in FACTORS.into_iter().enumerate() {
        let logarithms: Vec<f64> = runs
            .iter()
            .map(|run| libm::log(run.aggregates[5 * part + 5].variance / run.aggregates[5 * part].variance) / 5.0)
            .collect();
        let sample = Sample::of(&logarithms);
        let name = format!("averaging over Newscast, cycles {} to {}", 5 * part + 1, 5 * part + 5);
        // The figure of the released code has three digits.
        let tolerance = expected * WIDE * sample.sd / f64::from(10_u32).sqrt() + 0.0005;
        rows.push(Row::near(name, nodes, expected, libm::exp(sample.mean), tolerance));
    }
    Ok(rows)
}

/// The overlay is measured before the first cycle and after so many.
fn measured(cycles: u32) -> String {
    format!("[trace]\noverlay = {{ every = {cycles}, sample = {MEASURED} }}\n")
}

fn last(run: &Observed, of: impl Fn(&datasets::trace::OverlayRow) -> f64) -> f64 {
    run.overlay.last().map_or(f64::NAN, of)
}

/// The clustering coefficient of the overlay that records span.
fn clustering(records: &[u32]) -> Outcome<f64> {
    let links = Links::Views { records, entries: ENTRIES };
    let graph = Graph { links, alive: Mask::ALL, now: None };
    let effort = Effort { sample: MEASURED as usize, paths: 1 };
    Ok(graph.measure(effort, Stream::new(1, 0, 0))?.clustering)
}
