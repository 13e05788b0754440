//! Events: what happens to the cloud at the start of a cycle.

use datasets::scenario::{EventKind, Scenario};

use crate::cloud::Cloud;
use crate::pass::strides;
use crate::purpose::EVENT;
use crate::schedule::MEMBER;
use crate::select::Selection;
use kernels::philox::Stream;

/// Lets the events of a cycle happen; returns for each its name and the number of nodes that it hit.
pub fn events(cloud: &mut Cloud, scenario: &Scenario, cycle: u32) -> Vec<(&'static str, u64)> {
    let due = scenario.events.iter().enumerate().filter(|(_, event)| event.at_cycle == cycle);
    due.map(|(number, event)| match event.kind {
        EventKind::Crash { share } => {
            let stream = Stream::new(scenario.run.seed, cycle, EVENT + number as u32);
            (event.kind.name(), crash(cloud, share, stream))
        }
    })
    .collect()
}

/// A share of the live nodes, chosen at random, stops for ever. Returns how many.
fn crash(cloud: &mut Cloud, share: f64, stream: Stream) -> u64 {
    let wanted = (share * cloud.alive_count() as f64).round() as usize;
    let Some(alive) = &mut cloud.alive else { unreachable!("a cloud in which nodes can die knows who is alive") };
    let selection = Selection::new(cloud.nodes, alive, wanted, stream);
    let died = strides(&mut **alive, |first, alive: &mut [u8]| {
        let mut died = 0;
        selection.visit(first, alive.len(), |at| {
            died += u64::from(alive[at] == MEMBER);
            alive[at] = 0;
        });
        died
    });
    died.into_iter().sum()
}
