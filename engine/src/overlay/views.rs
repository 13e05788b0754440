//! The views, as other protocols read them: partners and candidates are entries of a node's view.
//!
//! Drawing a partner reads one line of each record as a stream; looking at all entries reads the records as a stream,
//! and what each entry holds at random.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use datasets::scenario::{OnDead, Sampling};
use kernels::choice::any;
use kernels::peers::uniform;
use kernels::prefetch::prefetch;
use kernels::views::{NOBODY, Words, words};
use rayon::prelude::*;

use crate::memory::STRIDE;
use crate::schedule::Draws;

/// Nodes between the fetching of an entry and its reading. Changes speed only.
const FAR: usize = 32;

/// The views of a cloud, as other protocols read them.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    records: &'a [u32],
    entries: usize,
    retry: bool,
}

/// Some consecutive nodes with their views.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The first node.
    pub first: usize,
    records: &'a [u32],
    entries: usize,
}

impl<'a> Views<'a> {
    /// The views of a scenario's nodes, from their records.
    pub fn of(records: &'a [u32], sampling: &Sampling) -> Self {
        Self { records, entries: sampling.view as usize, retry: sampling.on_dead == OnDead::Retry }
    }

    /// Whom a node knows; [`NOBODY`] behind the last entry.
    pub fn entries_of(&self, node: u32) -> &'a [u32] {
        &self.records[node as usize * words(self.entries)..][..self.entries]
    }

    /// The byte that each of these entries bears: an age, or the low byte of a cycle's number.
    pub fn ages_of(&self, node: u32) -> &'a [u8] {
        let record = &self.records[node as usize * words(self.entries)..][..words(self.entries)];
        &bytemuck::cast_slice(&record[self.entries..])[..self.entries]
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
        let failed = AtomicU64::new(0);
        self.each(list, |list, known| known.draw_partners(list, (draws, self.retry), (&answers, &starts), &failed));
        failed.into_inner()
    }

    /// Works on the list stride by stride: with the views of the stride's nodes.
    pub fn each(&self, list: &mut [u32], work: impl Fn(&mut [u32], Known<'_>) + Sync) {
        let records = self.records.par_chunks(STRIDE * words(self.entries));
        let strides = list.par_chunks_mut(STRIDE).zip(records).enumerate();
        strides.for_each(|(stride, (list, records))| {
            work(list, Known { first: stride * STRIDE, records, entries: self.entries });
        });
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
        failed: &AtomicU64,
    ) {
        let Self { first, records, entries } = *self;
        let cells = words(entries);
        uniform(list, &draws.partners(), first as u32, entries as u32);
        for k in 0..list.len() {
            if let Some(&ahead) = list.get(k + FAR) {
                records.get((k + FAR) * cells + ahead as usize).into_iter().for_each(prefetch);
            }
            let (node, place) = (first + k, list[k]);
            let addresses = &records[k * cells..][..entries];
            list[k] = if starts(node) {
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
        let start = number * words(self.entries);
        self.records.get(start..start + self.entries).unwrap_or_default()
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
    failed: &AtomicU64,
) -> u32 {
    let entry = addresses[place as usize];
    if entry != NOBODY && answers(entry) {
        return entry;
    }
    let words = || Words::new(draws.retries(), node);
    let choose = |accept: &dyn Fn(u32) -> bool| any(addresses, place, words, retry, accept);
    counting(failed, answers, choose).map_or(NOBODY, |place| addresses[place])
}

/// A choice among nodes: those that are tried and do not answer are added to a sum, so that the order of threads is no
/// matter.
pub fn counting(
    failed: &AtomicU64,
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
        failed.fetch_add(others.get(), Ordering::Relaxed);
    }
    place
}
