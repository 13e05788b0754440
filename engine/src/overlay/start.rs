//! Whom nodes know that begin: all before the first cycle, and those that come.
//!
//! Writes a record a node. Unless all nodes are alive, looks whether each one drawn is: a random access to a byte, and
//! before the first cycle to a bit.

use datasets::scenario::Start;
use kernels::exchange::BATCH;
use kernels::prefetch::prefetch;
use kernels::start::{all_at_random, at_random};
use kernels::views::{READY, TOGETHER, View, Words, words};
use rayon::prelude::*;

use super::Overlay;
use super::oracle::contact;
use crate::memory::{MEMBER, Mask, STRIDE};
use crate::population::{Borders, Changes, Members};
use crate::schedule::Cycle;
use crate::schedule::purpose::{CONTACTS, VIEW, for_life};

/// Words of a cache line.
const LINE_WORDS: usize = 16;

impl Overlay {
    /// Fills the views before the first cycle: of live nodes, with live nodes.
    pub fn start(&mut self, live: Members<'_>, borders: Option<Borders<'_>>, seed: u64) {
        let (count, nodes, alive) = (live.count(), live.nodes, live.mask);
        if let Some(graph) = &mut self.graph {
            graph.build(for_life(seed, VIEW));
            graph.mend(alive, &[], for_life(seed, CONTACTS));
        }
        let Some(views) = &mut self.views else { return };
        let (entries, stream) = (self.sampling.view as usize, for_life(seed, VIEW));
        let is_live = |node: usize| alive.holds(node);
        let hub = (0..nodes).find(|&node| is_live(node)).unwrap_or_default();
        if let Some(first) = &mut self.first {
            first[0] = hub as u32;
        }
        // Whether nodes may die later makes no difference now.
        if self.sampling.start == Start::Random && count == nodes && borders.is_none() {
            let batches = views.par_chunks_mut(BATCH * words(entries)).enumerate();
            return batches.for_each(|(batch, records)| all_at_random(records, entries, batch * BATCH, nodes, stream));
        }
        let bits = bits(alive, nodes);
        let is_live = |node: usize| bits[node / 64] >> (node % 64) & 1 == 1;
        let sizes = borders.map(|borders| sizes(borders, nodes, is_live));
        views.par_chunks_mut(words(entries)).enumerate().for_each(|(node, record)| {
            let mut view = View::of(record, entries);
            if !is_live(node) {
                return view.fill(std::iter::empty());
            }
            let fellows =
                sizes.as_ref().zip(borders).map(|(sizes, borders)| sizes[usize::from(borders.cloud(node as u32))]);
            let others = entries.min(fellows.unwrap_or(count) - 1);
            let joins = |other: usize| borders.is_none_or(|borders| borders.join(node as u32, other as u32));
            let is_live = |other: usize| is_live(other) && joins(other);
            match self.sampling.start {
                Start::Random => at_random(&mut view, node, others, nodes, is_live, stream),
                Start::Ring => {
                    let near = (1..=nodes / 2).flat_map(|step| [node + step, node + nodes - step]).map(|at| at % nodes);
                    // The node opposite is met from both sides.
                    let far = (nodes.is_multiple_of(2) && others == fellows.unwrap_or(nodes) - 1)
                        .then_some((node + nodes / 2) % nodes);
                    let far = far.filter(|&far| is_live(far));
                    let near =
                        near.filter(|&at| Some(at) != far && is_live(at)).take(others - usize::from(far.is_some()));
                    view.fill(near.chain(far).map(|at| (at as u32, 0)));
                }
                Start::Star => view.fill((node != hub).then_some((hub as u32, 0)).into_iter()),
            }
        });
    }

    /// Gives nodes that have come a view of a few live contacts, chosen at random, as a service outside the cloud would
    /// know them.
    pub fn welcome(&mut self, (alive, borders): (Mask<'_>, Option<Borders<'_>>), cycle: Cycle, changes: &Changes) {
        if let Some(graph) = self.graph.as_mut().filter(|_| changes.all().next().is_some()) {
            graph.mend(alive, &changes.came().collect::<Vec<u32>>(), cycle.stream(CONTACTS));
        }
        let age = self.date(cycle.number).unwrap_or(0);
        let Some(views) = &mut self.views else { return };
        let (entries, contacts) = (self.sampling.view as usize, self.sampling.contacts as usize);
        let stream = cycle.stream(CONTACTS);
        let alive = alive.marks().unwrap_or_default();
        let first = self.first.as_mut().map(|first| {
            let lives = |node: u32| alive.get(node as usize) == Some(&MEMBER);
            if !lives(first[0]) {
                // Another one takes its place for good.
                let other = alive.iter().position(|&mark| mark == MEMBER);
                first[0] = other.map_or(first[0], |node| node as u32);
            }
            first[0]
        });
        let cells = words(entries);
        let strides = views.par_chunks_mut(STRIDE * cells).zip(&changes.0).enumerate();
        strides.for_each(|(stride, (records, changes))| {
            let came: Vec<u32> = changes.iter().filter(|change| change.came).map(|change| change.node).collect();
            let drawn: Vec<Words> = came.chunks(TOGETHER).flat_map(|nodes| Words::of_many(stream, nodes)).collect();
            let place = |node: u32| (node as usize - stride * STRIDE) * cells;
            for (&node, words) in came.iter().zip(&drawn) {
                records[place(node)..][..cells].iter().step_by(LINE_WORDS).for_each(prefetch);
                let mut words = words.clone();
                for _ in 0..READY {
                    alive.get(words.below(alive.len().max(1))).into_iter().for_each(prefetch);
                }
            }
            for (node, mut words) in came.into_iter().zip(drawn) {
                let mut known: Vec<(u32, u8)> = Vec::with_capacity(contacts);
                if let Some(first) = first {
                    known.extend((first != node).then_some((first, age)));
                    View::of(&mut records[place(node)..][..cells], entries).fill(known.into_iter());
                    continue;
                }
                for _ in 0..contacts {
                    let contact = contact(node, alive, borders, &mut words);
                    known.extend(contact.filter(|&other| !known.contains(&(other, age))).map(|other| (other, age)));
                }
                View::of(&mut records[place(node)..][..cells], entries).fill(known.into_iter());
            }
        });
    }
}

/// How many live nodes each cloud has, by its number.
fn sizes(borders: Borders<'_>, nodes: usize, is_live: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut sizes = vec![0; 1 + usize::from(u8::MAX)];
    let live = (0..nodes).filter(|&node| is_live(node));
    live.for_each(|node| sizes[usize::from(borders.cloud(node as u32))] += 1);
    sizes
}

/// A bit for each node, set if a mask holds it: an eighth of the bytes to look at.
fn bits(mask: Mask<'_>, nodes: usize) -> Vec<u64> {
    let word =
        |first: usize| (first..nodes.min(first + 64)).map(|node| u64::from(mask.holds(node)) << (node % 64)).sum();
    (0..nodes).into_par_iter().step_by(64).map(word).collect()
}
