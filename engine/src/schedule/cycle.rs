//! Where random numbers come from, and what the network loses: in a cycle, and in one of its passes.

use datasets::scenario::Scenario;
use kernels::exchange::Losses;
use kernels::philox::Stream;

/// The seeds of all random numbers: two, where a fork asks for fresh ones from its cycle on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Of what stays as it is for the life of a node, or of a run.
    pub life: u64,
    /// Of what is drawn in a cycle.
    pub now: u64,
}

impl Seeds {
    /// Those of a scenario.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let life = scenario.run.seed;
        Self { life, now: scenario.fork.as_ref().and_then(|fork| fork.reseed).unwrap_or(life) }
    }

    /// The random words of a purpose in a cycle.
    #[must_use]
    pub fn stream(self, cycle: u32, purpose: u32) -> Stream {
        Stream::new(self.now, cycle, purpose)
    }
}

/// A cycle under way: what all random numbers of its passes are functions of.
#[derive(Clone, Copy, Debug)]
pub struct Cycle {
    /// Number of the cycle, from 1; 0 for what happens before the first.
    pub number: u32,
    /// Seeds of the run.
    pub seeds: Seeds,
    /// Probabilities that a request, and a reply, are lost, in units of 2^-32.
    losses: [u64; 2],
}

impl Cycle {
    /// A cycle of a scenario.
    #[must_use]
    pub fn new(scenario: &Scenario, number: u32) -> Self {
        let words = |probability: f64| (probability * 2_f64.powi(32)).round() as u64;
        let losses = [scenario.network.request_loss, scenario.network.reply_loss].map(words);
        Self { number, seeds: Seeds::of(scenario), losses }
    }

    /// The random words of a purpose in this cycle.
    #[must_use]
    pub fn stream(self, purpose: u32) -> Stream {
        self.seeds.stream(self.number, purpose)
    }

    /// What a pass of this cycle draws from its purpose on.
    #[must_use]
    pub fn draws(self, purpose: u32) -> Draws {
        let [request_loss, reply_loss] = self.losses;
        Draws { seed: self.seeds.now, cycle: self.number, purpose, request_loss, reply_loss }
    }
}

/// Where the random numbers of a pass come from, and what the network loses in it.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// Seed of what is drawn in a cycle.
    pub seed: u64,
    /// Number of the cycle, from 1.
    pub cycle: u32,
    /// Which pass; its streams are numbered from here (see [`super::purpose`]).
    pub purpose: u32,
    /// Words below this are requests lost, of 2^32.
    pub request_loss: u64,
    /// Words below this are replies lost, of 2^32.
    pub reply_loss: u64,
}

/// Streams of a pass, from its purpose on.
const PARTNERS: u32 = 0;
const MATCHES: u32 = 1;
const ORDER: u32 = 2;
const REQUESTS: u32 = 3;
const REPLIES: u32 = 4;
const WINDOWS: u32 = 5;
const RETRIES: u32 = 6;
const MEETINGS: u32 = 7;

impl Draws {
    fn stream(&self, which: u32) -> Stream {
        Stream::new(self.seed, self.cycle, self.purpose + which)
    }
    /// What an exchange draws, by its initiator.
    pub(crate) fn meetings(&self) -> Stream {
        self.stream(MEETINGS)
    }
    /// Which peers nodes draw.
    pub(crate) fn partners(&self) -> Stream {
        self.stream(PARTNERS)
    }
    /// Which blocks meet.
    pub(super) fn matches(&self) -> Stream {
        self.stream(MATCHES)
    }
    /// When nodes initiate.
    pub(crate) fn order(&self) -> Stream {
        self.stream(ORDER)
    }
    /// Further peers, where the first is not alive.
    pub(crate) fn retries(&self) -> Stream {
        self.stream(RETRIES)
    }
    /// Where windows lie.
    pub(super) fn windows(&self) -> Stream {
        self.stream(WINDOWS)
    }
    /// The same pass of a network that loses nothing: for messages that are not repeated, and must not be lost.
    #[must_use]
    pub fn without_loss(self) -> Self {
        Self { request_loss: 0, reply_loss: 0, ..self }
    }
    /// Whether something is lost.
    pub(super) fn lossy(&self) -> bool {
        self.request_loss > 0 || self.reply_loss > 0
    }
    /// What is lost of exchanges: see [`Losses`].
    pub(crate) fn losses(&self) -> Losses {
        let streams = [REQUESTS, REPLIES].map(|which| self.stream(which));
        Losses { streams, below: [self.request_loss, self.reply_loss] }
    }
}
