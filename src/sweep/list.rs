//! `subcloud sweep --list`.

use analysis::number::{count, counted};
use datasets::sweep::{Point, Sweep};

use crate::memory::{self, bytes};
use crate::run::print;

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
