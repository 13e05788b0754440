//! What of a scenario may differ from that of a state that was saved, if a run is to go on from that state.
//!
//! What acts only after the cycle of the state may always differ: events and launches of later cycles, and the length
//! of the run. A run that is to have the rows of an undisturbed one may differ in nothing else ([`Purpose::GoOn`]). A
//! fork begins a trace of its own, and may also differ in what decides of the cycles to come alone
//! ([`Purpose::Fork`]).

use serde_json::Value;

use super::manifest::Manifest;
use crate::scenario::Scenario;

/// What a state is taken up for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The rows before it and after it are to be those of an undisturbed run.
    GoOn,
    /// The trace begins with it.
    Fork,
}

/// A key that says something else than it said of the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The key, as in `event.1.at_cycle`.
    pub key: String,
    /// What it said of the state, as JSON; `not there` if it said nothing.
    pub saved: String,
    /// What it says now, likewise.
    pub now: String,
}

/// What a fork may change, for messages: the keys that [`Purpose::Fork`] frees, and what acts in later cycles alone.
pub const MAY_DIFFER: &str = "run.cycles, trace.*, network.*, spreading.*, how views are exchanged \
                              (sampling.*, but protocol, view and start), slicing.steadiness, and events of later \
                              cycles";

/// Beginnings of the keys that decide of the cycles to come alone.
const OF_THE_FUTURE: [&str; 13] = [
    "network.",
    "spreading.",
    "trace.",
    "slicing.steadiness",
    "sampling.on_dead",
    "sampling.contacts",
    "sampling.peer",
    "sampling.propagation",
    "sampling.healing",
    "sampling.swapping",
    "sampling.shuffle",
    "sampling.pairing",
    "sampling.partners",
];

impl Manifest {
    /// What stands in the way of going on from this state with another scenario: the first key that differs and may
    /// not.
    #[must_use]
    pub fn difference(&self, now: &Scenario, purpose: Purpose) -> Option<Difference> {
        difference((&self.scenario, self.cycle), now, purpose)
    }
}

/// The same for a state that may not be there yet: that after a cycle of a scenario, of which this is the content.
#[must_use]
pub fn difference((saved, cycle): (&Value, u32), now: &Scenario, purpose: Purpose) -> Option<Difference> {
    let (mut saved, mut now) = (saved.clone(), now.content());
    let lengths = [&saved, &now].map(cycles);
    for (scenario, cycles) in [&mut saved, &mut now].into_iter().zip(lengths) {
        forget_the_future(scenario, cycle.into(), cycles);
    }
    let mut found = Vec::new();
    differences("", Some(&saved), Some(&now), &mut found);
    let is_free = |key: &str| OF_THE_FUTURE.iter().any(|start| key.starts_with(start));
    found.retain(|difference| purpose == Purpose::GoOn || !is_free(&difference.key));
    found.into_iter().next()
}

/// The length of a run.
fn cycles(scenario: &Value) -> u64 {
    scenario.pointer("/run/cycles").and_then(Value::as_u64).unwrap_or_default()
}

/// Leaves out of a scenario what acts only after a cycle of a run of so many.
fn forget_the_future(scenario: &mut Value, cycle: u64, cycles: u64) {
    let later = |value: Option<&Value>| value.and_then(Value::as_u64).is_some_and(|at| at > cycle);
    if let Some(run) = scenario.get_mut("run").and_then(Value::as_object_mut) {
        run.remove("cycles");
    }
    if let Some(Value::Array(events)) = scenario.get_mut("event") {
        events.retain(|event| !later(event.get("at_cycle")));
        for event in events.iter_mut().filter_map(Value::as_object_mut) {
            // An event that lasts beyond the cycle, or to the end of the run, is the same until then.
            let until = event.get("until_cycle").and_then(Value::as_u64);
            if until.is_some_and(|until| until >= cycle.min(cycles)) {
                event.remove("until_cycle");
            }
        }
        if events.is_empty() {
            scenario.as_object_mut().map(|all| all.remove("event"));
        }
    }
    if later(scenario.pointer("/adversaries/from_cycle"))
        && let Some(adversaries) = scenario.get_mut("adversaries").and_then(Value::as_object_mut)
    {
        for key in ["from_cycle", "push", "suite"] {
            adversaries.remove(key);
        }
    }
    // Snapshots that are to come.
    if let Some(Value::Array(snapshots)) = scenario.pointer_mut("/trace/nodes/cycles") {
        snapshots.retain(|at| !later(Some(at)));
        if snapshots.is_empty()
            && let Some(trace) = scenario.get_mut("trace").and_then(Value::as_object_mut)
        {
            trace.remove("nodes");
        }
    }
}

/// Gathers where two values differ, key by key.
fn differences(key: &str, saved: Option<&Value>, now: Option<&Value>, found: &mut Vec<Difference>) {
    let below = |name: &str| if key.is_empty() { name.to_owned() } else { format!("{key}.{name}") };
    match (saved, now) {
        (Some(Value::Object(one)), Some(Value::Object(other))) => {
            for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
                differences(&below(name), one.get(name), other.get(name), found);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other))) => {
            for place in 0..one.len().max(other.len()) {
                differences(&below(&place.to_string()), one.get(place), other.get(place), found);
            }
        }
        _ if saved == now => {}
        _ => {
            let text = |value: Option<&Value>| value.map_or_else(|| "not there".to_owned(), Value::to_string);
            let [saved, now] = [saved, now].map(text);
            found.push(Difference { key: key.to_owned(), saved, now });
        }
    }
}
