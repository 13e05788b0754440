//! Churn: nodes come and go, by the habits of their class or by a trace that is replayed.
//!
//! ```text
//! for each node whose next moment has come: turn its clock, see whether it is up, note the next moment
//! ```
//!
//! Reads four bytes a node as a stream; for a node whose moment has come, some random words and a look at its own
//! columns. What a node loses and gets when it leaves or comes is each wing's business. No column grows, shrinks or
//! moves.

mod habits;
mod lengths;
mod replayed;

use datasets::fleet::Presence;
use datasets::scenario::{Scenario, Sessions};
use kernels::prefetch::prefetch;

use super::attributes::Classes;
use super::life::{Change, Changes, Clock, DOWN, FREE, Life, NEVER, OUT, UP};
use crate::memory::strides;
use crate::schedule::Seeds;
use habits::{Habits, Nature, TOGETHER};
use replayed::Replayed;

/// By what nodes come and go.
#[derive(Debug)]
pub enum Churn {
    /// The habits of each class.
    Habits(Seeds, Classes, Vec<Habits>),
    /// A trace.
    Replay(Box<Replayed>),
}

impl Churn {
    /// How the nodes of a scenario come and go; by events alone, if by nothing else. `presence` is what was read of the
    /// trace of sessions, if there is one.
    pub fn new(scenario: &Scenario, presence: Option<Presence>) -> Self {
        if let Some((replay, presence)) = scenario.fleet.replay.as_ref().zip(presence) {
            return Self::Replay(Box::new(Replayed::new(replay, presence, scenario)));
        }
        let (classes, seeds) = (scenario.fleet.classes(), Seeds::of(scenario));
        let habit = |churn| Habits::new(churn, scenario.run.cycle_seconds, seeds);
        let habits = scenario.fleet.comings().map(habit).collect();
        Self::Habits(seeds, Classes::new(classes, seeds.life), habits)
    }

    /// The share of the time that a node is up in the long run.
    pub fn availability(&self, node: u32) -> f64 {
        match self {
            Self::Habits(seeds, classes, habits) => {
                habits.get(classes.of(node)).map_or(1.0, |of| of.availability(&Nature::new(*seeds, 0, node)))
            }
            Self::Replay(trace) => trace.availability(node),
        }
    }

    /// The row of the inventory that a node is, if that is not free.
    pub fn row(&self, node: u32) -> Option<u32> {
        match self {
            Self::Habits(..) => None,
            Self::Replay(trace) => trace.row(node),
        }
    }

    /// Cycles since a node first came, and how many of them it was down, at the start; `None` if it has not come.
    pub fn past(&self, node: u32, life: u8) -> Option<(u32, u32)> {
        match self {
            Self::Habits(..) => (life != FREE).then_some((0, 0)),
            Self::Replay(trace) => trace.past(node),
        }
    }

    /// Who is up at the start. Reads nothing, writes the state of all places and all clocks.
    pub fn start(&self, states: &mut [u8], life: &mut Life) {
        strides((states, life.clocks()), |first, (states, mut clocks)| {
            for (k, state) in states.iter_mut().enumerate() {
                let node = (first + k) as u32;
                (*state, clocks.0[k]) = match self {
                    Self::Replay(trace) => trace.state(node, 0),
                    Self::Habits(seeds, classes, habits) => match habits.get(classes.of(node)) {
                        None => (UP, NEVER),
                        Some(habits) => {
                            let nature = Nature::new(*seeds, 0, node);
                            let (state, next, clock) = placed(habits, habits.start(&nature), &nature);
                            clock.write(&mut clocks, k);
                            (state, next)
                        }
                    },
                };
            }
        });
    }

    /// Turns the clocks of all nodes to a cycle; says what has happened.
    pub fn turn(&self, states: &mut [u8], life: &mut Life, cycle: u32) -> Changes {
        let seeds = self.seeds();
        Changes(strides((states, life.clocks()), |first, (states, mut clocks)| {
            let mut due = Vec::new();
            find_due(&mut due, clocks.0, cycle);
            for &k in &due {
                prefetch(&states[k]);
                let (_, (session, turn)) = &clocks;
                session.iter().chain(turn).for_each(|column| prefetch(&column[k]));
            }
            let nodes: Vec<u32> = due.iter().map(|&k| (first + k) as u32).collect();
            let natures = nodes.chunks(TOGETHER).flat_map(|nodes| Nature::of_many(seeds, cycle, nodes));
            let mut changes = Vec::new();
            for (k, nature) in due.into_iter().zip(natures) {
                let (node, before) = (nature.node, states[k]);
                let mut is_new = false;
                (states[k], clocks.0[k]) = match self {
                    Self::Replay(trace) => trace.state(node, cycle),
                    Self::Habits(_, classes, habits) => match habits.get(classes.of(node)) {
                        None => (if before == OUT { UP } else { before }, NEVER),
                        Some(habits) => {
                            let mut clock = Clock::read(before, &clocks, k);
                            is_new = habits.turn_to(&mut clock, &nature);
                            if before == OUT && clock.taken && !is_new {
                                clock = habits.resume(clock, &nature);
                            }
                            let (state, next, clock) = placed(habits, clock, &nature);
                            clock.write(&mut clocks, k);
                            (state, next)
                        }
                    },
                };
                let (was, is) = (before == UP, states[k] == UP);
                let change = Change { node, left: was && (!is || is_new), came: is && (!was || is_new), is_new };
                changes.extend((change.left || change.came || change.is_new).then_some(change));
            }
            changes
        }))
    }

    /// New nodes take places in a cycle: the state of the place, its next moment and its clock.
    pub fn arrive(&self, node: u32, cycle: u32) -> (u8, u32, Clock) {
        let Self::Habits(seeds, classes, habits) = self else { return (UP, NEVER, Clock::ALWAYS) };
        let Some(habits) = habits.get(classes.of(node)) else { return (UP, NEVER, Clock::ALWAYS) };
        let nature = Nature::new(*seeds, cycle, node);
        placed(habits, habits.arrive(&nature), &nature)
    }

    /// The seeds; a trace draws nothing in a cycle.
    fn seeds(&self) -> Seeds {
        if let Self::Habits(seeds, ..) = self { *seeds } else { Seeds { life: 0, now: 0 } }
    }

    /// Columns that clocks need beside their next moment: of sessions, and of turns.
    pub fn clocks(scenario: &Scenario) -> [bool; 2] {
        let turns = scenario.fleet.comings().any(|churn| churn.turnover.is_some());
        let rhythm = |sessions: &Sessions| sessions.rhythm.is_some();
        let rhythms = scenario.fleet.comings().any(|churn| churn.sessions.as_ref().is_some_and(rhythm));
        [turns || rhythms, turns]
    }
}

/// What a node's clock says in a cycle: the state of its place, its next moment, and the clock again.
fn placed(habits: &Habits, clock: Clock, nature: &Nature) -> (u8, u32, Clock) {
    let (up, next) = habits.is_up(&clock, nature);
    let state = match (up, clock.taken) {
        (true, _) => UP,
        (false, true) => DOWN,
        (false, false) => FREE,
    };
    (state, next, clock)
}

/// Finds the nodes whose next moment has come.
fn find_due(due: &mut Vec<usize>, next: &[u32], cycle: u32) {
    const GROUP: usize = 64;
    for (group, next) in next.chunks(GROUP).enumerate() {
        if next.iter().fold(u32::MAX, |least, &next| least.min(next)) <= cycle {
            due.extend((group * GROUP..).zip(next).filter(|(_, next)| **next <= cycle).map(|(k, _)| k));
        }
    }
}
