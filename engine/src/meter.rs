//! What a cycle costs: wall time by kind of work, and messages.

use std::time::{Duration, Instant};

use datasets::trace::CycleRow;
use kernels::exchange::Tally;

/// Kinds of work.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// Building the cloud and finding the truth.
    Birth,
    /// Events and churn.
    Churn,
    /// Peer sampling.
    Sampling,
    /// The spread of the suite, beside what it takes to tell those met in peer sampling.
    Spreading,
    /// The telling of contacts.
    Contacts,
    /// Slicing.
    Slicing,
    /// Assignment.
    Assignment,
    /// Who joins an application and who leaves it.
    Members,
    /// Peer sampling inside applications.
    Applications,
    /// The code of applications.
    Code,
    /// Topologies, and protocols of one's own.
    Topologies,
    /// Aggregation, and what rules make of it.
    Aggregation,
    /// Observing, and handing over rows.
    Observation,
}

impl Work {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Birth,
        Self::Churn,
        Self::Sampling,
        Self::Spreading,
        Self::Contacts,
        Self::Slicing,
        Self::Assignment,
        Self::Members,
        Self::Applications,
        Self::Code,
        Self::Topologies,
        Self::Aggregation,
        Self::Observation,
    ];

    /// Its name, as in `run.json`.
    #[must_use]
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Wall time spent so far, by kind of work.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times([Duration; Work::ALL.len()]);

impl Times {
    /// The time of a kind of work.
    #[must_use]
    pub fn of(&self, work: Work) -> Duration {
        self.0[work as usize]
    }
}

/// Counts what passes cost.
#[derive(Debug, Default)]
pub struct Meter {
    /// What has happened since the last row.
    pub counts: CycleRow,
    /// Wall time spent so far.
    pub times: Times,
}

impl Meter {
    /// Time from a moment on goes into a kind of work.
    pub fn time(&mut self, work: Work, start: Instant) {
        self.times.0[work as usize] += start.elapsed();
    }

    /// Counts the messages of a pass, by the bytes of a request and of a reply.
    pub fn messages(&mut self, tally: Tally, [request, reply]: [u64; 2]) {
        self.counts.messages_count += tally.messages();
        self.counts.lost_count += tally.lost();
        self.counts.failed_count += tally.failed;
        self.counts.payload_bytes +=
            (tally.requests + tally.failed) * request + (tally.requests - tally.requests_lost) * reply;
    }
}
