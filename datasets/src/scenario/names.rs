//! How a scenario spells the choices.

use std::fmt;

use super::{
    Availability, EventKind, Function, OnDead, Pairing, Partners, Peer, Propagation, SamplingProtocol, SlicingProtocol,
    Start, TimeUnit,
};
use crate::suite::{Choice, Reason};

/// Gives each variant of a type its name, and the type a `Display` that writes it.
macro_rules! names {
    ($($choice:ident { $($variant:ident => $name:literal,)* })*) => {$(
        impl $choice {
            /// Its name in a scenario.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl fmt::Display for $choice {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }
    )*};
}

names! {
    SamplingProtocol { Oracle => "oracle", Newscast => "newscast", Cyclon => "cyclon", Generic => "generic", }
    SlicingProtocol { Ordered => "ordered", OrderedMaxGain => "ordered-max-gain", Ranking => "ranking", Quantile => "quantile", }
    Pairing { Ordered => "ordered", Matching => "matching", }
    Partners { Drawn => "drawn", Listed => "listed", }
    Start { Random => "random", Ring => "ring", Star => "star", }
    OnDead { Retry => "retry", Skip => "skip", }
    Peer { Rand => "rand", Tail => "tail", }
    Propagation { Push => "push", Pushpull => "pushpull", }
    Function {
        Average => "average",
        Min => "min",
        Max => "max",
        Sum => "sum",
        Variance => "variance",
        GeometricMean => "geometric-mean",
        Count => "count",
        Quantiles => "quantiles",
    }
    TimeUnit { Seconds => "seconds", Hours => "hours", Days => "days", }
    Reason {
        Malformed => "malformed",
        Forged => "forged",
        Expired => "expired",
        Replayed => "replayed",
        OutOfScope => "out of scope",
    }
    Availability { Sessions => "sessions", Past => "past", }
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
            Self::Crash(_) => "crash",
            Self::Leave(_) => "leave",
            Self::Outage(..) => "outage",
            Self::Join(_) => "join",
            Self::Scale(_) => "scale",
            Self::Suite(..) => "suite",
        }
    }
}
