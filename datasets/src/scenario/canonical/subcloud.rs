//! What every application gets inside, written out.

use super::{header, topology};
use crate::scenario::{Contacts, Rate, Subcloud, Uplink};

/// The table, and that of how members meet, by the keys that the protocol uses.
pub(super) fn lines(subcloud: &Subcloud, sampling: &[String], attributes: &[String]) -> Vec<String> {
    let Contacts { protocol, keep, accept, share } = subcloud.contacts;
    let mut lines = Vec::from(header("[subcloud]"));
    lines.push(format!("sampling = {{ {} }}", sampling.join(", ")));
    lines.push(format!(
        "contacts = {{ protocol = \"{protocol}\", keep = {keep}, accept = {accept}, share = {share:?} }}"
    ));
    lines.push(format!("start = \"{}\"", subcloud.start));
    lines.push(format!("seeds = {}", subcloud.seeds));
    lines.extend(subcloud.code.map(|code| format!("code = {}", code.to_toml())));
    lines.extend(subcloud.uplink.map(|Uplink { rate, share }| {
        let rate = match rate {
            Rate::Mbps(mbps) => format!("mbps = {mbps:?}"),
            Rate::Attribute(attribute) => format!("attribute = \"{}\"", attributes[attribute]),
        };
        format!("uplink = {{ {rate}, share = {share:?} }}")
    }));
    let keys = subcloud.topology.as_ref().map(|it| topology::keys(it, attributes, true));
    lines.extend(keys.map(|keys| format!("topology = {{ {} }}", keys.join(", "))));
    let keys = subcloud.lookups.map(topology::lookups);
    lines.extend(keys.map(|keys| format!("lookups = {{ {} }}", keys.join(", "))));
    let keys = subcloud.registry.map(topology::registry);
    lines.extend(keys.map(|keys| format!("registry = {{ {} }}", keys.join(", "))));
    lines
}
