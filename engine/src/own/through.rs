//! What requests go through: what members of a protocol keep.

use datasets::scenario::Asker;
use kernels::views::{NOBODY, Words};

use super::below::Below;
use crate::gossip::around::Around;
use crate::gossip::instance::AnyInstance;
use crate::gossip::protocol::{Hop, Reach};
use crate::topology::lookups::{Asking, Routes, random};

/// What requests go through.
pub struct Through<'a> {
    /// The protocol, and what members keep.
    pub instance: &'a dyn AnyInstance,
    /// Who they are.
    pub around: &'a Around<'a>,
    /// The wings below.
    pub below: Below<'a>,
    /// The application whose members they are.
    pub app: Option<u8>,
    /// Who asks.
    pub asker: Asker,
}

impl Routes for Through<'_> {
    fn asking(&self, words: &mut Words) -> Option<Asking<'_>> {
        let inside = self.app.zip(self.below.applications);
        let who = &self.around.who;
        let is_there = |node: &u32| *node != NOBODY;
        if self.asker == Asker::Members {
            let runs = |node: &u32| inside.is_none_or(|(_, applications)| applications.is_running(*node));
            let member = |row: usize| Some(who.node(row)).filter(is_there).filter(runs);
            return random(who.rows(), words, member).map(Asking::Member);
        }
        let (app, applications) = inside?;
        let population = self.below.population;
        let alive = population.alive();
        let outsider = |node: usize| (alive.holds(node) && applications.places[node] != app).then_some(node as u32);
        let node = random(population.nodes, words, outsider)?;
        match applications.contacts_of(node, app) {
            Some(contacts) => Some(Asking::Contacts(contacts)),
            // Where contacts are known by decree, a random member is one.
            None => random(who.rows(), words, |row| Some(who.node(row)).filter(is_there)).map(Asking::Member),
        }
    }
    fn holds(&self, node: u32) -> bool {
        self.around.who.holds(node)
    }
    fn hop(&self, node: u32, key: u32, reach: &mut Reach<'_>) -> Option<Hop> {
        self.instance.hop(self.around, node, key, reach)
    }
    fn behind(&self, node: u32) -> Vec<u32> {
        self.instance.behind(self.around, node)
    }
}
