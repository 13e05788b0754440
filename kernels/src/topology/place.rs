//! Where members stand, and how far they are from each other.
//!
//! A member's place on a ring or on a torus is its *position*: a keyed bijection of the node's index, 32 bits. No two
//! nodes have the same one, whoever knows a position knows the node, and positions say nothing of indices. So an entry
//! of a topology is the place of a member, and no candidate has to be looked up to be compared.
//!
//! Costs some ten instructions a place, nothing of memory.

use bytemuck::Pod;

use crate::scalar::{mixed, unmixed};

/// A keyed bijection of 32 bits, and back.
///
/// ```
/// use kernels::topology::place::Positions;
///
/// let positions = Positions { key: [7, 11] };
/// assert_eq!(positions.node(positions.of(123_456)), 123_456);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Positions {
    /// Which bijection it is.
    pub key: [u32; 2],
}

impl Positions {
    /// The position of a node.
    #[must_use]
    #[inline]
    pub fn of(self, node: u32) -> u32 {
        mixed(self.key, node)
    }

    /// The node at a position.
    #[must_use]
    #[inline]
    pub fn node(self, position: u32) -> u32 {
        unmixed(self.key, position)
    }
}

/// How members are ordered around each of them.
pub trait Space: Copy + Send + Sync {
    /// Where a member stands. No two members stand at the same place.
    type Place: Pod + Ord + Send + Sync;
    /// How far somebody is; on one side there are no two as far.
    type Distance: Copy + Ord + Default;

    /// Sides on which members have neighbours: 1 or 2.
    const SIDES: usize;
    /// Farther than anybody.
    const FARTHEST: Self::Distance;
    /// Bytes of a place in a message.
    const WIRE_BYTES: u64 = size_of::<Self::Place>() as u64;

    /// How far another is on each side; [`Space::FARTHEST`] on a side on which it is not, or for the member itself.
    fn distances(&self, from: Self::Place, to: Self::Place) -> [Self::Distance; 2];

    /// The row of the far table for another, which is not the member itself, on each side; [`ROWS`] for none.
    fn rows(&self, from: Self::Place, to: Self::Place) -> [usize; 2];

    /// Whether neighbours of one side make up for those that there are not on the other.
    const FILLS: bool = false;
}

/// Rows of a side of the far table.
pub const ROWS: usize = 24;

/// Doublings of the distance that share the first row of the far table.
pub const NEAR_BITS: u32 = 8;

/// The row of a distance: one for each doubling.
#[inline]
fn row(distance: u32) -> usize {
    distance.max(1).ilog2().saturating_sub(NEAR_BITS) as usize
}

/// A ring: neighbours are next above and next below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring;

impl Space for Ring {
    type Place = u32;
    type Distance = u32;
    const SIDES: usize = 2;
    const FARTHEST: u32 = u32::MAX;

    #[inline]
    fn distances(&self, from: u32, to: u32) -> [u32; 2] {
        // The member itself, at a distance of 0, becomes the farthest; all others are one less than they are.
        let above = to.wrapping_sub(from);
        [above.wrapping_sub(1), above.wrapping_neg().wrapping_sub(1)]
    }

    #[inline]
    fn rows(&self, from: u32, to: u32) -> [usize; 2] {
        let above = to.wrapping_sub(from);
        [row(above), row(above.wrapping_neg())]
    }
}

/// A line: members in the order of a value. A place is a key that orders as the value does, and the node's index, for
/// those of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line;

impl Space for Line {
    type Place = u64;
    type Distance = u64;
    const SIDES: usize = 2;
    const FARTHEST: u64 = u64::MAX;
    const WIRE_BYTES: u64 = 8;
    const FILLS: bool = true;

    #[inline]
    fn distances(&self, from: u64, to: u64) -> [u64; 2] {
        let above = to.wrapping_sub(from).wrapping_sub(1);
        let below = from.wrapping_sub(to).wrapping_sub(1);
        if to > from { [above, u64::MAX] } else { [u64::MAX, below] }
    }

    #[inline]
    fn rows(&self, from: u64, to: u64) -> [usize; 2] {
        let row = row(((to >> 32) as u32).abs_diff((from >> 32) as u32));
        if to > from { [row, ROWS] } else { [ROWS, row] }
    }
}

/// A torus: the two halves of a position are coordinates, and neighbours are those of the least Manhattan distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torus;

impl Torus {
    /// The Manhattan distance of two places.
    #[must_use]
    #[inline]
    pub fn distance(one: u32, other: u32) -> u32 {
        let along = |shift: u32| {
            let ahead = ((one >> shift) as u16).wrapping_sub((other >> shift) as u16);
            u32::from(ahead.min(ahead.wrapping_neg()))
        };
        along(0) + along(16)
    }
}

