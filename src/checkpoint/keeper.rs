//! Saving the state of a run while it goes on.

use std::cell::OnceCell;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use analysis::number::count;
use datasets::checkpoint::{self, Column, Folder, Manifest, STATES, State, Store};
use datasets::record::SessionRecord;
use datasets::scenario::Scenario;
use datasets::trace::Writer;
use engine::memory::Kind;
use engine::{Simulation, Work};
use serde_json::Value;

use super::Cadence;
use crate::failure::{Failure, warn};
use crate::record::versions;

/// Bytes that a disk takes in a second, before that has been measured.
pub const BYTES_PER_SECOND: u64 = 1_000_000_000;

/// When the state is saved, and what of it is kept.
#[derive(Clone, Debug)]
pub struct Plan {
    /// When it is saved.
    pub cadence: Cadence,
    /// After which cycles it is kept, and whether it is so after the last two.
    pub kept: Option<Vec<u32>>,
}

/// Saves the state of a run while it goes on.
#[derive(Debug)]
pub struct Keeper<'a> {
    scenario: &'a Scenario,
    hash: &'a str,
    /// What the scenario says, once it has been asked for: files are read for it.
    content: OnceCell<Value>,
    run_id: String,
    plan: Plan,
    store: Store,
    /// Where the state came from that the run began with, if that goes once there is one of the run's own.
    superseded: Option<Folder>,
    /// Processes before this one.
    sessions: Vec<SessionRecord>,
    /// The cycle after which this process began.
    from_cycle: u32,
    start: Instant,
    /// When the last checkpoint was done, or the first cycle began.
    last: Instant,
    /// What the last checkpoint cost.
    cost: Option<Duration>,
    /// Whether it has been told that a checkpoint could not be written.
    is_told: bool,
}

impl<'a> Keeper<'a> {
    /// A keeper of a run whose process has been at it from `start` on, and that saves into `store`.
    pub fn new((scenario, hash): (&'a Scenario, &'a str), plan: Plan, store: Store, start: Instant) -> Self {
        let run_id = datasets::record::run_id(scenario, hash);
        let last = Instant::now();
        let (sessions, superseded) = (Vec::new(), None);
        Self {
            scenario,
            hash,
            content: OnceCell::new(),
            run_id,
            plan,
            store,
            superseded,
            sessions,
            from_cycle: 0,
            start,
            last,
            cost: None,
            is_told: false,
        }
    }

    /// The same of a run that goes on after a cycle, which others have run in these sessions. A directory that is
    /// `superseded` goes once the run has a state of its own.
    #[must_use]
    pub fn after_others(self, cycle: u32, sessions: Vec<SessionRecord>, superseded: Option<Folder>) -> Self {
        Self { from_cycle: cycle, sessions, superseded, ..self }
    }

    /// The first cycle begins: keeps the state before it, if that is asked for.
    pub fn begin(&mut self, simulation: &Simulation<'_>, trace: &mut Writer, aside: impl FnOnce(&dyn Fn())) {
        if self.is_kept(simulation.cycles()) {
            self.after(simulation, trace, aside);
        }
        self.last = Instant::now();
    }

    /// A cycle is done, and what was due after it was observed: saves the state if that is due.
    pub fn after(&mut self, simulation: &Simulation<'_>, trace: &mut Writer, aside: impl FnOnce(&dyn Fn())) {
        let cycle = simulation.cycles();
        let is_kept = self.is_kept(cycle);
        if !is_kept && !self.is_due(simulation) {
            return;
        }
        let start = Instant::now();
        let saved = self.save(simulation, trace, is_kept);
        self.last = Instant::now();
        self.cost = Some(start.elapsed());
        let kept = saved.and_then(|()| if is_kept { self.store.keep() } else { Ok(()) });
        match kept {
            Ok(()) => datasets::disk::stop_after(cycle),
            Err(error) if self.is_told => drop(error),
            Err(error) => {
                self.is_told = true;
                let what = format!("the state after cycle {cycle} was not saved: {error}");
                aside(&|| warn(&what, &format!("the run goes on without it; {}", error.remedy())));
            }
        }
    }

    /// Keeps the state after the last cycle that was run, and says where.
    pub fn keep(&mut self, simulation: &Simulation<'_>, trace: &mut Writer) -> Result<Folder, Failure> {
        self.save(simulation, trace, true).and_then(|()| self.store.keep()).map_err(failed)?;
        let states = self.store.folder().states().map_err(failed)?;
        let last = states.into_iter().last().map(|(_, state)| state);
        last.ok_or_else(|| Failure::run("the state was not kept", None))
    }

    /// The run is asked to stop: saves the state, and says how to go on.
    pub fn stop(&mut self, simulation: &Simulation<'_>, trace: &mut Writer) -> Failure {
        let (cycle, cycles) = (simulation.cycles(), self.scenario.run.cycles);
        let is_never = self.plan.cadence == Cadence::Never;
        let error = if is_never { None } else { self.save(simulation, trace, false).err() };
        // With `never` too there is a state, if some are kept.
        let saved = self.store.last().map(|last| last.cycle);
        match (error, saved) {
            (None, Some(saved)) if saved == cycle => {
                let message = format!("stopped after cycle {cycle} of {cycles}");
                Failure::stopped(message, "the same command goes on from there; with --fresh it begins anew")
            }
            (error, Some(saved)) => {
                let why = error.map_or_else(|| "--checkpoint never".to_owned(), |error| error.to_string());
                let message = format!("stopped after cycle {cycle} of {cycles}, which was not saved: {why}");
                Failure::stopped(message, format!("the same command goes on from cycle {saved}"))
            }
            (Some(error), None) => {
                let message = format!("interrupted after cycle {cycle} of {cycles}, which was not saved: {error}");
                Failure::run(message, Some(error.remedy().to_owned()))
            }
            (None, None) => {
                let message = format!("interrupted after cycle {cycle} of {cycles}: nothing was written");
                let help = "run it again; --cycles makes it shorter, trace.every observes less often";
                Failure::run(message, Some(help.to_owned()))
            }
        }
    }

