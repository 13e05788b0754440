//! How a scenario spells the choices.

use std::fmt;

use super::{Choice, EventKind, Function, Pairing, Partners, SamplingProtocol, SlicingProtocol};

impl SamplingProtocol {
    /// Its name in a scenario.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oracle => "oracle",
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

impl EventKind {
    /// Its key in a scenario.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Crash { .. } => "crash",
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
