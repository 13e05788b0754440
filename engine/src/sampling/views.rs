//! The views, as other protocols read them: partners and candidates are entries of a node's view.
//!
//! Drawing a partner reads one line of each record as a stream; looking at all entries reads the records as a stream, and what each
//! entry holds at random.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use datasets::scenario::{OnDead, Sampling};
use kernels::peers::uniform;
use kernels::prefetch::prefetch;
use kernels::scalar::index;
use kernels::slicing::{MOST_CANDIDATES, Slot, largest_gain, misplaced, nth};
use kernels::views::{NOBODY, Words, words};
use rayon::prelude::*;

use super::any;
use crate::schedule::{Draws, is_member};

/// Nodes that a thread takes at once. Changes speed only.
const STRIDE: usize = 1 << 12;

/// Nodes between the fetching of what a node's entries hold and its choice among them. Changes speed only.
const AHEAD: usize = 4;

/// Nodes between the fetching of an entry and its reading. Changes speed only.
const FAR: usize = 32;

/// The views of a cloud, as other protocols read them.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a> {
    records: &'a [u32],
    entries: usize,
    retry: bool,
}

impl<'a> Views<'a> {
    /// The views of a cloud, if its nodes keep any.
    #[must_use]
    pub fn of(records: Option<&'a [u32]>, sampling: &Sampling) -> Option<Self> {
        let (entries, retry) = (sampling.view as usize, sampling.on_dead == OnDead::Retry);
        records.map(|records| Self { records, entries, retry })
    }

    /// Whom a node knows; [`NOBODY`] behind the last entry.
    #[must_use]
    pub fn entries_of(&self, node: u32) -> &'a [u32] {
        &self.records[node as usize * words(self.entries)..][..self.entries]
    }

    /// Writes a random entry of its view, one that is a member, for every node that `starts`, into a list. `members` marks who may
    /// be met; a mask that is empty marks all nodes. Returns how many entries were tried that may not.
    pub fn draw_partners(
        &self,
        list: &mut [u32],
        draws: &Draws,
        members: &[u8],
        starts: impl Fn(usize) -> bool + Sync,
    ) -> u64 {
        let failed = AtomicU64::new(0);
        let accept = |node: u32| is_member(members, node as usize);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            uniform(list, &draws.partners(), first as u32, self.entries as u32);
            for k in 0..list.len() {
                if let Some(&ahead) = list.get(k + FAR) {
                    records.get((k + FAR) * cells + ahead as usize).into_iter().for_each(prefetch);
                }
                let (node, place) = (first + k, list[k]);
                let entry = records[k * cells + place as usize];
                list[k] = if !starts(node) {
                    NOBODY
                } else if entry != NOBODY && accept(entry) {
                    entry
                } else {
                    let addresses = &records[k * cells..][..self.entries];
                    let words = || Words::new(draws.retries(), node as u32);
                    let dead = Cell::new(0);
                    let accept = |node| {
                        let accepts = accept(node);
                        dead.update(|dead| dead + u64::from(!accepts));
                        accepts
                    };
                    let chosen = any(addresses, place, words, self.retry, accept);
                    failed.fetch_add(dead.get(), Ordering::Relaxed);
                    chosen.map_or(NOBODY, |place| addresses[place])
                };
            }
        });
        failed.into_inner()
    }

    /// Writes, for every member, a random one of those entries of its view that are members and misplaced, into a list.
    pub fn misplaced(&self, list: &mut [u32], draws: &Draws, members: &[u8], slots: &[Slot]) {
        let accept = |node: u32| is_member(members, node as usize);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            draws.partners().fill(list, first as u32, 0);
            let mut candidates = [Slot::default(); MOST_CANDIDATES];
            for (k, (word, record)) in list.iter_mut().zip(records.chunks_exact(cells)).enumerate() {
                let node = (first + k) as u32;
                for &other in records.get((k + AHEAD) * cells..).unwrap_or_default().iter().take(self.entries) {
                    slots.get(other as usize).into_iter().for_each(prefetch);
                    members.get(other as usize).into_iter().for_each(prefetch);
                }
                if !accept(node) {
                    *word = NOBODY;
                    continue;
                }
                let own = slots[node as usize];
                for (seen, &other) in candidates.iter_mut().zip(&record[..self.entries]) {
                    // Oneself is in order with oneself.
                    let other = if other != NOBODY && accept(other) { other } else { node };
                    *seen = slots[other as usize].seen_from(node < other);
                }
                let wrong = misplaced(own, &candidates[..self.entries]);
                let count = wrong.count_ones();
                let redraw = || Words::new(draws.retries(), node).below(count as usize) as u32;
                let chosen = if count == 0 { 0 } else { index(*word, count).unwrap_or_else(redraw) };
                *word = if count == 0 { NOBODY } else { record[nth(wrong, chosen)] };
            }
        });
    }

    /// Writes, for every member, that one of those entries of its view that are members and misplaced which has the largest gain, into
    /// a list.
    pub fn largest_gain(&self, list: &mut [u32], members: &[u8], slots: &[Slot]) {
        let accept = |node: u32| is_member(members, node as usize);
        let cells = words(self.entries);
        self.each(list, |first, list, records| {
            let (mut places, mut ids) = (Vec::new(), Vec::new());
            for (k, (chosen, record)) in list.iter_mut().zip(records.chunks_exact(cells)).enumerate() {
                let node = (first + k) as u32;
                for &other in records.get((k + AHEAD) * cells..).unwrap_or_default().iter().take(self.entries) {
                    slots.get(other as usize).into_iter().for_each(prefetch);
                    members.get(other as usize).into_iter().for_each(prefetch);
                }
                *chosen = NOBODY;
                if !accept(node) {
                    continue;
                }
                let known = record[..self.entries].iter().copied();
                let others = || known.clone().filter(|&other| other != NOBODY && accept(other));
                let place = |node: u32| u64::from(slots[node as usize].key()) << 32 | u64::from(node);
                let id = |node: u32| u64::from(slots[node as usize].id());
                places.clear();
                places.extend(others().map(place));
                ids.clear();
                ids.extend(others().map(id));
                let best = largest_gain((place(node), id(node)), &places, &ids);
                *chosen = best.and_then(|draw| others().nth(draw)).unwrap_or(NOBODY);
            }
        });
    }

    /// Works on strides of the list: the first node, their entries in the list, their records.
    fn each(&self, list: &mut [u32], work: impl Fn(usize, &mut [u32], &[u32]) + Sync) {
        let records = self.records.par_chunks(STRIDE * words(self.entries));
        let strides = list.par_chunks_mut(STRIDE).zip(records).enumerate();
        strides.for_each(|(stride, (list, records))| work(stride * STRIDE, list, records));
    }
}
