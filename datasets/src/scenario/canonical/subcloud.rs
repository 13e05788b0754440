//! What every application gets inside, written out.

use super::header;
use crate::scenario::{Code, Contacts, Subcloud};

/// The table, and that of how members meet, by the keys that the protocol uses.
pub(super) fn lines(subcloud: &Subcloud, sampling: &[String]) -> Vec<String> {
    let Contacts { protocol, keep, accept, share } = subcloud.contacts;
    let mut lines = Vec::from(header("[subcloud]"));
    lines.push(format!("sampling = {{ {} }}", sampling.join(", ")));
    lines.push(format!(
        "contacts = {{ protocol = \"{protocol}\", keep = {keep}, accept = {accept}, share = {share:?} }}"
    ));
    lines.push(format!("start = \"{}\"", subcloud.start));
    lines.push(format!("seeds = {}", subcloud.seeds));
    lines.extend(subcloud.code.as_ref().map(|Code { bytes, chunks, per_exchange }| {
        format!("code = {{ bytes = {bytes}, chunks = {chunks}, per_exchange = {per_exchange} }}")
    }));
    lines
}
