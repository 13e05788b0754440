//! A scenario from its birth to its last cycle: the same for a run and for a point of a sweep.

use std::sync::atomic::{AtomicBool, Ordering};

use datasets::record::run_id;
use datasets::scenario::Scenario;
use datasets::trace::{Meta, Writer};
use engine::Simulation;

use crate::failure::Failure;
use crate::progress::Progress;

/// Whose trace it is.
pub fn meta(scenario: &Scenario, hash: &str) -> Meta {
    Meta {
        run_id: run_id(scenario, hash),
        seed: scenario.run.seed,
        scenario_hash: hash.to_owned(),
        engine_version: env!("CARGO_PKG_VERSION").to_owned(),
        attributes: scenario.fleet.attributes.clone(),
        apps: scenario.app_names(),
    }
}

/// Runs all cycles of a scenario in its cloud as it is before them, and hands its rows to the trace; between cycles it
/// looks whether it is to stop.
pub fn evaluate<'a>(
    scenario: &Scenario,
    mut simulation: Simulation<'a>,
    trace: &mut Writer,
    progress: &mut Progress<'_>,
    stopped: &AtomicBool,
) -> Result<Simulation<'a>, Failure> {
    progress.begin();
    simulation.observe(trace)?;
    for cycle in 1..=scenario.run.cycles {
        interrupted(stopped, cycle - 1, scenario)?;
        simulation.cycle(trace);
        simulation.observe(trace)?;
        progress.cycle(cycle);
    }
    interrupted(stopped, scenario.run.cycles, scenario)?;
    Ok(simulation)
}

/// Stops a run whose flag is raised; what it has made is removed as it unwinds.
fn interrupted(stopped: &AtomicBool, cycle: u32, scenario: &Scenario) -> Result<(), Failure> {
    if !stopped.load(Ordering::Relaxed) {
        return Ok(());
    }
    let message = format!("interrupted after cycle {cycle} of {}: nothing was written", scenario.run.cycles);
    Err(Failure::run(
        message,
        Some("run it again; --cycles makes it shorter, trace.every observes less often".to_owned()),
    ))
}
