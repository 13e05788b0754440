//! How nodes meet: in the cloud, and inside an application.

use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{OnDead, Pairing, Peer, Propagation, Sampling, SamplingProtocol, Start};
use crate::written::Check;

/// The largest view.
pub(super) const MOST_PEERS: u64 = 128;

/// Live nodes that a node knows when it comes.
const CONTACTS: u32 = 3;

/// Where it stands how nodes meet, and what it is where nothing is said.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Its name in a scenario.
    pub name: &'static str,
    pub protocol: SamplingProtocol,
    pub view: u32,
}

/// How all nodes meet.
pub(super) const CLOUD: Place = Place { name: "[sampling]", protocol: SamplingProtocol::Oracle, view: 20 };

impl Check<'_, '_> {
    pub(super) fn sampling(&self, raw: Option<&raw::Sampling>, place: Place) -> Result<Sampling, Error> {
        let protocol = raw.and_then(|raw| raw.protocol).unwrap_or(place.protocol);
        let generic = protocol == SamplingProtocol::Generic;
        let views = protocol.has_views();
        // A view of one would swap itself away.
        let least = if generic || protocol == SamplingProtocol::Cyclon { 2 } else { 1 };
        let view = self.number_or(raw.and_then(|raw| raw.view.as_ref()), place.view, least, MOST_PEERS)?;
        let of = (protocol, place.name);
        let pairing = raw.and_then(|raw| raw.pairing.as_ref());
        let matching = pairing.filter(|pairing| ***pairing == Pairing::Matching);
        self.only_if(!views, matching, "matching", of, "oracle")?;
        let (start, on_dead) = (raw.and_then(|raw| raw.start.as_ref()), raw.and_then(|raw| raw.on_dead.as_ref()));
        self.only_if(views, start, "start", of, "newscast")?;
        self.only_if(views, on_dead, "on_dead", of, "newscast")?;
        let (peer, propagation) = (raw.and_then(|raw| raw.peer.as_ref()), raw.and_then(|raw| raw.propagation.as_ref()));
        self.only_if(generic, peer, "peer", of, "generic")?;
        self.only_if(generic, propagation, "propagation", of, "generic")?;
        let (healing, swapping) = (raw.and_then(|raw| raw.healing.as_ref()), raw.and_then(|raw| raw.swapping.as_ref()));
        self.only_if(generic, healing, "healing", of, "generic")?;
        self.only_if(generic, swapping, "swapping", of, "generic")?;
        let shuffle = raw.and_then(|raw| raw.shuffle.as_ref());
        self.only_if(protocol == SamplingProtocol::Cyclon, shuffle, "shuffle", of, "cyclon")?;
        let contacts = raw.and_then(|raw| raw.contacts.as_ref());
        self.only_if(views, contacts, "contacts", of, "newscast")?;
        let half = view / 2;
        let healed = self.number_or(healing, 0, 0, half.into())?;
        Ok(Sampling {
            protocol,
            view,
            pairing: pairing.map_or(Pairing::Ordered, |pairing| **pairing),
            listed: false,
            start: start.map_or(Start::Random, |start| **start),
            on_dead: on_dead.map_or(OnDead::Retry, |on_dead| **on_dead),
            peer: peer.map_or(Peer::Rand, |peer| **peer),
            propagation: propagation.map_or(Propagation::Pushpull, |propagation| **propagation),
            healing: healed,
            swapping: self.number_or(swapping, 0, 0, (half - healed).into()).map_err(|error| {
                error.helped(format!("healing and swapping together are at most half a view, which is {half} here"))
            })?,
            shuffle: self.number_or(shuffle, half.max(1), 1, view.into())?,
            contacts: self.number_or(contacts, CONTACTS.min(view), 1, view.into())?,
        })
    }

    /// Refuses a key that would mean nothing under a protocol, which a place of the scenario names.
    pub(super) fn only_if<T>(
        &self,
        allowed: bool,
        raw: Option<&At<T>>,
        key: &str,
        (protocol, place): (SamplingProtocol, &str),
        other: &str,
    ) -> Result<(), Error> {
        match raw {
            Some(raw) if !allowed => {
                let message = format!("`{key}` means nothing with `protocol = \"{protocol}\"`");
                let help = format!("leave it out, or choose `protocol = \"{other}\"` under {place}");
                Err(self.refuse(raw.span(), message, help))
            }
            _ => Ok(()),
        }
    }
}
