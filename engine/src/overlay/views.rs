//! Whom nodes know, as other protocols read it: partners and candidates are entries of a node's view, or neighbours in
//! a graph.
//!
//! Drawing a partner reads one line of each record as a stream; looking at all entries reads the records as a stream,
//! and what each entry holds at random.

use std::cell::Cell;

use datasets::scenario::{OnDead, Sampling};
use kernels::choice::any;
use kernels::peers::uniform;
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::views::{NOBODY, Words};
use rayon::prelude::*;

use super::links::Links;
use crate::memory::STRIDE;
use crate::schedule::{Count, Draws};

/// Nodes between the fetching of an entry and its reading. Changes speed only.
const FAR: usize = 32;

/// Whom nodes know, as other protocols read it.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    links: Links<'a>,
    /// How many others a node sees at a time.
    most: usize,
    retry: bool,
}

/// Some consecutive nodes, with whom they know.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The first node.
    pub first: usize,
    links: Links<'a>,
}

impl<'a> Views<'a> {
    /// Whom the nodes of a scenario know.
    pub fn of(links: Links<'a>, sampling: &Sampling) -> Self {
        Self { links, most: sampling.view as usize, retry: sampling.on_dead == OnDead::Retry }
    }

    /// Whom a node knows; [`NOBODY`] behind the last entry.
    pub fn entries_of(&self, node: u32) -> &'a [u32] {
        self.links.places_of(node as usize)
    }

    /// Whether a node knows more others than it sees at a time: neighbours in a graph.
    pub fn are_many(&self, node: u32) -> bool {
        self.entries_of(node).len() > self.most
    }

    /// How many others a node sees at a time.
    pub fn most(&self) -> usize {
        self.most
    }

    /// The byte that each of these entries bears: an age, or the low byte of a cycle's number. Nothing in a graph.
    pub fn ages_of(&self, node: u32) -> &'a [u8] {
        self.links.ages_of(node as usize)
    }

    /// Writes a random entry of its view, one that `answers` it, for every node that `starts`, into a list. Returns how
    /// many entries were tried that do not.
    pub fn draw_partners(
        &self,
        list: &mut [u32],
        draws: &Draws,
        answers: impl Fn(u32, u32) -> bool + Sync,
        starts: impl Fn(usize) -> bool + Sync,
    ) -> u64 {
        let failed = Count::default();
        self.each(list, |list, known| known.draw_partners(list, (draws, self.retry), (&answers, &starts), &failed));
        failed.sum()
    }

    /// Works on the list stride by stride: with the views of the stride's nodes.
    pub fn each(&self, list: &mut [u32], work: impl Fn(&mut [u32], Known<'_>) + Sync) {
        let strides = list.par_chunks_mut(STRIDE).enumerate();
        strides.for_each(|(stride, list)| work(list, Known { first: stride * STRIDE, links: self.links }));
    }
}

impl<'a> Known<'a> {
    /// Writes a random entry of its view, one that `answers` it, for each of the nodes that `starts`, into their list.
    /// See [`partner`].
    fn draw_partners(
        &self,
        list: &mut [u32],
        (draws, retry): (&Draws, bool),
        (answers, starts): (impl Fn(u32, u32) -> bool, impl Fn(usize) -> bool),
        failed: &Count,
    ) {
        let Self { first, links } = *self;
        let are_views = if let Links::Views { entries, .. } = links {
            uniform(list, &draws.partners(), first as u32, entries as u32);
            true
        } else {
            draws.partners().fill(list, first as u32, 0);
            false
        };
        for k in 0..list.len() {
            if let Some(&ahead) = list.get(k + FAR).filter(|_| are_views) {
                links.places_of_any(first + k + FAR).get(ahead as usize).into_iter().for_each(prefetch);
            }
            let (node, mut place) = (first + k, list[k]);
            let addresses = links.places_of(node);
            if !are_views {
                // How many neighbours there are differs from node to node.
                let further = || (1..).map(|draw| draws.partners().word(node as u32, draw));
                let mut words = std::iter::once(place).chain(further());
                let known = addresses.len() as u32;
                place = words.find_map(|word| if known == 0 { Some(0) } else { index(word, known) }).unwrap_or(0);
            }
            list[k] = if starts(node) && !addresses.is_empty() {
                let answers = |other| answers(node as u32, other);
                partner((node as u32, addresses), place, (draws, retry), answers, failed)
            } else {
                NOBODY
            };
        }
    }

    /// The entries of the node that comes so many after the first, [`NOBODY`] behind the last of them; none behind the
    /// last node.
    #[inline]
    pub fn record(&self, number: usize) -> &'a [u32] {
        self.links.places_of_any(self.first + number)
    }

    /// Whom the node knows that comes so many after the first; nobody behind the last.
    pub fn of(&self, number: usize) -> &'a [u32] {
        let entries = self.record(number);
        let count = entries.iter().map(|&entry| usize::from(entry != NOBODY)).sum();
        &entries[..count]
    }
}

/// The entry of a node's view at a random place, if it `answers`; else it counts as `failed`, and the node may try
/// others or not (`retry`). [`NOBODY`] if none is found.
#[inline]
pub fn partner(
    (node, addresses): (u32, &[u32]),
    place: u32,
    (draws, retry): (&Draws, bool),
    answers: impl Fn(u32) -> bool,
    failed: &Count,
) -> u32 {
    let entry = addresses[place as usize];
    if entry != NOBODY && answers(entry) {
        return entry;
    }
    let words = || Words::new(draws.retries(), node);
    let choose = |accept: &dyn Fn(u32) -> bool| any(addresses, place, words, retry, accept);
    counting(failed, answers, choose).map_or(NOBODY, |place| addresses[place])
}

/// A choice among nodes: those that are tried and do not answer are counted.
pub fn counting(
    failed: &Count,
    answers: impl Fn(u32) -> bool,
    choose: impl FnOnce(&dyn Fn(u32) -> bool) -> Option<usize>,
) -> Option<usize> {
    let others = Cell::new(0);
    let place = choose(&|node| {
        let answers = answers(node);
        others.update(|others| others + u64::from(!answers));
        answers
    });
    if others.get() > 0 {
        failed.add(others.get());
    }
    place
}
