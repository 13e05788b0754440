//! The published results beside ours: a table, and a failure if one is out.
//!
//! ```text
//! cargo run --release -p bench --bin published [-- --seeds 30] [--nodes 10000,100000] [--only NAME]
//! ```
//!
//! `--only` runs the experiments whose names hold NAME. `--only slicing` compares ways to slice instead.
#![forbid(unsafe_code)]

mod accuracy;
mod churn;
mod clouds;
mod counting;
mod crash;
mod epidemics;
mod failing;
mod graphs;
mod inside;
mod loss;
mod order;
mod overlay;
mod plain;
mod run;
mod sample;
mod sizes;
mod slicing;
mod table;
mod theory;
mod topologies;
mod variance;

use std::env;
use std::process::ExitCode;

use run::Outcome;
use table::Row;

/// An experiment.
#[derive(Clone, Copy)]
enum Experiment {
    /// With so many seeds, at each of some numbers of nodes.
    Each(fn(u32, u32) -> Outcome<Vec<Row>>),
    /// With seeds and numbers of nodes of its own.
    Once(fn() -> Outcome<Vec<Row>>),
}

const EXPERIMENTS: [(&str, Experiment); 26] = [
    ("variance", Experiment::Each(variance::rows)),
    ("crash", Experiment::Each(crash::rows)),
    ("loss", Experiment::Each(loss::rows)),
    ("churn", Experiment::Each(churn::rows)),
    ("order", Experiment::Each(order::rows)),
    ("accuracy", Experiment::Each(accuracy::rows)),
    ("sizes", Experiment::Once(sizes::rows)),
    ("small order", Experiment::Once(order::small)),
    ("graphs", Experiment::Once(graphs::rows)),
    ("graphs beside plain ones", Experiment::Once(graphs::beside_plain)),
    ("epidemics", Experiment::Once(epidemics::rows)),
    ("generic", Experiment::Once(overlay::generic)),
    ("newscast", Experiment::Once(overlay::newscast)),
    ("contacts", Experiment::Once(inside::contacts)),
    ("contacts of a launch", Experiment::Once(inside::launch)),
    ("inside overlays", Experiment::Once(inside::overlays)),
    ("code", Experiment::Once(inside::code)),
    ("topologies", Experiment::Once(topologies::links)),
    ("lookups", Experiment::Once(topologies::lookups)),
    ("lookups under churn", Experiment::Once(failing::churn)),
    ("lookups after a crash", Experiment::Once(failing::requests)),
    ("topologies after a crash", Experiment::Once(failing::links)),
    ("clouds that mix", Experiment::Once(clouds::mixing)),
    ("clouds that part", Experiment::Once(clouds::parting)),
    ("clouds with rings", Experiment::Once(clouds::rings)),
    ("registry after a crash", Experiment::Once(failing::values)),
];

/// What the user wants.
struct Wanted {
    seeds: u32,
    nodes: Vec<u32>,
    only: Option<String>,
}

fn main() -> Outcome<ExitCode> {
    let wanted = wanted(env::args().skip(1))?;
    let out = if wanted.only.as_deref() == Some("slicing") {
        slicing::compare(wanted.nodes.last().copied().unwrap_or_default())?
    } else {
        table::print(&rows(&wanted)?)
    };
    Ok(if out == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn rows(wanted: &Wanted) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    for (name, experiment) in EXPERIMENTS {
        if wanted.only.as_ref().is_none_or(|only| name.contains(only.as_str())) {
            match experiment {
                Experiment::Each(experiment) => {
                    for &nodes in &wanted.nodes {
                        rows.extend(experiment(wanted.seeds, nodes)?);
                    }
                }
                Experiment::Once(experiment) => rows.extend(experiment()?),
            }
        }
    }
    Ok(rows)
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Outcome<Wanted> {
    let mut wanted = Wanted { seeds: 30, nodes: vec![10_000, 100_000], only: None };
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{option} lacks a value"))?;
        match option.as_str() {
            "--seeds" => wanted.seeds = value.parse()?,
            "--nodes" => wanted.nodes = value.split(',').map(str::parse).collect::<Result<_, _>>()?,
            "--only" => wanted.only = Some(value),
            _ => return Err(format!("{option} is not known: --seeds, --nodes and --only are").into()),
        }
    }
    if wanted.seeds < 2 {
        return Err("a standard deviation needs two seeds".into());
    }
    Ok(wanted)
}
