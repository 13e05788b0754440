//! The files of a directory that are ours: those that its manifests list, or, where there is none, those that an older
//! version is known to write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::at::{Kind, below, names};
use super::manifest::{Entry, MANIFEST, Manifest};
use crate::record::{RunRecord, SizeRecord, SweepRecord};
use crate::trace::{Error, Table};

pub(in crate::trace) const RUN_JSON: &str = "run.json";
pub(in crate::trace) const SWEEP_JSON: &str = "sweep.json";
pub(in crate::trace) const TRACES: &str = "traces";
/// Where the manifests of a sweep's points are.
pub(in crate::trace) const MANIFESTS: &str = "points/manifests";
/// Tables that older versions derive from a sweep.
pub(in crate::trace) const DERIVED: [&str; 4] = ["bands", "metrics", "sensitivity", "values"];

/// The manifest of a point, or of the run that a sweep replaces.
pub(in crate::trace) struct Unit {
    /// The number of the point; `run` for a run.
    pub name: String,
    pub manifest: Manifest,
}

impl Unit {
    /// The path of its manifest.
    pub(in crate::trace) fn path(&self) -> String {
        format!("{MANIFESTS}/{}.jsonl", self.name)
    }
}

/// Which of the files that are ours are compared with what their manifest says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::trace) enum Compare {
    /// All of them, before long work begins.
    All,
    /// Those alone that stay when they differ.
    Reports,
}

/// The paths of all files that are ours below a directory, sorted. A report that was changed is its user's.
///
/// # Errors
///
/// If another file was changed, a link is on the way to a file, or something else lies in its place.
pub(in crate::trace) fn ours(out: &Path, compare: Compare) -> Result<Vec<String>, Error> {
    let mut known = known(out)?;
    let mut listed: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    for entry in std::mem::take(&mut known.entries) {
        listed.entry(entry.path.clone()).or_default().push(entry);
    }
    let mut ours = known.paths;
    for (path, entries) in &listed {
        match below(out, path)? {
            Kind::Nothing => continue,
            Kind::File => {}
            _ => return Err(Error::InTheWay { path: out.join(path) }),
        }
        let is_report = path.starts_with("report");
        if is_report || compare == Compare::All {
            let mut is_unchanged = false;
            for entry in entries {
                is_unchanged = is_unchanged || entry.is_unchanged(out)?;
            }
            match (is_unchanged, is_report) {
                (true, _) => {}
                (false, true) => continue,
                (false, false) => return Err(Error::Changed { path: out.join(path) }),
            }
        }
        ours.insert(path.clone());
    }
    let is_there = |path: &String| Ok(below(out, path)? == Kind::File);
    ours.into_iter().filter_map(|path| is_there(&path).map(|is| is.then_some(path)).transpose()).collect()
}

/// What is known to be ours in a directory.
#[derive(Default)]
struct Known {
    /// What manifests list.
    entries: Vec<Entry>,
    /// What is ours by its name.
    paths: BTreeSet<String>,
}

fn known(out: &Path) -> Result<Known, Error> {
    let mut known = Known::default();
    let top = Manifest::read(&out.join(MANIFEST))?;
    let sweep = sweep(out)?;
    let is_listed = top.is_some();
    if let Some(top) = top {
        known.paths.insert(MANIFEST.to_owned());
        known.entries.extend(top.entries);
    } else if sweep.is_none() {
        known.paths.extend(unlisted_run(out)?);
    }
    for unit in units(out)? {
        known.paths.insert(unit.path());
        known.entries.extend(unit.manifest.entries);
    }
    if let Some(sweep) = sweep {
        if !is_listed {
            known.paths.insert(SWEEP_JSON.to_owned());
            known.paths.extend(DERIVED.iter().map(|name| format!("derived/{name}.parquet")));
        }
        let of_points = sweep.points.into_iter().map(|point| point.run_id);
        let unlisted = unlisted_points(out)?;
        let ids = of_points.chain(unlisted.iter().map(|(_, record)| record.run_id.clone())).collect();
        known.paths.extend(unlisted.into_iter().map(|(number, _)| format!("points/{number}.json")));
        let listed: BTreeSet<&str> = known.entries.iter().map(|entry| entry.path.as_str()).collect();
        let tables = tables(out, |run_id| BTreeSet::contains(&ids, run_id))?;
        let tables: Vec<String> = tables.into_iter().filter(|path| !listed.contains(path.as_str())).collect();
        known.paths.extend(tables);
    }
    Ok(known)
}

