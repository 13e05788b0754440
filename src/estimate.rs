//! `subcloud estimate`.

use analysis::number::{count, duration};
use std::io::{IsTerminal, stderr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use datasets::scenario::{Export, Sample, Sampling, Scenario};
use engine::{Estimate, Need, Simulation, Storage};

use crate::checkpoint::{BYTES_PER_SECOND, Cadence};
use crate::failure::Failure;
use crate::memory::{self, bytes};
use crate::progress::Bar;
use crate::run::{print, use_threads};
use crate::scenario;

/// Nodes of the larger of two small clouds whose times are scaled up, and their cycles.
const SAMPLE_NODES: u32 = 1 << 20;
const SAMPLE_CYCLES: u32 = 4;
const ATTEMPTS: u32 = 3;

/// Bytes of a row of a snapshot on disk, as measured on shipped scenarios, beside those of its attributes.
const SNAPSHOT_ROW_BYTES: u64 = 9;

/// Bytes of a row of `edges` on disk: 2.1 and 2.5 as measured with Newscast and Cyclon among 20,000 nodes, and 3.3 with
/// Newscast among 10^7, whose numbers are longer.
const EDGE_BYTES: u64 = 4;

/// Bytes of the other tables a cycle and row, generously.
const ROW_BYTES: u64 = 120;

/// Say how much memory, disk and time a scenario needs, before anything runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud estimate plan.toml --nodes 1e9")]
pub struct Arguments {
    #[command(flatten)]
    scenario: scenario::Arguments,
    /// As for run: the columns would lie in files of this directory.
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// As for run.
    #[arg(long, value_name = "T", default_value_t = 0, allow_negative_numbers = true)]
    threads: usize,
}

/// Estimates a scenario.
pub fn estimate(arguments: &Arguments) -> Result<(), Failure> {
    let scenario = arguments.scenario.read()?;
    use_threads(arguments.threads)?;
    let nodes = u64::from(scenario.run.nodes);
    print(&format!("{}: {} nodes, {} cycles", scenario.name, count(nodes), scenario.run.cycles));
    print(&format!("\n  {:<34}{:>12}{:>14}", "column", "bytes/node", "all nodes"));
    let estimate = engine::estimate(&scenario);
    let Estimate { columns, bytes_per_node, column_bytes, .. } = &estimate;
    for Need { name, bytes_per_row, rows, bytes: all } in columns {
        // A table of members says how many rows it has.
        let name = if *rows == nodes { name.clone() } else { format!("{name}, {} rows", count(*rows)) };
        print(&format!("  {name:<34}{bytes_per_row:>12}{:>14}", bytes(*all)));
    }
    print(&format!("  {:<34}{bytes_per_node:>12}{:>14}\n", "together", bytes(*column_bytes)));
    let in_files = arguments.state.is_some();
    let available =
        memory::available().map_or_else(String::new, |available| format!("; {} are available", bytes(available)));
    // Where not all columns of files fit, the widest lie in what memory is left.
    let state = arguments.state.as_deref().map(|folder| (folder, memory::for_columns(&scenario)));
    let needed = memory::needed(&scenario, in_files) + state.map_or(0, |(_, memory)| memory.min(*column_bytes));
    print(&format!("memory  {} at the height{available}", bytes(needed)));
    let columns = if in_files { format!(", and {} for the columns", bytes(*column_bytes)) } else { String::new() };
    print(&format!("disk    about {} for the trace{columns}", bytes(trace_bytes(&scenario))));
    let [birth, cycle] = sample(&scenario)?;
    let total = birth + cycle * scenario.run.cycles;
    print(&format!(
        "time    about {}: {} to build, {} a cycle, with {} threads (scaled from a small cloud on this machine)",
        duration(total.as_secs_f64()),
        duration(birth.as_secs_f64()),
        duration(cycle.as_secs_f64()),
        engine::threads()
    ));
    print(&checkpoints(&estimate, total));
    memory::check(&scenario, state)
}

/// What checkpoints cost a run of such a time, by the cadence of `run` unless it is told another.
fn checkpoints(estimate: &Estimate, total: Duration) -> String {
    let seconds = |bytes: u64| Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND as f64);
    let Estimate { state_bytes, changing_bytes, .. } = *estimate;
    let [first, later] = [state_bytes, changing_bytes].map(seconds);
    let interval = Cadence::Auto.interval(first).unwrap_or_default();
    if total < interval {
        return format!("saved   never in so short a time; an interrupt saves {}", bytes(state_bytes));
    }
    format!(
        "saved   every {}: {} in about {}, later ones {} in about {} if the disk takes 1 GB/s",
        duration(interval.as_secs_f64()),
        bytes(state_bytes),
        duration(first.as_secs_f64()),
        bytes(changing_bytes),
        duration(later.as_secs_f64())
    )
}

