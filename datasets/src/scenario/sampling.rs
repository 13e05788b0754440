//! How nodes meet.

use std::path::PathBuf;
use std::sync::Arc;

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
    /// Who these are.
    pub introducer: Introducer,
    /// The graph along which nodes meet under [`SamplingProtocol::Static`].
    pub graph: Option<StaticGraph>,
}

impl Sampling {
    /// Whether nodes know others that they do not draw fresh: entries of views, or neighbours in a graph.
    #[must_use]
    pub fn has_links(&self) -> bool {
        self.protocol.has_views() || self.graph.as_ref().is_some_and(|graph| graph.wiring != Wiring::Complete)
    }
}

/// A graph along which nodes meet, which stays as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticGraph {
    /// Which graph.
    pub wiring: Wiring,
    /// Links of a node: those that it has in [`Wiring::KOut`], else the mean over nodes.
    pub degree: u32,
    /// Whether each link of [`Wiring::KOut`] and [`Wiring::Edges`] leads both ways. Those of other graphs do.
    pub undirected: bool,
    /// The probability that a link of [`Wiring::WattsStrogatz`] leads to a random node.
    pub rewiring: f64,
    /// What becomes of the links to those who leave.
    pub on_leave: OnLeave,
    /// The links of [`Wiring::Edges`].
    pub edges: Option<Edges>,
}

impl StaticGraph {
    /// Whether it is known how fast averages converge along the graph.
    #[must_use]
    pub fn mixing_is_known(&self) -> bool {
        matches!(self.wiring, Wiring::KOut | Wiring::Complete)
    }

    /// The most links that the graph of so many nodes has, each direction counted.
    #[must_use]
    pub fn most_links(&self, nodes: u32) -> u64 {
        let (others, degree) = (u64::from(nodes) - 1, u64::from(self.degree));
        let nodes = u64::from(nodes);
        let both = if self.undirected { 2 } else { 1 };
        match self.wiring {
            Wiring::KOut => nodes * degree.min(others) * both,
            // Those with whom a preferential graph begins all know each other.
            Wiring::Ring | Wiring::WattsStrogatz | Wiring::BarabasiAlbert => nodes * degree.min(others),
            Wiring::Star => 2 * others,
            Wiring::Complete => 0,
            Wiring::Edges => self.edges.as_ref().map_or(0, |edges| edges.links.len() as u64 * both),
        }
    }
}

/// Links from a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Edges {
    /// The file by its absolute path.
    pub path: PathBuf,
    /// The columns in which it says from which node a link leads, and to which.
    pub columns: [String; 2],
    /// The links, from and to.
    pub links: Arc<[[u32; 2]]>,
}

impl SamplingProtocol {
    /// Whether nodes keep views that change.
    #[must_use]
    pub fn has_views(self) -> bool {
        !matches!(self, Self::Oracle | Self::Static)
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
        /// None: a node meets its neighbours in a graph that stays as it is.
        Static = "static",
    }

    /// A graph along which nodes meet.
    Wiring {
        /// Each node has links to so many random others.
        KOut = "k-out",
        /// A ring, in which each node is linked to the nearest on either side.
        Ring = "ring",
        /// A ring of which some links lead to random nodes instead.
        WattsStrogatz = "watts-strogatz",
        /// Nodes come one by one, and each links itself to some of those before, the more likely the more links these
        /// have.
        BarabasiAlbert = "barabasi-albert",
        /// One node is linked to all others.
        Star = "star",
        /// All nodes are linked.
        Complete = "complete",
        /// The links stand in a file.
        Edges = "edges",
    }

    /// What becomes of the links to those who leave.
    OnLeave {
        /// They stay: whoever is down does not answer, and who comes back or takes the place has the links of it.
        Hole = "hole",
        /// They lead to random live nodes from then on, and who comes has links to random live nodes.
        Rewire = "rewire",
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

    /// Whom a node knows when it comes.
    Introducer {
        /// Random live nodes.
        Random = "random",
        /// The live node of the least number when the run begins; once it is gone, that of the least number then.
        First = "first",
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
        /// The youngest.
        Head = "head",
    }

    /// Who sends: entries of views in the generic framework, versions of the suite where nodes keep no views.
    Propagation {
        /// The initiator.
        Push = "push",
        /// The partner, when it is asked.
        Pull = "pull",
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
