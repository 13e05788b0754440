//! Topologies, and requests that go through them.

use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{Asker, Digits, Far, Fleet, Lookups, Registry, Routing, Topology, TopologyProtocol};
use crate::written::Check;

/// Where a topology stands, and among whom it is.
#[derive(Clone, Copy)]
pub(super) struct Among {
    /// Its key in a scenario.
    pub key: &'static str,
    /// Whether it is inside applications.
    pub is_inside: bool,
    /// Whether nodes may come or go.
    pub changes: bool,
    /// Nodes of the cloud.
    pub nodes: u32,
}

/// The most that a member keeps, or is sent, for being near.
const MOST_NEAR: u64 = 64;

impl Check<'_, '_> {
    pub(super) fn topology(&self, raw: &At<raw::Topology>, among: Among, fleet: &Fleet) -> Result<Topology, Error> {
        let protocol = raw.protocol;
        let attribute = match (&raw.attribute, protocol) {
            (Some(name), TopologyProtocol::Line) => Some(self.attribute(name, &fleet.attributes)?),
            (None, TopologyProtocol::Line) => {
                let help = "write `attribute = \"…\"` with one of the fleet's";
                return Err(self.refuse(raw.span(), "a line does not say in whose order members stand", help));
            }
            (Some(name), _) => {
                let message = format!("`attribute` means nothing to a {protocol}");
                return Err(self.refuse(name.span(), message, "leave it out, or choose `protocol = \"line\"`"));
            }
            (None, _) => None,
        };
        if protocol == TopologyProtocol::Tree && (among.is_inside || among.changes) {
            let message = "a tree is one of all nodes, none of which comes or goes: members cannot number themselves";
            return Err(self.refuse(
                raw.span(),
                message,
                "choose another topology, or take out what nodes come and go by",
            ));
        }
        let even = |raw: Option<&At<raw::Whole>>, default: u32| {
            let number = self.number_or(raw, default, 2, MOST_NEAR)?;
            match raw.filter(|_| !number.is_multiple_of(2)) {
                None => Ok(number),
                Some(raw) => Err(self.refuse(
                    raw.span(),
                    format!("{number} entries cannot be halved"),
                    "half of them are of either side: give an even number",
                )),
            }
        };
        let usual = Topology::usual(protocol, among.nodes);
        let near = even(raw.near.as_ref(), usual.near)?;
        let far = raw.far.as_ref().map_or(usual.far, |far| **far);
        if let Some(written) = raw.far.as_ref().filter(|_| protocol == TopologyProtocol::Chord && far == Far::None) {
            let help = "leave it out, or choose `protocol = \"ring\"`";
            return Err(self.refuse(written.span(), "fingers are among those who are far", help));
        }
        let is_prefix = protocol == TopologyProtocol::Prefix;
        let foreign = if is_prefix {
            [("sent", raw.sent.as_ref().map(At::span)), ("far", raw.far.as_ref().map(At::span)), ("", None)]
        } else {
            [("bits", &raw.bits), ("rows", &raw.rows), ("per_slot", &raw.per_slot)]
                .map(|(key, raw)| (key, raw.as_ref().map(At::span)))
        };
        if let Some((key, span)) = foreign.into_iter().find_map(|(key, span)| Some((key, span?))) {
            let message = format!("`{key}` means nothing to \"{protocol}\"");
            let help = if is_prefix { "leave it out" } else { "leave it out, or choose `protocol = \"prefix\"`" };
            return Err(self.refuse(span, message, help));
        }
        let digits = usual.digits.map(|usual| self.digits(raw, usual, among.nodes)).transpose()?;
        if let Some(room) = raw.room.as_ref().filter(|_| !among.is_inside) {
            let message = "`room` means nothing outside of applications: there is a row for each node";
            return Err(self.refuse(room.span(), message, "leave it out"));
        }
        let room = |room| self.number_where(room, "a number from 1 on", |room| room >= 1.0);
        Ok(Topology {
            protocol,
            attribute,
            near,
            sent: even(raw.sent.as_ref(), near)?,
            choice: self.number_or(raw.choice.as_ref(), near.div_ceil(2), 1, near.into())?,
            samples: self.number_or(raw.samples.as_ref(), usual.samples, 1, MOST_NEAR)?,
            far,
            max_age: self.number_or(raw.max_age.as_ref(), usual.max_age, 1, 100)?,
            idle: raw.idle.as_ref().map(|idle| self.whole(idle, 1, 200)).transpose()?.map(|cycles| cycles as u32),
            digits,
            room: raw.room.as_ref().map_or(Ok(usual.room), room)?,
        })
    }

