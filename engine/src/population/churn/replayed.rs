//! A trace of sessions, replayed: every node is a host of the trace, and shifted in time. Each host is there as often
//! as every other ([`crate::population::exact`]), or as nodes draw them, with replacement. Behind its end the trace
//! begins anew.

use datasets::fleet::Presence;
use datasets::scenario::{BeforeFirst, Replay, ReplayUnit, Resample, Scenario};
use kernels::scalar::index;

use crate::population::exact::Exact;
use crate::population::life::{DOWN, NEVER, UP};
use crate::schedule::purpose::{HABITS, for_life};

/// A trace, as nodes follow it. All times are in cycles.
#[derive(Debug)]
pub struct Replayed {
    presence: Presence,
    shift: f64,
    before_first: BeforeFirst,
    /// Which host each node is; `None` if it draws one.
    exact: Option<Exact>,
    seed: u64,
}

impl Replayed {
    /// A trace that has been read, for a scenario.
    pub fn new(replay: &Replay, mut presence: Presence, scenario: &Scenario) -> Self {
        let scale = presence.unit_seconds / scenario.run.cycle_seconds;
        presence.sessions.iter_mut().flatten().for_each(|time| *time *= scale);
        presence.length *= scale;
        presence.start *= scale;
        if replay.unit == ReplayUnit::Snapshots {
            // Cycles lie in the middle of a snapshot, so that none is at a border.
            presence.start += 0.5 * scale;
        }
        let (nodes, seed) = (scenario.run.nodes, scenario.run.seed);
        let hosts = presence.hosts.len() as u32;
        let exact = (scenario.fleet.resample == Resample::Exact).then(|| Exact::new(nodes, hosts, seed));
        Self { presence, shift: replay.shift * scale, before_first: replay.before_first, exact, seed }
    }

    /// The row of the inventory that a node is.
    pub fn row(&self, node: u32) -> Option<u32> {
        self.presence.rows.as_ref().map(|rows| rows[self.host(node)])
    }

    /// The state of a node's place in a cycle, and the next cycle in which that may change.
    pub fn state(&self, node: u32, cycle: u32) -> (u8, u32) {
        let now = self.time(node, cycle);
        let sessions = self.sessions(node);
        let ended = sessions.partition_point(|&[_, to]| to <= now);
        let (up, change) = match sessions.get(ended) {
            Some(&[from, to]) => (from <= now, if from <= now { to } else { from }),
            None => (false, self.presence.length),
        };
        let left = (change - now).ceil().max(1.0);
        let next = if left < f64::from(NEVER - cycle.min(NEVER)) { cycle + left as u32 } else { NEVER };
        (if up { UP } else { DOWN }, next)
    }

    /// The share of the time that a node is up: of the whole trace, as it repeats, or of what of it is left from the
    /// node's first session on.
    pub fn availability(&self, node: u32) -> f64 {
        let sessions = self.sessions(node);
        let up: f64 = sessions.iter().map(|[from, to]| to - from).sum();
        let first = sessions.first().map_or(0.0, |[from, _]| *from);
        let absent = if self.before_first == BeforeFirst::Absent { first } else { 0.0 };
        up / (self.presence.length - absent)
    }

    /// Cycles since a node was first up, and how many of these it was down, at the start of the run; `None` if it has
    /// not been up.
    pub fn past(&self, node: u32) -> Option<(u32, u32)> {
        let now = self.time(node, 0);
        let sessions = self.sessions(node);
        let since = now - sessions.first().map(|[from, _]| *from).filter(|&from| from <= now)?;
        let up: f64 = sessions.iter().map(|&[from, to]| (to.min(now) - from).max(0.0)).sum();
        Some((since as u32, (since - up).max(0.0) as u32))
    }

    fn sessions(&self, node: u32) -> &[[f64; 2]] {
        let host = self.presence.hosts[self.host(node)].clone();
        &self.presence.sessions[host.start as usize..host.end as usize]
    }

    fn host(&self, node: u32) -> usize {
        if let Some(exact) = &self.exact {
            return exact.row(node) as usize;
        }
        let words = for_life(self.seed, HABITS);
        let count = self.presence.hosts.len() as u32;
        let host = (0..).step_by(4).find_map(|draw| index(words.word_of_many(node, draw), count));
        host.unwrap_or_default() as usize
    }

    /// Where in the trace a node is in a cycle.
    fn time(&self, node: u32, cycle: u32) -> f64 {
        let word = for_life(self.seed, HABITS).word_of_many(node, 1);
        let shift = (f64::from(word) * 0.5_f64.powi(31) - 1.0) * self.shift;
        (self.presence.start + shift + f64::from(cycle)).rem_euclid(self.presence.length)
    }
}
