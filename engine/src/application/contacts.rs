//! Contacts: wherever two nodes of the cloud meet, each tells the other whom it knows in each application.
//!
//! A second pass over the exchanges of peer sampling: the same partners, the same order, the same losses, which
//! sampling has noted. Where nodes keep no views, they meet those to whom they tell their version of the suite: with
//! the oracle random nodes, in a graph that stays as it is random neighbours.
//!
//! Reads and writes each record twice, once as a stream and once at random, and the list of partners once.

use kernels::contacts::{Header, Pair, Rules};
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};
use kernels::spread::NUMBER;
use kernels::views::words;

use super::state::Applications;
use crate::memory::{Mask, Records, strides};
use crate::overlay::Overlay;
use crate::schedule::purpose::{CALLS, SAMPLING, SPREADING};
use crate::schedule::{Again, Batch, Count, Cycle, Listed, Protocol};

/// Bytes of a contact in a message: an address and a stamp.
const CONTACT_BYTES: u64 = 5;

impl Applications {
    /// Where nodes note whom they meet in peer sampling, if contacts are told there.
    pub fn noting(&mut self) -> Option<&mut [u32]> {
        self.is_gossiping().then_some(&mut *self.met)
    }

    /// Where nodes keep no views: draws whom they meet. Returns also how many were tried that are dead.
    pub fn draw(&mut self, overlay: &Overlay, alive: Mask<'_>, cycle: Cycle) -> Option<(&[u32], u64)> {
        if !self.is_gossiping() {
            return None;
        }
        let failed = overlay.draw(&mut self.met, &cycle.draws(SPREADING), alive);
        Some((&self.met, failed))
    }

    /// Nodes that have just been told a version go by it. Reads two bytes a node, and touches the records of those
    /// alone.
    fn take(&mut self, held: Held<'_>) {
        let Some([holding, acting]) = held.versions else { return };
        let contacts = Records { cells: self.shape.words(), state: &mut self.contacts };
        strides(((holding, acting), contacts), |_, ((holding, acting), mut contacts)| {
            for (k, (held, acted)) in holding.iter().zip(acting).enumerate() {
                if (held ^ acted) & NUMBER != 0 {
                    let record = contacts.row(k);
                    Header { version: held & NUMBER, ..Header::of(record) }.write(record);
                }
            }
        });
    }

    /// Nodes that have met tell each other their contacts. Whoever has just been told a version wants to know of its
    /// applications already. Returns the exchanges, and the bytes of what was told.
    pub fn tell(&mut self, overlay: &Overlay, alive: Mask<'_>, cycle: Cycle, held: Held<'_>) -> (Tally, u64) {
        if !self.is_gossiping() {
            return Default::default();
        }
        self.take(held);
        let wanted = held.wanted;
        let (cells, entries) = (self.shape.words(), overlay.sampling.view as usize);
        let [low, high, ..] = cycle.stream(CALLS).quad_of_many(0, u32::MAX / 4);
        let rules = Rules { shape: self.shape, now: cycle.number as u8, key: [low, high], wanted };
        let by_views = overlay.views.is_some();
        let bytes = if by_views { words(entries) * size_of::<u32>() } else { 1 };
        let draws = cycle.draws(if by_views { SAMPLING } else { SPREADING });
        let telling = Telling { rules, cells, bytes, sent: Count::default() };
        let tally = if by_views {
            Listed { draws, partners: Again { met: &self.met, starting: alive } }.run(&mut self.contacts, &telling)
        } else {
            Listed { draws, partners: &*self.met }.run(&mut self.contacts, &telling)
        };
        (tally, telling.sent.sum() * CONTACT_BYTES)
    }
}

/// The versions that nodes hold.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// The version that each holds, and that by which each has acted until now; missing where all hold the first one
    /// for ever.
    pub versions: Option<[&'a [u8]; 2]>,
    /// Which applications each version has, by its number: a bit each.
    pub wanted: &'a [u64],
}

/// Two nodes tell each other their contacts.
struct Telling<'a> {
    rules: Rules<'a>,
    /// Words of a record.
    cells: usize,
    /// Bytes by which the order of exchanges depends: those of the pass that is run again.
    bytes: usize,
    /// Entries sent.
    sent: Count,
}

impl Protocol<u32> for Telling<'_> {
    fn cells(&self) -> usize {
        self.cells
    }
    fn bytes(&self) -> usize {
        self.bytes
    }
    fn run(&self, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        let cells = self.cells;
        let (mut tally, mut sum) = (Tally::default(), 0);
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            tally.count(loss);
            let records = ends.both(from as usize * cells, to as usize * cells, cells);
            if loss == REQUEST_LOST {
                sum += self.rules.told(records[0]);
                continue;
            }
            let nodes = [batch.nodes[0].at(from), batch.nodes[1].at(to)];
            let sent = self.rules.meet(&mut Pair { nodes, records, reply_lost: loss == REPLY_LOST });
            sum += sent[0] + sent[1];
        }
        self.sent.add(sum);
        tally
    }
}
