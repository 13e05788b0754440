//! A scenario from its beginning to its last cycle: the same for a run and for a point of a sweep.

use std::sync::atomic::{AtomicBool, Ordering};

use datasets::record::run_id;
use datasets::scenario::Scenario;
use datasets::trace::{Meta, Writer};
use engine::book::Book;
use engine::{Simulation, Storage};

use crate::checkpoint::{Keeper, Origin};
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

/// The cloud with which a run begins, with all rows up to its cycle in the trace: as it is born, or as it was saved.
pub fn begin<'a>(
    scenario: &'a Scenario,
    storage: &Storage,
    origin: &mut Origin,
    trace: &mut Writer,
) -> Result<Simulation<'a>, Failure> {
    let Some((source, saved)) = origin.source() else {
        let mut simulation = Simulation::new(scenario, storage)?;
        simulation.observe(trace)?;
        return Ok(simulation);
    };
    let book = Book::read(&source.book()?)?;
    let mut simulation = Simulation::resume(scenario, storage, book, &|name, cells| Ok(source.fill(name, cells)?))?;
    if (saved.cycle, saved.nodes) != (simulation.cycles(), scenario.run.nodes) {
        let what = format!("its list is that of {} nodes after cycle {}", saved.nodes, saved.cycle);
        return Err(engine::Error::State { what }.into());
    }
    if origin.is_fork {
        simulation.observe_first(trace)?;
    } else {
        origin.restore(trace)?;
    }
    Ok(simulation)
}

/// Runs the cycles of a scenario that are left, hands its rows to the trace, and has its state saved; between cycles it
/// looks whether it is to stop.
pub fn evaluate<'a>(
    mut simulation: Simulation<'a>,
    cycles: u32,
    trace: &mut Writer,
    (progress, keeper): (&mut Progress<'_>, &mut Keeper<'_>),
    stopped: &AtomicBool,
) -> Result<Simulation<'a>, Failure> {
    progress.begin(simulation.cycles());
    keeper.begin(&simulation, trace, |print| progress.aside(print));
    for cycle in simulation.cycles() + 1..=cycles {
        if stopped.load(Ordering::Relaxed) {
            return Err(keeper.stop(&simulation, trace));
        }
        simulation.cycle(trace);
        simulation.observe(trace)?;
        progress.cycle(cycle);
        keeper.after(&simulation, trace, |print| progress.aside(print));
    }
    Ok(simulation)
}
