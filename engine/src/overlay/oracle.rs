//! The oracle: uniform random members, drawn fresh, as no node of a real cloud knows them.
//!
//! Where partners can be drawn as exchanges run, [`crate::schedule::Drawn`] does so; here they are written to a list,
//! or seen by nodes that only look.

use kernels::choice::other;
use kernels::peers::uniform;
use kernels::philox::Stream;
use kernels::scalar::index;
use kernels::views::{NOBODY, TOGETHER, Words};
use rayon::prelude::*;

use crate::memory::{MEMBER, Mask};
use crate::population::Borders;
use crate::population::life::UP;
use crate::population::select::any;
use crate::schedule::Draws;

/// Nodes whose partners are drawn together. Changes speed only.
const CHUNK: usize = 1 << 14;

/// Writes a uniform member as a partner for every node that `starts` into a list, and [`NOBODY`] for the others.
pub fn draw_partners(list: &mut [u32], draws: &Draws, members: Mask<'_>, starts: impl Fn(usize) -> bool + Sync) {
    let nodes = list.len() as u32;
    let stream = draws.partners();
    let is_alone = |marks: &[u8]| marks.iter().filter(|&&mark| mark == MEMBER).take(2).count() < 2;
    let alone = nodes < 2 || members.marks().is_some_and(is_alone);
    list.par_chunks_mut(CHUNK).enumerate().for_each(|(chunk, partners)| {
        if alone {
            return partners.fill(NOBODY);
        }
        let (first, marks) = ((chunk * CHUNK) as u32, members.marks());
        uniform(partners, &stream, first, nodes - 1);
        for (node, partner) in (first..).zip(&mut *partners) {
            *partner += u32::from(*partner >= node);
        }
        for (node, partner) in (first..).zip(partners) {
            if !starts(node as usize) {
                *partner = NOBODY;
            } else if let Some(marks) = marks {
                *partner = other(&draws.retries(), node, *partner, marks);
            }
        }
    });
}

/// Members that nodes see in a cycle, drawn fresh: so many a node.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a> {
    nodes: u32,
    members: Mask<'a>,
    stream: Stream,
    retries: Stream,
    count: usize,
    /// Whether there is nobody to be drawn.
    is_empty: bool,
}

impl<'a> Fresh<'a> {
    /// So many of the members of so many nodes.
    #[must_use]
    pub fn new(nodes: usize, members: Mask<'a>, draws: &Draws, count: usize) -> Self {
        let is_empty = members.marks().is_some_and(|marks| !marks.par_iter().any(|&mark| mark == MEMBER));
        let (stream, retries) = (draws.partners(), draws.retries());
        Self { nodes: nodes as u32, members, stream, retries, count, is_empty }
    }

    /// How many a node sees.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Draws a row for each of those that the nodes from `first` on see.
    pub fn draw(&self, rows: &mut [[u32; TOGETHER]], first: u32) {
        if self.is_empty {
            return;
        }
        let nodes: [u32; TOGETHER] = std::array::from_fn(|k| first + k as u32);
        for (quad, rows) in (0..).zip(rows.chunks_mut(4)) {
            let words = self.stream.quads_of_many(&nodes, quad);
            for ((draw, row), words) in (4 * quad..).zip(rows).zip(&words) {
                for ((other, &word), &node) in row.iter_mut().zip(words).zip(&nodes) {
                    *other = self.member(word, node, draw);
                }
            }
        }
    }

    /// The member that a word draws, or further ones.
    fn member(&self, word: u32, node: u32, draw: u32) -> u32 {
        let fits = |word: u32| {
            let other = index(word, self.nodes)?;
            self.members.holds(other as usize).then_some(other)
        };
        let again = |attempt: u32| fits(self.retries.word_of_many(node, draw + attempt * self.count as u32));
        fits(word).or_else(|| (0..).find_map(again)).unwrap_or(NOBODY)
    }
}

/// A random live node of one's own cloud other than oneself, as [`any`] finds one; `None` if there is none.
pub(super) fn contact(node: u32, alive: &[u8], borders: Option<Borders<'_>>, words: &mut Words) -> Option<u32> {
    let is_near = |other: usize| borders.is_none_or(|borders| borders.join(node, other as u32));
    any(alive.len(), words, |other| other != node as usize && alive[other] == UP && is_near(other))
}
