//! Doing points: claimed one by one, side by side as far as there is room.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use datasets::checkpoint::Store;
use datasets::record::{OfSweep, RunRecord, run_id, text};
use datasets::scenario::Scenario;
use datasets::sweep::Point;
use datasets::trace::{Claim, ParamRow, Place, RunRow, Tree};

use super::beginning::{Beginning, open};
use super::warm::common;
use crate::checkpoint::{Cadence, Plan};
use crate::evaluate::evaluate;
use crate::failure::Failure;
use crate::progress::{Bar, Progress};
use crate::record::record;
use crate::room::{Room, side_by_side};

/// What came of the points of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Points that this call did.
    pub done: Vec<u32>,
    /// Points that were there, or that another process did meanwhile.
    pub there: Vec<u32>,
    /// Points that failed, and why.
    pub failed: Vec<(u32, Failure)>,
    /// Points that were stopped on the way, and go on when they are called again.
    pub stopped: Vec<u32>,
    /// Points that another process is doing.
    pub elsewhere: Vec<u32>,
}

/// What all workers share.
pub struct Work<'a> {
    /// Where points go.
    pub tree: &'a Tree,
    /// Whether the work is to stop.
    pub stopped: &'a AtomicBool,
    /// All points of the call.
    pub points: &'a [Point],
    /// When a point saves its state.
    pub cadence: Cadence,
}

impl Work<'_> {
    /// Does the points that `room` has waiting.
    pub fn run(&self, room: Room, bar: &mut Bar) -> Outcome {
        let mut outcome = Outcome::default();
        let note = |number: usize, came| {
            let point = &self.points[number];
            outcome.note(point.number, came);
            let there = outcome.done.len() + outcome.there.len();
            bar.advance(weight(point), &format!("{there} points, the last one is {}", point.number));
            true
        };
        side_by_side(room, self.stopped, |number| self.point(&self.points[number]), note);
        for numbers in [&mut outcome.done, &mut outcome.there, &mut outcome.elsewhere, &mut outcome.stopped] {
            numbers.sort_unstable();
        }
        outcome.failed.sort_by_key(|(number, _)| *number);
        outcome
    }

    /// Does a point, unless it is there.
    fn point(&self, point: &Point) -> Result<Came, Failure> {
        match self.tree.claim(point.number, &run_id(&point.scenario, &point.hash))? {
            Claim::Done => Ok(Came::There),
            Claim::Busy => Ok(Came::Elsewhere),
            Claim::Ours(place) => match self.evaluate(point, place) {
                Err(failure) if failure.is_stopped() => Ok(Came::Stopped),
                came => came.map(|()| Came::Done),
            },
        }
    }

    /// Runs the scenario of a point, and puts it into the tree.
    fn evaluate(&self, point: &Point, place: Place) -> Result<(), Failure> {
        let start = Instant::now();
        let from = self.state(point)?;
        let scenario = &from.as_ref().map_or_else(|| point.scenario.clone(), |from| forked(&point.scenario, from));
        let folder = place.folder();
        let Beginning { origin, mut trace, simulation } =
            Beginning::of(scenario, &point.hash, (&folder, from.as_ref()))?;
        let mut keeper = origin.keeper((scenario, &point.hash), Plan { cadence: self.cadence, kept: None }, start);
        let course = (&mut Progress::new(scenario, true), &mut keeper);
        let simulation = evaluate(simulation, scenario.run.cycles, &mut trace, course, self.stopped)?;
        let digest = simulation.digest();
        trace.push(run_row(point, digest));
        params(point).for_each(|row| trace.push(row));
        let (setting, replicate, process) = (point.setting, point.replicate, std::process::id());
        let generation = place.generation();
        let sweep = Some(OfSweep { point: point.number, setting, replicate, process, generation });
        let record = record(scenario, &point.hash, &simulation, keeper.spent(&simulation));
        trace.finish(&text(&RunRecord { sweep, ..record }))?;
        Ok(place.publish()?)
    }

    /// The state with which a point begins, if it is that of a common beginning.
    fn state(&self, point: &Point) -> Result<Option<Store>, Failure> {
        let Some(fork) = &point.scenario.fork else { return Ok(None) };
        let folder = common(self.tree, &fork.run_id).folder();
        let store = open(folder)?;
        if store.last().is_none() {
            let message = format!("{} holds no state, with which the point begins", store.folder().path().display());
            return Err(Failure::run(message, Some("run it again: the state is made anew".to_owned())));
        }
        Ok(Some(store))
    }
}

/// The scenario with the digest of the state with which it begins, for its records.
fn forked(scenario: &Scenario, from: &Store) -> Scenario {
    let mut scenario = scenario.clone();
    if let (Some(fork), Some(state)) = (&mut scenario.fork, from.last()) {
        fork.state_digest.clone_from(&state.state_digest);
    }
    scenario
}

/// What came of a point.
enum Came {
    Done,
    There,
    Elsewhere,
    Stopped,
}

impl Outcome {
    fn note(&mut self, number: u32, came: Result<Came, Failure>) {
        match came {
            Ok(Came::Done) => self.done.push(number),
            Ok(Came::There) => self.there.push(number),
            Ok(Came::Elsewhere) => self.elsewhere.push(number),
            Ok(Came::Stopped) => self.stopped.push(number),
            Err(failure) => self.failed.push((number, failure)),
        }
    }
}

/// What a point costs, for the time left.
pub fn weight(point: &Point) -> f64 {
    let before = point.scenario.fork.as_ref().map_or(0, |fork| fork.cycle);
    f64::from(point.scenario.run.nodes) * f64::from(point.scenario.run.cycles.saturating_sub(before))
}

fn run_row(point: &Point, digest: u64) -> RunRow {
    RunRow {
        point: point.number,
        setting: point.setting,
        replicate: point.replicate,
        nodes_count: point.scenario.run.nodes.into(),
        cycles_count: point.scenario.run.cycles,
        scenario_name: point.scenario.name.clone(),
        scenario_hash: point.hash.clone(),
        state_digest: format!("{digest:016x}"),
    }
}

fn params(point: &Point) -> impl Iterator<Item = ParamRow> {
    point.params.iter().map(|param| ParamRow {
        point: point.number,
        setting: point.setting,
        key: param.key.clone(),
        value: param.value.clone(),
        number: param.number,
    })
}
