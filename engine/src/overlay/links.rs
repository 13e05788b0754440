//! Whom nodes know, as everybody else reads it: entries of views, or neighbours in a graph that stays as it is.

use kernels::views::{NOBODY, words};

/// Whom each node knows.
#[derive(Clone, Copy, Debug)]
pub enum Links<'a> {
    /// Entries of views.
    Views {
        /// The records.
        records: &'a [u32],
        /// Entries of a view.
        entries: usize,
    },
    /// Neighbours in a graph.
    Graph {
        /// Where the neighbours of each node end; those of the next begin there.
        ends: &'a [u32],
        /// The neighbours of all nodes, one node after the other.
        links: &'a [u32],
    },
}

impl<'a> Links<'a> {
    /// Nodes.
    #[must_use]
    pub fn nodes(&self) -> usize {
        match self {
            Self::Views { records, entries } => records.len() / words(*entries),
            Self::Graph { ends, .. } => ends.len(),
        }
    }

    /// Whom a node knows; behind the last entry of a view stands [`NOBODY`].
    #[must_use]
    #[inline]
    pub fn places_of(&self, node: usize) -> &'a [u32] {
        match *self {
            Self::Views { records, entries } => &records[node * words(entries)..][..entries],
            Self::Graph { ends, links } => {
                let start = if node == 0 { 0 } else { ends[node - 1] };
                &links[start as usize..ends[node] as usize]
            }
        }
    }

    /// The same; nobody, if there is no such node.
    #[must_use]
    #[inline]
    pub fn places_of_any(&self, node: usize) -> &'a [u32] {
        if node < self.nodes() { self.places_of(node) } else { &[] }
    }

    /// The byte that each entry of a view bears: an age, or the low byte of a cycle's number. Neighbours in a graph
    /// bear none.
    #[must_use]
    #[inline]
    pub fn ages_of(&self, node: usize) -> &'a [u8] {
        match *self {
            Self::Views { records, entries } => {
                let record = &records[node * words(entries)..][..words(entries)];
                &bytemuck::cast_slice(&record[entries..])[..entries]
            }
            Self::Graph { .. } => &[],
        }
    }

    /// Whom a node knows, one by one.
    pub fn of(&self, node: usize) -> impl Iterator<Item = u32> + use<'a> {
        self.places_of(node).iter().copied().take_while(|&other| other != NOBODY)
    }
}
