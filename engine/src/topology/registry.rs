//! Values that members of a topology hold for keys.
//!
//! ```text
//! once there have been as many members as are to hold a value for so many cycles:
//!     each value is put at the owner of its key, and at those who stand behind it
//! every so many cycles:
//!     whoever holds a value seeks the owner of its key through the topology, and puts the value there, and at those
//!     whom the owner knows to stand behind it; other copies go
//! ```
//!
//! Who goes or dies takes along what it holds; a value that nobody holds is lost. Four bytes a copy. Reads the copies
//! as a stream where somebody has gone, and for each key that is due walks a request.

use datasets::scenario::{Network, Registry as Asked, Routing};
use datasets::trace::RegistryRow;
use kernels::philox::Stream;
use kernels::scalar::mixed;
use kernels::views::{NOBODY, Words};
use rayon::prelude::*;

use super::judge::fraction;
use super::lookups::{Asking, Routes, arrival, owner, walk};
use crate::memory::{Column, Field, Fields, Kind, Records, STRIDE, strides};
use crate::schedule::Cycle;

/// Instead of a holder: the value has not been put anywhere yet.
const UNBORN: u32 = NOBODY - 1;

/// Bytes of a hop of a request, and of the message that a copy is put with, beside the value itself.
const HOP_BYTES: u64 = 12;

/// The values of a topology.
#[derive(Debug)]
pub struct Registry {
    asked: Asked,
    routing: Routing,
    /// Of which keys they are.
    key: [u32; 2],
    /// Who holds each value: so many nodes, [`NOBODY`] where there are fewer.
    pub holders: Column<u32>,
    /// One number, if the values are to wait: for how many cycles there have been enough members.
    waited: Option<Column<u32>>,
}

impl Registry {
    /// The registry of a scenario, whose holders are a column of a name.
    #[must_use]
    pub fn new(asked: Asked, routing: Routing, key: [u32; 2], column: String) -> Self {
        let waited = (asked.after > 0).then(|| Column::new(Kind::Kept, format!("{column}-waited")).of_rows(1));
        let holders = Column::new(Kind::Kept, column).filled(UNBORN).of_cells(asked.replicas as usize);
        Self { asked, routing, key, holders: holders.of_rows(asked.keys as usize), waited }
    }

    /// The key of a number. No two are the same.
    fn key(&self, number: usize) -> u32 {
        mixed(self.key, number as u32)
    }

    /// Whether the values have not been put anywhere yet.
    pub fn is_unborn(&self) -> bool {
        self.holders[0] == UNBORN
    }

    /// Each value is put at the owner of its key and behind it, among members who stand at some positions, ascending:
    /// if they are as many as are to hold it, and have been for as long as the values are to wait.
    pub fn put(&mut self, stands: &[(u32, u32)]) {
        let (replicas, routing, key) = (self.asked.replicas as usize, self.routing, self.key);
        if stands.len() < replicas {
            return;
        }
        if let Some(waited) = self.waited.as_mut().map(|waited| &mut waited[0]).filter(|n| **n < self.asked.after) {
            *waited += 1;
            return;
        }
        strides(Records { cells: replicas, state: &mut self.holders }, |first, mut records| {
            for row in 0..records.state.len() / replicas {
                let holders = records.row(row);
                holders.fill(NOBODY);
                let Some((at, _)) = owner(stands, mixed(key, (first + row) as u32), routing) else { continue };
                for (k, holder) in holders.iter_mut().enumerate().take(stands.len()) {
                    *holder = stands[(at + k) % stands.len()].1;
                }
            }
        });
    }

    /// Nodes have gone, in ascending order, and with them what they held.
    pub fn forget(&mut self, gone: &[(usize, u32)]) {
        if gone.is_empty() {
            return;
        }
        strides(&mut *self.holders, |_, holders: &mut [u32]| {
            for holder in holders.iter_mut().filter(|holder| **holder < UNBORN) {
                if gone.binary_search_by_key(holder, |(_, node)| *node).is_ok() {
                    *holder = NOBODY;
                }
            }
        });
    }

    /// Values whose turn it is are put where they belong. Returns the bytes that were sent, without the values.
    pub fn renew(&mut self, routes: &impl Routes, network: &Network, cycle: Cycle, stream: Stream) -> u64 {
        let Asked { replicas, republish, .. } = self.asked;
        let (replicas, key) = (replicas as usize, self.key);
        let arrives = arrival(network, |node| routes.holds(node));
        let due = cycle.number % republish;
        let sent = strides(Records { cells: replicas, state: &mut self.holders }, |first, mut records| {
            let mut messages = 0;
            for row in 0..records.state.len() / replicas {
                let number = (first + row) as u32;
                let holders = records.row(row);
                let Some(&holder) = holders.iter().find(|holder| **holder < UNBORN) else { continue };
                if number % republish != due {
                    continue;
                }
                let words = &mut Words::new(stream, number);
                let Some(walk) = walk(routes, network, words, Asking::Member(holder), mixed(key, number)) else {
                    continue;
                };
                messages += u64::from(walk.hops);
                let Some(end) = walk.end else { continue };
                let behind = routes.behind(end).into_iter().filter(|node| *node != end && arrives(words, *node));
                let mut all = std::iter::once(end).chain(behind);
                for slot in holders {
                    *slot = all.next().unwrap_or(NOBODY);
                    messages += u64::from(*slot != NOBODY);
                }
            }
            messages
        });
        sent.into_iter().sum::<u64>() * HOP_BYTES
    }

    /// The row of `registry` after a cycle, of members who stand at some positions, ascending.
    pub fn row(&self, cycle: u32, app: Option<String>, stands: &[(u32, u32)]) -> RegistryRow {
        let replicas = self.asked.replicas as usize;
        let all = self.holders.par_chunks(STRIDE * replicas).enumerate();
        let of_stride = |(stride, holders): (usize, &[u32])| {
            let mut found = [0; 3];
            for (number, holders) in (stride * STRIDE..).zip(holders.chunks_exact(replicas)) {
                let count = holders.iter().filter(|holder| **holder < UNBORN).count() as u64;
                let owner = owner(stands, self.key(number), self.routing).map(|(_, node)| node);
                let is_there = owner.is_some_and(|owner| holders.contains(&owner));
                let more = [u64::from(count > 0), u64::from(is_there), count];
                found.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            }
            found
        };
        let found: Vec<[u64; 3]> = all.map(of_stride).collect();
        let sum = |of: usize| found.iter().map(|part| part[of]).sum::<u64>();
        let keys = if self.is_unborn() { 0 } else { u64::from(self.asked.keys) };
        RegistryRow {
            cycle,
            app,
            keys_count: self.asked.keys.into(),
            held_fraction: fraction(sum(0), keys),
            owner_fraction: fraction(sum(1), keys),
            holders_mean: fraction(sum(2), keys),
        }
    }
}

impl Fields for Registry {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Field)) {
        self.holders.visit(see);
        self.waited.visit(see);
    }
}
