//! From nothing to the answer, in three steps.
//!
//! 1. Search: shares are tried by bisection, each with a few small clouds, until two lie within one in a hundred.
//! 2. Measure: many small clouds at a share a little below the answer and at one a little above say how the nodes held
//!    grow with the share, and how much clouds differ.
//! 3. Confirm: a few clouds of the full size say by how much the small ones mislead, and the answer is corrected by
//!    that.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

use analysis::sizing::{Answer, Confirmed, Model, Paths, Replicas};
use datasets::scenario::Scenario;

use super::plan::Plan;
use super::replicas::{Look, Nodes, paths, seeded};
use crate::failure::Failure;
use crate::progress::Bar;

/// Replicas by which the search goes.
const SEARCHING: usize = 4;

/// The search ends when it knows the share to this part of it; replicas are measured so much below and above.
const NEAR: f64 = 0.01;

/// How often replicas are measured at most, nearer to the answer each time.
const MEASURES: usize = 4;

/// Amounts that a search tries, and times that replicas are measured, as a guess for the time left.
const USUAL_TRIES: usize = 10;
const USUAL_MEASURES: usize = 2;

/// Kinds of steps: runs of a replica, and of the full size.
const REPLICA: usize = 0;
const FULL: usize = 1;

/// What came of it.
#[derive(Debug)]
pub struct Found {
    /// The shares tried in the search.
    pub tried: usize,
    /// The replicas at the shares nearest to the answer.
    pub replicas: Replicas,
    /// Runs of the full size, if replicas are smaller.
    pub confirmed: Option<Confirmed>,
    /// How much to ask for; more than there is room for if not even that will do.
    pub answer: Answer,
    /// Nodes held if the application asks for all that there is room for.
    pub at_room: Model,
}

impl Found {
    /// The interval of the share of the time with enough nodes: if what is needed were as much as the upper end of the
    /// answer's interval, or as little as the lower one.
    pub fn time_held(&self, hold: f64) -> [f64; 2] {
        let Answer { ask, low, high, .. } = self.answer;
        [ask * ask / high, ask * ask / low]
            .map(|ask| self.replicas.expected(ask.min(1.0), self.confirmed.as_ref()).fraction_with(hold))
    }

    /// Whether replicas were measured near the answer.
    pub fn is_near(&self) -> bool {
        is_near(&self.replicas, self.answer.ask)
    }
}

/// The search under way.
pub struct Search<'p> {
    plan: &'p Plan,
    tried: usize,
    bar: Mutex<Bar>,
    stopped: &'p AtomicBool,
}

impl<'p> Search<'p> {
    /// A search that ends early when it is to stop.
    pub fn new(plan: &'p Plan, is_quiet: bool, stopped: &'p AtomicBool) -> Self {
        let replicas = USUAL_TRIES * SEARCHING + USUAL_MEASURES * 2 * plan.replicas;
        let totals = [replicas as f64, plan.confirm as f64];
        let bar = Bar::of_kinds(&format!("size of {}", plan.app), &totals, is_quiet);
        Self { plan, tried: 0, bar: Mutex::new(bar), stopped }
    }

    /// Searches, measures and confirms.
    pub fn run(&mut self) -> Result<Found, Failure> {
        let plan = self.plan;
        let near = self.bracket()?;
        let (mut replicas, mut answer) = self.measure(near, None)?;
        let mut confirmed = None;
        if plan.confirm > 0 {
            let ask = plan.askable(answer.ask);
            let held = self.held(&plan.full, ask, plan.confirm)?;
            let runs = Confirmed { ask, held };
            answer = replicas.answer(plan.goal, Some(&runs));
            let near = answer.ask.min(plan.room());
            if !is_near(&replicas, near) {
                (replicas, answer) = self.measure(near, Some(&runs))?;
            }
            confirmed = Some(runs);
        }
        let at_room = replicas.expected(plan.room(), confirmed.as_ref());
        Ok(Found { tried: self.tried, replicas, confirmed, answer, at_room })
    }

    /// A share near the answer, by bisection.
    fn bracket(&mut self) -> Result<f64, Failure> {
        let plan = self.plan;
        let (mut low, mut high) = (0.0, plan.room());
        if !self.will_do(high)? {
            return Ok(high);
        }
        while high - low > NEAR * high && high > 1.0 / plan.live_in(&plan.replica) {
            let middle = f64::midpoint(low, high);
            *(if self.will_do(middle)? { &mut high } else { &mut low }) = middle;
        }
        Ok(high)
    }

    /// Whether a share is enough, by a few replicas.
    fn will_do(&mut self, share: f64) -> Result<bool, Failure> {
        let plan = self.plan;
        self.tried += 1;
        let held = self.held(&plan.replica, plan.askable(share), SEARCHING)?;
        let replicas = Replicas { asks: [share; 2], held: [held.clone(), held], scale: plan.scale() };
        Ok(replicas.expected(share, None).fraction_with(plan.goal.hold) >= plan.goal.fraction)
    }

    /// Replicas at shares to either side of the answer, and what they say.
    fn measure(&self, near: f64, confirmed: Option<&Confirmed>) -> Result<(Replicas, Answer), Failure> {
        let plan = self.plan;
        let mut near = near;
        for measures in 1.. {
            let replicas = self.measured(near)?;
            let answer = replicas.answer(plan.goal, confirmed);
            near = answer.ask.min(plan.room());
            if is_near(&replicas, near) || measures == MEASURES {
                return Ok((replicas, answer));
            }
        }
        unreachable!("the loop ends")
    }

    /// Replicas at shares to either side of one, both within the room that there is.
    fn measured(&self, near: f64) -> Result<Replicas, Failure> {
        let plan = self.plan;
        let high = plan.askable(near * (1.0 + NEAR));
        let low = plan.askable(high * (1.0 - 2.0 * NEAR));
        let held = [self.held(&plan.replica, low, plan.replicas)?, self.held(&plan.replica, high, plan.replicas)?];
        Ok(Replicas { asks: [low, high], held, scale: plan.scale() })
    }

    /// Nodes held in so many runs of a scenario in which the application asks for a share of the live nodes.
    fn held(&self, scenario: &Scenario, share: f64, runs: usize) -> Result<Paths, Failure> {
        let plan = self.plan;
        let scenarios = seeded(&plan.asking(scenario, share), runs);
        let test = plan.condition.as_ref().map(|condition| &condition.test);
        let kind = if scenario.run.nodes == plan.replica.run.nodes { REPLICA } else { FULL };
        let done = || {
            let note = format!("{} nodes, {} {}", scenario.run.nodes, plan.app, plan.about(share));
            self.bar.lock().unwrap_or_else(PoisonError::into_inner).advance_kind(kind, 1.0, &note);
        };
        let of = if plan.usable { Nodes::Running } else { Nodes::Held };
        let look = Look { nodes: of(plan.number, test), counted: &plan.counted, stopped: self.stopped };
        paths(&scenarios, look, done)
    }
}

/// Whether a share lies between those of the replicas, or hardly beyond.
fn is_near(replicas: &Replicas, share: f64) -> bool {
    let [low, high] = replicas.asks;
    let width = high - low;
    (low - width / 2.0..=high + width / 2.0).contains(&share)
}
