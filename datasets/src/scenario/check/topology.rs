//! Topologies, and requests that go through them.

use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{Far, Fleet, Lookups, Topology, TopologyProtocol};
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
        let near = even(raw.near.as_ref(), 20)?;
        let far = raw.far.as_ref().map_or(Far::Both, |far| **far);
        if let Some(written) = raw.far.as_ref().filter(|_| protocol == TopologyProtocol::Chord && far == Far::None) {
            let help = "leave it out, or choose `protocol = \"ring\"`";
            return Err(self.refuse(written.span(), "fingers are among those who are far", help));
        }
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
            samples: self.number_or(raw.samples.as_ref(), 10, 1, MOST_NEAR)?,
            far,
            max_age: self.number_or(raw.max_age.as_ref(), 20, 1, 100)?,
            idle: raw.idle.as_ref().map(|idle| self.whole(idle, 1, 200)).transpose()?.map(|cycles| cycles as u32),
            room: raw.room.as_ref().map_or(Ok(1.25), room)?,
        })
    }

    /// `key` is that of the lookups, `topology` what they go through.
    pub(super) fn lookups(
        &self,
        raw: &At<raw::Lookups>,
        topology: Option<&Topology>,
        among: Among,
    ) -> Result<Lookups, Error> {
        let own = among.key;
        let Some(topology) = topology else {
            let help = format!("add `{own} = {{ protocol = \"chord\" }}`, or leave it out");
            return Err(self.refuse(raw.span(), format!("no request finds its way without `{own}`"), help));
        };
        let per_cycle = self.whole(&raw.per_cycle, 1, 100_000_000)? as u32;
        let Some(routing) = topology.routing() else {
            let message = format!("no request finds its way through a {}", topology.protocol);
            return Err(self.refuse(raw.span(), message, format!("choose `{own}.protocol = \"chord\"`")));
        };
        Ok(Lookups { per_cycle, routing: raw.routing.as_ref().map_or(routing, |routing| **routing) })
    }
}
