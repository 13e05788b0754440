//! Who meets whom: peer sampling, and how other protocols meet on top of it.
//!
//! With the oracle a node meets uniform random members. Otherwise every node keeps a view of others, meets one of them
//! a cycle, and other protocols draw their partners from the views.
//!
//! - [`mod@protocol`]: what a peer sampling protocol is; one file each: [`newscast`], [`cyclon`], [`generic`],
//!   [`window`], and [`oracle`], which keeps no views; [`kernels::choice`] among the entries of a view;
//! - [`start`]: what views hold before the first cycle, and of nodes that come;
//! - [`graph`]: a graph that stays as it is, in place of views that change, and [`wiring`]: its links;
//! - [`links`]: whom nodes know, be it by views or in a graph;
//! - [`rumour`]: what rides along;
//! - [`Reach`]: who takes part and who answers whom: whoever is alive, whoever is of the same cloud, or, inside
//!   applications, the members of groups;
//! - [`meeting`]: the one place that knows whether the partners of other protocols are drawn on the spot, listed,
//!   matched, or entries of [`views`].
//!
//! # A protocol of your own
//!
//! A peer sampling protocol is one file that implements [`protocol::PeerSampling`], one line in the table of this file,
//! and its spelling in `datasets::scenario::SamplingProtocol`. Everything else follows: the columns of views and their
//! estimate, the digest, messages and bytes, loss and churn, what rides along, the measures of the overlay, and that
//! all other protocols can run on it. The worked example is [`window`], whose test is in `engine/tests/sampling.rs`:
//! four files in all.

mod cyclon;
mod generic;
mod graph;
pub mod links;
pub mod meeting;
mod newscast;
pub mod oracle;
mod protocol;
pub(crate) mod rumour;
mod start;
pub(crate) mod views;
mod window;
mod wiring;

use datasets::scenario::{Introducer, Sampling, SamplingProtocol};
use kernels::exchange::Tally;
use kernels::views::{View, version_byte, version_byte_mut, words};
use rayon::prelude::*;

use crate::memory::{Column, Kind, Records, STRIDE, fields};
use crate::plans::Needs;
use crate::schedule::purpose::{INSIDE, SAMPLING};
use crate::schedule::{Cycle, Notes};
use cyclon::Cyclon;
use generic::Generic;
use graph::Graph;
use links::Links;
use newscast::Newscast;
use protocol::{AnySampling, Turn};
pub use protocol::{Clouds, Groups, MUST, Reach};
use rumour::Rumour;
use window::Window;

/// The peer sampling protocol of a scenario: the table of all of them. The oracle keeps no views.
fn protocol(sampling: &Sampling) -> Option<Box<dyn AnySampling>> {
    Some(match sampling.protocol {
        SamplingProtocol::Oracle | SamplingProtocol::Static => return None,
        SamplingProtocol::Newscast => Box::new(Newscast::of(sampling)),
        SamplingProtocol::Cyclon => Box::new(Cyclon::of(sampling)),
        SamplingProtocol::Generic => Box::new(Generic::of(sampling)),
        SamplingProtocol::Window => Box::new(Window),
    })
}

/// A population's peer sampling.
#[derive(Debug)]
pub struct Overlay {
    /// What the scenario says of it.
    pub sampling: Sampling,
    /// The protocol; `None` for the oracle.
    protocol: Option<Box<dyn AnySampling>>,
    /// The view of each node, a record of [`words`] words; missing with the oracle.
    pub views: Option<Column<u32>>,
    /// One number: the node that all know who come. Missing where they know random ones.
    first: Option<Column<u32>>,
    /// The graph along which nodes meet that keep no views; missing where all are linked to all, which is the oracle.
    graph: Option<Graph>,
    /// Room for lists of partners; missing while all partners are drawn on the spot.
    list: Option<Column<u32>>,
    /// Whom each live node meets in a pass of another protocol: an entry of its view that it picks while the view is
    /// at hand, when its turn in peer sampling is over. Missing if there is no such pass.
    picks: Option<Column<u32>>,
    /// The purpose of that pass.
    picking: Option<u32>,
    /// The purpose of peer sampling itself.
    purpose: u32,
    /// Dead nodes that were tried for these.
    failed_picks: u64,
}

impl Overlay {
    /// The columns that a scenario needs. `meets`: passes of a cycle in which other protocols meet by the overlay;
    /// `lists`: some of their exchanges run from a list, however partners are found; `picking`: the purpose of one of
    /// the passes, in which all live nodes meet one other, if there is such a pass.
    #[must_use]
    pub fn declare(needs: &Needs<'_>, meets: usize, lists: bool, picking: Option<u32>) -> Self {
        let sampling = needs.scenario.sampling.clone();
        let protocol = protocol(&sampling);
        let nodes = needs.scenario.run.nodes;
        let graph = sampling.graph.as_ref().and_then(|graph| Graph::declare(graph, nodes));
        let view = || Column::new(Kind::Kept, "views").of_cells(words(sampling.view as usize));
        let picking = picking.filter(|_| protocol.is_some());
        let meets = meets - picking.iter().len();
        let spreads = needs.spreads || needs.scenario.subcloud.is_some();
        let meets = meets + usize::from(graph.is_some() && spreads);
        let lists = lists || meets > 0 && (protocol.is_some() || graph.is_some() || sampling.listed);
        Self {
            views: protocol.is_some().then(view),
            first: (sampling.introducer == Introducer::First)
                .then(|| Column::new(Kind::Kept, "views-first").of_rows(1)),
            list: lists.then(|| Column::new(Kind::Scratch, "partners")),
            picks: picking.map(|_| Column::new(Kind::Scratch, "picks")),
            picking,
            purpose: SAMPLING,
            failed_picks: 0,
            graph,
            protocol,
            sampling,
        }
    }

