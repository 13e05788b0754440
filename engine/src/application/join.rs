//! Joining: whoever waits asks its contacts to let it in, the youngest first.
//!
//! ```text
//! as many rounds as a node keeps contacts; in each, those who still wait ask the next of their contacts, if a member
//! a contact lets in as many a cycle as it accepts: those with the smallest hash of (cycle, node)
//! dead or gone: dropped, the next is tried at once.   full: the next is asked in the next round
//! request lost: waits.   reply lost: waits, though the contact has let it in
//! ```
//!
//! Costs a record and a byte of each contact at random, for each node that waits.

use std::collections::BTreeMap;

use kernels::contacts::{Header, of_app, retain};
use kernels::exchange::{REPLY_LOST, REQUEST_LOST, Tally};
use kernels::scalar::mixed;
use kernels::views::NOBODY;
use rayon::prelude::*;

use super::members::{Pools, known};
use super::state::{ALONE, Applications, FETCHING, RUNNING};
use crate::overlay::MUST;
use crate::schedule::purpose::JOINING;
use crate::schedule::{Cycle, Draws};

/// Bytes of a request to be let in, and of its answer.
pub const JOIN_BYTES: [u64; 2] = [8, 8];

/// A node that waits.
struct Joiner {
    node: u32,
    app: u8,
    /// Contacts that it has tried: the next one's place.
    tried: usize,
    /// Places of those that are dead or gone, a bit each.
    gone: u32,
    /// What the network loses of its first request to a member.
    loss: u8,
    /// Whom it asks in this round; [`NOBODY`] if it has nobody left to ask.
    contact: u32,
    /// Whether it has been let in by that contact.
    is_in: bool,
}

impl Applications {
    /// Those who wait ask to be let in. `waiting` are all of them.
    pub fn join(&mut self, waiting: &[u32], cycle: Cycle) -> Tally {
        let mut tally = Tally::default();
        if waiting.is_empty() {
            return tally;
        }
        let draws = cycle.draws(JOINING);
        let pools = (!self.is_gossiping()).then(|| self.pools());
        let [low, high, ..] = cycle.stream(JOINING).quad_of_many(0, u32::MAX / 4);
        let mut joiners: Vec<Joiner> = waiting.par_iter().map(|&node| self.joiner(node, &draws)).collect();
        let mut taken: BTreeMap<u32, u32> = BTreeMap::new();
        for round in 0..self.shape.keep {
            joiners.par_iter_mut().filter(|joiner| joiner.goes_on()).for_each(|joiner| {
                self.ask(joiner, round, (pools.as_ref(), &draws));
            });
            let mut asked: Vec<(u32, u32, u32)> = (joiners.par_iter().enumerate())
                .filter(|(_, joiner)| joiner.goes_on() && joiner.contact != NOBODY)
                .map(|(index, joiner)| (joiner.contact, mixed([low, high], joiner.node), index as u32))
                .collect();
            asked.par_sort_unstable();
            for (contact, _, index) in asked {
                let joiner = &mut joiners[index as usize];
                tally.count(joiner.loss);
                if joiner.loss == REQUEST_LOST {
                    continue;
                }
                let taken = taken.entry(contact).or_default();
                if *taken < self.subcloud.contacts.accept {
                    *taken += 1;
                    joiner.is_in = true;
                } else {
                    self.course.counts[usize::from(joiner.app)].busy += 1;
                }
            }
            if !joiners.iter().any(Joiner::goes_on) {
                break;
            }
        }
        for joiner in &joiners {
            tally.failed += u64::from(joiner.gone.count_ones());
            self.settle(joiner, cycle);
        }
        tally
    }

    fn joiner(&self, node: u32, draws: &Draws) -> Joiner {
        let Header { app, .. } = Header::of(self.record(node));
        let loss = draws.losses().of(node);
        Joiner { node, app, tried: 0, gone: 0, loss, contact: NOBODY, is_in: false }
    }

    /// A node looks for the next of its contacts that is a member.
    fn ask(&self, joiner: &mut Joiner, round: usize, (pools, draws): (Option<&Pools>, &Draws)) {
        joiner.contact = NOBODY;
        if let Some(pools) = pools {
            let word = draws.meetings().word_of_many(joiner.node, round as u32);
            joiner.contact = known(&pools[usize::from(joiner.app)], word);
            joiner.tried += 1;
            return;
        }
        let (addresses, _) = of_app(self.record(joiner.node), self.shape, joiner.app.into());
        while let Some(&contact) = addresses.get(joiner.tried).filter(|contact| **contact != NOBODY) {
            joiner.tried += 1;
            if self.places[contact as usize] == joiner.app {
                joiner.contact = contact;
                return;
            }
            joiner.gone |= 1 << (joiner.tried - 1);
        }
    }

    /// A node forgets contacts that are gone, and enters the overlay of its application if it was let in.
    fn settle(&mut self, joiner: &Joiner, cycle: Cycle) {
        let Joiner { node, app, tried, gone, loss, contact, is_in } = *joiner;
        let (shape, row) = (self.shape, node as usize);
        let record = &mut self.contacts[row * shape.words()..][..shape.words()];
        if gone != 0 {
            let mut places = 0..;
            let is_there = |_: u32, _: u8| places.next().is_none_or(|place: usize| gone >> place & 1 == 0);
            retain(record, shape, app.into(), is_there);
        }
        if !is_in || loss == REPLY_LOST {
            return;
        }
        let header = Header::of(record);
        Header { is_published: true, ..header }.write(record);
        self.places[row] = app;
        self.calls[row] = contact | MUST;
        let counts = &mut self.course.counts[usize::from(app)];
        let waited = (cycle.number as u16).wrapping_sub(header.since) & 0x7FFF;
        *counts.waits.entry(waited).or_default() += 1;
        counts.tries += tried as u64;
        // Whoever runs already goes on.
        if self.phases[row] == ALONE {
            self.phases[row] = RUNNING;
        } else if let Some(release) = self.ready(row, app) {
            self.run_from_now(row, release, cycle);
        } else {
            self.phases[row] = FETCHING;
        }
    }
}

impl Joiner {
    /// Whether it asks further contacts.
    fn goes_on(&self) -> bool {
        let has_asked = self.tried > 0 && self.contact == NOBODY;
        let is_lost = self.loss == REQUEST_LOST && self.contact != NOBODY;
        !(self.is_in || has_asked || is_lost)
    }
}
