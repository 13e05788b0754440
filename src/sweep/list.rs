//! `subcloud sweep --list`.

use std::path::Path;

use analysis::number::{count, counted};
use clap::ValueEnum;
use datasets::sweep::{Point, Sweep};
use datasets::trace::Tree;
use serde_json::json;

use crate::memory::{self, bytes};
use crate::run::print;

/// How points are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// The version of the JSON document: raised when a key goes or means something else.
const FORMAT_VERSION: u32 = 1;

/// Prints the points of a sweep as one JSON document, in the order of their numbers: what `sweep.json` says of each,
/// what it needs, and whether it is in the directory by now.
pub fn document(sweep: &Sweep, out: &Path) {
    let found = Tree::record(out).map(|found| found.points).unwrap_or_default();
    let point = |point: &Point| {
        let record = point.record();
        let is_its_place = found.get(point.number as usize).is_some_and(|found| found.run_id == record.run_id);
        json!({
            "point": record.point,
            "setting": record.setting,
            "replicate": record.replicate,
            "seed": record.seed,
            "run_id": record.run_id,
            "params": record.params,
            "nodes_count": point.scenario.run.nodes,
            "memory_bytes": memory::needed(&point.scenario, false),
            "is_there": is_its_place && Tree::holds(out, point.number),
        })
    };
    let points: Vec<_> = sweep.points.iter().map(point).collect();
    let document = json!({
        "format_version": FORMAT_VERSION,
        "sweep": sweep.name,
        "hash": sweep.hash(),
        "out": out.to_string_lossy(),
        "warm_up": sweep.warm_up.as_ref().map(|warm_up| warm_up.cycle),
        "points": points,
    });
    print(&format!("{document:#}"));
}

/// Prints the points of a sweep: their numbers, seeds, sizes, and what is set at each.
pub fn list(sweep: &Sweep) {
    // Points that extended a sweep stand with the others of their setting.
    let mut ordered: Vec<&Point> = sweep.points.iter().collect();
    ordered.sort_by_key(|point| (point.setting, point.replicate));
    let settings = ordered.last().map_or(0, |point| u64::from(point.setting) + 1);
    let points = counted(sweep.points.len() as u64, "point", "points");
    print(&format!(
        "{}: {points}, {} with {} of {}.",
        sweep.name,
        counted(settings, "setting", "settings"),
        counted(sweep.replicates.into(), "replicate", "replicates"),
        sweep.scenario
    ));
    if let Some(warm_up) = &sweep.warm_up {
        print(&format!("Points begin after cycle {} of a common run, one for each seed.", count(warm_up.cycle.into())));
    }
    let available = memory::available();
    if let Some(available) = available {
        print(&format!("{} of memory are available.", bytes(available)));
    }
    print(&format!("\n{:>5}  {:>7}  {:>13}  {:>10}  {:>19}", "point", "setting", "nodes", "memory", "seed"));
    for setting in ordered.chunk_by(|a, b| a.setting == b.setting) {
        for param in &setting[0].params {
            print(&format!("       {} = {}", param.key, param.value));
        }
        for point in setting {
            print(&line(point, available));
        }
    }
}

fn line(point: &Point, available: Option<u64>) -> String {
    let needed = memory::needed(&point.scenario, false);
    let large = if available.is_some_and(|available| needed > available) { "  too large here" } else { "" };
    let run = &point.scenario.run;
    let (number, setting, nodes) = (point.number, point.setting, count(run.nodes.into()));
    format!("{number:>5}  {setting:>7}  {nodes:>13}  {:>10}  {:>19}{large}", bytes(needed), run.seed)
}
