//! The overlay: the graph that the views of live nodes span, as the observer sees it.
//!
//! - *in-degree*: how many live nodes have a live node in their views, and the *ages* of entries (`census`);
//! - *clustering* of a node: of the pairs of its neighbours, the share that are neighbours (edges have no direction);
//! - *path length*: the mean distance from some nodes to all that they reach (edges have no direction; `paths`);
//! - *components*: of the same graph, exact (`components`).
//!
//! The census reads every view once and touches a counter an entry at random. A search reads every view once a level,
//! of which a large random graph has six, and touches a byte or two an entry at random in two of them. Where its
//! sources reach every live node, the components are known. Room: three bytes a node, or nine where the cloud is in
//! pieces. Counts are exact and fold in any order, measures in the order of the nodes; what threads share are sums,
//! unions and sets, so no order can leak.

mod census;
mod clustering;
mod components;
mod filter;
mod paths;

use std::io;
use std::sync::atomic::Ordering::Relaxed;

use kernels::philox::Stream;
use rayon::prelude::*;

use crate::memory::{Column, Mask};
use crate::overlay::links::Links;
use crate::population::select::{By, Selection};

pub use census::{Ages, age};

/// Nodes that a thread takes at once.
const STRIP: usize = 1 << 12;

/// Nodes between the fetching of what a node's entries touch and the touch. Changes speed only.
const AHEAD: usize = 4;

/// Most bytes a node that measuring needs: two words of a union, and a bit.
pub const BYTES_PER_NODE: u64 = 9;

/// Measures of an overlay.
#[derive(Debug, Default)]
pub struct Measures {
    /// Live nodes.
    pub live: u64,
    /// In-degrees that occur among live nodes, ascending, and how many nodes have each.
    pub degrees: Vec<(u32, u64)>,
    /// Entries of live nodes that live nodes hold: mean, standard deviation, least and most a node.
    pub in_degree: [f64; 4],
    /// Entries of dead nodes that live nodes hold.
    pub dead_links: u64,
    /// Entries that live nodes hold.
    pub entries: u64,
    /// How old those are.
    pub ages: Ages,
    /// Mean clustering coefficient of the sample.
    pub clustering: f64,
    /// Nodes in the sample that have two neighbours.
    pub clustering_sample: u64,
    /// Mean distance from the sources to what they reach; not a number without sources, or where paths are too long to
    /// follow.
    pub path_length: f64,
    /// Live nodes from which distances are measured.
    pub path_sample: u64,
    /// Weakly connected components.
    pub components: u64,
    /// Share of the live nodes in the largest.
    pub largest: f64,
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Random live nodes at which the clustering coefficient is measured.
    pub sample: usize,
    /// Random live nodes from which paths are measured.
    pub paths: usize,
}

/// The overlay of a cloud: its views, or a graph that stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct Graph<'a> {
    /// Whom nodes know.
    pub links: Links<'a>,
    /// Who is alive.
    pub alive: Mask<'a>,
    /// The low byte of this cycle's number, where the ages in views are those of the cycles in which entries were made.
    pub now: Option<u8>,
}

impl Graph<'_> {
    /// Measures the overlay.
    ///
    /// # Errors
    /// If there is no room for [`BYTES_PER_NODE`].
    pub fn measure(&self, effort: Effort, stream: Stream) -> io::Result<Measures> {
        let (sample, sources) = (self.sample(effort.sample, stream), self.sample(effort.paths, stream));
        let census = self.census(&sample)?;
        let (clustering, clustering_sample) = self.clustering(&sample, &census.arcs);
        let found = self.paths(&sources, census.live)?;
        let (components, largest) =
            if found.reached_all { (1, census.live) } else { self.components(census.hub, census.live) };
        Ok(Measures {
            live: census.live,
            in_degree: census.in_degree(),
            dead_links: census.dead_links,
            entries: census.entries,
            ages: census.ages,
            degrees: census.degrees,
            clustering,
            clustering_sample,
            path_length: found.mean,
            path_sample: sources.len() as u64,
            components,
            largest: largest as f64 / census.live.max(1) as f64,
        })
    }

    /// Entries of members' views whose node is alive and no member. Reads every view, and two bytes of each entry at
    /// random.
    #[must_use]
    pub fn gone_links(&self, alive: Mask<'_>) -> u64 {
        let gone = |other: &u32| alive.holds(*other as usize) && !self.is_alive(*other);
        let of = |node: u32| self.known(node).filter(gone).count() as u64;
        let strips = (0..self.nodes()).into_par_iter().step_by(STRIP);
        let of_strip = |first: usize| {
            let nodes = first as u32..self.nodes().min(first + STRIP) as u32;
            nodes.filter(|&node| self.is_alive(node)).map(of).sum::<u64>()
        };
        strips.map(of_strip).collect::<Vec<u64>>().into_iter().sum()
    }

    /// Weakly connected components of so many members, of whom this is one.
    #[must_use]
    pub fn pieces(&self, one: u32, members: u64) -> u64 {
        self.components(one, members).0
    }

    /// Members that no member knows, and that know none. Reads every view, and two bytes of each entry at random.
    ///
    /// # Errors
    /// If there is no room for a byte a node.
    pub fn isolated(&self) -> io::Result<u64> {
        let mut known = Column::<u8>::anonymous(self.nodes())?;
        let marks = known.shared();
        let members = || (0..self.nodes() as u32).into_par_iter().filter(|&node| self.is_alive(node));
        members().for_each(|node| {
            for other in self.live_known(node) {
                marks[other as usize].store(1, Relaxed);
                marks[node as usize].store(1, Relaxed);
            }
        });
        Ok(members().filter(|&node| marks[node as usize].load(Relaxed) == 0).count() as u64)
    }

    fn nodes(&self) -> usize {
        self.links.nodes()
    }

    fn is_alive(&self, node: u32) -> bool {
        self.alive.holds(node as usize)
    }

    /// Whom a node knows.
    fn known(&self, node: u32) -> impl Iterator<Item = u32> {
        self.links.of(node as usize)
    }

    /// Whom a node knows that is alive.
    fn live_known(&self, node: u32) -> impl Iterator<Item = u32> {
        self.known(node).filter(|&other| self.is_alive(other))
    }

    /// Random live nodes, as many as are wanted if there are, ascending.
    fn sample(&self, wanted: usize, stream: Stream) -> Vec<u32> {
        if wanted == 0 {
            return Vec::new();
        }
        let alive = |first: usize, marks: &mut [u8]| {
            (first as u32..).zip(marks).for_each(|(node, mark)| *mark = self.is_alive(node).into());
        };
        Selection::new(self.nodes(), &alive, By::Chance(stream), |_| wanted).into_nodes()
    }
}
