//! The application suite with which the run begins.

use std::ops::Range;
use std::path::PathBuf;

use crate::error::Error;
use crate::scenario::raw::{self, At};
use crate::scenario::{Fleet, Run, Trust};
use crate::suite::key::SIGNATURE_BYTES;
use crate::suite::{self, Cloud, Description, Names, PublicKey, Reason, Suite, Verdict, Version, encode, verify};
use crate::written::Check;

/// What is wrong where a moment matters, and what to do about it.
pub(super) const UNDATED: &str = "the suite has an `until`, but the run does not say when it starts";
pub(super) const START: &str = "add `starts_at = 2026-11-22T00:00:00Z` or another moment to [run]";

/// The version with which the run begins.
pub(super) struct Beginning {
    pub version: Version,
    /// What it was read from, if it has a file of its own.
    pub file: Option<suite::File>,
    pub trust: Option<Trust>,
}

impl Beginning {
    /// What nodes hold from the beginning, if they hold a version.
    pub fn description(&self, fleet: &Fleet) -> Option<Description> {
        match &self.file {
            Some(file) => Some(file.description()).filter(|found| !found.suite.is_none()),
            None => {
                self.version.suite.some().map(|suite| Description::unsigned(suite.clone(), fleet.attributes.clone()))
            }
        }
    }
}

impl Check<'_, '_> {
    /// The suite with which the run begins.
    pub(super) fn suite(&self, raw: Option<&raw::Suite>, run: &Run, fleet: &Fleet) -> Result<Beginning, Error> {
        let (suite, expires_cycle, file) = match (raw, raw.and_then(|raw| raw.file.as_ref())) {
            (None, _) => (Suite { version: 1, ..Suite::default() }, None, None),
            (Some(raw), None) => {
                let (suite, expires_cycle) = self.suite_within(raw, run, fleet)?;
                (suite, expires_cycle, None)
            }
            (Some(raw), Some(file)) => {
                let (file, expires_cycle) = self.suite_from(raw, file, run, fleet)?;
                (file.suite.clone(), expires_cycle, Some(file))
            }
        };
        let cloud = raw.and_then(|raw| raw.cloud.as_ref());
        let trust = raw.and_then(|raw| raw.trust.as_ref()).map(|trust| self.trust(trust, cloud)).transpose()?;
        if let Some(cloud) = cloud.filter(|_| trust.is_none()) {
            let help = "name the owner's public key as `suite.trust`, or leave `cloud` out";
            return Err(self.refuse(cloud.span(), "`suite.cloud` means nothing where nodes trust anybody", help));
        }
        if let (Some(trust), Some(file)) = (&trust, &file) {
            self.verified(&trust.cloud, file, raw.and_then(|raw| raw.file.as_ref()).map_or(0..0, At::span))?;
        }
        let format = raw.and_then(|raw| raw.format.as_ref());
        if let Some(format) = format.filter(|_| trust.is_none()) {
            let help = "name the owner's public key as `suite.trust`, or leave `format` out";
            return Err(self.refuse(format.span(), "`suite.format` means nothing where nodes trust anybody", help));
        }
        let is_written = format.map_or(Ok(false), |format| self.whole(format, 1, 2).map(|format| format == 2))?;
        let is_signed = file.as_ref().is_some_and(|file| file.description().cloud().is_some());
        let is_in_format_2 = trust.is_some() && (is_written || is_signed);
        let cloud = trust.as_ref().map(|trust| trust.cloud.id).filter(|_| is_in_format_2);
        let signature = if trust.is_some() { SIGNATURE_BYTES } else { 0 };
        let bytes = if suite.is_none() { 0 } else { encode(&suite, &fleet.attributes, cloud).len() + signature } as u64;
        let version = Version { suite, bytes, expires_cycle, is_in_format_2, ..Version::default() };
        Ok(Beginning { version, file, trust })
    }