/// Bytes of a trace.
fn trace_bytes(scenario: &Scenario) -> u64 {
    let rows = u64::from(scenario.run.cycles / scenario.trace.every + 2);
    let tables = 1 + scenario.first.suite.apps.len() * 2 + scenario.aggregates.len();
    let snapshots = scenario.trace.nodes.as_ref().map_or(0, |panel| {
        let nodes = match panel.sample {
            Sample::All => scenario.run.nodes,
            Sample::Count(count) => count,
        };
        u64::from(nodes) * panel.cycles.len() as u64
    });
    let edges = scenario.trace.edges.map_or(0, |Export { every, sample }| {
        let nodes = match sample {
            Sample::All => scenario.run.nodes,
            Sample::Count(count) => count,
        };
        let of = |sampling: &Sampling| match &sampling.graph {
            Some(graph) => graph.most_links(scenario.run.nodes) / u64::from(scenario.run.nodes),
            None if sampling.protocol.has_views() => sampling.view.into(),
            None => 0,
        };
        let links = of(&scenario.sampling) + scenario.subcloud.as_ref().map_or(0, |inside| of(&inside.sampling));
        u64::from(scenario.run.cycles / every + 2) * u64::from(nodes) * links * EDGE_BYTES
    });
    // A row of the overlay, and the histogram of its in-degrees.
    let overlays = if scenario.sampling.has_links() {
        4 * u64::from(scenario.run.cycles / scenario.trace.overlay.every + 2)
    } else {
        0
    };
    let row = SNAPSHOT_ROW_BYTES + 4 * scenario.fleet.attributes.len() as u64;
    (rows * tables as u64 + overlays) * ROW_BYTES + snapshots * row + edges + 20_000
}

/// Time to build the cloud and to run a cycle of it: a straight line through two small clouds, since building has a
/// part that does not grow with the cloud.
fn sample(scenario: &Scenario) -> Result<[Duration; 2], Failure> {
    let large = scenario.run.nodes.min(SAMPLE_NODES);
    let small = large.div_ceil(4);
    // Elsewhere than on a terminal nobody waits for it.
    let mut bar = Bar::new("small clouds", f64::from(ATTEMPTS * (small + large)), !stderr().is_terminal());
    let (fast, slow) = (best(scenario, small, &mut bar)?, best(scenario, large, &mut bar)?);
    let scale = f64::from(scenario.run.nodes - large) / f64::from((large - small).max(1));
    Ok(std::array::from_fn(|k| slow[k] + slow[k].saturating_sub(fast[k]).mul_f64(scale)))
}

/// The shortest times of a few attempts: other work on the machine only ever adds.
fn best(scenario: &Scenario, nodes: u32, bar: &mut Bar) -> Result<[Duration; 2], Failure> {
    (0..ATTEMPTS).try_fold([Duration::MAX; 2], |[birth, cycle], _| {
        let [other_birth, other_cycle] = measure(scenario, nodes)?;
        bar.advance(nodes.into(), &format!("{} nodes", count(nodes.into())));
        Ok([birth.min(other_birth), cycle.min(other_cycle)])
    })
}

/// Times a small cloud: building it, and one cycle.
fn measure(scenario: &Scenario, nodes: u32) -> Result<[Duration; 2], Failure> {
    // A signed suite keeps its numbers of nodes.
    let mut small = scenario.resized(nodes).unwrap_or_else(|| scenario.clone());
    small.run.nodes = nodes;
    small.run.cycles = SAMPLE_CYCLES;
    small.trace.nodes = None;
    small.trace.edges = None;
    let meta = datasets::trace::Meta {
        attributes: small.fleet.attributes.clone(),
        apps: small.app_names(),
        ..datasets::trace::Meta::default()
    };
    let mut trace = datasets::trace::Writer::in_memory(meta);
    let start = Instant::now();
    let mut simulation = Simulation::new(&small, &Storage::Memory)?;
    let birth = start.elapsed();
    let mut cycle = Duration::MAX;
    for _ in 0..SAMPLE_CYCLES {
        let start = Instant::now();
        simulation.cycle(&mut trace);
        simulation.observe(&mut trace)?;
        cycle = cycle.min(start.elapsed());
    }
    Ok([birth, cycle])
}
