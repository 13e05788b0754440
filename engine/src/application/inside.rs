//! Inside applications: peer sampling among the members of each, by the protocols of the cloud.
//!
//! A view a node serves all applications, since a node is in one; an entry whose node is in another application by now
//! is *gone*, and does not answer. Costs what a cycle of the same protocol costs among all nodes, and a byte at random
//! for each entry that is tried, as there.

use kernels::contacts::{Header, of_app};
use kernels::exchange::Tally;
use kernels::spread;
use kernels::suite::NONE;
use kernels::views::{NOBODY, words};
use rayon::prelude::*;

use super::state::{ALONE, Applications, RUNNING, WAITING};
use crate::memory::STRIDE;
use crate::overlay::rumour::Rumour;
use crate::overlay::{Groups, Overlay, Reach};
use crate::schedule::Cycle;

impl Applications {
    /// Members meet. Returns the messages.
    pub fn exchange(&mut self, cycle: Cycle) -> Tally {
        if self.overlay.views.is_none() {
            return Tally::default();
        }
        let rumour = Rumour::new(spread::Rules { current: 0, push: None });
        let reach = Reach::Groups(Groups { places: &self.places, calls: &self.calls });
        let tally = self.overlay.exchange(cycle, reach, &rumour, Some(&mut self.met));
        let lost = self.lost();
        for node in lost {
            self.strand(node, cycle);
        }
        tally
    }

    /// Where other protocols find partners for members, if there are overlays: the views, in whose overlay each node
    /// is, and room for a list.
    pub fn fellows(&mut self) -> Option<(&Overlay, &[u8], &mut [u32])> {
        let Self { overlay, places, met, .. } = self;
        overlay.views.is_some().then_some((&*overlay, &**places, &mut **met))
    }

    /// Bytes of a request, and of its reply.
    pub fn wire_bytes(&self) -> [u64; 2] {
        self.overlay.wire_bytes()
    }

    /// Members that met nobody, and whose view and contacts hold nobody who is in their application.
    fn lost(&self) -> Vec<u32> {
        let strides = self.met.par_chunks(STRIDE).zip(self.places.par_chunks(STRIDE)).enumerate();
        let lost = |(stride, (met, places)): (usize, (&[u32], &[u8]))| {
            let nodes = (stride * STRIDE) as u32..;
            let alone =
                nodes.zip(met.iter().zip(places)).filter(|(_, (met, place))| **met == NOBODY && **place != NONE);
            let lost = |node: &u32| !self.is_seed(*node) && !self.reaches_anybody(*node);
            alone.map(|(node, _)| node).filter(lost).collect::<Vec<u32>>()
        };
        strides.map(lost).collect::<Vec<_>>().concat()
    }

    fn reaches_anybody(&self, node: u32) -> bool {
        let (row, place) = (node as usize, self.places[node as usize]);
        let entries = self.overlay.sampling.view as usize;
        let view = self.overlay.views.as_deref().map_or(&[][..], |views| &views[row * words(entries)..][..entries]);
        let (contacts, _) = of_app(self.record(node), self.shape, place.into());
        let is_there = |&other: &u32| other != NOBODY && self.places[other as usize] == place;
        // An oracle always knows somebody, if there is anybody.
        view.iter().chain(contacts).any(is_there) || !self.is_gossiping()
    }

    /// A member knows nobody any more: it waits again, and goes on running if it ran.
    fn strand(&mut self, node: u32, cycle: Cycle) {
        let row = node as usize;
        let header = Header { is_published: false, ..Header::of(self.record(node)) };
        self.places[row] = NONE;
        self.overlay.forget(row);
        if self.phases[row] == RUNNING {
            // It waits anew; who does not run yet has waited since it was assigned.
            Header { since: cycle.number as u16, ..header }.write(self.record_mut(node));
            self.phases[row] = ALONE;
        } else {
            header.write(self.record_mut(node));
            self.phases[row] = WAITING;
        }
    }
}
