//! Epochs: in which one a node takes part, and what becomes of an exchange between nodes of different ones.
//!
//! ```text
//! a node that sits out an epoch starts no exchange, and refuses those of the same epoch
//! the partner is of an older epoch: it restarts in the newer one, and the exchange goes on
//! the initiator is of an older epoch: the reply says so, and it restarts in the newer one
//! ```
//!
//! A node's tag is a byte; another says what became of the exchange that it started in the pass under way. A pass over
//! the tags comes first, and writes that down; the passes over estimates have the same exchanges in the same order and
//! do as it says.
//!
//! Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic networks*, TOCS 2005, section 4.

use kernels::epochs::{EPOCH, INITIATOR_RESTARTS, PARTNER_RESTARTS, RESTARTS, Tag, is_newer, takes_part};
use kernels::exchange::{Ends, REPLY_LOST, REQUEST_LOST, Tally};

use super::initial::Initial;
use crate::schedule::{Batch, Count, Protocol};

/// Nodes tell each other their epoch. It counts those that restart.
#[derive(Debug, Default)]
pub struct Tagging {
    /// Nodes that have adopted a newer epoch.
    pub adopted: Count,
}

impl Protocol<Tag> for Tagging {
    /// As many as an estimate, so that exchanges come in the same order.
    fn bytes(&self) -> usize {
        size_of::<f64>()
    }

    fn run(&self, ends: &mut impl Ends<Tag>, batch: &mut Batch<'_>) -> Tally {
        let (mut tally, mut adopted) = (Tally::default(), 0);
        for (k, (&from, &to)) in batch.from.iter().zip(batch.partners).enumerate() {
            let (mut own, mut other) = (ends.initiator(from), ends.partner(to));
            let loss = batch.losses.get(k).copied().unwrap_or(0);
            adopted += meet(&mut own, &mut other, loss, &mut tally);
            ends.set_initiator(from, own);
            ends.set_partner(to, other);
        }
        if adopted > 0 {
            self.adopted.add(adopted);
        }
        tally
    }
}

/// Two nodes meet; returns how many of them restart.
#[inline]
fn meet(own: &mut Tag, other: &mut Tag, loss: u8, tally: &mut Tally) -> u64 {
    let [tag, status] = own;
    let mut ends = |outcome| *status = *status & RESTARTS | outcome;
    if !takes_part(*tag) {
        ends(REQUEST_LOST);
        return 0;
    }
    tally.count(loss);
    let reply_lost = loss & REPLY_LOST;
    let [other_tag, other_status] = other;
    if loss == REQUEST_LOST {
        ends(REQUEST_LOST);
        0
    } else if *tag == *other_tag {
        // The way of nearly all exchanges.
        ends(reply_lost);
        0
    } else if is_newer(*other_tag, *tag) {
        ends(REQUEST_LOST | if reply_lost == 0 { INITIATOR_RESTARTS } else { 0 });
        if reply_lost == 0 {
            *tag = *other_tag & EPOCH;
            *status |= RESTARTS;
        }
        u64::from(reply_lost == 0)
    } else if is_newer(*tag, *other_tag) {
        ends(PARTNER_RESTARTS | reply_lost);
        *other_tag = *tag;
        *other_status |= RESTARTS;
        1
    } else {
        // It sits out this epoch.
        ends(REQUEST_LOST);
        0
    }
}

/// Estimates of both ends become what `merge` makes of them, as far as their epochs allow.
#[derive(Debug)]
pub struct Replay<'a, M> {
    /// What became of the exchange that each node started.
    pub tags: &'a [Tag],
    /// With what nodes restart.
    pub initial: &'a Initial<'a>,
    /// What two estimates become.
    pub merge: M,
}

impl<M: Fn(f64, f64) -> f64 + Sync> Protocol<f64> for Replay<'_, M> {
    fn run(&self, ends: &mut impl Ends<f64>, batch: &mut Batch<'_>) -> Tally {
        let [own_nodes, other_nodes] = batch.nodes;
        for (&from, &to) in batch.from.iter().zip(batch.partners) {
            let (own, other) = (own_nodes.at(from), other_nodes.at(to));
            let status = self.tags[own as usize][1];
            if status & PARTNER_RESTARTS != 0 {
                ends.set_partner(to, self.initial.of(other, self.tags[other as usize][0]));
            }
            if status & INITIATOR_RESTARTS != 0 {
                ends.set_initiator(from, self.initial.of(own, self.tags[own as usize][0]));
            }
            if status & REQUEST_LOST != 0 {
                continue;
            }
            let merged = (self.merge)(ends.initiator(from), ends.partner(to));
            ends.set_partner(to, merged);
            if status & REPLY_LOST == 0 {
                ends.set_initiator(from, merged);
            }
        }
        Tally::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::epochs::SITS;

    fn met(own: u8, other: u8, loss: u8) -> ([u8; 2], u8) {
        let (mut one, mut two) = ([own, 0], [other, 0]);
        meet(&mut one, &mut two, loss, &mut Tally::default());
        ([one[0], two[0]], one[1] & !RESTARTS)
    }

    #[test]
    fn the_newer_epoch_wins_and_who_sits_refuses() {
        assert_eq!(met(5, 5, 0), ([5, 5], 0));
        assert_eq!(met(5, 4, 0), ([5, 5], PARTNER_RESTARTS));
        assert_eq!(met(5, 4 | SITS, REPLY_LOST), ([5, 5], PARTNER_RESTARTS | REPLY_LOST));
        assert_eq!(met(4, 5, 0), ([5, 5], REQUEST_LOST | INITIATOR_RESTARTS));
        assert_eq!(met(4, 5, REPLY_LOST), ([4, 5], REQUEST_LOST));
        assert_eq!(met(4, 5 | SITS, 0), ([5, 5 | SITS], REQUEST_LOST | INITIATOR_RESTARTS));
        assert_eq!(met(5, 5 | SITS, 0), ([5, 5 | SITS], REQUEST_LOST));
        assert_eq!(met(5 | SITS, 5, 0), ([5 | SITS, 5], REQUEST_LOST));
        assert_eq!(met(0, 63, 0), ([0, 0], PARTNER_RESTARTS));
    }
}
