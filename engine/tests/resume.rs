//! A run that is saved after any cycle and taken up again goes on as if nothing had happened.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::anything::{along, anything, inside};
use common::meta;
use datasets::scenario::{self, Sample, Scenario};
use datasets::trace::Writer;
use engine::book::Book;
use engine::{Simulation, Storage};

/// What was saved of a cloud.
struct Saved {
    book: Vec<u8>,
    columns: BTreeMap<String, Vec<u8>>,
}

impl Saved {
    fn of(simulation: &Simulation<'_>) -> Self {
        let column = |field: &engine::memory::Field| (field.name.clone(), field.bytes().to_vec());
        Self { book: simulation.book().bytes(), columns: simulation.columns().into_iter().map(column).collect() }
    }

    fn resume<'a>(&self, scenario: &'a Scenario) -> Simulation<'a> {
        let fill = |name: &str, cells: &mut [u8]| {
            let saved = self.columns.get(name);
            if let Some(saved) = saved {
                cells.copy_from_slice(saved);
            }
            Ok(saved.is_some())
        };
        Simulation::resume(scenario, &Storage::Memory, Book::read(&self.book).unwrap(), &fill).unwrap()
    }
}

/// One cloud is never interrupted. The other is saved and taken up after every cycle. Both must have the same columns
/// and the same book after each, and the same bytes in every file of their traces.
fn every_cycle(scenario: &Scenario) {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [mut trace, mut other] =
        [0, 1].map(|k| Writer::create(&folders[k].path().join("out"), meta(scenario), false).unwrap());
    let mut undisturbed = Simulation::new(scenario, &Storage::Memory).unwrap();
    let mut chained = Simulation::new(scenario, &Storage::Memory).unwrap();
    undisturbed.observe(&mut trace).unwrap();
    chained.observe(&mut other).unwrap();
    for cycle in 1..=scenario.run.cycles {
        chained = Saved::of(&chained).resume(scenario);
        undisturbed.cycle(&mut trace);
        undisturbed.observe(&mut trace).unwrap();
        chained.cycle(&mut other);
        chained.observe(&mut other).unwrap();
        let name = &scenario.name;
        assert_eq!(chained.full_digest(), undisturbed.full_digest(), "{name}: cycle {cycle}, after it was taken up");
        assert_eq!(chained.digest(), undisturbed.digest(), "{name}: cycle {cycle}");
    }
    trace.finish("{}").unwrap();
    other.finish("{}").unwrap();
    let [one, other] = folders.each_ref().map(|folder| files(folder.path()));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{}", scenario.name);
    for (path, bytes) in &one {
        assert!(bytes == &other[path], "{}: {} differs", scenario.name, path.display());
    }
}

/// The files below a folder.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for path in fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A shipped scenario with few nodes.
fn shipped(path: &Path) -> Scenario {
    shipped_with(path, &[])
}

/// The same with further keys set.
fn shipped_with(path: &Path, more: &[(&str, &str)]) -> Scenario {
    let full = scenario::read(path, &[]).unwrap_or_else(|error| panic!("{error}"));
    let mut set = vec![("run.nodes", "2_000".to_owned())];
    if full.trace.nodes.is_some_and(|panel| panel.sample != Sample::All) {
        set.push(("trace.nodes.sample", "100".to_owned()));
    }
    let more = more.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let set: Vec<_> = set.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(more).collect();
    scenario::read(path, &set).unwrap_or_else(|error| panic!("{error}"))
}

fn files_of_scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../datasets/scenarios");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    files
}

#[test]
fn every_cycle_of_every_shipped_scenario_can_be_taken_up() {
    for path in files_of_scenarios() {
        every_cycle(&shipped(&path));
    }
}

/// Runs cycles, and drops the rows.
fn run(simulation: &mut Simulation<'_>, scenario: &Scenario, cycles: u32) {
    let mut trace = Writer::in_memory(meta(scenario));
    for _ in 0..cycles {
        simulation.cycle(&mut trace);
        simulation.observe(&mut trace).unwrap();
    }
}

/// The state of a scenario after so many cycles.
fn state(scenario: &Scenario, cycles: u32) -> Simulation<'_> {
    let mut simulation = Simulation::new(scenario, &Storage::Memory).unwrap();
    simulation.observe(&mut Writer::in_memory(meta(scenario))).unwrap();
    run(&mut simulation, scenario, cycles);
    simulation
}

#[test]
fn a_longer_run_goes_on_from_a_shorter_one() {
    let mut faults = Vec::new();
    for path in files_of_scenarios() {
        let whole = shipped(&path).run.cycles;
        for (cut, to) in [(20, whole.min(40)), (whole / 2, whole)] {
            let [cut, to] = [cut, to].map(|cycles| cycles.to_string());
            let [short, long] = [&cut, &to].map(|cycles| shipped_with(&path, &[("run.cycles", cycles)]));
            let cycles = short.run.cycles - 1;
            let mut resumed = Saved::of(&state(&short, cycles)).resume(&long);
            run(&mut resumed, &long, long.run.cycles - cycles);
            let undisturbed = state(&long, long.run.cycles);
            if resumed.full_digest() != undisturbed.full_digest() {
                faults.push(format!("{}: {cut} cycles, then {to}", long.name));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_fork_whose_change_comes_later_is_the_run_that_had_it_from_the_beginning() {
    let crash = ("event", "[{at_cycle = 25, crash = {share = 0.5}}]");
    let mut faults = Vec::new();
    for path in files_of_scenarios() {
        let plain = shipped_with(&path, &[("run.cycles", "20")]);
        if !plain.events.is_empty() {
            continue;
        }
        let changed = shipped_with(&path, &[("run.cycles", "32"), crash]);
        // The state after the last cycle serves too.
        let mut fork = Saved::of(&state(&plain, 20)).resume(&changed);
        run(&mut fork, &changed, 12);
        if fork.digest() != state(&changed, 32).digest() {
            faults.push(changed.name.clone());
        }
    }
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn a_fork_of_another_seed_draws_anew_what_is_not_for_life() {
    let path = files_of_scenarios().into_iter().find(|path| path.ends_with("launch.toml")).unwrap();
    let plain = shipped_with(&path, &[("run.cycles", "30")]);
    let before = state(&plain, 20);
    let reseeded = |reseed| {
        let fork = datasets::scenario::Fork { reseed, cycle: 20, ..Default::default() };
        let scenario = Scenario { fork: Some(fork), ..plain.clone() };
        let mut simulation = Saved::of(&before).resume(&scenario);
        assert_eq!(simulation.digest(), before.digest());
        run(&mut simulation, &scenario, 10);
        simulation.digest()
    };
    let same = state(&plain, 30).digest();
    assert_eq!([reseeded(None), reseeded(Some(plain.run.seed))], [same; 2]);
    let [one, other] = [reseeded(Some(7)), reseeded(Some(8))];
    assert!(one != same && other != same && one != other);
    assert_eq!(reseeded(Some(7)), one);
}

#[test]
fn every_cycle_of_scenarios_in_which_anything_may_happen_can_be_taken_up() {
    (0..60).for_each(|seed| every_cycle(&anything(seed)));
    (0..60).for_each(|seed| every_cycle(&inside(seed)));
    (0..40).for_each(|seed| every_cycle(&along(seed)));
}
