//! Averaging along graphs that stay as they are, beside PeerSim 1.0.5: what its own two example configurations print,
//! with 20 random links of each node; and along small worlds and preferential graphs, as in *Gossip-based aggregation
//! in large dynamic networks* (Jelasity, Montresor and Babaoglu, TOCS 2005), beside a plain program that makes its own.
//!
//! The factors are geometric means over some cycles, as [`crate::variance`] has them.

use crate::plain;
use crate::run::{Observed, Outcome, mean, seeds, text};
use crate::sample::{Sample, WIDE};
use crate::table::Row;

const SEEDS: u32 = 3;
const GRAPH: &str = "[sampling]\nprotocol = \"static\"\ngraph = \"k-out\"\ndegree = 20\n";
const AVERAGE: &str = "[[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"load\"\n";

/// Standard error of the logarithm of a factor over five cycles of one run at 10^4 nodes, and what the published
/// figures are rounded to.
const ERROR: f64 = 0.0021;
const ROUNDED: f64 = 0.0005;

/// Factors at 10^5 nodes: in cycles 1 to 5, and the least and the most of later ones.
const EARLY: f64 = 0.313;
const LATER: [f64; 2] = [0.316, 0.32];

/// Variances of values from 1 to 100 at 50,000 nodes: after three cycles, and after ten.
const VARIANCES: [(usize, f64); 2] = [(3, 24.1), (10, 7.8e-3)];

/// Along small worlds, of which so many links are random: nodes, cycles, and seeds of either program.
const REWIRED: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];
const WORLD: (u32, u32, u32) = (10_000, 10, 20);

/// The rows of graphs that a plain program makes, too.
pub fn beside_plain() -> Outcome<Vec<Row>> {
    let (nodes, ..) = WORLD;
    let small_world = |rewired: f64| {
        let graph = format!("graph = \"watts-strogatz\"\nrewiring = {rewired:?}\n");
        let made = move |seed| plain::small_world(nodes, 20, rewired, seed);
        beside(&format!("variance factor, small world, {rewired} at random"), &graph, made)
    };
    let mut rows = REWIRED.into_iter().map(small_world).collect::<Outcome<Vec<_>>>()?;
    let preferential = move |seed| plain::preferential(nodes, 20, seed);
    rows.push(beside("variance factor, preferential graph", "graph = \"barabasi-albert\"\n", preferential)?);
    Ok(rows)
}

fn beside(name: &str, graph: &str, made: impl Fn(u32) -> Vec<Vec<usize>>) -> Outcome<Row> {
    let (nodes, cycles, count) = WORLD;
    let plain: Vec<f64> = (1..=count).map(|seed| plain::averaging_along(&made(seed), cycles, seed)).collect();
    let graph = format!("[sampling]\nprotocol = \"static\"\ndegree = 20\n{graph}");
    let runs = seeds(name, count, &text(nodes, cycles, &format!("{graph}{AVERAGE}")))?;
    let logarithm = |run: &Observed| {
        let [first, .., last] = &run.aggregates[..] else { return f64::NAN };
        libm::log(last.variance / first.variance) / f64::from(cycles)
    };
    let (plain, found) = (Sample::of(&plain), Sample::of(&runs.iter().map(logarithm).collect::<Vec<_>>()));
    let (expected, measured) = (libm::exp(plain.mean), libm::exp(found.mean));
    let tolerance = expected * libm::hypot(found.mean_tolerance(found.sd), plain.mean_tolerance(plain.sd));
    Ok(Row::near(name.to_owned(), nodes, expected, measured, tolerance))
}

/// The rows.
pub fn rows() -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    let nodes = 100_000;
    let runs = seeds("20 random links", SEEDS, &text(nodes, 15, &format!("{GRAPH}{AVERAGE}")))?;
    let factor = |from: usize, to: usize| {
        let logarithm = |run: &Observed| libm::log(run.aggregates[to].variance / run.aggregates[from].variance);
        libm::exp(mean(&runs, logarithm) / (to - from) as f64)
    };
    let error = WIDE * ERROR * (1e4 / (f64::from(nodes) * f64::from(SEEDS))).sqrt();
    let [least, most] = LATER;
    let (later, apart) = (f64::midpoint(least, most), (most - least) / 2.0);
    let name = "variance factor, 20 random links, cycles";
    rows.push(Row::near(format!("{name} 1-5"), nodes, EARLY, factor(0, 5), error + ROUNDED));
    rows.push(Row::near(format!("{name} 6-15"), nodes, later, factor(5, 15), error + apart));
    let nodes = 50_000;
    let wide = text(nodes, 10, &format!("{GRAPH}{AVERAGE}")).replace("[0.0, 1.0]", "[1.0, 100.0]");
    let runs = seeds("20 random links, values from 1 to 100", SEEDS, &wide)?;
    for (cycle, published) in VARIANCES {
        let found = mean(&runs, |run| run.aggregates[cycle].variance);
        // Either side errs: the published figure is that of one run.
        let once = ERROR / EARLY * (1e4 / f64::from(nodes)).sqrt() * (cycle as f64 * 5.0).sqrt();
        let tolerance = published * WIDE * once * (1.0 + 1.0 / f64::from(SEEDS)).sqrt();
        rows.push(Row::near(format!("variance after {cycle} cycles, 20 links"), nodes, published, found, tolerance));
    }
    Ok(rows)
}