    /// The processes that have run the cycles, with this one, and the time that they have taken.
    pub fn spent(&self, simulation: &Simulation<'_>) -> (Vec<SessionRecord>, Duration) {
        let before: u64 = self.sessions.iter().map(|session| session.milliseconds).sum();
        (self.sessions(simulation), Duration::from_millis(before) + self.start.elapsed())
    }

    fn sessions(&self, simulation: &Simulation<'_>) -> Vec<SessionRecord> {
        let milliseconds = |time: Duration| time.as_millis() as u64;
        let of_work = |work: Work| (work.name(), milliseconds(simulation.times().of(work)));
        let now = SessionRecord {
            from_cycle: self.from_cycle,
            to_cycle: simulation.cycles(),
            milliseconds: milliseconds(self.start.elapsed()),
            threads: engine::threads(),
            work_milliseconds: Work::ALL.into_iter().map(of_work).collect(),
        };
        self.sessions.iter().cloned().chain([now]).collect()
    }

    /// The run is in place: the states that are kept go to their place below the result, and the rest goes. Where the
    /// run has `replaced` another one, the states of that one go too.
    pub fn finish(self, out: &Path, replaced: bool) -> Result<(), Failure> {
        self.superseded.iter().try_for_each(Folder::remove).map_err(failed)?;
        let others = if replaced { Folder::at(out.to_owned()).states().map_err(failed)? } else { Vec::new() };
        for (_, state) in others {
            checkpoint::remove_state(&state, engine::RESULTS_VERSION).map_err(failed)?;
        }
        // A directory that holds something stays.
        fs::remove_dir(out.join(STATES)).ok();
        put_in_place(self.store.folder(), out)?;
        self.store.remove().map_err(failed)
    }

    fn is_kept(&self, cycle: u32) -> bool {
        let last = self.scenario.run.cycles;
        self.plan.kept.as_ref().is_some_and(|kept| cycle + 1 >= last || kept.contains(&cycle))
    }

    fn is_due(&self, simulation: &Simulation<'_>) -> bool {
        let cycle = simulation.cycles();
        // The last state is that of the finished run.
        if cycle >= self.scenario.run.cycles {
            return false;
        }
        if let Cadence::Cycles(cycles) = self.plan.cadence {
            return cycle.is_multiple_of(cycles);
        }
        let cost = || {
            let bytes: u64 = simulation.columns().iter().map(|column| column.bytes().len() as u64).sum();
            Duration::from_secs_f64(bytes as f64 / BYTES_PER_SECOND as f64)
        };
        let interval = self.plan.cadence.interval(self.cost.unwrap_or_else(cost));
        interval.is_some_and(|interval| self.last.elapsed() >= interval)
    }

    fn save(
        &mut self,
        simulation: &Simulation<'_>,
        trace: &mut Writer,
        is_kept: bool,
    ) -> Result<(), checkpoint::Error> {
        let fields = simulation.columns();
        let column =
            |field: &&'_ engine::memory::Field| (field.name.clone(), matches!(field.kind, Kind::Slow | Kind::Derived));
        let names: Vec<(String, bool)> = fields.iter().map(column).collect();
        let columns = names.iter().zip(&fields);
        let columns = columns.map(|((name, is_slow), field)| Column { name, bytes: field.bytes(), is_slow: *is_slow });
        let manifest = Manifest {
            format: checkpoint::FORMAT,
            versions: versions(),
            run_id: self.run_id.clone(),
            scenario_hash: self.hash.to_owned(),
            scenario: self.content.get_or_init(|| self.scenario.content()).clone(),
            cycle: simulation.cycles(),
            nodes: self.scenario.run.nodes,
            forked_from: self.scenario.fork.clone(),
            // It takes as long as to write the state: nobody asks for it of a checkpoint.
            state_digest: if is_kept { format!("{:016x}", simulation.digest()) } else { String::new() },
            sessions: self.sessions(simulation),
            ..Manifest::default()
        };
        let state = State { manifest, columns: columns.collect(), book: simulation.book().bytes() };
        self.store.save(state, trace)?;
        if let Some(superseded) = self.superseded.take() {
            superseded.remove()?;
        }
        Ok(())
    }
}

/// Moves the states that a run has kept below its result.
pub fn put_in_place(folder: &Folder, out: &Path) -> Result<(), Failure> {
    for (_, state) in folder.states().map_err(failed)? {
        checkpoint::move_state(&state, &out.join(STATES), engine::RESULTS_VERSION).map_err(failed)?;
    }
    Ok(())
}

/// Trouble with a checkpoint is a failed run.
pub fn failed(error: checkpoint::Error) -> Failure {
    error.into()
}

/// What is said of a fork that begins.
pub fn forks(manifest: &Manifest, folder: &Folder) -> String {
    format!("beginning with the state after cycle {}, from {}", count(manifest.cycle.into()), folder.path().display())
}

/// What is said of a run that goes on.
pub fn goes_on(manifest: &Manifest, cycles: u32, folder: &Folder) -> String {
    let (cycle, cycles) = (count(manifest.cycle.into()), count(cycles.into()));
    format!("going on after cycle {cycle} of {cycles}, from {} (--fresh begins anew)", folder.path().display())
}
