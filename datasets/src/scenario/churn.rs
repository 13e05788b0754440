//! How nodes come and go: sessions of a class, a trace that is replayed, events.

use std::path::PathBuf;

use super::choices::choices;
use super::files::Decimal;
use crate::fleet::Distribution;

/// How the nodes of a class come and go.
#[derive(Clone, Debug, PartialEq)]
pub struct Churn {
    /// Up and down in turn; `None` if nodes stay up.
    pub sessions: Option<Sessions>,
    /// Nodes depart for ever and others take their place; `None` if they stay.
    pub turnover: Option<Turnover>,
    /// Share of the class that is there at the start, 0..=1; the others are free places.
    pub present: f64,
}

impl Churn {
    /// Nobody moves.
    pub const NONE: Self = Self { sessions: None, turnover: None, present: 1.0 };

    /// Whether all nodes are there at all times.
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }
}

/// Sessions: how long a node is up, and how long it is down.
#[derive(Clone, Debug, PartialEq)]
pub struct Sessions {
    /// Time up.
    pub up: Lengths,
    /// Time down.
    pub down: Lengths,
    /// When in the day nodes are up.
    pub rhythm: Option<Rhythm>,
}

/// Nodes that depart for ever, and the time until a new node takes their place.
#[derive(Clone, Debug, PartialEq)]
pub struct Turnover {
    /// From arrival to departure.
    pub lifetime: Lengths,
    /// From a departure to the next arrival at the same place.
    pub vacancy: Lengths,
}

/// Lengths of time. Each node has its own mean; its lengths are the distribution's, scaled to that.
#[derive(Clone, Debug, PartialEq)]
pub struct Lengths {
    /// The distribution, in `unit`.
    pub distribution: Distribution,
    /// The unit.
    pub unit: TimeUnit,
    /// Standard deviation of the logarithm of the nodes' own factors, whose mean is 1.
    pub spread: f64,
}

impl Lengths {
    /// The mean over all nodes, in seconds.
    #[must_use]
    pub fn mean_seconds(&self) -> f64 {
        self.distribution.mean() * self.unit.seconds()
    }
}

impl TimeUnit {
    /// Its length in seconds.
    #[must_use]
    pub const fn seconds(self) -> f64 {
        match self {
            Self::Seconds => 1.0,
            Self::Hours => 3600.0,
            Self::Days => 86_400.0,
        }
    }
}

/// Hours of a day.
pub const HOURS: usize = 24;

/// A daily rhythm.
#[derive(Clone, Debug, PartialEq)]
pub struct Rhythm {
    /// The share of the class that is up at 0, 1, … 23 o'clock local time, with straight lines between.
    pub shares: [f64; HOURS],
    /// Hours by which a node's clock is ahead of the run's, which starts at midnight.
    pub time_zone: Distribution,
}

/// A trace of sessions, replayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    /// The file by its absolute path; a row is a session.
    pub path: PathBuf,
    /// Column of the host's id.
    pub node: String,
    /// Column of the session's begin.
    pub from: String,
    /// Column of its end.
    pub to: String,
    /// What both count, unless they are dates.
    pub unit: ReplayUnit,
    /// Seconds of that unit; 1 if they are dates.
    pub unit_seconds: f64,
    /// Where in the trace the run begins, in its unit; -∞ for where the trace begins.
    pub start: f64,
    /// Each node's trace is shifted by up to so much either way, in its unit.
    pub shift: f64,
    /// What stands, beside nothing, where a session does not end.
    pub open_end: Option<String>,
    /// What a host was before its first session.
    pub before_first: BeforeFirst,
    /// The decimal sign of numbers in text; `None` to find it out.
    pub decimal: Option<Decimal>,
    /// Column of the fleet's file that holds the host's id, if nodes are rows of a file.
    pub key: Option<String>,
    /// Whether more than half of the rows may be without a host, or of the hosts without a row.
    pub allow_unmatched: bool,
}

impl Replay {
    /// A trace in seconds of hosts that have no rows in a file, with the columns of its ids, begins and ends: the run
    /// begins where the trace does.
    #[must_use]
    pub fn new(path: PathBuf, [node, from, to]: [String; 3]) -> Self {
        Self {
            path,
            node,
            from,
            to,
            unit: ReplayUnit::Seconds,
            unit_seconds: 1.0,
            start: f64::NEG_INFINITY,
            shift: 0.0,
            open_end: None,
            before_first: BeforeFirst::Down,
            decimal: None,
            key: None,
            allow_unmatched: false,
        }
    }
}

/// Something that happens to the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// It happens at the start of this cycle, 1..=cycles: the row of that cycle shows it.
    pub at_cycle: u32,
    /// It happens again in every following cycle up to this one.
    pub until_cycle: u32,
    /// What happens.
    pub kind: EventKind,
}

