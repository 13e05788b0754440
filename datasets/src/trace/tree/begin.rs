//! How a sweep begins to replace what a directory holds.
//!
//! To begin a generation a process needs the directory for itself, for a moment. Nothing is changed until all that is
//! to go in the end is listed: a point or a run that has no manifest gets one. Then the new `sweep.json` takes the
//! place of the old one, by the steps of `publishing::exchange`, and what was derived from the old sweep leaves with
//! it: tables and reports. The manifest of a run becomes `points/manifests/run.jsonl`.

use std::fs;
use std::path::Path;

use crate::record::{SweepRecord, text};
use crate::trace::Error;
use crate::trace::publishing::exchange::{Exchange, is_committed};
use crate::trace::publishing::hidden::{self, dispose, staged, write_synced};
use crate::trace::publishing::leftovers::{STAGING, remove_points};
use crate::trace::publishing::manifest::{MANIFEST, Manifest};
use crate::trace::publishing::ours::{
    Compare, MANIFESTS, SWEEP_JSON, ours, sweep as sweep_of, tables, unlisted_points, unlisted_run,
};

/// Begins a new generation, if the directory holds anything of ours.
pub(super) fn begin(folder: &Path, sweep: &SweepRecord) -> Result<(), Error> {
    let ours = ours(folder, Compare::All)?;
    if ours.is_empty() {
        return Ok(());
    }
    let old = sweep_of(folder)?;
    let sweep = SweepRecord { generation: old.as_ref().map_or(0, |old| old.generation) + 1, ..sweep.clone() };
    let staging = folder.join(format!("{STAGING}sweep"));
    hidden::create(&staging)?;
    let begun = stage(folder, &staging, &sweep, old.is_some()).and_then(|enters| {
        let is_of_all = |path: &String| {
            [SWEEP_JSON, MANIFEST].contains(&path.as_str())
                || path.starts_with("derived/")
                || path.starts_with("report")
        };
        // A run keeps its reports until it goes.
        let is_left = |path: &String| if old.is_some() { is_of_all(path) } else { path == MANIFEST };
        let mut leaves: Vec<String> = ours.into_iter().filter(is_left).collect();
        leaves.sort_by_key(|path| path != SWEEP_JSON);
        Exchange::new(1, leaves, enters).carry_out(folder, &staging)
    });
    if begun.is_ok() || !is_committed(&staging)? {
        dispose(&staging)?;
    }
    begun?;
    remove_points(folder)
}

/// Writes what enters as a generation begins: the new `sweep.json` last.
fn stage(folder: &Path, staging: &Path, sweep: &SweepRecord, is_sweep: bool) -> Result<Vec<String>, Error> {
    let manifests = staging.join(MANIFESTS);
    fs::create_dir_all(&manifests).map_err(Error::io("create", &manifests))?;
    if !is_sweep {
        let run = Manifest::read(&folder.join(MANIFEST))?.map_or_else(|| unlisted(folder), Ok)?;
        write_synced(&manifests.join("run.jsonl"), &run.text())?;
    }
    for (number, record) in unlisted_points(folder)? {
        let mut files = tables(folder, |run_id| run_id == record.run_id)?;
        files.push(format!("points/{number}.json"));
        let manifest = Manifest::of(&record.run_id, folder, &files)?;
        write_synced(&manifests.join(format!("{number}.jsonl")), &manifest.text())?;
    }
    let mut enters = staged(staging)?;
    write_synced(&staging.join(SWEEP_JSON), &text(sweep))?;
    let manifest = Manifest::of("", staging, [&SWEEP_JSON.to_owned()])?;
    write_synced(&staging.join(MANIFEST), &manifest.text())?;
    enters.extend([MANIFEST, SWEEP_JSON].map(str::to_owned));
    Ok(enters)
}

/// The manifest of a run that has none.
fn unlisted(folder: &Path) -> Result<Manifest, Error> {
    let files = unlisted_run(folder)?;
    let id = files.iter().find_map(|path| path.split('/').find_map(|name| name.strip_prefix("run=")));
    Manifest::of(id.unwrap_or_default(), folder, &files)
}