    /// The columns of peer sampling inside groups, in which no other protocol meets yet.
    #[must_use]
    pub fn inside(sampling: &Sampling) -> Self {
        let protocol = protocol(sampling);
        let view = || Column::new(Kind::Kept, "subcloud-views").of_cells(words(sampling.view as usize));
        Self {
            views: protocol.is_some().then(view),
            first: None,
            graph: None,
            list: None,
            picks: None,
            picking: None,
            purpose: INSIDE,
            failed_picks: 0,
            protocol,
            sampling: sampling.clone(),
        }
    }

    /// Whether nodes know others that they do not draw fresh.
    #[must_use]
    pub fn has_links(&self) -> bool {
        self.views.is_some() || self.graph.is_some()
    }

    /// Whom nodes know, if they do not draw others fresh.
    #[must_use]
    pub fn links(&self) -> Option<Links<'_>> {
        links(&self.sampling, self.views.as_ref(), self.graph.as_ref())
    }

    /// Bytes of a request of peer sampling, and of its reply; none with the oracle.
    pub fn wire_bytes(&self) -> [u64; 2] {
        self.protocol.as_ref().map_or([0; 2], |protocol| protocol.wire_bytes())
    }

    /// What entries bear that were made in a cycle: `None` if that is an age, and not the low byte of the cycle's
    /// number.
    pub fn date(&self, cycle: u32) -> Option<u8> {
        self.protocol.as_ref().filter(|protocol| protocol.dates()).map(|_| cycle as u8)
    }

    /// Runs one cycle of peer sampling, and notes whom nodes meet in `met`, if that is there.
    pub fn exchange(&mut self, cycle: Cycle, reach: Reach<'_>, rumour: &Rumour, met: Option<&mut [u32]>) -> Tally {
        let (Some(protocol), Some(views)) = (&self.protocol, &mut self.views) else { return Tally::default() };
        let picking = self.picking.map(|purpose| cycle.draws(purpose));
        let turn = Turn::new(&self.sampling, (cycle.draws(self.purpose), picking), reach, rumour);
        let notes = Notes { picks: self.picks.as_deref_mut(), met };
        let tally = protocol.cycle(views, notes, &turn);
        self.failed_picks = turn.failed_picks.sum();
        tally
    }

    /// The records of all nodes' views, if nodes keep any.
    pub fn records(&mut self) -> Option<Records<'_, u32>> {
        let cells = words(self.sampling.view as usize);
        self.views.as_deref_mut().map(|state| Records { cells, state })
    }

    /// A node forgets all whom it knows, if nodes keep views.
    pub fn forget(&mut self, node: usize) {
        let entries = self.sampling.view as usize;
        if let Some(mut records) = self.records() {
            View::of(records.row(node), entries).fill(std::iter::empty());
        }
    }

    /// From now on these nodes tell those they meet the byte that stands in their row, if nodes keep views.
    pub fn tell(&mut self, nodes: impl Iterator<Item = u32>, bytes: &[u8]) {
        let (Some(views), entries) = (&mut self.views, self.sampling.view as usize) else { return };
        for node in nodes.map(|node| node as usize) {
            *version_byte_mut(&mut views[node * words(entries)..][..words(entries)], entries) = bytes[node];
        }
    }

    /// As [`Overlay::tell`], for all nodes.
    pub fn tell_all(&mut self, bytes: &[u8]) {
        let (Some(views), entries) = (&mut self.views, self.sampling.view as usize) else { return };
        let records = views.par_chunks_mut(words(entries)).zip(bytes);
        records.for_each(|(record, &byte)| *version_byte_mut(record, entries) = byte);
    }

    /// The byte that each node has been told last, or tells, where nodes keep views. Reads every record.
    pub fn hear(&self, bytes: &mut [u8]) {
        let (Some(views), entries) = (&self.views, self.sampling.view as usize) else { return };
        let strides = bytes.par_chunks_mut(STRIDE).zip(views.par_chunks(STRIDE * words(entries)));
        strides.for_each(|(bytes, records)| {
            for (byte, record) in bytes.iter_mut().zip(records.chunks_exact(words(entries))) {
                *byte = version_byte(record, entries);
            }
        });
    }
}

/// Whom nodes know, by the columns of an overlay.
fn links<'a>(sampling: &Sampling, views: Option<&'a Column<u32>>, graph: Option<&'a Graph>) -> Option<Links<'a>> {
    let entries = sampling.view as usize;
    views.map(|records| Links::Views { records, entries }).or_else(|| graph.map(Graph::links))
}

fields!(Overlay { list, picks, views, first, graph } but sampling, protocol, picking, purpose, failed_picks);
