//! How nodes meet.

use super::choices::choices;

/// How nodes meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// The protocol.
    pub protocol: SamplingProtocol,
    /// Number of peers a node sees at a time: c of the papers.
    pub view: u32,
    /// Who exchanges with whom in an aggregation cycle.
    pub pairing: Pairing,
    /// Whether the exchanges of aggregation run from a list of partners although these could be drawn on the spot: the
    /// model is the same. For tests and benches; no key of a scenario says it.
    #[doc(hidden)]
    pub listed: bool,
    /// What views hold before the first cycle.
    pub start: Start,
    /// What a node does when a partner is dead.
    pub on_dead: OnDead,
    /// Whom a node of the generic framework meets.
    pub peer: Peer,
    /// Who sends in the generic framework.
    pub propagation: Propagation,
    /// Oldest entries that the generic framework drops first: H of the papers.
    pub healing: u32,
    /// Entries just sent that it drops next: S of the papers.
    pub swapping: u32,
    /// Entries of a Cyclon exchange.
    pub shuffle: u32,
    /// Live nodes that a node knows when it comes, at most `view`.
    pub contacts: u32,
}

impl SamplingProtocol {
    /// Whether nodes keep views.
    #[must_use]
    pub fn has_views(self) -> bool {
        self != Self::Oracle
    }
}

choices! {
    /// The peer sampling protocol.
    SamplingProtocol {
        /// A uniform random live node, drawn fresh.
        Oracle = "oracle",
        /// Both keep the freshest entries of both views.
        Newscast = "newscast",
        /// A swap of entries with the oldest of the view.
        Cyclon = "cyclon",
        /// The framework with view selection by healing and swapping.
        Generic = "generic",
        /// A random one of the last nodes met.
        Window = "window",
    }

    /// What views hold before the first cycle.
    Start {
        /// Random live nodes.
        Random = "random",
        /// The nearest nodes on a ring.
        Ring = "ring",
        /// The first live node alone, which knows nobody.
        Star = "star",
    }

    /// What a node does when a partner is dead.
    OnDead {
        /// It tries others of its view.
        Retry = "retry",
        /// It loses its turn.
        Skip = "skip",
    }

    /// Whom a node of the generic framework meets.
    Peer {
        /// A random entry of its view.
        Rand = "rand",
        /// The oldest.
        Tail = "tail",
    }

    /// Who sends in the generic framework.
    Propagation {
        /// The initiator.
        Push = "push",
        /// Both.
        Pushpull = "pushpull",
    }

    /// Who exchanges with whom.
    Pairing {
        /// Each live node starts one exchange a cycle; exchanges are atomic and ordered.
        Ordered = "ordered",
        /// Two random perfect matchings a cycle.
        Matching = "matching",
    }
}
