//! Where members stand, and how far they are from each other.
//!
//! A member's place on a ring or on a torus is its *position*: a keyed bijection of the node's index, 32 bits. No two
//! nodes have the same one, whoever knows a position knows the node, and positions say nothing of indices. So an entry
//! of a topology is the place of a member, and no candidate has to be looked up to be compared.
//!
//! Costs some ten instructions a place, nothing of memory.

use bytemuck::Pod;
use wide::{i32x8, i64x4};

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
    /// How far somebody is; there are no two as far.
    type Distance: Distance;

    /// Sides on which members have neighbours: 1 or 2.
    const SIDES: usize;
    /// Bytes of a place in a message.
    const WIRE_BYTES: u64 = size_of::<Self::Place>() as u64;

    /// How far another is. Where there are two sides that is the way up, around the end to the beginning: from the
    /// nearest above, by the farthest above and the farthest below, to the nearest below. [`Distance::FARTHEST`] for
    /// the member itself.
    fn distance(&self, from: Self::Place, to: Self::Place) -> Self::Distance;

    /// Whether another stands above, where the two sides are not the same ones in another order.
    fn is_above(&self, _from: Self::Place, _to: Self::Place) -> bool {
        true
    }

    /// The row of the far table for another, which is not the member itself, on each side; [`ROWS`] for none.
    fn rows(&self, from: Self::Place, to: Self::Place) -> [usize; 2];

    /// Whether neighbours of one side make up for those that there are not on the other.
    const FILLS: bool = false;
}

/// A number that says how far somebody is.
pub trait Distance: Copy + Ord + Send + Sync {
    /// Farther than anybody.
    const FARTHEST: Self;

    /// The same one, from the other side: the way down of a way up.
    #[must_use]
    fn down(self) -> Self;

    /// Writes of each of some distances how many are less. Costs a comparison for each pair, many of them at once.
    ///
    /// # Panics
    /// If there are more than [`MOST_RANKED`].
    fn ranks(all: &[Self], ranks: &mut [u8]);
}

/// The most distances that are ranked.
pub const MOST_RANKED: usize = 256;

/// The most vectors whose ranks are found at once: they and their counts lie in registers.
const MOST_AT_ONCE: usize = 5;

macro_rules! distance {
    ($unsigned:ty, $lanes:ty, $signed:ty, $ranks:ident) => {
        /// The ranks of so many vectors of distances among others.
        #[inline]
        fn $ranks<const AT_ONCE: usize>(own: &[$signed], others: &[$signed], ranks: &mut [u8]) {
            const LANES: usize = size_of::<$lanes>() / size_of::<$unsigned>();
            let vectors: [$lanes; AT_ONCE] = std::array::from_fn(|k| {
                let mut lanes = [0; LANES];
                lanes.copy_from_slice(&own[k * LANES..][..LANES]);
                <$lanes>::new(lanes)
            });
            let mut less = [<$lanes>::splat(0); AT_ONCE];
            for other in others {
                let other = <$lanes>::splat(*other);
                // A lane that is greater is -1.
                less.iter_mut().zip(vectors).for_each(|(less, own)| *less -= own.simd_gt(other));
            }
            for (ranks, less) in ranks.chunks_mut(LANES).zip(less) {
                ranks.iter_mut().zip(less.to_array()).for_each(|(rank, less)| *rank = less as u8);
            }
        }

        impl Distance for $unsigned {
            const FARTHEST: Self = Self::MAX;

            #[inline]
            fn down(self) -> Self {
                (Self::MAX - 1).wrapping_sub(self)
            }

            #[inline]
            fn ranks(all: &[Self], ranks: &mut [u8]) {
                const LANES: usize = size_of::<$lanes>() / size_of::<$unsigned>();
                // The machine compares signed numbers.
                let signed = |distance: Self| (distance ^ (1 << (Self::BITS - 1))) as $signed;
                let mut others = [0; MOST_RANKED];
                others.iter_mut().zip(all).for_each(|(lane, one)| *lane = signed(*one));
                let (mut first, vectors) = (0, all.len().div_ceil(LANES));
                let blocks = vectors.div_ceil(MOST_AT_ONCE);
                for block in 0..blocks {
                    // As even as can be.
                    let at_once = (vectors - first / LANES).div_ceil(blocks - block);
                    let own = &others[first..];
                    let (others, ranks) = (&others[..all.len()], &mut ranks[first..]);
                    match at_once {
                        1 => $ranks::<1>(own, others, ranks),
                        2 => $ranks::<2>(own, others, ranks),
                        3 => $ranks::<3>(own, others, ranks),
                        4 => $ranks::<4>(own, others, ranks),
                        _ => $ranks::<MOST_AT_ONCE>(own, others, ranks),
                    }
                    first += at_once * LANES;
                }
            }
        }
    };
}

