//! What nodes learn of their rank: in each gradient, an order of its members by an attribute.
//!
//! A node holds an id in each gradient, a fraction: what it takes its normalised rank to be. With [`ordered`] slicing
//! ids are random at first, and nodes swap them until they are ordered as the attribute is; with [`ranking`] and
//! [`quantile`] a node works out its rank itself. With ordered slicing a node that has left a gradient hands on its id.
//!
//! # A protocol of your own
//!
//! A slicing protocol is one file that implements [`protocol::SlicingProtocol`], one line in the table of this file,
//! and its spelling in `datasets::scenario::SlicingProtocol`.

pub(crate) mod gradient;
pub mod ordered;
mod protocol;
mod quantile;
mod ranking;

use datasets::scenario::{Scenario, SlicingProtocol as Name};
use kernels::exchange::Tally;
use kernels::slicing::Slot;

use crate::aggregate::{Aggregation, Item};
use crate::memory::{MEMBER, fields};
use crate::overlay::Overlay;
use crate::plans::Needs;
use crate::population::{Changes, Population};
use crate::schedule::Cycle;
use gradient::Gradient;
use ordered::{Ordered, Swaps};
use protocol::{Pass, SlicingProtocol};
use quantile::Quantile;
use ranking::Ranking;

/// The slicing protocol of a scenario: the table of all of them.
fn protocol(scenario: &Scenario, gradients: usize) -> Box<dyn SlicingProtocol> {
    let candidates = scenario.slicing.candidates.unwrap_or(scenario.sampling.view) as usize;
    let among_views = gradients > 0 && scenario.sampling.has_links();
    match scenario.slicing.protocol {
        Name::Ordered => Box::new(Ordered::of(Swaps { candidates, is_max_gain: false }, among_views)),
        Name::OrderedMaxGain => Box::new(Ordered::of(Swaps { candidates, is_max_gain: true }, among_views)),
        Name::Ranking => Box::new(Ranking::of(&scenario.slicing, gradients)),
        Name::Quantile => Box::new(Quantile::of(&scenario.slicing)),
    }
}

/// What nodes know of their rank, in all gradients.
#[derive(Debug)]
pub struct Slicing {
    /// How they learn it.
    protocol: Box<dyn SlicingProtocol>,
    /// What nodes hold of each gradient.
    pub gradients: Vec<Gradient>,
}

impl Slicing {
    /// The columns that a scenario needs.
    #[must_use]
    pub fn declare(needs: &Needs<'_>) -> Self {
        let gradients = &needs.plans.gradients;
        let protocol = protocol(needs.scenario, gradients.len());
        let gradient = |(number, plan)| Gradient::declare(number, plan, protocol.memory_words());
        Self { gradients: gradients.iter().enumerate().map(gradient).collect(), protocol }
    }

    /// What is to be aggregated so that nodes know their rank.
    pub fn items(&self) -> impl Iterator<Item = Item> {
        self.gradients.iter().enumerate().filter_map(|(number, gradient)| self.protocol.item(number, gradient))
    }

    /// Whether exchanges run from a list, however partners are found: where nodes hand on their id, or meet whom they
    /// have looked at.
    #[must_use]
    pub fn lists(&self) -> bool {
        let parts = |gradient: &Gradient| gradient.members.is_some() || self.protocol.lists();
        self.gradients.iter().any(parts)
    }

    /// Bytes of a request, and of its reply.
    #[must_use]
    pub fn wire_bytes(&self) -> [u64; 2] {
        self.protocol.wire_bytes()
    }

    /// Whether ids are ranks, and not random numbers that are to be ordered.
    #[must_use]
    pub fn knows_rank(&self) -> bool {
        self.protocol.knows_rank()
    }

    /// Gives every node its random ids.
    pub fn birth(&mut self, population: &Population, seed: u64) {
        for (number, gradient) in self.gradients.iter_mut().enumerate() {
            gradient.birth(number, population, seed);
        }
    }

    /// Runs one cycle in every gradient. `borders` are the shares of a gradient's members at which applications begin
    /// and end, by its number.
    pub fn cycle(
        &mut self,
        population: &Population,
        overlay: &mut Overlay,
        cycle: Cycle,
        borders: impl Fn(usize) -> Vec<u32>,
    ) -> Tally {
        let Self { protocol, gradients } = self;
        let mut tally = Tally::default();
        for (number, gradient) in gradients.iter_mut().enumerate() {
            let pass = Pass { number, live: population.live(), cycle, borders: &borders };
            tally.add(protocol.cycle(gradient, overlay, pass));
        }
        tally
    }

    /// Nodes that leave are in no gradient.
    pub fn leave(&mut self, changes: &Changes) {
        self.gradients.iter_mut().for_each(|gradient| gradient.leave(changes));
    }

    /// Nodes that come begin anew: with random ids, unless the protocol knows better.
    pub fn welcome(&mut self, population: &Population, aggregation: &Aggregation, cycle: Cycle, changes: &Changes) {
        for (number, gradient) in self.gradients.iter_mut().enumerate() {
            gradient.renew(number, population, cycle, changes);
            self.protocol.welcome(number, gradient, aggregation, changes);
        }
    }

    /// All live nodes take part in the gradients whose columns of members have these names: until now all did for ever,
    /// and there was no column. Returns the names.
    pub fn take_part<'n>(&mut self, population: &Population, names: &'n [String]) -> Vec<&'n String> {
        let mut found = Vec::new();
        for (number, gradient) in self.gradients.iter_mut().enumerate() {
            let Some(members) = &mut gradient.members else { continue };
            let name = gradient::members_name(number);
            let Some(name) = names.iter().find(|other| **other == name) else { continue };
            let alive = population.alive();
            members
                .iter_mut()
                .enumerate()
                .for_each(|(node, member)| *member = if alive.holds(node) { MEMBER } else { 0 });
            found.push(name);
        }
        found
    }

    /// Gradients of an attribute that has changed order the nodes by what it is now. Reads four bytes a node and
    /// gradient, and reads and writes eight.
    pub fn refresh(&mut self, population: &Population, attribute: usize) {
        let gradients = self.gradients.iter_mut().filter(|gradient| gradient.attribute == attribute);
        gradients.for_each(|gradient| gradient.refresh(&population.attributes[attribute]));
    }

    /// Who takes part in each gradient, `None` where all live nodes do; and what nodes hold of it.
    pub fn parts(&mut self) -> (Vec<Option<&[u8]>>, Vec<&mut [Slot]>) {
        self.gradients.iter_mut().map(|gradient| (gradient.members.as_deref(), &mut *gradient.slots)).unzip()
    }
}

fields!(Slicing { gradients, protocol });
