//! Aggregation: the estimates of two nodes become one.
//!
//! All aggregates travel in the same messages: a cycle's exchanges are the same for every column, so each column is a pass of
//! its own with the same draws.
//!
//! Jelasity, Montresor and Babaoglu, *Gossip-based aggregation in large dynamic networks*, TOCS 2005.
//!
//! Reads and writes eight bytes a node and column twice as a stream; partners lie in cache. From a list of partners: see
//! [`crate::schedule::Listed`].

use datasets::scenario::{Function, Pairing, Partners, Scenario};
use kernels::exchange::Tally;

use crate::cloud::Cloud;
use crate::protocols::{Averaging, Maximum, Minimum};
use crate::purpose::AGGREGATION;
use crate::sampling::Views;
use crate::schedule::{Drawn, Draws, Listed, Matching, Partition, Protocol, draw_partners, is_member};

/// Members of a block: two blocks fill half of a core's own cache. May change results.
pub const BLOCK: usize = 1 << 13;

/// How the exchanges of a cycle are laid out.
enum Layout<'a> {
    Drawn(Drawn<'a>),
    Matching(Matching<'a>),
    Listed(Listed<&'a [u32]>),
}

impl Layout<'_> {
    fn run(&self, state: &mut [f64], protocol: &impl Protocol<f64>) -> Tally {
        match self {
            Self::Drawn(pass) => pass.run(state, protocol),
            Self::Matching(pass) => pass.run(state, protocol),
            Self::Listed(pass) => pass.run(state, protocol),
        }
    }
}

/// Runs one cycle of every aggregate. `whole` is the cloud of live nodes in blocks of [`BLOCK`].
pub fn aggregate(cloud: &mut Cloud, scenario: &Scenario, draws: Draws, whole: &Partition) -> Tally {
    let draws = Draws { purpose: AGGREGATION, ..draws };
    let mask = cloud.alive.as_deref().unwrap_or(&[]);
    let views = Views::of(cloud.views.as_deref(), &scenario.sampling);
    let starts = |node: usize| is_member(mask, node);
    let mut failed = 0;
    let layout = match (&mut cloud.partners, scenario.sampling.pairing, scenario.sampling.partners) {
        (Some(list), ..) if let Some(views) = views => {
            failed = views.draw_partners(list, &draws, mask, starts);
            Layout::Listed(Listed { draws, partners: &**list })
        }
        (_, Pairing::Matching, _) => Layout::Matching(Matching { draws, partition: whole, mask }),
        (Some(list), _, Partners::Listed) => {
            draw_partners(list, &draws, mask, starts);
            Layout::Listed(Listed { draws, partners: &**list })
        }
        _ => Layout::Drawn(Drawn { draws, partition: whole, mask }),
    };
    let mut tally = Tally::default();
    for (estimates, aggregate) in cloud.aggregates.iter_mut().zip(&scenario.aggregates) {
        for state in &mut estimates.states {
            tally = match aggregate.function {
                Function::Min => layout.run(state, &Minimum),
                Function::Max => layout.run(state, &Maximum),
                _ => layout.run(state, &Averaging),
            };
        }
    }
    Tally { failed, ..tally }
}
