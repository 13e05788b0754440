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
//! With the oracle: reads and writes eight bytes a node twice as a stream; c candidates of a node lie in cache. With views: reads
//! the views once, eight bytes a candidate at random, and then exchanges as from a list of partners.
//!
//! Or they count and swap nothing: see [`crate::ranking`].

use datasets::scenario::{Scenario, SlicingProtocol};
use kernels::exchange::Tally;
use kernels::slicing::Slot;

use crate::cloud::{Cloud, Gradient, LEAVING};
use crate::protocols::{Ordered, OrderedMaxGain, Parting, Retest};
use crate::purpose::{INSTANCE, PARTING, SLICING};
use crate::ranking::{People, ranking};
use crate::sampling::Views;
use crate::schedule::{Drawn, Draws, Listed, Partition, draw_partners};
use crate::suites::Suites;

/// Members of a block: a little more than a window of candidates. May change results.
pub const BLOCK: usize = 1 << 11;

/// Runs one cycle of slicing in every gradient. `whole` is the cloud of live nodes in blocks of [`BLOCK`].
pub fn slicing(cloud: &mut Cloud, scenario: &Scenario, suites: &Suites, draws: Draws, whole: &Partition) -> Tally {
    let mut tally = Tally::default();
    let alive = cloud.alive.as_deref().unwrap_or(&[]);
    let views = Views::of(cloud.views.as_deref(), &scenario.sampling);
    for (number, gradient) in cloud.gradients.iter_mut().enumerate() {
        if scenario.slicing.protocol == SlicingProtocol::Quantile {
            // What nodes know of their rank comes from an aggregate.
            break;
        }
        let instance = number as u32 * INSTANCE;
        if gradient.memory.is_some() {
            let lists = [&mut cloud.partners, &mut cloud.targets].map(|list| list.as_deref_mut().unwrap_or(&mut []));
            let people = People { alive, views, candidates: scenario.sampling.view as usize };
            tally.add(ranking(gradient, people, lists, Draws { purpose: instance, ..draws }, &suites.borders(number)));
            continue;
        }
        let Gradient { slots, members, .. } = gradient;
        let swaps = Draws { purpose: SLICING + instance, ..draws };
        // A farewell is not repeated, so it must not be lost.
        let parting = Draws { purpose: PARTING + instance, request_loss: 0, reply_loss: 0, ..draws };
        if let (Some(views), Some(list)) = (views, &mut cloud.partners) {
            tally.add(among_views(
                slots,
                members.as_deref(),
                alive,
                list,
                views,
                scenario.slicing.protocol,
                [swaps, parting],
            ));
            continue;
        }
        let Some(members) = members else {
            tally.add(swap(slots, scenario, Drawn { draws: swaps, partition: whole, mask: alive }));
            continue;
        };
        if let Some(list) = &mut cloud.partners {
            draw_partners(list, &parting, members, |node| members[node] == LEAVING);
            tally.add(Listed { draws: parting, partners: &**list }.run(slots, &Parting));
        }
        let partition = Partition::new(members.len(), members, BLOCK);
        tally.add(swap(slots, scenario, Drawn { draws: swaps, partition: &partition, mask: members }));
    }
    tally
}

/// One cycle with the entries of views as candidates: each member chooses among them as they are when the cycle begins, and the
/// partner tests its choice when its turn has come.
fn among_views(
    slots: &mut [Slot],
    members: Option<&[u8]>,
    alive: &[u8],
    list: &mut [u32],
    views: Views<'_>,
    protocol: SlicingProtocol,
    draws: [Draws; 2],
) -> Tally {
    let mut tally = Tally::default();
    let [swaps, parting] = draws;
    if let Some(members) = members {
        tally.failed += views.draw_partners(list, &parting, members, |node| members[node] == LEAVING);
        tally.add(Listed { draws: parting, partners: &*list }.run(slots, &Parting));
    }
    let members = members.unwrap_or(alive);
    if protocol == SlicingProtocol::OrderedMaxGain {
        views.largest_gain(list, members, slots);
    } else {
        views.misplaced(list, &swaps, members, slots);
    }
    tally.add(Listed { draws: swaps, partners: &*list }.run(slots, &Retest));
    tally
}

/// One cycle of the protocol that the scenario names.
fn swap(slots: &mut [Slot], scenario: &Scenario, pass: Drawn<'_>) -> Tally {
    let candidates = scenario.sampling.view as usize;
    match scenario.slicing.protocol {
        SlicingProtocol::Ordered => pass.run(slots, &Ordered { candidates }),
        SlicingProtocol::OrderedMaxGain => pass.run(slots, &OrderedMaxGain { candidates }),
        SlicingProtocol::Ranking | SlicingProtocol::Quantile => unreachable!("nothing is swapped"),
    }
}
