//! What is compared: the values of a run as hashes, the file that keeps them, and what differs.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread::available_parallelism;

use datasets::scenario::Scenario;
use datasets::trace::read::{self, Run};
use datasets::trace::{Table, Writer};
use engine::{RESULTS_VERSION, Simulation, Storage, on_threads};
use xxhash_rust::xxh3::Xxh3;

use crate::common::meta;

/// Hashes by what they are of: `state_digest`, or a table and its column.
#[derive(Debug, Default, PartialEq)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// Those of a scenario, which must be the same on one thread and on three.
    pub fn of(scenario: &Scenario) -> Self {
        let [one, three] = [1, 3].map(|threads| on_threads(threads, || Self::run(scenario)).unwrap());
        let differing = one.differing(&three);
        assert!(differing.is_empty(), "{}: on three threads other values than on one: {differing:?}", scenario.name);
        one
    }

    /// As [`Values::of`], of the state after each cycle alone.
    pub fn of_state(scenario: &Scenario) -> Self {
        let states = || {
            let mut hash = Xxh3::new();
            let mut trace = Writer::in_memory(meta(scenario));
            evaluate(scenario, &mut trace, |simulation| hash.update(&simulation.digest().to_le_bytes()));
            format!("{:016x}", hash.digest())
        };
        let [one, three] = [1, 3].map(|threads| on_threads(threads, states).unwrap());
        assert_eq!(one, three, "{}: on three threads other states than on one", scenario.name);
        Self(BTreeMap::from([("states".to_owned(), one)]))
    }

    fn run(scenario: &Scenario) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        let mut trace = Writer::create(&out, meta(scenario), false).unwrap();
        let mut digest = 0;
        evaluate(scenario, &mut trace, |simulation| digest = simulation.digest());
        let mut values = BTreeMap::from([("state_digest".to_owned(), format!("{digest:016x}"))]);
        trace.finish("{}").unwrap();
        let run = Run::open(&out).unwrap();
        for &table in Table::ALL {
            for column in run.table(table).unwrap() {
                values.insert(format!("{}.{}", table.name(), column.name), hash(&column.values));
            }
        }
        Self(values)
    }

    /// What both have, with other hashes; and tables of which one side has no column at all.
    fn differing(&self, other: &Self) -> Vec<String> {
        let tables = |values: &Self| {
            let names = values.0.keys().filter_map(|key| Some(key.split_once('.')?.0.to_owned()));
            names.collect::<std::collections::BTreeSet<_>>()
        };
        let missing = tables(self).symmetric_difference(&tables(other)).cloned().collect::<Vec<_>>();
        let differs = |(key, value): (&String, &String)| other.0.get(key).is_some_and(|other| other != value);
        let differing = self.0.iter().filter(|&each| differs(each)).map(|(key, _)| key.clone());
        differing.chain(missing).collect()
    }
}

/// Runs a scenario, and looks at the state before its first cycle and after each.
fn evaluate(scenario: &Scenario, trace: &mut Writer, mut look: impl FnMut(&Simulation<'_>)) {
    let mut simulation = Simulation::new(scenario, &Storage::Memory).unwrap();
    simulation.observe(trace).unwrap();
    look(&simulation);
    for _ in 0..scenario.run.cycles {
        simulation.cycle(trace);
        simulation.observe(trace).unwrap();
        look(&simulation);
    }
}

/// A hash of decoded values: of their kind, their number and each of them in order.
fn hash(values: &read::Values) -> String {
    let mut hash = Xxh3::new();
    let mut word = |word: u64| hash.update(&word.to_le_bytes());
    match values {
        read::Values::Counts(counts) => counts.iter().for_each(|&count| word(count.unwrap_or(u64::MAX))),
        read::Values::Measures(measures) => {
            for measure in measures {
                word(u64::from(measure.is_some()));
                word(measure.unwrap_or_default().to_bits());
            }
        }
        read::Values::Names(names) => {
            for name in names {
                word(name.as_ref().map_or(u64::MAX, |name| name.len() as u64));
                name.iter().flat_map(|name| name.bytes()).for_each(|byte| word(byte.into()));
            }
        }
        read::Values::Flags(flags) => flags.iter().for_each(|&flag| word(flag.into())),
    }
    hash.update(&(values.len() as u64).to_le_bytes());
    format!("{:016x}", hash.digest())
}

/// What becomes of each of some items, in their order. As many are done at a time as there are processors: a run on one
/// thread leaves the others idle.
pub fn side_by_side<I: Sync, O: Send>(items: &[I], of: impl Fn(&I) -> O + Sync) -> Vec<O> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    let Some(item) = items.get(number) else { break };
                    let found = of(item);
                    done.lock().unwrap().push((number, found));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, found)| found).collect()
}

/// Compares runs with the values that a file keeps, or writes the file anew.
pub fn check(name: &str, runs: Vec<(String, Values)>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.txt"));
    let found: BTreeMap<String, Values> = runs.into_iter().collect();
    let (version, kept) = read(&path);
    let mut faults = Vec::new();
    for (run, values) in &kept {
        match found.get(run) {
            Some(found) => faults.extend(values.differing(found).iter().map(|what| format!("{run}: {what}"))),
            None => faults.push(format!("{run}: there is no such run any more")),
        }
    }
    if std::env::var_os("SUBCLOUD_GOLDEN").is_some_and(|renew| renew == "renew") {
        let is_allowed = faults.is_empty() || version < RESULTS_VERSION;
        assert!(is_allowed, "raise engine::RESULTS_VERSION first: {}", faults.join("; "));
        write(&path, &found);
        return;
    }
    assert_eq!(version, RESULTS_VERSION, "{}: written under another RESULTS_VERSION", path.display());
    faults.extend(found.keys().filter(|run| !kept.contains_key(*run)).map(|run| format!("{run}: no values are kept")));
    assert!(faults.is_empty(), "other values than before, see {}: {}", path.display(), faults.join("; "));
}

/// The number under which a file was written, and what it keeps.
fn read(path: &PathBuf) -> (u32, BTreeMap<String, Values>) {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut kept: BTreeMap<String, Values> = BTreeMap::new();
    let (mut version, mut run) = (0, String::new());
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut run);
        } else {
            let (key, value) = line.split_once(" = ").unwrap_or_else(|| panic!("{}: {line}", path.display()));
            if key == "results_version" {
                version = value.parse().unwrap();
            } else {
                kept.entry(run.clone()).or_default().0.insert(key.to_owned(), value.to_owned());
            }
        }
    }
    (version, kept)
}

fn write(path: &PathBuf, found: &BTreeMap<String, Values>) {
    let mut text = "# Hashes of what runs compute; see main.rs beside this file.\n".to_owned();
    writeln!(text, "results_version = {RESULTS_VERSION}").unwrap();
    for (run, Values(values)) in found {
        writeln!(text, "\n[{run}]").unwrap();
        for (key, value) in values {
            writeln!(text, "{key} = {value}").unwrap();
        }
    }
    fs::write(path, text).unwrap();
}