distance!(u32, i32x8, i32, ranks_of_32);
distance!(u64, i64x4, i64, ranks_of_64);

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

    #[inline]
    fn distance(&self, from: u32, to: u32) -> u32 {
        // The member itself, at a distance of 0, becomes the farthest; all others are one less than they are.
        to.wrapping_sub(from).wrapping_sub(1)
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
    const WIRE_BYTES: u64 = 8;
    const FILLS: bool = true;

    #[inline]
    fn distance(&self, from: u64, to: u64) -> u64 {
        to.wrapping_sub(from).wrapping_sub(1)
    }

    #[inline]
    fn is_above(&self, from: u64, to: u64) -> bool {
        to > from
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
    pub fn steps(one: u32, other: u32) -> u32 {
        let along = |shift: u32| {
            let ahead = ((one >> shift) as u16).wrapping_sub((other >> shift) as u16);
            u32::from(ahead.min(ahead.wrapping_neg()))
        };
        along(0) + along(16)
    }
}

/// The distances where there is one side: ties between two who are as far from a member go by a hash of both.
#[inline]
fn with_ties(distance: u32, from: u32, to: u32) -> u64 {
    let tie = u64::from(mixed([from, from.rotate_left(16)], to));
    if from == to { u64::MAX } else { u64::from(distance) << 32 | tie }
}

impl Space for Torus {
    type Place = u32;
    type Distance = u64;
    const SIDES: usize = 1;

    #[inline]
    fn distance(&self, from: u32, to: u32) -> u64 {
        with_ties(Self::steps(from, to), from, to)
    }

    #[inline]
    fn rows(&self, from: u32, to: u32) -> [usize; 2] {
        [row(Self::steps(from, to)), ROWS]
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

    #[inline]
    fn distance(&self, from: u32, to: u32) -> u64 {
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
        assert_eq!((Ring.distance(10, 13), Ring.distance(13, 10).down()), (2, 2));
        assert_eq!((Ring.distance(13, 10), Ring.distance(5, 5)), (u32::MAX - 3, u32::MAX));
        assert_eq!(Ring.rows(0, 1), [0, 23]);
        assert_eq!(Ring.rows(0, 511), [0, 23]);
        assert_eq!(Ring.rows(0, 512), [1, 23]);
        assert_eq!(Ring.rows(0, 1 << 31), [23, 23]);
        assert_eq!(Ring.rows(512, 0), [23, 1]);
    }

    #[test]
    fn a_line_has_ends() {
        let place = |key: u64, node: u64| key << 32 | node;
        let [low, high] = [place(1, 0), place(1, 5)];
        assert_eq!((Line.distance(low, high), Line.is_above(low, high)), (4, true));
        assert_eq!((Line.distance(high, low).down(), Line.is_above(high, low)), (4, false));
        assert_eq!(Line.distance(7, 7), u64::MAX);
        assert_eq!(Line.rows(place(1000, 0), place(0, 9)), [ROWS, 1]);
    }

    #[test]
    fn a_torus_has_no_border() {
        let at = |x: u16, y: u16| u32::from(x) << 16 | u32::from(y);
        assert_eq!(Torus::steps(at(1, 65_535), at(65_535, 1)), 4);
        assert_eq!(Torus::steps(at(0, 0), at(32_768, 32_768)), 65_536);
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
