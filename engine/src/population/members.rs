//! Who takes part in something: a mask of the nodes, how many it marks, and the blocks into which they are cut for
//! exchanges.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::memory::Mask;
use crate::schedule::Partition;

/// The members of a population.
#[derive(Clone, Copy, Debug)]
pub struct Members<'a> {
    /// Nodes of the cloud, members or not.
    pub nodes: usize,
    /// Which of them are members.
    pub mask: Mask<'a>,
    /// Where their blocks are kept, if the members stay the same for longer than a pass.
    cuts: Option<&'a Cuts>,
}

impl<'a> Members<'a> {
    /// Those of so many nodes that a mask marks.
    pub fn new(nodes: usize, mask: Mask<'a>) -> Self {
        Self { nodes, mask, cuts: None }
    }

    /// The same, whose blocks are kept.
    pub fn kept(self, cuts: &'a Cuts) -> Self {
        Self { cuts: Some(cuts), ..self }
    }

    /// How many they are. Reads a byte a node, unless all nodes are members.
    pub fn count(&self) -> usize {
        self.mask.count(self.nodes)
    }

    /// The members in blocks of about so many. Reads a byte a node, unless all nodes are members or the blocks are
    /// kept.
    pub fn partition(&self, block: usize) -> Arc<Partition> {
        let cut = || Arc::new(Partition::new(self.nodes, self.mask, block));
        match self.cuts {
            Some(Cuts(kept)) => {
                Arc::clone(kept.lock().unwrap_or_else(PoisonError::into_inner).entry(block).or_insert_with(cut))
            }
            None => cut(),
        }
    }
}

/// The blocks of members, by the size of a block, until the members change. Derived: any of them can be cut again.
#[derive(Debug, Default)]
pub struct Cuts(Mutex<BTreeMap<usize, Arc<Partition>>>);
