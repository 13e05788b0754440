//! Doing points: claimed one by one, side by side as far as there is room.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use datasets::record::{OfSweep, RunRecord, run_id, text};
use datasets::sweep::Point;
use datasets::trace::{Claim, ParamRow, Place, RunRow, Tree, Writer};
use engine::Storage;

use super::room::{Next, Room};
use crate::evaluate::{evaluate, meta};
use crate::failure::Failure;
use crate::progress::{Bar, Progress};
use crate::record::record;

/// What came of the points of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Points that this call did.
    pub done: Vec<u32>,
    /// Points that were there, or that another process did meanwhile.
    pub there: Vec<u32>,
    /// Points that failed, and why.
    pub failed: Vec<(u32, Failure)>,
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
}

/// What workers wait for, and tell each other.
struct Desk {
    room: Room,
    outcome: Outcome,
    bar: Bar,
}

impl Work<'_> {
    /// Does the points that `room` has waiting.
    pub fn run(&self, room: Room, workers: usize, bar: Bar) -> Outcome {
        let (desk, news) = (Mutex::new(Desk { room, outcome: Outcome::default(), bar }), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| self.worker(&desk, &news));
            }
        });
        let mut outcome = desk.into_inner().unwrap_or_else(PoisonError::into_inner).outcome;
        for numbers in [&mut outcome.done, &mut outcome.there, &mut outcome.elsewhere] {
            numbers.sort_unstable();
        }
        outcome.failed.sort_by_key(|(number, _)| *number);
        outcome
    }

    /// Does one point after the other.
    fn worker(&self, desk: &Mutex<Desk>, news: &Condvar) {
        let mut at = lock(desk);
        loop {
            if self.stopped.load(Ordering::Relaxed) {
                at.room.close();
            }
            match at.room.next() {
                Next::Done => return,
                Next::Wait => at = news.wait(at).unwrap_or_else(PoisonError::into_inner),
                Next::Start { point, bytes, threads } => {
                    drop(at);
                    let point = &self.points[point];
                    // A bug of ours must not leave the others waiting.
                    let came = catch_unwind(AssertUnwindSafe(|| self.point(point, threads)));
                    at = lock(desk);
                    at.room.leave(bytes);
                    news.notify_all();
                    at.note(point, came.unwrap_or_else(|panic| resume_unwind(panic)));
                }
            }
        }
    }

    /// Does a point, unless it is there.
    fn point(&self, point: &Point, threads: usize) -> Result<Came, Failure> {
        match self.tree.claim(point.number, &run_id(&point.scenario, &point.hash))? {
            Claim::Done => Ok(Came::There),
            Claim::Busy => Ok(Came::Elsewhere),
            Claim::Ours(place) => {
                let job = || evaluate_point(point, place, self.stopped);
                let done = engine::on_threads(threads, job);
                done.map_err(|error| Failure::run(format!("no thread for a point: {error}"), None))??;
                Ok(Came::Done)
            }
        }
    }
}

/// What came of a point.
enum Came {
    Done,
    There,
    Elsewhere,
}

impl Desk {
    fn note(&mut self, point: &Point, came: Result<Came, Failure>) {
        let (number, outcome) = (point.number, &mut self.outcome);
        match came {
            Ok(Came::Done) => outcome.done.push(number),
            Ok(Came::There) => outcome.there.push(number),
            Ok(Came::Elsewhere) => outcome.elsewhere.push(number),
            Err(failure) => outcome.failed.push((number, failure)),
        }
        let there = outcome.done.len() + outcome.there.len();
        self.bar.advance(weight(point), &format!("{there} points, the last one is {number}"));
    }
}

/// What a point costs, for the time left.
pub fn weight(point: &Point) -> f64 {
    f64::from(point.scenario.run.nodes) * f64::from(point.scenario.run.cycles)
}

fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the scenario of a point, and puts it into the tree.
fn evaluate_point(point: &Point, place: Place, stopped: &AtomicBool) -> Result<(), Failure> {
    let start = Instant::now();
    let scenario = &point.scenario;
    let mut trace = Writer::create(&place.folder(), meta(scenario, &point.hash), false)?;
    let simulation = evaluate(scenario, &Storage::Memory, &mut trace, &mut Progress::new(scenario, true), stopped)?;
    let digest = simulation.digest();
    trace.push(run_row(point, digest));
    params(point).for_each(|row| trace.push(row));
    let (setting, replicate, process) = (point.setting, point.replicate, std::process::id());
    let sweep = Some(OfSweep { point: point.number, setting, replicate, process });
    let record = record(scenario, &point.hash, &simulation, digest, start.elapsed());
    trace.finish(&text(&RunRecord { sweep, ..record }))?;
    Ok(place.publish()?)
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
