//! How a scenario spells the choices.

use std::fmt;

use super::{
    Availability, Choice, EventKind, Function, OnDead, Pairing, Partners, Peer, Propagation, SamplingProtocol,
    SlicingProtocol, Start, TimeUnit,
};

impl SamplingProtocol {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oracle => "oracle",
            Self::Newscast => "newscast",
            Self::Cyclon => "cyclon",
            Self::Generic => "generic",
        }
    }
}

impl SlicingProtocol {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::OrderedMaxGain => "ordered-max-gain",
            Self::Ranking => "ranking",
        }
    }
}

impl Pairing {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Matching => "matching",
        }
    }
}

impl Partners {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Drawn => "drawn",
            Self::Listed => "listed",
        }
    }
}

impl Start {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Ring => "ring",
            Self::Star => "star",
        }
    }
}

impl OnDead {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Skip => "skip",
        }
    }
}

impl Peer {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rand => "rand",
            Self::Tail => "tail",
        }
    }
}

impl Propagation {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pushpull => "pushpull",
        }
    }
}

impl Function {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Average => "average",
            Self::Min => "min",
            Self::Max => "max",
            Self::Variance => "variance",
            Self::GeometricMean => "geometric-mean",
        }
    }
}

impl Choice {
    /// The key that makes this choice in a scenario; a random choice has none.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Top(_) => "top",
            Self::Bottom(_) => "bottom",
            Self::Random => "random",
        }
    }
}

impl TimeUnit {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

impl Availability {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Past => "past",
        }
    }
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
        }
    }
}

impl fmt::Display for SamplingProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for SlicingProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Partners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for OnDead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Propagation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