    fn trust(&self, written: &At<String>, cloud: Option<&At<String>>) -> Result<Trust, Error> {
        let path = self.data_path(written);
        let owner = PublicKey::read(&path).map_err(|error| {
            let help = "give the .pub.pem file of the cloud's owner; a relative path starts at the scenario's folder";
            self.refuse(written.span(), format!("`suite.trust`: {error}"), help)
        })?;
        if let Some(cloud) = cloud {
            self.unique("cloud", std::iter::once(cloud))?;
        }
        let name = cloud.map_or_else(String::new, |cloud| (**cloud).clone());
        Ok(Trust { path, cloud: Cloud::of(owner, &name), name })
    }

    /// Refuses a signature that the owner's cloud would not take. A file that nobody has signed stands for what the
    /// owner says, as a suite does that the scenario itself has; and what a delegate changed cannot be seen without
    /// the version before.
    fn verified(&self, cloud: &Cloud, file: &suite::File, span: Range<usize>) -> Result<(), Error> {
        let description = file.description();
        let Verdict::Rejected(reason) = verify(cloud, &description, None, i64::MIN) else { return Ok(()) };
        if description.signed_by.is_none() || !matches!(reason, Reason::Forged | Reason::OtherCloud) {
            return Ok(());
        }
        let help = "sign it with the owner's key by `subcloud suite sign FILE --key …`, or take its signature out";
        let message = format!("nodes would drop {}, with which the run begins: {reason}", file.path.display());
        Err(self.refuse(span, message, help))
    }

    fn suite_within(&self, raw: &raw::Suite, run: &Run, fleet: &Fleet) -> Result<(Suite, Option<u32>), Error> {
        let suite = self.suite_here(raw, &mut Names::Fleet(&fleet.attributes))?;
        let span = raw.until.as_ref().map_or(0..0, At::span);
        let expires = expires_cycle(suite.until, run, || self.refuse(span, UNDATED, START))?;
        Ok((suite, expires))
    }

    fn suite_from(
        &self,
        raw: &raw::Suite,
        file: &At<String>,
        run: &Run,
        fleet: &Fleet,
    ) -> Result<(suite::File, Option<u32>), Error> {
        let version = raw.version.as_ref().map(|version| ("version", version.span()));
        let until = raw.until.as_ref().map(|until| ("until", until.span()));
        let app = raw.app.first().map(|app| ("app", app.span()));
        let revoked = raw.revoked.first().map(|key| ("revoked", key.span()));
        let layout = raw.layout.first().map(|draw| ("layout", draw.span()));
        let format = raw.format.as_ref().map(|format| ("format", format.span()));
        if let Some((key, span)) = version.or(format).or(until).or(app).or(revoked).or(layout) {
            let message = format!("`suite.{key}` stands beside `suite.file`, which stands for the whole suite");
            return Err(self.refuse(span, message, "keep one of them; the file has its own version and applications"));
        }
        let file = suite::read(&self.suite_path(file, file.span())?, Names::Fleet(&fleet.attributes))?;
        let expires = expires_cycle(file.suite.until, run, || file.refuse_until(UNDATED, START))?;
        Ok((file, expires))
    }

    /// The path of a suite file that is there, as it is written at a place.
    pub(super) fn suite_path(&self, file: &str, span: Range<usize>) -> Result<PathBuf, Error> {
        let path = self.data_path(file);
        if path.is_file() {
            return Ok(path);
        }
        let key = self.document.key_at(&span).unwrap_or_default();
        let message = format!("`{key}`: there is no file {}", path.display());
        let help = "a relative path starts at the scenario's folder; `$SUBCLOUD_DATA/` is the folder of that variable";
        Err(self.refuse(span, message, help))
    }
}

/// The first cycle that starts at or after the moment until which a suite is good; `None` if there is none.
pub(super) fn expires_cycle(
    until: Option<i64>,
    run: &Run,
    refuse: impl FnOnce() -> Error,
) -> Result<Option<u32>, Error> {
    let Some(until) = until else { return Ok(None) };
    let start = run.starts_at.ok_or_else(refuse)?;
    let cycle = ((until - start) as f64 / run.cycle_seconds).ceil().max(0.0) + 1.0;
    Ok((cycle <= f64::from(u32::MAX)).then_some(cycle as u32))
}