/// What `sweep.json` says; `None` if there is none.
pub(in crate::trace) fn sweep(out: &Path) -> Result<Option<SweepRecord>, Error> {
    let in_the_way = || Error::InTheWay { path: out.join(SWEEP_JSON) };
    match below(out, SWEEP_JSON)? {
        Kind::Nothing => Ok(None),
        Kind::File => read::<SweepRecord>(out, SWEEP_JSON)?.map(Some).ok_or_else(in_the_way),
        _ => Err(in_the_way()),
    }
}

/// The manifests of points, and of a run that a sweep replaces.
pub(in crate::trace) fn units(out: &Path) -> Result<Vec<Unit>, Error> {
    if below(out, MANIFESTS)? != Kind::Folder {
        return Ok(Vec::new());
    }
    let mut units = Vec::new();
    for file in names(&out.join(MANIFESTS))? {
        let Some(name) = file.strip_suffix(".jsonl").filter(|name| *name == "run" || is_number(name)) else { continue };
        if let Some(manifest) = Manifest::read(&out.join(MANIFESTS).join(&file))? {
            units.push(Unit { name: name.to_owned(), manifest });
        }
    }
    Ok(units)
}

/// The points that have a record and no manifest: an older version did them.
pub(in crate::trace) fn unlisted_points(out: &Path) -> Result<Vec<(String, RunRecord)>, Error> {
    let mut points = Vec::new();
    if below(out, "points")? != Kind::Folder {
        return Ok(points);
    }
    for file in names(&out.join("points"))? {
        let Some(number) = file.strip_suffix(".json").filter(|number| is_number(number)) else { continue };
        if below(out, &format!("{MANIFESTS}/{number}.jsonl"))? == Kind::Nothing
            && below(out, &format!("points/{file}"))? == Kind::File
            && let Some(record) = read::<RunRecord>(out, &format!("points/{file}"))?
            && !record.run_id.is_empty()
        {
            points.push((number.to_owned(), record));
        }
    }
    Ok(points)
}

/// The files of a run that has no manifest.
pub(in crate::trace) fn unlisted_run(out: &Path) -> Result<Vec<String>, Error> {
    let mut paths = tables(out, |_| true)?;
    if below(out, RUN_JSON)? == Kind::File {
        paths.push(RUN_JSON.to_owned());
    }
    if below(out, "size.json")? == Kind::File && read::<SizeRecord>(out, "size.json")?.is_some() {
        paths.push("size.json".to_owned());
    }
    Ok(paths)
}

/// `traces/<known table>/run=<id>/seed=*/part-*.parquet`, for the ids that are asked for.
pub(in crate::trace) fn tables(out: &Path, is_asked: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
    let mut paths = Vec::new();
    if below(out, TRACES)? != Kind::Folder {
        return Ok(paths);
    }
    for table in Table::ALL {
        let table = format!("{TRACES}/{}", table.name());
        for run in folders(out, &table)? {
            if run.strip_prefix("run=").is_some_and(&is_asked) {
                parts(out, &format!("{table}/{run}"), &mut paths)?;
            }
        }
    }
    Ok(paths)
}

/// `seed=*/part-*.parquet` below a directory.
pub(in crate::trace) fn parts(out: &Path, run: &str, paths: &mut Vec<String>) -> Result<(), Error> {
    for seed in folders(out, run)?.into_iter().filter(|name| name.starts_with("seed=")) {
        let folder = format!("{run}/{seed}");
        let files = folders(out, &folder)?.into_iter();
        let is_part = |name: &String| name.starts_with("part-") && name.ends_with(".parquet");
        paths.extend(files.filter(is_part).map(|name| format!("{folder}/{name}")));
    }
    Ok(())
}

/// The names in a directory below `out`; none if there is none.
fn folders(out: &Path, folder: &str) -> Result<Vec<String>, Error> {
    match below(out, folder)? {
        Kind::Folder => names(&out.join(folder)),
        _ => Ok(Vec::new()),
    }
}

/// A record of a directory; `None` if it cannot be read as one.
fn read<R: serde::de::DeserializeOwned>(out: &Path, path: &str) -> Result<Option<R>, Error> {
    let path = out.join(path);
    let bytes = std::fs::read(&path).map_err(Error::io("read", &path))?;
    Ok(serde_json::from_slice(&bytes).ok())
}

fn is_number(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit())
}
