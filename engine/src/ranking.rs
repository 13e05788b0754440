//! Slicing by ranking: nodes count those with a smaller attribute among all that they see.
//!
//! ```text
//! each member sees c others: the entries of its view, or with the oracle random members; it remembers which are smaller
//! it tells its own attribute to a random one of them, and to the one whose estimate is nearest a border of an application;
//!     these remember it too
//! each member's estimate is the share of the smaller ones among those that it remembers
//! ```
//!
//! Fernández, Gramoli, Jiménez, Kermarrec and Raynal, *Distributed slicing in dynamic systems*, ICDCS 2007.
//!
//! Reads eight bytes a candidate at random, and with views these as a stream; reads and writes the memory of each node three times
//! as a stream, and that of the two that it tells at random. With the oracle, as many random words as candidates.

use kernels::exchange::Tally;
use kernels::philox::Stream;
use kernels::prefetch::prefetch;
use kernels::ranking::{Memory, nearest, smaller};
use kernels::scalar::index;
use kernels::slicing::{MOST_CANDIDATES, Slot};
use kernels::views::TOGETHER;
use rayon::prelude::*;

use crate::churn::Changes;
use crate::cloud::Gradient;
use crate::pass::STRIDE;
use crate::protocols::Tell;
use crate::purpose::{RANKING, TELLING};
use crate::sampling::Views;
use crate::schedule::{Draws, Listed, MEMBER, NOBODY, is_member};

/// Whom nodes can see.
#[derive(Clone, Copy, Debug)]
pub struct People<'a> {
    /// Who is alive; empty if all are.
    pub alive: &'a [u8],
    /// The views; none with the oracle.
    pub views: Option<Views<'a>>,
    /// How many others a node sees.
    pub candidates: usize,
}

/// Nodes that have come have seen nobody.
pub fn forget(memory: &mut [u32], nodes: usize, changes: &Changes) {
    let cells = memory.len() / nodes.max(1);
    let strides = memory.par_chunks_mut(STRIDE * cells).zip(changes).enumerate();
    strides.for_each(|(stride, (records, changes))| {
        for change in changes.iter().filter(|change| change.came) {
            let k = change.node as usize - stride * STRIDE;
            Memory::of(&mut records[k * cells..][..cells]).clear();
        }
    });
}

/// Runs one cycle in a gradient. `lists` is room for whom nodes tell; `draws` has the instance as its purpose.
pub fn ranking(
    gradient: &mut Gradient,
    people: People<'_>,
    lists: [&mut [u32]; 2],
    draws: Draws,
    borders: &[u32],
) -> Tally {
    let Gradient { slots, members, memory: Some(memory), .. } = gradient else { return Tally::default() };
    let pass = |purpose| Draws { purpose: purpose + draws.purpose, ..draws };
    let [told, near] = lists;
    let members = members.as_deref().unwrap_or(people.alive);
    let cells = memory.len() / slots.len().max(1);
    see(slots, memory, [&mut *told, &mut *near], people, members, pass(RANKING), borders);
    let mut tally = Listed { draws: pass(RANKING), partners: &*told }.run(memory, &Tell { cells });
    tally.add(Listed { draws: pass(TELLING), partners: &*near }.run(memory, &Tell { cells }));
    slots.par_chunks_mut(STRIDE).zip(memory.par_chunks_mut(STRIDE * cells)).for_each(|(slots, records)| {
        for (slot, record) in slots.iter_mut().zip(records.chunks_exact_mut(cells)) {
            *slot = Slot::new(slot.key(), Memory::of(record).rank().unwrap_or(slot.id()));
        }
    });
    tally
}

