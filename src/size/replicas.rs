//! Runs of which only the nodes held are looked at.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};

use datasets::scenario::Scenario;
use datasets::suite::Test;
use datasets::trace::{Meta, Writer};
use engine::{Simulation, Storage};

use crate::failure::Failure;
use crate::memory;
use crate::room::{Room, side_by_side};

/// What of a run is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'p> {
    /// The application's number.
    pub app: usize,
    /// Which of its nodes.
    pub test: Option<&'p Test>,
    /// After which cycles.
    pub counted: &'p RangeInclusive<u32>,
    /// Whether to stop.
    pub stopped: &'p AtomicBool,
}

/// Nodes held after each counted cycle.
fn path(scenario: &Scenario, look: Look<'_>) -> Result<Vec<f64>, Failure> {
    let attributes = scenario.fleet.attributes.clone();
    let mut trace = Writer::in_memory(Meta { attributes, apps: scenario.app_names(), ..Meta::default() });
    let mut simulation = Simulation::new(scenario, &Storage::Memory)?;
    let mut held = Vec::with_capacity(look.counted.clone().count());
    for cycle in 1..=scenario.run.cycles {
        if look.stopped.load(Ordering::Relaxed) {
            return Err(interrupted());
        }
        simulation.cycle(&mut trace);
        if look.counted.contains(&cycle) {
            held.push(simulation.held(look.app, look.test) as f64);
        }
    }
    Ok(held)
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
