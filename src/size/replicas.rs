//! Runs of which only the number of some nodes is looked at.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use datasets::scenario::Scenario;
use datasets::suite::Test;
use datasets::sweep;
use datasets::trace::{Meta, Writer};
use engine::{Simulation, Storage};

use crate::failure::Failure;
use crate::memory;
use crate::room::{Room, side_by_side};

/// Nodes that are counted.
#[derive(Clone, Copy, Debug)]
pub enum Nodes<'p> {
    /// Those that an application holds, by its number; only those that fit a test, if there is one.
    Held(usize, Option<&'p Test>),
    /// The same of those that run it.
    Running(usize, Option<&'p Test>),
    /// All that live.
    Live,
}

/// What of a run is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'p> {
    /// The nodes that are counted.
    pub nodes: Nodes<'p>,
    /// After which cycles.
    pub counted: &'p RangeInclusive<u32>,
    /// Whether to stop.
    pub stopped: &'p AtomicBool,
}

/// A scenario with the seeds of so many replicates.
pub fn seeded(scenario: &Scenario, runs: usize) -> Vec<Scenario> {
    let with_seed = |run: usize| {
        let mut scenario = scenario.clone();
        scenario.run.seed = sweep::seed(scenario.run.seed, run as u32);
        scenario
    };
    (0..runs).map(with_seed).collect()
}

/// The nodes after each counted cycle.
fn path(scenario: &Scenario, look: Look<'_>) -> Result<Vec<f64>, Failure> {
    let attributes = scenario.fleet.attributes.clone();
    let mut trace = Writer::in_memory(Meta { attributes, apps: scenario.app_names(), ..Meta::default() });
    let mut simulation = Simulation::new(scenario, &Storage::Memory)?;
    let mut path = Vec::with_capacity(look.counted.clone().count());
    for cycle in 1..=scenario.run.cycles {
        if look.stopped.load(Ordering::Relaxed) {
            return Err(interrupted());
        }
        simulation.cycle(&mut trace);
        if look.counted.contains(&cycle) {
            path.push(match look.nodes {
                Nodes::Held(app, test) => simulation.held(app, test) as f64,
                Nodes::Running(app, test) => simulation.running(app, test) as f64,
                Nodes::Live => simulation.cloud().population.live().count() as f64,
            });
        }
    }
    Ok(path)
}

/// The paths of some scenarios, in their order.
pub fn paths(scenarios: &[Scenario], look: Look<'_>, done: impl Fn() + Sync) -> Result<Vec<Vec<f64>>, Failure> {
    let waiting = scenarios.iter().map(|scenario| memory::needed(scenario, false)).enumerate().collect();
    let threads = engine::threads();
    let (mut found, mut failed) = (vec![None; scenarios.len()], None);
    let note = |number: usize, path| {
        match path {
            Ok(path) => found[number] = Some(path),
            Err(failure) => failed = Some(failure),
        }
        done();
        failed.is_none()
    };
    let room = Room::new(threads, threads, memory::available(), waiting);
    side_by_side(room, look.stopped, |number| path(&scenarios[number], look), note);
    match failed {
        Some(failure) => Err(failure),
        None => found.into_iter().collect::<Option<_>>().ok_or_else(interrupted),
    }
}

fn interrupted() -> Failure {
    let remedy = "run it again; fewer --replicas or --replica-nodes make it shorter".to_owned();
    Failure::run("interrupted: nothing was written", Some(remedy))
}
