//! Forks: runs that begin with the state that another run has kept.

use std::path::{Path, PathBuf};

use datasets::checkpoint::{Difference, Folder, MAY_DIFFER, Manifest, Purpose, Store};
use datasets::scenario::{Fork, Scenario};
use engine::RESULTS_VERSION;

use super::Arguments;
use super::keeper::failed;
use crate::failure::Failure;

/// Finds the state that the arguments name, if they name one, and makes the run of the scenario a fork of it.
pub fn fork(scenario: &mut Scenario, arguments: &Arguments) -> Result<Option<Store>, Failure> {
    let Some(from) = &arguments.from else { return Ok(None) };
    let (run, cycle) = named(from)?;
    let folder = state(&run, cycle)?;
    let store = Store::open_to_read(folder, RESULTS_VERSION).map_err(failed)?;
    let Some(state) = store.last() else {
        let message = format!("--from {from}: {} holds no state", store.folder().path().display());
        return Err(Failure::input(message, "give the directory of a run that was run with --keep-state"));
    };
    check(from, state, scenario)?;
    scenario.fork = Some(Fork {
        run_id: state.run_id.clone(),
        cycle: state.cycle,
        state_digest: state.state_digest.clone(),
        reseed: arguments.reseed,
    });
    Ok(Some(store))
}

/// The directory of a run, and a cycle: `out/warm@40`. A name may have an `@` of its own.
fn named(from: &str) -> Result<(PathBuf, Option<u32>), Failure> {
    let Some((run, cycle)) = from.rsplit_once('@').filter(|_| !Path::new(from).is_dir()) else {
        return Ok((from.into(), None));
    };
    let cycle = cycle.parse().map_err(|_| {
        let message = format!("--from {from}: `{cycle}` is no cycle");
        Failure::input(message, "write --from RUN@CYCLE, as in --from out/warm@40")
    })?;
    Ok((run.into(), Some(cycle)))
}

/// The state that a run has kept after a cycle, or after the last one of which there is a state.
fn state(run: &Path, cycle: Option<u32>) -> Result<Folder, Failure> {
    let kept = Folder::at(run.to_owned()).states().map_err(failed)?;
    let found = kept.iter().rfind(|(of, _)| cycle.is_none_or(|cycle| cycle == *of));
    if let Some((_, folder)) = found {
        return Ok(folder.clone());
    }
    let cycles: Vec<String> = kept.iter().map(|(cycle, _)| cycle.to_string()).collect();
    let wanted = cycle.map_or_else(String::new, |cycle| format!(" after cycle {cycle}"));
    let message = format!("{} holds no state{wanted}", run.display());
    let help = if cycles.is_empty() {
        "run it with --keep-state, or --keep-state=CYCLES for the state after other cycles than the last".to_owned()
    } else {
        format!("it holds that after cycle {}; run it with --keep-state=CYCLES for others", cycles.join(", "))
    };
    Err(Failure::input(message, help))
}

/// Refuses a scenario that has another past than the state.
fn check(from: &str, state: &Manifest, scenario: &Scenario) -> Result<(), Failure> {
    if scenario.run.cycles < state.cycle {
        let (cycles, cycle) = (scenario.run.cycles, state.cycle);
        let message = format!("--from {from}: the state is that after cycle {cycle}, and the run has {cycles} cycles");
        return Err(Failure::input(message, "give more --cycles: they count from the beginning of the other run"));
    }
    let Some(Difference { key, saved, now }) = state.difference(scenario, Purpose::Fork) else { return Ok(()) };
    let message = format!("--from {from}: `{key}` is {saved} there, and {now} now");
    Err(Failure::input(message, format!("a fork may change what decides of later cycles alone: {MAY_DIFFER}")))
}
