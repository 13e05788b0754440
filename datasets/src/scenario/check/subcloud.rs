//! What every application gets inside.

use std::collections::BTreeMap;
use std::ops::Range;

use super::launch::Entering;
use super::sampling::Place;
use super::suite::Beginning;
use super::topology::Among;
use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{
    Contacts, ContactsProtocol, Fleet, Opening, Rate, Release, SamplingProtocol, Subcloud, Topology, Uplink,
};
use crate::suite::{App, AppFault, AppTopology, Code, CodeSettings, Said, Suite, Verdict, said};
use crate::written::Check;

/// How the members of an application meet.
const INSIDE: Place = Place { name: "`subcloud.sampling`", protocol: SamplingProtocol::Cyclon, view: 10 };

/// Contacts of all applications that a node keeps, at most.
const MOST_CONTACTS: usize = 128;

/// Codes of all applications, under all of their numbers: a node holds which it has in one byte, 0 for none.
const MOST_RELEASES: usize = 255;

/// Applications that can have contacts: which of them a version names are the bits of a word.
const MOST_APPS: usize = 64;

impl Check<'_, '_> {
    /// `apps` are all that there ever are.
    pub(super) fn subcloud(
        &self,
        raw: &At<raw::Subcloud>,
        (fleet, nodes): (&Fleet, u32),
        (apps, all): (usize, &[&App]),
    ) -> Result<Subcloud, Error> {
        if apps == 0 {
            let help = "give a suite with at least one [[suite.app]], or leave [subcloud] out";
            return Err(self.refuse(raw.span(), "[subcloud] means nothing without applications", help));
        }
        let sampling = raw.sampling.as_ref();
        let pairing = sampling.and_then(|raw| raw.pairing.as_ref()).map(|key| ("pairing", key.span()));
        let start = sampling.and_then(|raw| raw.start.as_ref()).map(|key| ("start", key.span()));
        let contacts = sampling.and_then(|raw| raw.contacts.as_ref()).map(|key| ("contacts", key.span()));
        let introducer = sampling.and_then(|raw| raw.introducer.as_ref()).map(|key| ("introducer", key.span()));
        if let Some((key, span)) = pairing.or(start).or(contacts).or(introducer) {
            return Err(self.foreign(key, span));
        }
        let sampling = self.sampling(sampling, INSIDE, None)?;
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
        let code = raw.code.as_ref().map(|raw| self.code(raw)).transpose()?.map(|code| code.or(CodeSettings::DEFAULT));
        let uplink = raw.uplink.as_ref().map(|raw| self.uplink(raw, fleet)).transpose()?;
        let among = Among { key: "subcloud.topology", is_inside: true, changes: true, nodes };
        let topology = raw.topology.as_ref().map(|raw| self.topology(raw, among, fleet)).transpose()?;
        let inside =
            Subcloud { sampling, contacts, start, seeds, code, uplink, topology, lookups: None, registry: None };
        let built: Vec<Topology> = all.iter().filter_map(|app| inside.topology_of(app, nodes)).collect();
        let lookups = raw.lookups.as_ref().map(|raw| self.lookups(raw, &built, among)).transpose()?;
        let registry = raw.registry.as_ref().map(|raw| self.registry(raw, &built, among)).transpose()?;
        Ok(Subcloud { lookups, registry, ..inside })
    }

    /// Refuses a key of [sampling] that has no meaning inside an application.
    fn foreign(&self, key: &str, span: Range<usize>) -> Error {
        let help = match key {
            "start" => "leave it out; `subcloud.start` says who is in the overlay when the run begins",
            "contacts" | "introducer" => "leave it out; `subcloud.contacts` says through whom nodes join",
            _ => "leave it out; members meet one by one, in order",
        };
        self.refuse(span, format!("`{key}` means nothing inside an application"), help)
    }

    /// Refuses code that nobody can fetch, code that is another one under the same number, and what is said of code
    /// where there is none.
    pub(super) fn codes_fit(
        &self,
        (raw, inside): (Option<&raw::Suite>, Option<&raw::Subcloud>),
        first: &Beginning,
        entering: &Entering,
        subcloud: Option<&Subcloud>,
    ) -> Result<(), Error> {
        let (mut known, mut built) = (Vec::new(), BTreeMap::new());
        let mut fits = |suite: &Suite| {
            fit(suite, subcloud, &mut known)?;
            stays(suite, subcloud.is_some(), &mut built)
        };
        match (&first.file, raw) {
            (Some(file), _) => fits(&file.suite).map_err(|fault| file.refuse_said(fault)),
            (None, Some(raw)) => fits(&first.version.suite).map_err(|fault| {
                let span = said(&raw.app, fault.said).nth(fault.app).unwrap_or(0..0);
                self.refuse(span, fault.message, fault.help)
            }),
            (None, None) => Ok(()),
        }?;
        let taken = entering.launches.iter().zip(&entering.files).filter(|(it, _)| it.verdict == Verdict::Valid);
        taken.map(|(_, file)| file).try_for_each(|file| fits(&file.suite).map_err(|fault| file.refuse_said(fault)))?;
        // Code may come in behind the end of a run that the command line shortens.
        let said = inside.filter(|_| known.is_empty() && !self.shortened);
        let of_code = said.and_then(|raw| raw.code.as_ref()).map(|key| ("code", key.span()));
        let of_lines = said.and_then(|raw| raw.uplink.as_ref()).map(|key| ("uplink", key.span()));
        let Some((key, span)) = of_code.or(of_lines) else { return Ok(()) };
        let message = format!("`subcloud.{key}` means nothing: no application has code");
        Err(self.refuse(
            span,
            message,
            "say how many `bytes` it has, as in `code = { bytes = 200e6 }`, or leave it out",
        ))
    }