    fn digits(&self, raw: &At<raw::Topology>, usual: Digits, nodes: u32) -> Result<Digits, Error> {
        let bits = self.number_or(raw.bits.as_ref(), usual.bits, 1, 8)?;
        let rows = self.number_or(raw.rows.as_ref(), Digits::rows(bits, nodes), 1, (u32::BITS / bits).into())?;
        let digits =
            Digits { bits, rows, per_slot: self.number_or(raw.per_slot.as_ref(), usual.per_slot, 1, MOST_NEAR)? };
        if digits.entries() > Digits::MOST {
            let message = format!("a table would have {} entries, more than {}", digits.entries(), Digits::MOST);
            let help = "give fewer `rows`, a smaller `per_slot` or fewer `bits`";
            return Err(self.refuse(raw.span(), message, help));
        }
        Ok(digits)
    }

    /// Requests go through `topologies`, through each as they can.
    pub(super) fn lookups(
        &self,
        raw: &At<raw::Lookups>,
        topologies: &[Topology],
        among: Among,
    ) -> Result<Lookups, Error> {
        let own = among.key;
        let Some(topology) = topologies.first() else {
            let help = format!("add `{own} = {{ protocol = \"chord\" }}`, or leave it out");
            return Err(self.refuse(raw.span(), format!("no request finds its way without `{own}`"), help));
        };
        let per_cycle = self.whole(&raw.per_cycle, 1, 100_000_000)? as u32;
        let mut routings: Vec<Routing> = Vec::new();
        for routing in topologies.iter().flat_map(Topology::routings) {
            if !routings.contains(routing) {
                routings.push(*routing);
            }
        }
        let Some(first) = routings.first() else {
            let message = format!("no request finds its way through a {}", topology.protocol);
            let help = format!("choose `{own}.protocol = \"chord\"`, or \"prefix\"");
            return Err(self.refuse(raw.span(), message, help));
        };
        let routing = raw.routing.as_ref().map_or(*first, |routing| **routing);
        if let Some(written) = raw.routing.as_ref().filter(|_| !routings.contains(&routing)) {
            let message = format!("{routing} finds no way through \"{}\"", topology.protocol);
            let names: Vec<String> = routings.iter().map(|routing| format!("\"{routing}\"")).collect();
            return Err(self.refuse(written.span(), message, format!("choose {}", names.join(" or "))));
        }
        let asker = raw.asker.as_ref().map_or(Asker::Members, |asker| **asker);
        if let Some(written) = raw.asker.as_ref().filter(|_| asker == Asker::Outside && !among.is_inside) {
            let help = "leave it out, or write it under `subcloud.lookups`";
            return Err(self.refuse(written.span(), "nobody is outside of the whole cloud", help));
        }
        Ok(Lookups { per_cycle, routing, asker })
    }

    /// Values that are found through topologies.
    pub(super) fn registry(
        &self,
        raw: &At<raw::Registry>,
        topologies: &[Topology],
        among: Among,
    ) -> Result<Registry, Error> {
        let own = among.key;
        if topologies.iter().all(|topology| topology.routings().is_empty()) {
            let topology = topologies.first();
            let what =
                topology.map_or_else(|| format!("without `{own}`"), |built| format!("through a {}", built.protocol));
            let help = format!("choose `{own}.protocol = \"chord\"` or \"prefix\", or leave it out");
            return Err(self.refuse(raw.span(), format!("no value is found {what}"), help));
        }
        Ok(Registry {
            keys: self.whole(&raw.keys, 1, 100_000_000)? as u32,
            replicas: self.number_or(raw.replicas.as_ref(), 3, 1, 16)?,
            republish: self.number_or(raw.republish.as_ref(), 10, 1, u32::MAX.into())?,
            after: self.number_or(raw.after.as_ref(), 0, 0, u32::MAX.into())?,
        })
    }
}
