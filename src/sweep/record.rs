//! `sweep.json`: which sweep a directory holds.

use datasets::record::{PointRecord, SweepRecord, run_id};
use datasets::sweep::{Point, Sweep};

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
        versions: versions(),
        points: sweep.points.iter().map(point).collect(),
    }
}

fn point(point: &Point) -> PointRecord {
    PointRecord {
        point: point.number,
        setting: point.setting,
        replicate: point.replicate,
        seed: point.scenario.run.seed,
        run_id: run_id(&point.scenario, &point.hash),
        params: point.params.iter().map(|param| (param.key.clone(), param.value.clone().into())).collect(),
    }
}
