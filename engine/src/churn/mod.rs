//! Churn: nodes come and go, by the habits of their class or by a trace that is replayed.
//!
//! ```text
//! for each node whose next moment has come: turn its clock, see whether it is up, note the next moment
//! ```
//!
//! Reads four bytes a node as a stream; for a node whose moment has come, some random words and a look at its own columns. What a
//! node loses and gets when it leaves or comes is [`crate::arrival`]'s. No column grows, shrinks or moves.

mod habits;
mod lengths;
mod replayed;

use datasets::scenario::Scenario;
use kernels::prefetch::prefetch;

use crate::attributes::Classes;
use crate::cloud::{Cloud, Life};
use crate::error::Error;
use crate::pass::strides;
use crate::schedule::MEMBER;
use habits::{Clock, Habits, Nature, TOGETHER};
pub use lengths::NEVER;
use replayed::Replayed;

/// A live node, in the column `alive`.
pub const UP: u8 = MEMBER;
/// A node that will be back.
pub const DOWN: u8 = 0;
/// A place without a node.
pub const FREE: u8 = 2;
/// A node in an outage.
pub const OUT: u8 = 3;

/// The highest bit of a clock's session column: in an up session.
const IN_SESSION: u32 = 1 << 31;

/// What has happened to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its index.
    pub node: u32,
    /// It was up, and has left.
    pub left: bool,
    /// It has come, or come back, and is up; perhaps after it has left.
    pub came: bool,
    /// It is another node than before.
    pub is_new: bool,
}

/// What has happened to the nodes of each stride, in order.
pub type Changes = Vec<Vec<Change>>;

/// By what nodes come and go.
#[derive(Clone, Debug)]
pub enum Churn {
    /// The habits of each class.
    Habits(u64, Classes, Vec<Habits>),
    /// A trace.
    Replay(Replayed),
}

impl Churn {
    /// How the nodes of a scenario come and go; by events alone, if by nothing else.
    ///
    /// # Errors
    /// If the trace that is replayed cannot be read.
    pub fn new(scenario: &Scenario) -> Result<Self, Error> {
        if let Some(replay) = &scenario.fleet.replay {
            return Ok(Self::Replay(Replayed::new(replay, scenario)?));
        }
        let (classes, seed) = (scenario.fleet.classes(), scenario.run.seed);
        let habit = |churn| Habits::new(churn, scenario.run.cycle_seconds, seed);
        let habits = scenario.fleet.comings().map(habit).collect();
        Ok(Self::Habits(seed, Classes::new(classes, seed), habits))
    }

    /// The share of the time that a node is up in the long run.
    #[must_use]
    pub fn availability(&self, node: u32) -> f64 {
        match self {
            Self::Habits(seed, classes, habits) => {
                habits.get(classes.of(node)).map_or(1.0, |of| of.availability(&Nature::new(*seed, 0, node)))
            }
            Self::Replay(trace) => trace.availability(node),
        }
    }

    /// The row of the inventory that a node is, if that is not free.
    #[must_use]
    pub fn row(&self, node: u32) -> Option<u32> {
        match self {
            Self::Habits(..) => None,
            Self::Replay(trace) => trace.row(node),
        }
    }

    /// Cycles since a node first came, and how many of them it was down, at the start; `None` if it has not come.
    #[must_use]
    pub fn past(&self, node: u32, life: u8) -> Option<(u32, u32)> {
        match self {
            Self::Habits(..) => (life != FREE).then_some((0, 0)),
            Self::Replay(trace) => trace.past(node),
        }
    }

    /// Who is up at the start. Reads nothing, writes all clocks.
    pub fn start(&self, cloud: &mut Cloud) {
        let (Some(alive), Some(Life { next, session, turn })) = (&mut cloud.alive, &mut cloud.life) else { return };
        let [session, turn] = [session, turn].map(|column| column.as_deref_mut().unwrap_or(&mut []));
        let columns = ((&mut **alive, &mut **next), (session, turn));
        strides(columns, |first, ((alive, next), (session, turn))| {
            for k in 0..alive.len() {
                let node = (first + k) as u32;
                (alive[k], next[k]) = match self {
                    Self::Replay(trace) => {
                        let (up, next) = trace.is_up(node, 0);
                        (if up { UP } else { DOWN }, next)
                    }
                    Self::Habits(seed, classes, habits) => match habits.get(classes.of(node)) {
                        None => (UP, NEVER),
                        Some(habits) => {
                            let nature = Nature::new(*seed, 0, node);
                            let clock = habits.start(&nature);
                            let (up, next) = habits.is_up(&clock, &nature);
                            write(&clock, session, turn, k);
                            (life(up, clock.taken), next)
                        }
                    },
                };
            }
        });
    }

