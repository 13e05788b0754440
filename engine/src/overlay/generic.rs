//! The generic framework of peer sampling, with view selection by healing and swapping.
//!
//! Jelasity, Voulgaris, Guerraoui, Kermarrec and van Steen, *Gossip-based peer sampling*, TOCS 2007. A node meets a
//! random entry of its view, the oldest, or the youngest. Messages carry half a view, a fresh entry of the sender among
//! it. Whoever gets one drops the oldest H of what it then has, the S that it has just sent, and random ones. Entries
//! age with each exchange of their owner, and at a turn that is lost.
//!
//! Jelasity, Guerraoui, Kermarrec and van Steen, *The Peer Sampling Service*, Middleware 2004, has the same nodes to
//! meet (rand, tail, head) and directions (push, pull, pushpull); its view selection is H = c/2 (head) or H = S = 0
//! (rand).

use datasets::scenario::{Peer, Propagation, Sampling};
use kernels::exchange::{Ends, Tally};
use kernels::generic::generic;
use kernels::views::{self, NOBODY, View};

use super::protocol::{ENTRY_BYTES, PeerSampling, Turn};
use crate::schedule::Batch;

/// The framework.
#[derive(Debug)]
pub struct Generic {
    /// Entries of a message.
    half: u64,
    /// Whom a node meets.
    peer: Peer,
    /// Who sends.
    propagation: Propagation,
    rules: views::Generic,
}

impl Generic {
    /// That of a scenario.
    pub fn of(sampling: &Sampling) -> Self {
        let rules = views::Generic {
            sends: sampling.propagation != Propagation::Pull,
            replies: sampling.propagation != Propagation::Push,
            healing: sampling.healing as usize,
            swapping: sampling.swapping as usize,
        };
        Self { half: (sampling.view / 2).max(1).into(), peer: sampling.peer, propagation: sampling.propagation, rules }
    }
}

impl PeerSampling for Generic {
    fn wire_bytes(&self) -> [u64; 2] {
        let bytes = self.half * ENTRY_BYTES;
        [self.rules.sends, self.rules.replies].map(|sends| if sends { bytes } else { 0 })
    }

    #[inline]
    fn start(&self, turn: &Turn<'_>, node: u32, mut view: View<'_>, place: u32) -> u32 {
        let first = view.addresses[place as usize];
        if self.peer == Peer::Rand && first != NOBODY && turn.answers(node, first) {
            return first;
        }
        let place = match self.peer {
            Peer::Rand => turn.any(node, view.addresses, place),
            Peer::Tail => turn.oldest(node, &view),
            Peer::Head => turn.youngest(node, &view),
        };
        if place.is_none() {
            view.grow_older();
        }
        place.map_or(NOBODY, |place| view.addresses[place])
    }

    fn exchange(&self, turn: &Turn<'_>, ends: &mut impl Ends<u32>, batch: &mut Batch<'_>) -> Tally {
        let missed = |view: &mut View<'_>| view.grow_older();
        turn.one_by_one(ends, batch, self.propagation, missed, |meeting, words| {
            generic(meeting, &self.rules, [words.word(), words.word()]);
        })
    }
}
