//! Topologies, and requests that go through them, written out.

use crate::scenario::{Digits, Lookups, Registry, Topology};

/// The keys of a topology.
pub(super) fn keys(topology: &Topology, attributes: &[String], is_inside: bool) -> Vec<String> {
    let Topology { protocol, attribute, near, sent, choice, samples, far, max_age, idle, digits, room } = topology;
    let mut keys = vec![format!("protocol = \"{protocol}\"")];
    keys.extend(attribute.map(|attribute| format!("attribute = \"{}\"", attributes[attribute])));
    keys.push(format!("near = {near}"));
    if digits.is_none() {
        keys.push(format!("sent = {sent}"));
    }
    keys.push(format!("choice = {choice}"));
    keys.push(format!("samples = {samples}"));
    match digits {
        None => keys.push(format!("far = \"{far}\"")),
        Some(Digits { bits, rows, per_slot }) => {
            keys.extend([format!("bits = {bits}"), format!("rows = {rows}"), format!("per_slot = {per_slot}")]);
        }
    }
    keys.push(format!("max_age = {max_age}"));
    keys.extend(idle.map(|idle| format!("idle = {idle}")));
    keys.extend(is_inside.then(|| format!("room = {room:?}")));
    keys
}

/// The keys of requests.
pub(super) fn lookups(Lookups { per_cycle, routing, asker }: Lookups) -> Vec<String> {
    let mut keys = vec![format!("per_cycle = {per_cycle}"), format!("routing = \"{routing}\"")];
    keys.extend((!asker.is_usual()).then(|| format!("asker = \"{asker}\"")));
    keys
}

/// The keys of a registry.
pub(super) fn registry(Registry { keys, replicas, republish, after }: Registry) -> Vec<String> {
    let mut written =
        vec![format!("keys = {keys}"), format!("replicas = {replicas}"), format!("republish = {republish}")];
    written.extend((after > 0).then(|| format!("after = {after}")));
    written
}
