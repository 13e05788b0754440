//! Slicing: nodes swap random ids until the ids are ordered as the attribute is.
//!
//! ```text
//! for each gradient, in order:
//!     nodes that have just left it swap ids with a random member, so that the ids that remain are as uniform as before
//!     each member, in order, looks at c random members and swaps ids with a misplaced one
//! ```
//!
//! Jelasity and Kermarrec, *Ordered slicing of very large-scale overlay networks*, P2P 2006.
//!
//! Reads and writes eight bytes a node twice as a stream; c candidates of a node lie in cache.

use datasets::scenario::{Scenario, SlicingProtocol};
use kernels::exchange::Tally;

use crate::cloud::{Cloud, Gradient, LEAVING};
use crate::protocols::{Ordered, OrderedMaxGain, Parting};
use crate::purpose::{INSTANCE, PARTING, SLICING};
use crate::schedule::{Drawn, Draws, Listed, Partition, draw_partners};

/// Members of a block: a little more than a window of candidates. May change results.
pub const BLOCK: usize = 1 << 11;

/// Runs one cycle of slicing in every gradient. `whole` is the cloud of live nodes in blocks of [`BLOCK`].
pub fn slicing(cloud: &mut Cloud, scenario: &Scenario, draws: Draws, whole: &Partition) -> Tally {
    let mut tally = Tally::default();
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    for (number, gradient) in cloud.gradients.iter_mut().enumerate() {
        let instance = number as u32 * INSTANCE;
        let Gradient { slots, members, .. } = gradient;
        let swaps = Draws { purpose: SLICING + instance, ..draws };
        let Some(members) = members else {
            tally.add(swap(slots, scenario, Drawn { draws: swaps, partition: whole, mask: alive }));
            continue;
        };
        if let Some(list) = &mut cloud.partners {
            // A farewell is not repeated, so it must not be lost.
            let parting = Draws { purpose: PARTING + instance, request_loss: 0, reply_loss: 0, ..draws };
            draw_partners(list, &parting, members, |node| members[node] == LEAVING);
            tally.add(Listed { draws: parting, partners: &**list }.run(slots, &Parting));
        }
        let partition = Partition::new(members.len(), members, BLOCK);
        tally.add(swap(slots, scenario, Drawn { draws: swaps, partition: &partition, mask: members }));
    }
    tally
}

/// One cycle of the protocol that the scenario names.
fn swap(slots: &mut [kernels::slicing::Slot], scenario: &Scenario, pass: Drawn<'_>) -> Tally {
    let candidates = scenario.sampling.view as usize;
    match scenario.slicing.protocol {
        SlicingProtocol::Ordered => pass.run(slots, &Ordered { candidates }),
        SlicingProtocol::OrderedMaxGain => pass.run(slots, &OrderedMaxGain { candidates }),
    }
}
