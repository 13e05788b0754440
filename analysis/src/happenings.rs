//! What happened to the cloud, told together where it went on from cycle to cycle.

use datasets::trace::EventRow;

/// Something that happened, in one cycle or in one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    /// The first cycle in which it did.
    pub first_cycle: u32,
    /// The last one.
    pub last_cycle: u32,
    /// What happened, as the table `events` names it.
    pub kind: String,
    /// The version that entered, if one did.
    pub version: Option<u64>,
    /// The rule by which nodes made a version, if they did.
    pub rule: Option<String>,
    /// Nodes concerned, those of all cycles.
    pub nodes_count: u64,
}

/// Puts events together that go on from one cycle to the next, in the order in which they began.
#[must_use]
pub fn happenings(events: &[EventRow]) -> Vec<Happening> {
    let mut found: Vec<Happening> = Vec::new();
    for event in events {
        let goes_on = |earlier: &&mut Happening| {
            let is_same = earlier.kind == event.kind && earlier.version == event.version && earlier.rule == event.rule;
            is_same && event.cycle <= earlier.last_cycle.saturating_add(1)
        };
        if let Some(earlier) = found.iter_mut().rev().find(goes_on) {
            earlier.last_cycle = event.cycle;
            earlier.nodes_count += event.nodes_count;
        } else {
            found.push(Happening {
                first_cycle: event.cycle,
                last_cycle: event.cycle,
                kind: event.kind.clone(),
                version: event.version,
                rule: event.rule.clone(),
                nodes_count: event.nodes_count,
            });
        }
    }
    found
}
