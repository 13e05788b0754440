//! A graph along which nodes meet, and that stays as it is: nobody exchanges anything to keep it.
//!
//! Holds where the neighbours of each node end (4 bytes a node) and the neighbours, 4 bytes a link: 84 bytes a node for
//! 20 links. Links that lead both ways stand twice, and a graph with such links is built in two passes over them: how
//! many each node has, then who they are; each touches a word at random a link. What stands twice goes, and the
//! neighbours of a node are in ascending order then, so that no order of threads is to be seen.
//!
//! Whoever is down does not answer. Where links are mended ([`OnLeave::Rewire`]), a link that leads to somebody who has
//! left leads to a random live node from then on, and who comes has random live neighbours, as many as its place had:
//! reads all links and looks a byte up at random for each, in every cycle in which somebody comes or leaves.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use datasets::scenario::{OnLeave, StaticGraph, Wiring};
use kernels::philox::Stream;
use kernels::views::Words;
use rayon::prelude::*;

use super::links::Links;
use super::oracle::contact;
use super::wiring::Wires;
use crate::memory::{Column, Kind, Mask, STRIDE, fields};

/// How often another neighbour is sought where one would stand twice.
const ATTEMPTS: usize = 8;

/// A graph.
#[derive(Debug)]
pub struct Graph {
    /// What the scenario says of the graph.
    shape: StaticGraph,
    /// Where the neighbours of each node end.
    ends: Column<u32>,
    /// The neighbours of all nodes, one node after the other; behind the last is room that is not used.
    links: Column<u32>,
}

impl Graph {
    /// The columns of a graph of so many nodes; `None` if all are linked to all.
    #[must_use]
    pub fn declare(shape: &StaticGraph, nodes: u32) -> Option<Self> {
        let kind = if shape.on_leave == OnLeave::Rewire { Kind::Kept } else { Kind::Slow };
        (shape.wiring != Wiring::Complete).then(|| Self {
            shape: shape.clone(),
            ends: Column::new(kind, "graph-ends"),
            links: Column::new(kind, "graph-links").of_rows(shape.most_links(nodes) as usize),
        })
    }

    /// Who knows whom.
    #[must_use]
    pub fn links(&self) -> Links<'_> {
        Links::Graph { ends: &self.ends, links: &self.links }
    }

    /// Finds all links, by the random words of a stream.
    pub fn build(&mut self, stream: Stream) {
        let Self { shape, ends, links } = self;
        let nodes = ends.len() as u32;
        if shape.wiring == Wiring::KOut && !shape.undirected {
            let degree = shape.degree.min(nodes - 1);
            ends.par_iter_mut().enumerate().for_each(|(node, end)| *end = (node as u32 + 1) * degree);
            let wires = Wires { graph: shape, nodes, stream };
            let strides = links.par_chunks_mut(STRIDE * degree.max(1) as usize).enumerate();
            return strides.for_each(|(stride, links)| {
                let mut chosen = Vec::new();
                for (node, links) in ((stride * STRIDE) as u32..).zip(links.chunks_exact_mut(degree.max(1) as usize)) {
                    wires.of(node, &mut chosen);
                    links.copy_from_slice(&chosen);
                }
            });
        }
        // How many links begin at each node, then where those of each begin.
        let counts = ends.shared();
        each_link(shape, (nodes, stream), |from, _| {
            counts[from as usize].fetch_add(1, Relaxed);
        });
        let mut sum = 0;
        for end in ends.iter_mut() {
            (*end, sum) = (sum, sum + *end);
        }
        // The places of a node fill up to where they end.
        let (next, places) = (ends.shared(), links.shared());
        each_link(shape, (nodes, stream), |from, to| {
            let place = next[from as usize].fetch_add(1, Relaxed);
            places[place as usize].store(to, Relaxed);
        });
        self.tidy();
    }

    /// Puts the neighbours of each node in order, each once.
    fn tidy(&mut self) {
        let Self { ends, links, .. } = self;
        let twice = AtomicU64::new(0);
        each_row(ends, links, |_, row| {
            row.sort_unstable();
            let again = row.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64;
            if again > 0 {
                twice.fetch_add(again, Relaxed);
            }
        });
        if twice.into_inner() == 0 {
            return;
        }
        let (mut start, mut kept) = (0, 0);
        for end in ends.iter_mut() {
            let mut last = None;
            for place in start..*end {
                let other = links[place as usize];
                if last != Some(other) {
                    links[kept as usize] = other;
                    kept += 1;
                }
                last = Some(other);
            }
            (start, *end) = (*end, kept);
        }
    }

    /// These nodes have come, ascending, and others may have left: links are mended, if they are to be.
    pub fn mend(&mut self, alive: Mask<'_>, came: &[u32], stream: Stream) {
        let Self { shape, ends, links } = self;
        let Some(marks) = alive.marks().filter(|_| shape.on_leave == OnLeave::Rewire) else { return };
        let holds = |node: u32| alive.holds(node as usize);
        each_row(ends, links, |node, row| {
            if !holds(node) {
                return;
            }
            let is_new = came.binary_search(&node).is_ok();
            let mut words = Words::new(stream, node);
            for place in 0..row.len() {
                if !is_new && holds(row[place]) {
                    continue;
                }
                let drawn = (0..ATTEMPTS).filter_map(|_| contact(node, marks, None, &mut words));
                let mut found = None;
                for other in drawn {
                    found = Some(other);
                    if !row.contains(&other) {
                        break;
                    }
                }
                // In a small cloud a neighbour may stand twice; a node that is alone keeps its links.
                row[place] = found.unwrap_or(row[place]);
            }
        });
    }
}

/// Calls `with` for each link that leads from a node to another, on all threads, in any order.
fn each_link(shape: &StaticGraph, (nodes, stream): (u32, Stream), with: impl Fn(u32, u32) + Sync) {
    let both = |from: u32, to: u32| {
        with(from, to);
        if shape.undirected {
            with(to, from);
        }
    };
    if let Some(edges) = &shape.edges {
        return edges.links.par_iter().with_min_len(STRIDE).for_each(|&[from, to]| both(from, to));
    }
    let wires = Wires { graph: shape, nodes, stream };
    (0..nodes).into_par_iter().step_by(STRIDE).for_each(|first| {
        let mut chosen = Vec::new();
        for node in first..nodes.min(first.saturating_add(STRIDE as u32)) {
            wires.of(node, &mut chosen);
            for &other in &chosen {
                both(node, other);
            }
        }
    });
}

/// Calls `with` for each node and its neighbours, on all threads.
fn each_row(ends: &[u32], links: &mut [u32], with: impl Fn(u32, &mut [u32]) + Sync) {
    let (mut rest, mut begin, mut strides) = (links, 0, Vec::new());
    for ends in ends.chunks(STRIDE) {
        let end = ends.last().copied().unwrap_or(begin);
        let (part, later) = rest.split_at_mut((end - begin) as usize);
        strides.push((begin, ends, part));
        (rest, begin) = (later, end);
    }
    strides.into_par_iter().enumerate().for_each(|(stride, (mut begin, ends, mut part))| {
        for (node, &end) in ((stride * STRIDE) as u32..).zip(ends) {
            let (row, later) = part.split_at_mut((end - begin) as usize);
            with(node, row);
            (part, begin) = (later, end);
        }
    });
}

fields!(Graph { ends, links } but shape);
