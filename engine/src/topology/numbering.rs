//! Where each node stands in a topology, and which node stands at a place.

use std::fmt::Debug;

use kernels::permutation::Permutation;
use kernels::sort::key;
use kernels::topology::place::{Line, Positions, Ring, Space, Torus, Tree};

use super::truth::{Links, along, around, in_tree, on_torus};
use crate::gossip::around::Turn;

/// Where each node stands.
pub trait Numbering: Debug + Send + Sync + 'static {
    /// How members are ordered around each of them.
    type Space: Space;
    /// The space.
    const SPACE: Self::Space;

    /// Where a node stands, which whoever knows the node knows: on a line an entry carries it.
    fn place_of(&self, node: u32, turn: &Turn<'_>) -> <Self::Space as Space>::Place;

    /// The node at a place.
    fn node(&self, place: <Self::Space as Space>::Place) -> u32;

    /// The place as a position on a ring of 2^32, if it is one; lookups go by that.
    fn position(&self, _place: <Self::Space as Space>::Place) -> Option<u32> {
        None
    }

    /// The place at such a position.
    fn at(&self, _position: u32) -> Option<<Self::Space as Space>::Place> {
        None
    }

    /// The links that there are to be among members at some places, ascending: of each, the places of others.
    fn links(&self, places: &[<Self::Space as Space>::Place]) -> Links<<Self::Space as Space>::Place>;
}

/// A place of a numbering.
pub type Place<N> = <<N as Numbering>::Space as Space>::Place;

/// On a ring, by positions.
#[derive(Clone, Copy, Debug)]
pub struct OnRing(pub Positions);

impl Numbering for OnRing {
    type Space = Ring;
    const SPACE: Ring = Ring;
    fn place_of(&self, node: u32, _: &Turn<'_>) -> u32 {
        self.0.of(node)
    }
    fn node(&self, place: u32) -> u32 {
        self.0.node(place)
    }
    fn position(&self, place: u32) -> Option<u32> {
        Some(place)
    }
    fn at(&self, position: u32) -> Option<u32> {
        Some(position)
    }
    fn links(&self, places: &[u32]) -> Links<u32> {
        around(places)
    }
}

/// On a line, by an attribute.
#[derive(Clone, Copy, Debug)]
pub struct OnLine {
    /// The index of the attribute.
    pub attribute: usize,
}

impl Numbering for OnLine {
    type Space = Line;
    const SPACE: Line = Line;
    fn place_of(&self, node: u32, turn: &Turn<'_>) -> u64 {
        u64::from(key(turn.attribute_of(node, self.attribute))) << 32 | u64::from(node)
    }
    fn node(&self, place: u64) -> u32 {
        place as u32
    }
    fn links(&self, places: &[u64]) -> Links<u64> {
        along(places)
    }
}

/// On a torus, by positions.
#[derive(Clone, Copy, Debug)]
pub struct OnTorus(pub Positions);

impl Numbering for OnTorus {
    type Space = Torus;
    const SPACE: Torus = Torus;
    fn place_of(&self, node: u32, _: &Turn<'_>) -> u32 {
        self.0.of(node)
    }
    fn node(&self, place: u32) -> u32 {
        self.0.node(place)
    }
    fn links(&self, places: &[u32]) -> Links<u32> {
        on_torus(places)
    }
}

/// In a tree of all nodes, in a random order.
#[derive(Clone, Debug)]
pub struct InTree(pub Permutation);

impl Numbering for InTree {
    type Space = Tree;
    const SPACE: Tree = Tree;
    fn place_of(&self, node: u32, _: &Turn<'_>) -> u32 {
        self.0.of(node) + 1
    }
    fn node(&self, place: u32) -> u32 {
        self.0.place_of(place - 1)
    }
    fn links(&self, places: &[u32]) -> Links<u32> {
        in_tree(places)
    }
}
