//! Runs of which only the nodes held are looked at.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use datasets::scenario::Scenario;
use datasets::suite::Test;
use datasets::trace::{Meta, Writer};
use engine::{Simulation, Storage};

use crate::failure::Failure;
use crate::memory;

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
            let remedy = "run it again; fewer --replicas or --replica-nodes make it shorter".to_owned();
            return Err(Failure::run("interrupted: nothing was written", Some(remedy)));
        }
        simulation.cycle(&mut trace);
        if look.counted.contains(&cycle) {
            held.push(simulation.held(look.app, look.test) as f64);
        }
    }
    Ok(held)
}

/// The paths of some scenarios, in their order: side by side as far as memory goes, each on as many threads as that leaves.
pub fn paths(scenarios: &[Scenario], look: Look<'_>, done: impl Fn() + Sync) -> Result<Vec<Vec<f64>>, Failure> {
    let needed = scenarios.iter().map(|scenario| memory::needed(scenario, false)).max().unwrap_or(0);
    let threads = engine::threads();
    let fit = memory::available().map_or(threads, |available| (available / needed.max(1)) as usize);
    let workers = threads.min(fit).min(scenarios.len()).max(1);
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<Option<Vec<f64>>>> = Mutex::new(vec![None; scenarios.len()]);
    let work = || -> Result<(), Failure> {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(scenario) = scenarios.get(number) else { return Ok(()) };
            let path = path(scenario, look).inspect_err(|_| next.store(scenarios.len(), Ordering::Relaxed))?;
            results.lock().unwrap_or_else(PoisonError::into_inner)[number] = Some(path);
            done();
        }
    };
    let on_threads = |threads: usize| {
        engine::on_threads(threads, work)
            .map_err(|error| Failure::run(format!("no thread for a replica: {error}"), None))
            .and_then(|done| done)
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(|| on_threads(threads / workers))).collect();
        let own = on_threads(threads / workers);
        let joined =
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        joined.fold(own, Result::and)
    })?;
    Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().flatten().collect())
}
