//! What is observed.

/// What is observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Trace {
    /// Every how many cycles a row is written; cycle 0 and the last cycle always are.
    pub every: u32,
    /// Snapshots of nodes, if asked for.
    pub nodes: Option<Panel>,
    /// Whom nodes know, if that is asked for.
    pub edges: Option<Export>,
    /// How the overlay of views is measured.
    pub overlay: Overlay,
    /// Members of each topology that are judged at most, if it is said how many.
    pub judged: Option<u32>,
}

impl Trace {
    /// Members of each topology that are judged if it is not said how many.
    pub const USUAL_JUDGED: u32 = 1_000_000;
}

/// How the overlay of views is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Every how many cycles; cycle 0 and the last cycle always are.
    pub every: u32,
    /// Nodes at which the clustering coefficient is measured.
    pub sample: u32,
    /// Nodes from which path lengths are measured; 0 for none.
    pub paths: u32,
}

/// Snapshots of nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// The cycles after which a snapshot is taken, ascending.
    pub cycles: Vec<u32>,
    /// Which nodes.
    pub sample: Sample,
}

/// Entries of views, one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// Every how many cycles; cycle 0 and the last cycle always are.
    pub every: u32,
    /// Of which nodes.
    pub sample: Sample,
}

/// Which nodes a snapshot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Every node.
    All,
    /// A fixed random panel of this size.
    Count(u32),
}
