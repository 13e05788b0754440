//! What every application gets inside.

use std::ops::Range;

use super::sampling::Place;
use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{Code, Contacts, ContactsProtocol, Opening, SamplingProtocol, Subcloud};
use crate::written::Check;

/// How the members of an application meet.
const INSIDE: Place = Place { name: "`subcloud.sampling`", protocol: SamplingProtocol::Cyclon, view: 10 };

/// Contacts of all applications that a node keeps, at most.
const MOST_CONTACTS: usize = 128;

/// Applications that can have contacts: which of them a version names are the bits of a word.
const MOST_APPS: usize = 64;

impl Check<'_, '_> {
    /// `apps` are all that there ever are.
    pub(super) fn subcloud(&self, raw: &At<raw::Subcloud>, apps: usize) -> Result<Subcloud, Error> {
        if apps == 0 {
            let help = "give a suite with at least one [[suite.app]], or leave [subcloud] out";
            return Err(self.refuse(raw.span(), "[subcloud] means nothing without applications", help));
        }
        let sampling = raw.sampling.as_ref();
        let pairing = sampling.and_then(|raw| raw.pairing.as_ref()).map(|key| ("pairing", key.span()));
        let start = sampling.and_then(|raw| raw.start.as_ref()).map(|key| ("start", key.span()));
        let contacts = sampling.and_then(|raw| raw.contacts.as_ref()).map(|key| ("contacts", key.span()));
        if let Some((key, span)) = pairing.or(start).or(contacts) {
            return Err(self.foreign(key, span));
        }
        let sampling = self.sampling(sampling, INSIDE)?;
        let contacts = self.contacts(raw.contacts.as_ref())?;
        let kept = contacts.keep as usize * apps;
        if apps > MOST_APPS || kept > MOST_CONTACTS {
            let message = format!("the run has {apps} applications, with {kept} contacts a node");
            let help = format!(
                "have at most {MOST_APPS} applications and {MOST_CONTACTS} contacts, by a smaller \
                 `subcloud.contacts.keep` or by fewer applications"
            );
            return Err(self.refuse(raw.span(), message, help));
        }
        let start = raw.start.unwrap_or(Opening::Settled);
        let seeds = self.number_or(raw.seeds.as_ref(), 1, 1, 1000)?;
        let code = raw.code.as_ref().map(|raw| self.code(raw)).transpose()?;
        Ok(Subcloud { sampling, contacts, start, seeds, code })
    }

    /// Refuses a key of [sampling] that has no meaning inside an application.
    fn foreign(&self, key: &str, span: Range<usize>) -> Error {
        let help = match key {
            "start" => "leave it out; `subcloud.start` says who is in the overlay when the run begins",
            "contacts" => "leave it out; `subcloud.contacts` says through whom nodes join",
            _ => "leave it out; members meet one by one, in order",
        };
        self.refuse(span, format!("`{key}` means nothing inside an application"), help)
    }

    fn code(&self, raw: &raw::Code) -> Result<Code, Error> {
        let expected = "a number of bytes from 1 to 1e15";
        let bytes = self.number_where(&raw.bytes, expected, |bytes| (1.0..=1e15).contains(&bytes))?;
        Ok(Code {
            bytes: bytes.round() as u64,
            chunks: self.number_or(raw.chunks.as_ref(), 16, 1, 64)?,
            per_exchange: self.number_or(raw.per_exchange.as_ref(), 1, 1, 64)?,
        })
    }

    fn contacts(&self, raw: Option<&raw::Contacts>) -> Result<Contacts, Error> {
        Ok(Contacts {
            protocol: raw.and_then(|raw| raw.protocol).unwrap_or(ContactsProtocol::Gossip),
            keep: self.number_or(raw.and_then(|raw| raw.keep.as_ref()), 2, 1, 8)?,
            accept: self.number_or(raw.and_then(|raw| raw.accept.as_ref()), 10, 1, u32::MAX.into())?,
            share: raw.and_then(|raw| raw.share.as_ref()).map_or(Ok(0.1), |share| self.fraction(share))?,
        })
    }
}
