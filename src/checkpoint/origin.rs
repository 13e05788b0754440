//! With what a run begins: its own checkpoint, the state that a shorter run of the same scenario has kept, or a cloud
//! that is born.

use std::fs;
use std::path::Path;
use std::time::Instant;

use datasets::checkpoint::{Difference, Folder, Manifest, Purpose, Store};
use datasets::record::RunRecord;
use datasets::scenario::Scenario;
use datasets::trace::Writer;
use engine::RESULTS_VERSION;

use super::Arguments;
use super::keeper::{Keeper, Plan, failed};
use crate::failure::Failure;

/// With what a run begins.
#[derive(Debug)]
pub struct Origin {
    /// Where the run saves its state.
    pub store: Store,
    /// The state with which it begins; `None` for one in `store`, or a cloud that is born.
    pub from: Option<Store>,
    /// The directory of that state goes once the run has one of its own.
    pub is_superseded: bool,
    /// The trace begins with that state: its rows are those of another run.
    pub is_fork: bool,
}

impl Origin {
    /// The state with which the run begins, if it is not born.
    pub fn source(&self) -> Option<(&Store, &Manifest)> {
        let source = self.from.as_ref().unwrap_or(&self.store);
        source.last().map(|last| (source, last))
    }

    /// Nothing is saved and nothing was: the cloud is born.
    pub fn birth(folder: Folder) -> Self {
        Self { store: Store::anew(folder), from: None, is_superseded: false, is_fork: false }
    }

    /// That of a point of a sweep: its own checkpoint, or a cloud that is born. A checkpoint that cannot be read is no
    /// loss but of time.
    pub fn of_point(folder: Folder, scenario: &Scenario) -> Result<Self, Failure> {
        let fits = |last: &Manifest| last.difference(scenario, Purpose::GoOn).is_none();
        match Store::open(folder.clone(), RESULTS_VERSION) {
            Ok(store) if store.last().is_none_or(fits) => {
                Ok(Self { store, from: None, is_superseded: false, is_fork: false })
            }
            _ => {
                folder.remove().map_err(failed)?;
                Ok(Self::birth(folder))
            }
        }
    }

    /// The same for a run that begins with a state of another one, unless it has one of its own.
    pub fn or_fork(self, from: Store) -> Self {
        if self.source().is_some() { self } else { Self { from: Some(from), is_fork: true, ..self } }
    }

    /// Who saves the state of the run from now on; the process has been at it from `start` on.
    pub fn keeper<'a>(self, run: (&'a Scenario, &'a str), plan: Plan, start: Instant) -> Keeper<'a> {
        let sessions = |last: &Manifest| if self.is_fork { Vec::new() } else { last.sessions.clone() };
        let last = self.source().map(|(_, last)| (last.cycle, sessions(last)));
        let superseded = self.from.as_ref().filter(|_| self.is_superseded).map(|from| from.folder().clone());
        let (cycle, sessions) = last.unwrap_or_default();
        Keeper::new(run, plan, self.store, start).after_others(cycle, sessions, superseded)
    }

    /// Puts the rows of the state with which the run begins into its trace.
    pub fn restore(&mut self, trace: &mut Writer) -> Result<(), Failure> {
        self.from.as_mut().unwrap_or(&mut self.store).restore(trace).map_err(failed)
    }
}

/// Finds with what a run of a scenario begins that goes to `out`; `fork` is the state of another run from which it goes
/// on, unless it has one of its own by now. A checkpoint of another scenario there is refused.
pub fn find(
    (out, run_id): (&Path, &str),
    scenario: &Scenario,
    arguments: &Arguments,
    fork: Option<Store>,
) -> Result<Origin, Failure> {
    let parent = arguments.checkpoints.as_deref().unwrap_or(out);
    let folder = Folder::of_run(parent, run_id);
    if arguments.fresh {
        remove(parent, &folder, arguments.checkpoints.is_none())?;
        let is_fork = fork.is_some();
        return Ok(Origin { from: fork, is_fork, ..Origin::birth(folder) });
    }
    let store = Store::open(folder, RESULTS_VERSION).map_err(failed)?;
    if let Some(last) = store.last() {
        return match last.difference(scenario, Purpose::GoOn) {
            None => Ok(Origin { store, from: None, is_superseded: false, is_fork: false }),
            Some(difference) => Err(another(store.folder(), &difference)),
        };
    }
    if fork.is_some() {
        refuse_another(out)?;
        return Ok(Origin { store, from: fork, is_superseded: false, is_fork: true });
    }
    let (from, is_superseded) = match of_another_length(out, scenario)? {
        Some(from) => (Some(from), true),
        None => match kept(out, scenario)? {
            Some(kept) => (Some(kept), false),
            // Others may go on from the checkpoints of a directory that is not this result's alone: they stay.
            None => (arguments.checkpoints.as_deref().map_or(Ok(None), |shared| last(shared, scenario))?, false),
        },
    };
    Ok(Origin { store, from, is_superseded, is_fork: false })
}

