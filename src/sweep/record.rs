//! Which sweep a directory holds, and which directory is that of a sweep.

use std::path::{Path, PathBuf};

use datasets::record::SweepRecord;
use datasets::sweep::{Point, Sweep};
use datasets::trace::Tree;

use crate::record::versions;

/// The record of a sweep: the same whoever begins it, and wherever.
pub fn record(sweep: &Sweep) -> SweepRecord {
    SweepRecord {
        sweep: sweep.name.clone(),
        hash: sweep.hash(),
        scenario: sweep.scenario.clone(),
        text: sweep.text.clone(),
        is_one_at_a_time: sweep.is_one_at_a_time,
        replicates: sweep.replicates,
        warm_up: sweep.warm_up.as_ref().map(|warm_up| warm_up.cycle),
        generation: 0,
        versions: versions(),
        points: sweep.points.iter().map(Point::record).collect(),
    }
}

/// The directory of the points.
pub fn out(sweep: &Sweep, given: Option<&Path>) -> PathBuf {
    given.map_or_else(|| Path::new("out").join(&sweep.name), Path::to_owned)
}

/// The sweep with the numbers of the directory, if it holds this sweep or a smaller one.
pub fn numbered(sweep: Sweep, out: &Path) -> Sweep {
    match Tree::record(out) {
        Some(found) => sweep.numbered_as(&found),
        None => sweep,
    }
}