impl Event {
    /// Whether it happens in a cycle.
    #[must_use]
    pub fn is_due(&self, cycle: u32) -> bool {
        (self.at_cycle..=self.until_cycle).contains(&cycle)
    }
}

/// What happens.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    /// Nodes stop for ever.
    Crash(Group),
    /// Nodes leave for ever.
    Leave(Group),
    /// Nodes are down for so many cycles; then all return at once.
    Outage(Group, u32),
    /// New nodes take free places.
    Join(Group),
    /// An attribute of live nodes is multiplied.
    Scale(Scale),
    /// A version of the suite, by its index among the scenario's launches, enters at so many random live nodes.
    Suite(usize, u32),
    /// The members of an application begin to build their topology anew; those of the whole cloud for `None`.
    Bootstrap(Option<String>),
    /// Some nodes become a cloud of their own.
    Split(Split),
    /// Clouds become one.
    Merge(Merge),
}

impl EventKind {
    /// Its key in a scenario.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Crash(_) => "crash",
            Self::Leave(_) => "leave",
            Self::Outage(..) => "outage",
            Self::Join(_) => "join",
            Self::Scale(_) => "scale",
            Self::Suite(..) => "suite",
            Self::Bootstrap(_) => "bootstrap",
            Self::Split(_) => "split",
            Self::Merge(_) => "merge",
        }
    }
}

/// Some places, and whoever is there, become a cloud of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Split {
    /// The cloud that they make, as an index into the clouds of the scenario.
    pub cloud: usize,
    /// The cloud of which they were.
    pub of: usize,
    /// Which places of it, taken or free.
    pub group: Group,
}

/// Clouds become one, which has the name of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Merge {
    /// Which ones, two at least.
    pub clouds: Vec<usize>,
    /// So many random live nodes of each but the largest meet one of the largest in the cycle of the event.
    pub contacts: u32,
}

/// An attribute of live nodes is multiplied.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Whose.
    pub group: Group,
    /// The attribute, which is no availability.
    pub attribute: usize,
    /// The factor, above 0.
    pub by: f64,
}

/// Some nodes: live ones, or free places if they are to join.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// How many of those that the other fields allow.
    pub size: Size,
    /// Of this class alone.
    pub class: Option<usize>,
    /// Of these indices alone, as fractions of the cloud.
    pub region: Option<[f64; 2]>,
    /// Which of them.
    pub order: Order,
}

/// How many nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// A share, 0..=1.
    Share(f64),
    /// A number, or all if there are less.
    Nodes(u32),
}

/// Which nodes of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Any.
    Random,
    /// Those with the largest values of an attribute.
    Top(usize),
    /// Those with the smallest values.
    Bottom(usize),
    /// Joining nodes get values of an attribute above all that there are.
    Above(usize),
}

choices! {
    /// A unit of time.
    TimeUnit {
        /// Seconds.
        Seconds = "seconds",
        /// Hours.
        Hours = "hours",
        /// Days.
        Days = "days",
    }

    /// What the columns of a trace count.
    ReplayUnit {
        /// Nanoseconds.
        Nanoseconds = "nanoseconds",
        /// Microseconds.
        Microseconds = "microseconds",
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Seconds.
        Seconds = "seconds",
        /// Minutes.
        Minutes = "minutes",
        /// Hours.
        Hours = "hours",
        /// Days.
        Days = "days",
        /// Snapshots; a session reaches from the first to the last, inclusive.
        Snapshots = "snapshots",
    }

    /// What a host of a trace was before its first session.
    BeforeFirst {
        /// It was down: its availability is its time up over the length of the trace.
        Down = "down",
        /// It was not there yet: its availability is its time up over the time from its first session to the end of the
        /// trace.
        Absent = "absent",
    }

    /// How a node comes by its availability.
    Availability {
        /// The share of the time that it is up in the long run, from its sessions.
        Sessions = "sessions",
        /// The share of the time that it was up since it first came, as it finds out itself; a day up and a day down
        /// are added, so that a node that has only just come is worth 1/2.
        Past = "past",
    }
}

impl ReplayUnit {
    /// Its length in seconds; `None` for snapshots.
    #[must_use]
    pub const fn seconds(self) -> Option<f64> {
        match self {
            Self::Nanoseconds => Some(1e-9),
            Self::Microseconds => Some(1e-6),
            Self::Milliseconds => Some(1e-3),
            Self::Seconds => Some(1.0),
            Self::Minutes => Some(60.0),
            Self::Hours => Some(3600.0),
            Self::Days => Some(86_400.0),
            Self::Snapshots => None,
        }
    }
}