/// Removes the checkpoint of a run, and where no others lie there all that a result holds.
fn remove(parent: &Path, own: &Folder, is_alone: bool) -> Result<(), Failure> {
    let others = if is_alone { Folder::all(parent).map_err(failed)? } else { Vec::new() };
    let ours = others.into_iter().filter(Folder::holds_one);
    ours.chain([own.clone()]).try_for_each(|folder| folder.remove()).map_err(failed)
}

/// The checkpoint of a run of the same scenario with another number of cycles, in the directory of the result. One of
/// another scenario is refused: it would be lost when this run is in place.
fn of_another_length(out: &Path, scenario: &Scenario) -> Result<Option<Store>, Failure> {
    for folder in Folder::all(out).map_err(failed)? {
        let Some(found) = Manifest::read(folder.path(), RESULTS_VERSION).map_err(failed)? else { continue };
        if let Some(difference) = found.difference(scenario, Purpose::GoOn) {
            return Err(another(&folder, &difference));
        }
        if !is_before_the_end(&found, scenario) {
            let message = format!("{} holds a checkpoint after cycle {}", folder.path().display(), found.cycle);
            let help = "run at least as many --cycles, begin anew with --fresh, or choose another directory with --out";
            return Err(Failure::input(message, help));
        }
        return Store::open(folder, RESULTS_VERSION).map(Some).map_err(failed);
    }
    Ok(None)
}

/// The checkpoint of the latest cycle among those in a directory that several results share, of a run of the same
/// scenario with another number of cycles. A checkpoint that another process has open is passed over.
fn last(shared: &Path, scenario: &Scenario) -> Result<Option<Store>, Failure> {
    let mut last: Option<Store> = None;
    for folder in Folder::all(shared).map_err(failed)? {
        // One that is damaged, or of another version, is no help.
        let Ok(Some(found)) = Manifest::read(folder.path(), RESULTS_VERSION) else { continue };
        let fits = is_before_the_end(&found, scenario) && found.difference(scenario, Purpose::GoOn).is_none();
        let is_later = |last: &Store| last.last().is_some_and(|last| last.cycle >= found.cycle);
        if !fits || last.as_ref().is_some_and(is_later) {
            continue;
        }
        match Store::open(folder, RESULTS_VERSION) {
            Ok(store) => last = Some(store),
            Err(datasets::checkpoint::Error::Busy { .. }) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(last)
}

/// Refuses a directory with a checkpoint: that of another run than a fork.
fn refuse_another(out: &Path) -> Result<(), Failure> {
    for folder in Folder::all(out).map_err(failed)? {
        if Manifest::read(folder.path(), RESULTS_VERSION).map_err(failed)?.is_some() {
            let message = format!("{} is the checkpoint of another run", folder.path().display());
            return Err(Failure::input(message, WITHOUT));
        }
    }
    Ok(())
}

/// Whether a state is that before the last cycle of its run, and of the run of a scenario: the last one is special.
fn is_before_the_end(state: &Manifest, scenario: &Scenario) -> bool {
    let cycles = state.scenario.pointer("/run/cycles").and_then(serde_json::Value::as_u64).unwrap_or_default();
    u64::from(state.cycle) < cycles.min(scenario.run.cycles.into())
}

/// The last state that a shorter run of the same scenario has kept.
fn kept(out: &Path, scenario: &Scenario) -> Result<Option<Store>, Failure> {
    let fits = |folder: &Folder| match Manifest::read(folder.path(), RESULTS_VERSION) {
        Ok(Some(state)) => is_before_the_end(&state, scenario) && state.difference(scenario, Purpose::GoOn).is_none(),
        // One that is damaged, or of another version, is no help.
        _ => false,
    };
    let mut states = Folder::at(out.to_owned()).states().map_err(failed)?.into_iter().rev();
    let last = states.find(|(_, folder)| fits(folder));
    last.map(|(_, folder)| Store::open(folder, RESULTS_VERSION)).transpose().map_err(failed)
}

/// The record of the run that a directory holds, if it can be read.
pub fn record(out: &Path) -> Option<RunRecord> {
    serde_json::from_str(&fs::read_to_string(out.join("run.json")).ok()?).ok()
}

/// What to do about the checkpoint of another run in the directory of the result.
const WITHOUT: &str = "begin anew, without that checkpoint, with --fresh, or choose another directory with --out";

/// Refuses a checkpoint of which a key says something else than the scenario.
fn another(folder: &Folder, difference: &Difference) -> Failure {
    let Difference { key, saved, now } = difference;
    let folder = folder.path().display();
    let message = format!("{folder} is the checkpoint of another scenario: `{key}` is {saved} there, and {now} now");
    Failure::input(message, WITHOUT)
}
