//! What happened to the cloud, told together where it went on from cycle to cycle.

use datasets::trace::EventRow;

use crate::versions::is_by_rule;

/// Something that happened, in one cycle or in one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The first cycle in which it did.
    pub first_cycle: u32,
    /// The last one.
    pub last_cycle: u32,
    /// What happened, as the table `events` names it.
    pub event: String,
    /// Nodes concerned, those of all cycles.
    pub nodes_count: u64,
}

impl Happening {
    /// Whether nodes made a version by a rule.
    #[must_use]
    pub fn is_by_rule(&self) -> bool {
        is_by_rule(&self.event)
    }
}

/// Puts events together that go on from one cycle to the next, in the order in which they began.
#[must_use]
pub fn happenings(events: &[EventRow]) -> Vec<Happening> {
    let mut found: Vec<Happening> = Vec::new();
    for event in events {
        let goes_on = |earlier: &&mut Happening| {
            earlier.event == event.event && event.cycle <= earlier.last_cycle.saturating_add(1)
        };
        if let Some(earlier) = found.iter_mut().rev().find(goes_on) {
            earlier.last_cycle = event.cycle;
            earlier.nodes_count += event.nodes_count;
        } else {
            found.push(Happening {
                first_cycle: event.cycle,
                last_cycle: event.cycle,
                event: event.event.clone(),
                nodes_count: event.nodes_count,
            });
        }
    }
    found
}