/// The distances where there is one side: ties between two who are as far from a member go by a hash of both.
#[inline]
fn with_ties(distance: u32, from: u32, to: u32) -> [u64; 2] {
    let tie = u64::from(mixed([from, from.rotate_left(16)], to));
    [if from == to { u64::MAX } else { u64::from(distance) << 32 | tie }, u64::MAX]
}

impl Space for Torus {
    type Place = u32;
    type Distance = u64;
    const SIDES: usize = 1;
    const FARTHEST: u64 = u64::MAX;

    #[inline]
    fn distances(&self, from: u32, to: u32) -> [u64; 2] {
        with_ties(Self::distance(from, to), from, to)
    }

    #[inline]
    fn rows(&self, from: u32, to: u32) -> [usize; 2] {
        [row(Self::distance(from, to)), ROWS]
    }
}

/// A binary tree: places are numbers of a heap, from 1 on, and neighbours are those of the fewest steps along edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tree;

impl Tree {
    /// Steps between two numbers of a heap.
    #[must_use]
    #[inline]
    pub fn steps(one: u32, other: u32) -> u32 {
        let depth = |number: u32| number.max(1).ilog2();
        let (low, high) = (one.min(other), one.max(other));
        let up = depth(high) - depth(low);
        up + 2 * (u32::BITS - (high >> up ^ low).leading_zeros())
    }
}

impl Space for Tree {
    type Place = u32;
    type Distance = u64;
    const SIDES: usize = 1;
    const FARTHEST: u64 = u64::MAX;

    #[inline]
    fn distances(&self, from: u32, to: u32) -> [u64; 2] {
        with_ties(Self::steps(from, to), from, to)
    }

    #[inline]
    fn rows(&self, from: u32, to: u32) -> [usize; 2] {
        [row(Self::steps(from, to)), ROWS]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_tells_the_node() {
        let positions = Positions { key: [0xDEAD_BEEF, 0x1234_5678] };
        for node in (0..10_000).chain([u32::MAX - 1, u32::MAX, 1 << 31]) {
            assert_eq!(positions.node(positions.of(node)), node);
        }
    }

    #[test]
    fn a_ring_has_two_sides() {
        assert_eq!(Ring.distances(10, 13), [2, u32::MAX - 3]);
        assert_eq!(Ring.distances(13, 10), [u32::MAX - 3, 2]);
        assert_eq!(Ring.distances(5, 5), [u32::MAX; 2]);
        assert_eq!(Ring.rows(0, 1), [0, 23]);
        assert_eq!(Ring.rows(0, 511), [0, 23]);
        assert_eq!(Ring.rows(0, 512), [1, 23]);
        assert_eq!(Ring.rows(0, 1 << 31), [23, 23]);
        assert_eq!(Ring.rows(512, 0), [23, 1]);
    }

    #[test]
    fn a_line_has_ends() {
        let place = |key: u64, node: u64| key << 32 | node;
        assert_eq!(Line.distances(place(1, 0), place(1, 5)), [4, u64::MAX]);
        assert_eq!(Line.distances(place(1, 5), place(1, 0)), [u64::MAX, 4]);
        assert_eq!(Line.distances(7, 7), [u64::MAX; 2]);
        assert_eq!(Line.rows(place(1000, 0), place(0, 9)), [ROWS, 1]);
    }

    #[test]
    fn a_torus_has_no_border() {
        let at = |x: u16, y: u16| u32::from(x) << 16 | u32::from(y);
        assert_eq!(Torus::distance(at(1, 65_535), at(65_535, 1)), 4);
        assert_eq!(Torus::distance(at(0, 0), at(32_768, 32_768)), 65_536);
        assert_eq!(Torus.rows(at(0, 0), at(32_768, 32_768)), [8, ROWS]);
    }

    #[test]
    fn steps_in_a_tree_go_up_and_down() {
        // 1 has the children 2 and 3, these have 4 to 7.
        assert_eq!(
            [(1, 1), (1, 2), (2, 3), (4, 7), (4, 5), (1, 7), (4, 2), (4, 3)].map(|(a, b)| Tree::steps(a, b)),
            [0, 1, 2, 4, 2, 2, 1, 3]
        );
        assert!((1..200).all(|a| (1..200).all(|b| Tree::steps(a, b) == slow(a, b))));
    }

    fn slow(mut a: u32, mut b: u32) -> u32 {
        let mut steps = 0;
        while a != b {
            if a > b {
                a /= 2;
            } else {
                b /= 2;
            }
            steps += 1;
        }
        steps
    }
}