/// Every member sees others, and chooses whom to tell.
fn see(
    slots: &[Slot],
    memory: &mut [u32],
    [told, near]: [&mut [u32]; 2],
    people: People<'_>,
    members: &[u8],
    draws: Draws,
    borders: &[u32],
) {
    let cells = memory.len() / slots.len().max(1);
    let is_member = |node: u32| is_member(members, node as usize);
    let fresh = people.views.is_none().then(|| Fresh::new(slots.len(), members, &draws, people.candidates));
    let lists = told.par_chunks_mut(STRIDE).zip(near.par_chunks_mut(STRIDE));
    let strides = memory.par_chunks_mut(STRIDE * cells).zip(lists).enumerate();
    strides.for_each(|(stride, (records, (told, near)))| {
        let first = stride * STRIDE;
        let mut words = [0; STRIDE];
        let words = &mut words[..told.len()];
        draws.order().fill(words, first as u32, 0);
        let mut rows = vec![[NOBODY; TOGETHER]; people.candidates];
        let (mut others, mut seen) = ([NOBODY; MOST_CANDIDATES], [Slot::default(); MOST_CANDIDATES]);
        for (k, record) in records.chunks_exact_mut(cells).enumerate() {
            let node = (first + k) as u32;
            if let Some(fresh) = fresh.as_ref().filter(|_| k.is_multiple_of(TOGETHER)) {
                fresh.draw(&mut rows, node);
                rows.iter().flatten().filter_map(|&other| slots.get(other as usize)).for_each(prefetch);
            }
            (told[k], near[k]) = (NOBODY, NOBODY);
            if !is_member(node) {
                continue;
            }
            let own = slots[node as usize];
            let mut count = 0;
            let mut see = |other: u32| {
                if other != NOBODY && other != node && is_member(other) {
                    others[count] = other;
                    seen[count] = slots[other as usize].seen_from(node < other);
                    count += 1;
                }
            };
            match people.views {
                Some(views) => views.entries_of(node).iter().for_each(|&other| see(other)),
                None => rows.iter().for_each(|row| see(row[k % TOGETHER])),
            }
            let mut memory = Memory::of(record);
            *memory.key = own.key();
            let bits = smaller(own, &seen[..count]);
            (0..count).for_each(|k| memory.add(bits >> k & 1 == 1));
            if count > 0 {
                // The upper half of a word chooses one, the lower half where the search for the other begins.
                let word = words[k] as usize;
                told[k] = others[(word >> 16) * count >> 16];
                near[k] = nearest(&seen[..count], borders, (word & 0xffff) * count >> 16).map_or(NOBODY, |k| others[k]);
            }
        }
    });
}

/// The oracle: random members, drawn fresh.
struct Fresh<'a> {
    nodes: u32,
    members: &'a [u8],
    stream: Stream,
    retries: Stream,
    candidates: usize,
    /// Whether there is nobody to be drawn.
    is_empty: bool,
}

impl<'a> Fresh<'a> {
    fn new(nodes: usize, members: &'a [u8], draws: &Draws, candidates: usize) -> Self {
        let is_empty = !members.is_empty() && !members.par_iter().any(|&member| member == MEMBER);
        let (stream, retries) = (draws.partners(), draws.retries());
        Self { nodes: nodes as u32, members, stream, retries, candidates, is_empty }
    }

    /// Draws a row for each candidate of the nodes from `first` on.
    fn draw(&self, drawn: &mut [[u32; TOGETHER]], first: u32) {
        if self.is_empty {
            return;
        }
        let nodes: [u32; TOGETHER] = std::array::from_fn(|k| first + k as u32);
        for (quad, rows) in (0..).zip(drawn.chunks_mut(4)) {
            let words = self.stream.quads_of_many(&nodes, quad);
            for ((draw, row), words) in (4 * quad..).zip(rows).zip(&words) {
                for ((other, &word), &node) in row.iter_mut().zip(words).zip(&nodes) {
                    *other = self.member(word, node, draw);
                }
            }
        }
    }

    /// The member that a word draws, or further ones.
    fn member(&self, word: u32, node: u32, draw: u32) -> u32 {
        let fits = |word: u32| {
            let other = index(word, self.nodes)?;
            is_member(self.members, other as usize).then_some(other)
        };
        let again = |attempt: u32| fits(self.retries.word_of_many(node, draw + attempt * self.candidates as u32));
        fits(word).or_else(|| (0..).find_map(again)).unwrap_or(NOBODY)
    }
}
