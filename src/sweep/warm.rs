//! The common beginnings of points: one for each seed, made by one process for all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use analysis::number::count;
use datasets::checkpoint::{Common, Making};
use datasets::record::run_id;
use datasets::scenario::Scenario;
use datasets::sweep::{Point, WarmUp};
use datasets::trace::Tree;
use engine::RESULTS_VERSION;

use super::beginning::Beginning;
use crate::checkpoint::{Cadence, Plan};
use crate::evaluate::evaluate;
use crate::failure::Failure;
use crate::memory::{self, bytes};
use crate::progress::{Bar, Progress};
use crate::room::{Room, side_by_side};

/// Time between two looks at what another process makes.
const LOOKS_APART: Duration = Duration::from_millis(100);

/// The place of the state after a common beginning.
pub fn common(tree: &Tree, run_id: &str) -> Common {
    Common::new(&tree.beginnings(), run_id, RESULTS_VERSION)
}

/// The common beginning of the points with one seed.
pub struct Base {
    scenario: Scenario,
    hash: String,
    cycle: u32,
    /// The points that begin with it and are missing.
    points: Vec<u32>,
}

impl Base {
    /// Those of the points that are missing, which are given by their places among all.
    pub fn all(warm_up: Option<&WarmUp>, points: &[Point], missing: &[(usize, u64)]) -> Vec<Base> {
        let Some(warm_up) = warm_up else { return Vec::new() };
        let missing: Vec<&Point> = missing.iter().filter_map(|&(k, _)| points.get(k)).collect();
        let mut replicates: Vec<u32> = missing.iter().map(|point| point.replicate).collect();
        replicates.sort_unstable();
        replicates.dedup();
        let base = |replicate| {
            let own = missing.iter().filter(|point| point.replicate == replicate);
            let scenario = warm_up.of(replicate);
            let hash = scenario.hash();
            Base { scenario, hash, cycle: warm_up.cycle, points: own.map(|point| point.number).collect() }
        };
        replicates.into_iter().map(base).collect()
    }

    /// What it costs, for the time left.
    pub fn weight(&self) -> f64 {
        f64::from(self.scenario.run.nodes) * f64::from(self.cycle)
    }

    fn memory(&self) -> u64 {
        memory::needed(&self.scenario, false)
    }

    fn common(&self, tree: &Tree) -> Common {
        common(tree, &run_id(&self.scenario, &self.hash))
    }

    /// Whether its state is there.
    pub fn is_there(&self, tree: &Tree) -> bool {
        self.common(tree).is_there()
    }

    /// Whether nobody needs it any more.
    fn is_over(&self, tree: &Tree) -> Result<bool, Failure> {
        let all = self.points.iter().map(|&number| tree.is_done(number));
        Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().all(|is_done| is_done))
    }
}

/// Refuses common beginnings that do not fit in memory, before anything runs.
pub fn fit(bases: &[Base], memory: Option<u64>) -> Result<(), Failure> {
    let Some(memory) = memory else { return Ok(()) };
    let Some(needed) = bases.iter().map(Base::memory).max().filter(|&needed| needed > memory) else { return Ok(()) };
    let message = format!(
        "the common beginning of points needs {} of memory, and {} are available",
        bytes(needed),
        bytes(memory)
    );
    Err(Failure::input(message, "run it on a larger machine, or sweep fewer nodes"))
}

/// What all workers share.
pub struct Warm<'a> {
    /// Where the states go.
    pub tree: &'a Tree,
    /// Whether the work is to stop.
    pub stopped: &'a AtomicBool,
    /// When a beginning saves its state on the way.
    pub cadence: Cadence,
    /// What is to be made.
    pub bases: &'a [Base],
}

impl Warm<'_> {
    /// The beginnings with the memory that each needs.
    pub fn waiting(&self) -> Vec<(usize, u64)> {
        self.bases.iter().map(Base::memory).enumerate().collect()
    }

    /// Makes what is missing; the first failure ends it.
    pub fn run(&self, room: Room, bar: &mut Bar) -> Result<(), Failure> {
        let mut failed = None;
        let note = |number: usize, came: Result<(), Failure>| {
            let base = &self.bases[number];
            let seed = base.scenario.run.seed;
            match came {
                Ok(()) => bar.advance(base.weight(), &format!("the first {} with seed {seed}", cycles(base.cycle))),
                Err(failure) => {
                    let place = format!("the first {} with seed {seed}", cycles(base.cycle));
                    failed.get_or_insert(failure.told(&place));
                }
            }
            failed.is_none()
        };
        side_by_side(room, self.stopped, |number| self.see_to(&self.bases[number]), note);
        if self.stopped.load(Ordering::Relaxed) {
            let message = "interrupted in the common beginning of points, before any point of this call";
            return Err(Failure::stopped(message, "run it again: what was saved of the beginning goes on"));
        }
        failed.map_or(Ok(()), Err)
    }

    /// Makes a state, or waits until another process has made it.
    fn see_to(&self, base: &Base) -> Result<(), Failure> {
        let common = base.common(self.tree);
        while !self.stopped.load(Ordering::Relaxed) && !common.is_there() && !base.is_over(self.tree)? {
            let Some(making) = common.claim()? else {
                thread::sleep(LOOKS_APART);
                continue;
            };
            // The state may have come, or all points, between the look and the lock.
            if !common.is_there() && !base.is_over(self.tree)? {
                self.make(base, making)?;
            }
        }
        Ok(())
    }

    fn make(&self, base: &Base, making: Making) -> Result<(), Failure> {
        let start = Instant::now();
        let Base { scenario, hash, cycle, .. } = base;
        let Beginning { origin, mut trace, simulation } = Beginning::of(scenario, hash, (making.work(), None))?;
        let plan = Plan { cadence: self.cadence, kept: Some(vec![*cycle]) };
        let mut keeper = origin.keeper((scenario, hash), plan, start);
        let course = (&mut Progress::new(scenario, true), &mut keeper);
        let simulation = evaluate(simulation, *cycle, &mut trace, course, self.stopped)?;
        let state = keeper.keep(&simulation, &mut trace)?;
        drop((trace, keeper));
        Ok(making.finish(&state)?)
    }
}

fn cycles(cycle: u32) -> String {
    format!("{} cycles", count(cycle.into()))
}
