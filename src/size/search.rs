//! From nothing to the answer: search, measure, confirm.

use analysis::sizing::{Answer, Confirmed, Paths, Replicas};
use datasets::scenario::Scenario;

use super::plan::Plan;
use super::replicas::{Look, paths};
use crate::failure::Failure;

/// Replicas by which the search goes.
const SEARCHING: usize = 4;

/// The search ends when it knows the share to this part of it; replicas are measured so much below and above.
const NEAR: f64 = 0.01;

/// How often replicas are measured anew, nearer to the answer.
const MOVES: usize = 3;

/// What came of it.
#[derive(Debug)]
pub struct Found {
    /// The shares tried in the search.
    pub tried: usize,
    /// The replicas at the shares nearest to the answer.
    pub replicas: Replicas,
    /// Runs of the full size, if replicas are smaller.
    pub confirmed: Option<Confirmed>,
    /// How much to ask for; more than there is room for if that is not enough.
    pub answer: Answer,
}

/// The search under way.
pub struct Search<'p> {
    plan: &'p Plan,
    tried: usize,
}

impl<'p> Search<'p> {
    pub fn new(plan: &'p Plan, _quiet: bool) -> Self {
        Self { plan, tried: 0 }
    }

    /// Searches, measures and confirms.
    pub fn run(&mut self) -> Result<Found, Failure> {
        let plan = self.plan;
        let near = self.bracket()?;
        let (mut replicas, mut answer) = self.measure(near)?;
        let mut confirmed = None;
        if plan.confirm > 0 {
            let ask = plan.askable(answer.ask);
            let held = self.held(&plan.full, ask, plan.confirm)?;
            let runs = Confirmed { ask, held };
            answer = replicas.answer(plan.goal, Some(&runs));
            if !is_near(&replicas, answer.ask.min(plan.room)) {
                (replicas, _) = self.measure(answer.ask)?;
                answer = replicas.answer(plan.goal, Some(&runs));
            }
            confirmed = Some(runs);
        }
        Ok(Found { tried: self.tried, replicas, confirmed, answer })
    }

    /// A share near the answer, by bisection.
    fn bracket(&mut self) -> Result<f64, Failure> {
        let plan = self.plan;
        let (mut low, mut high) = (0.0, plan.room);
        if !self.will_do(high)? {
            return Ok(high);
        }
        while high - low > NEAR * high && high > 1.0 / f64::from(plan.replica.run.nodes) {
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
        Ok(replicas.fraction_with(share, plan.goal.hold) >= plan.goal.fraction)
    }

    /// Replicas at shares to either side of the answer, and what they say.
    fn measure(&self, near: f64) -> Result<(Replicas, Answer), Failure> {
        let plan = self.plan;
        let mut near = near;
        let mut measured = self.measured(near)?;
        for _ in 1..MOVES {
            let answer = measured.answer(plan.goal, None);
            near = answer.ask.min(plan.room);
            if is_near(&measured, near) {
                break;
            }
            measured = self.measured(near)?;
        }
        let answer = measured.answer(plan.goal, None);
        Ok((measured, answer))
    }

    /// Replicas at shares to either side of one, both within the room that there is.
    fn measured(&self, near: f64) -> Result<Replicas, Failure> {
        let plan = self.plan;
        let high = plan.askable(near * (1.0 + NEAR));
        let low = plan.askable(high * (1.0 - 2.0 * NEAR));
        let held = [self.held(&plan.replica, low, plan.replicas)?, self.held(&plan.replica, high, plan.replicas)?];
        Ok(Replicas { asks: [low, high], held, scale: plan.scale() })
    }

    /// Nodes held in so many runs of a scenario in which the application asks for a share.
    fn held(&self, scenario: &Scenario, share: f64, runs: usize) -> Result<Paths, Failure> {
        let plan = self.plan;
        let asking = plan.asking(scenario, share);
        let scenarios: Vec<Scenario> = (0..runs).map(|run| with_seed(&asking, run)).collect();
        let test = plan.condition.as_ref().map(|condition| &condition.test);
        paths(&scenarios, Look { app: plan.number, test, counted: &plan.counted }, || ())
    }
}

/// Whether a share lies between those of the replicas, or hardly beyond.
fn is_near(replicas: &Replicas, share: f64) -> bool {
    let [low, high] = replicas.asks;
    let width = high - low;
    (low - width / 2.0..=high + width / 2.0).contains(&share)
}

/// The scenario with the seed of a replicate.
fn with_seed(scenario: &Scenario, replicate: usize) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.run.seed = (scenario.run.seed + 1000 * replicate as u64) >> 1 << 1;
    scenario
}