    fn uplink(&self, raw: &At<raw::Uplink>, fleet: &Fleet) -> Result<Uplink, Error> {
        let rate = match (&raw.mbps, &raw.attribute) {
            (Some(mbps), None) => Rate::Mbps(self.positive(mbps)?),
            (None, Some(name)) => Rate::Attribute(self.attribute(name, &fleet.attributes)?),
            (None, None) => {
                let help = "write `{ mbps = 10 }`, or `{ attribute = \"upload_mbps\" }` with one of the fleet's";
                return Err(self.refuse(raw.span(), "`subcloud.uplink` does not say how fast lines are", help));
            }
            (Some(_), Some(attribute)) => {
                return Err(self.refuse(attribute.span(), "both `mbps` and `attribute` are given", "keep one of them"));
            }
        };
        let expected = "a share above 0, at most 1";
        let share = |share| self.number_where(share, expected, |share| share > 0.0 && share <= 1.0);
        Ok(Uplink { rate, share: raw.share.as_ref().map_or(Ok(1.0), share)? })
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

/// Whether the code of each application of a suite can be fetched, and is what it was under its number.
fn fit(suite: &Suite, subcloud: Option<&Subcloud>, known: &mut Vec<Release>) -> Result<(), AppFault> {
    for (number, app) in suite.apps_ever().enumerate() {
        let name = &app.name;
        let said = Said::Code;
        let refuse = |message: String, help: &str| Err(AppFault { app: number, said, message, help: help.to_owned() });
        let Some(code) = subcloud.and_then(|subcloud| subcloud.code_of(app)) else {
            if app.code.is_none() {
                continue;
            }
            let (message, help) = match subcloud {
                None => ("no node fetches it without [subcloud]", "add [subcloud], or leave `code` out"),
                Some(_) => ("nobody says how many bytes it has", "add `bytes`, here or to `subcloud.code`"),
            };
            return refuse(format!("application \"{name}\" has code, and {message}"), help);
        };
        let version = code.version;
        let Some(release) = known.iter().find(|known| known.app == *name && known.code.version == version) else {
            if known.len() == MOST_RELEASES {
                let message = format!("with the code of \"{name}\" the run has more than {MOST_RELEASES} codes");
                return refuse(
                    message,
                    "let fewer applications, or fewer versions of the suite, name code of their own",
                );
            }
            known.push(Release { app: name.clone(), code });
            continue;
        };
        if release.code != code {
            let message = format!(
                "the code of \"{name}\" has the number {version} and is {}, and before {}",
                told(&code),
                told(&release.code)
            );
            return refuse(message, "give it another number, as in `code = { version = 2 }`: then members fetch it");
        }
    }
    Ok(())
}

/// Whether each application has the topology that it had in the versions before, which `built` says.
fn stays(suite: &Suite, has_inside: bool, built: &mut BTreeMap<String, Option<AppTopology>>) -> Result<(), AppFault> {
    for (number, app) in suite.apps_ever().enumerate() {
        let (name, said) = (&app.name, Said::Topology);
        let refuse = |message: String, help: &str| Err(AppFault { app: number, said, message, help: help.to_owned() });
        if app.topology.is_some() && !has_inside {
            let message =
                format!("application \"{name}\" has a topology, and no node knows another without [subcloud]");
            return refuse(message, "add [subcloud], or leave `topology` out");
        }
        let before = *built.entry(name.clone()).or_insert(app.topology);
        if before != app.topology {
            let before = before.map_or_else(|| "said nothing of it".to_owned(), |it| format!("had \"{}\"", it.name()));
            let message = format!("the topology of \"{name}\" changes: in a version before it {before}");
            return refuse(message, "say the same in every version, or give the application another name");
        }
    }
    Ok(())
}

fn told(Code { bytes, chunks, per_exchange, .. }: &Code) -> String {
    format!("{bytes} bytes in {chunks} chunks, {per_exchange} in an exchange")
}
