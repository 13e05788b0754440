//! What requests go through: what members of a protocol keep.

use datasets::scenario::Asker;
use kernels::views::{NOBODY, Words};
use rayon::prelude::*;

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

impl Through<'_> {
    /// Whether anybody may ask for something.
    pub fn is_asked(&self) -> bool {
        let rows = if self.asker == Asker::Members { self.around.who.rows() } else { self.below.population.nodes };
        (0..rows).into_par_iter().any(|row| self.who_asks(row).is_some())
    }

    /// The member of a row, or the node of an index that is no member, if it may ask.
    fn who_asks(&self, row: usize) -> Option<u32> {
        let inside = self.app.zip(self.below.applications);
        if self.asker == Asker::Members {
            let member = Some(self.around.who.node(row)).filter(|node| *node != NOBODY);
            return member.filter(|node| inside.is_none_or(|(_, applications)| applications.is_running(*node)));
        }
        let (app, applications) = inside?;
        let is_outside = self.below.population.alive().holds(row) && applications.places[row] != app;
        is_outside.then_some(row as u32)
    }
}

impl Routes for Through<'_> {
    fn asking(&self, words: &mut Words) -> Option<Asking<'_>> {
        let who = &self.around.who;
        if self.asker == Asker::Members {
            return random(who.rows(), words, |row| self.who_asks(row)).map(Asking::Member);
        }
        let (app, applications) = self.app.zip(self.below.applications)?;
        let node = random(self.below.population.nodes, words, |node| self.who_asks(node))?;
        if let Some(contacts) = applications.contacts_of(node, app) {
            return Some(Asking::Contacts(contacts));
        }
        // Where contacts are known by decree, a random member is one.
        let member = |row: usize| Some(who.node(row)).filter(|node| *node != NOBODY);
        random(who.rows(), words, member).map(Asking::Member)
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
