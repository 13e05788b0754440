//! A window: a node knows the last c nodes that it met or was told of, and meets a random one of them.
//!
//! This protocol is the worked example of a protocol of one's own: it needs no columns but the views that all protocols
//! have, and all that it does is in this file. Two nodes that meet put each other into their windows, and each tells
//! the other a random node of its own window; without that, no node would come to know others than those of the
//! beginning. A full window forgets the entry that was refreshed longest ago. Entries age by one at each turn of their
//! owner.

use datasets::scenario::Propagation;
use kernels::exchange::{Ends, Tally};
use kernels::views::{NOBODY, Pair, View, Words};

use super::protocol::{ENTRY_BYTES, PeerSampling, Turn};
use crate::schedule::Batch;

/// The window, which has as many entries as the scenario's views.
#[derive(Debug)]
pub struct Window;

impl PeerSampling for Window {
    /// Either tells one entry: the other knows who sends.
    fn wire_bytes(&self) -> [u64; 2] {
        [ENTRY_BYTES; 2]
    }

    fn start(&self, turn: &Turn<'_>, node: u32, mut view: View<'_>, place: u32) -> u32 {
        view.grow_older();
        turn.any(node, view.addresses, place).map_or(NOBODY, |place| view.addresses[place])
    }

    fn call(&self, _: &Turn<'_>, mut view: View<'_>, _: u32) {
        view.grow_older();
    }

    fn exchange(&self, turn: &Turn<'_>, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        let meet = |pair: &mut Pair<'_>, words: &mut Words| {
            let mut told = |view: &View<'_>| view.addresses[words.below(view.len().max(1))];
            let [own, other] = [told(&pair.own_view), told(&pair.other_view)];
            note(&mut pair.other_view, pair.other, [own, pair.own]);
            if !pair.reply_lost {
                note(&mut pair.own_view, pair.own, [other, pair.other]);
            }
        };
        turn.one_by_one(ends, batch, Propagation::Pushpull, |_| {}, meet)
    }
}

/// Puts nodes into the window of a node.
fn note(window: &mut View<'_>, owner: u32, nodes: [u32; 2]) {
    for node in nodes.into_iter().filter(|&node| node != owner && node != NOBODY) {
        let known = window.addresses.iter().position(|&other| other == node || other == NOBODY);
        let oldest = || (0..window.len()).max_by_key(|&place| window.ages[place]);
        if let Some(place) = known.or_else(oldest) {
            (window.addresses[place], window.ages[place]) = (node, 0);
        }
    }
}