    /// Turns the clocks of all nodes to a cycle; says what has happened.
    pub fn turn(&self, cloud: &mut Cloud, cycle: u32) -> Changes {
        let (Some(alive), Some(Life { next, session, turn })) = (&mut cloud.alive, &mut cloud.life) else {
            return Changes::new();
        };
        let [session, turn] = [session, turn].map(|column| column.as_deref_mut().unwrap_or(&mut []));
        let columns = ((&mut **alive, &mut **next), (session, turn));
        strides(columns, |first, ((alive, next), (session, turn))| {
            let mut changes = Vec::new();
            let mut due = Vec::new();
            find_due(&mut due, next, cycle);
            for &k in &due {
                prefetch(&alive[k]);
                session.get(k).into_iter().chain(turn.get(k)).for_each(prefetch);
            }
            let nodes: Vec<u32> = due.iter().map(|&k| (first + k) as u32).collect();
            let seed = if let Self::Habits(seed, ..) = self { *seed } else { 0 };
            let natures = nodes.chunks(TOGETHER).flat_map(|nodes| Nature::of_many(seed, cycle, nodes));
            for (k, nature) in due.into_iter().zip(natures) {
                let node = nature.node;
                let before = alive[k];
                let mut is_new = false;
                (alive[k], next[k]) = match self {
                    Self::Replay(trace) => {
                        let (up, next) = trace.is_up(node, cycle);
                        (if up { UP } else { DOWN }, next)
                    }
                    Self::Habits(_, classes, habits) => match habits.get(classes.of(node)) {
                        None => (if before == OUT { UP } else { before }, NEVER),
                        Some(habits) => {
                            let mut clock = read(before, next[k], session, turn, k);
                            is_new = habits.turn_to(&mut clock, &nature);
                            if before == OUT && clock.taken && !is_new {
                                clock = habits.resume(clock, &nature);
                            }
                            let (up, next) = habits.is_up(&clock, &nature);
                            write(&clock, session, turn, k);
                            (life(up, clock.taken), next)
                        }
                    },
                };
                let (was, is) = (before == UP, alive[k] == UP);
                let change = Change { node, left: was && (!is || is_new), came: is && (!was || is_new), is_new };
                if change.left || change.came || change.is_new {
                    changes.push(change);
                }
            }
            changes
        })
    }

    /// New nodes take places in a cycle: the state of the place, its next moment and its clock.
    #[must_use]
    pub fn arrive(&self, node: u32, cycle: u32) -> (u8, u32, Clock) {
        let always = Clock { taken: true, turn: NEVER, in_session: true, session_end: NEVER };
        let Self::Habits(seed, classes, habits) = self else { return (UP, NEVER, always) };
        match habits.get(classes.of(node)) {
            None => (UP, NEVER, always),
            Some(habits) => {
                let nature = Nature::new(*seed, cycle, node);
                let clock = habits.arrive(&nature);
                let (up, next) = habits.is_up(&clock, &nature);
                (life(up, true), next, clock)
            }
        }
    }

    /// Columns that clocks need beside their next moment: of sessions, and of turns.
    #[must_use]
    pub fn clocks(scenario: &Scenario) -> [bool; 2] {
        let turns = scenario.fleet.comings().any(|churn| churn.turnover.is_some());
        let rhythm = |sessions: &datasets::scenario::Sessions| sessions.rhythm.is_some();
        let rhythms = scenario.fleet.comings().any(|churn| churn.sessions.as_ref().is_some_and(rhythm));
        [turns || rhythms, turns]
    }
}

fn life(up: bool, taken: bool) -> u8 {
    match (up, taken) {
        (true, _) => UP,
        (false, true) => DOWN,
        (false, false) => FREE,
    }
}

/// The clock of a node from its columns.
fn read(alive: u8, next: u32, session: &[u32], turn: &[u32], k: usize) -> Clock {
    let taken = alive != FREE;
    let turn = turn.get(k).copied().unwrap_or(NEVER);
    match session.get(k) {
        Some(word) => Clock { taken, turn, in_session: word & IN_SESSION != 0, session_end: word & !IN_SESSION },
        // Without a rhythm or turns, a node is up while it is in a session, and that is all.
        None => Clock { taken, turn, in_session: alive == UP, session_end: next },
    }
}

/// Writes the clock of a node to its columns.
pub fn write(clock: &Clock, session: &mut [u32], turn: &mut [u32], k: usize) {
    if let Some(word) = session.get_mut(k) {
        *word = clock.session_end | if clock.in_session { IN_SESSION } else { 0 };
    }
    if let Some(word) = turn.get_mut(k) {
        *word = clock.turn;
    }
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
