//! The tables `[certificate]` and `[signature]` as files hold them.
//!
//! ```toml
//! [certificate]
//! format = 2
//! key = "…"                                # base64 of the 32 bytes of a public key
//! cloud = "…"                              # base64 of the 16 bytes of the id of a cloud
//! apps = ["chat", "recorder"]              # or: all = true
//! most = { "chat" = { share = 0.2 } }      # ceilings, `share` and `nodes`; may be left out
//! rules = false                            # whether it may write rules
//! until = 2027-01-01T00:00:00Z             # or: for_ever = true
//! signature = "…"                          # base64 of the 64 bytes of the owner's signature
//!
//! [signature]
//! format = 2
//! key = "…"
//! cloud = "…"
//! value = "…"
//! ```
//!
//! Format 1, which is still read, has no `format`, `cloud`, `most`, `rules` and `for_ever`; there a certificate without
//! `until` is good for ever.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;

use super::SignedBy;
use super::certificate::{Ceiling, Certificate, Grant, Scope};
use super::cloud::CloudId;
use super::key::{PublicKey, Signature};
use crate::error::Error;
use crate::written::{At, Check, Document, Moment, Named, Number, Whole, read_text};

/// `[certificate]`, with nothing checked but names and types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateTable {
    format: Option<At<Whole>>,
    key: At<String>,
    cloud: Option<At<String>>,
    apps: Option<At<Vec<At<String>>>>,
    all: Option<At<bool>>,
    most: Option<At<Named<CeilingTable>>>,
    rules: Option<At<bool>>,
    pub until: Option<At<Moment>>,
    for_ever: Option<At<bool>>,
    signature: At<String>,
}

/// For how much an application may ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CeilingTable {
    share: Option<At<Number>>,
    nodes: Option<At<Whole>>,
}

/// `[signature]`, with nothing checked but names and types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureTable {
    format: Option<At<Whole>>,
    key: At<String>,
    cloud: Option<At<String>>,
    value: At<String>,
}

/// The latest format of certificates and signatures.
const FORMAT: u64 = 2;

/// A file with nothing but a certificate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateFile {
    certificate: CertificateTable,
}

impl Certificate {
    /// Reads a file with nothing but a `[certificate]`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is no certificate; the error points at the line.
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::parse(path, &read_text(path, "certificate")?)
    }

    /// Checks the text of a certificate file, as [`read`](Self::read) does; `path` is what errors call it.
    ///
    /// # Errors
    ///
    /// The text is no certificate; the error points at the line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let document = Document::parse(path, text, &[])?;
        let file: CertificateFile = document.typed()?;
        Check { document: &document, shortened: false }.certificate(&file.certificate)
    }
}

impl Check<'_, '_> {
    /// The certificate; whether the owner signed it is not looked at.
    pub(crate) fn certificate(&self, raw: &CertificateTable) -> Result<Certificate, Error> {
        let cloud = self.cloud(raw.format.as_ref(), raw.cloud.as_ref(), &raw.key.span())?;
        if cloud.is_none() {
            let most = raw.most.as_ref().map(At::span);
            let later = most.or(raw.rules.as_ref().map(At::span)).or(raw.for_ever.as_ref().map(At::span));
            if let Some(span) = later {
                let key = self.document.key_at(&span).unwrap_or_default();
                let message = format!("`{key}` means nothing in a certificate of format 1");
                return Err(self.refuse(span, message, "let the owner make a new one: subcloud suite certify"));
            }
        }
        Ok(Certificate {
            grant: Grant {
                key: self.public_key(&raw.key)?,
                cloud,
                scope: self.scope(raw)?,
                rules: cloud.is_none() || raw.rules.as_ref().is_some_and(|rules| **rules),
                until: self.until(raw, cloud.is_some())?,
            },
            signature: self.signature(&raw.signature)?,
        })
    }

    /// Until when a certificate is good.
    fn until(&self, raw: &CertificateTable, must_say: bool) -> Result<Option<i64>, Error> {
        let is_for_ever = raw.for_ever.as_ref().is_some_and(|for_ever| **for_ever);
        let help = "write `until = 2027-01-01T00:00:00Z` or another moment, or `for_ever = true`";
        match (&raw.until, &raw.for_ever) {
            (Some(_), Some(for_ever)) => {
                Err(self.refuse(for_ever.span(), "both `until` and `for_ever` are given", help))
            }
            (Some(until), None) => self.moment(until).map(Some),
            (None, _) if is_for_ever || !must_say => Ok(None),
            (None, Some(for_ever)) => Err(self.refuse(for_ever.span(), "`for_ever = false` says no moment", help)),
            (None, None) => {
                Err(self.refuse(raw.key.span(), "the certificate does not say until when it is good", help))
            }
        }
    }

    /// The cloud for which something is signed; `None` in format 1.
    fn cloud(
        &self,
        format: Option<&At<Whole>>,
        cloud: Option<&At<String>>,
        key: &Range<usize>,
    ) -> Result<Option<CloudId>, Error> {
        let written = format.map_or(Ok(1), |format| self.whole(format, 1, FORMAT))?;
        match (written, cloud) {
            (1, None) => Ok(None),
            (1, Some(cloud)) => {
                let help = "sign it anew with `subcloud suite sign` or `subcloud suite certify`";
                Err(self.refuse(cloud.span(), "format 1 names no cloud", help))
            }
            (_, None) => {
                let help = "sign it anew with `subcloud suite sign` or `subcloud suite certify`";
                Err(self.refuse(key.clone(), "format 2 names a cloud, and `cloud` is missing", help))
            }
            (_, Some(cloud)) => CloudId::of_base64(cloud).map(Some).ok_or_else(|| {
                let message = format!("`{}` is no id of a cloud", self.key_of(cloud));
                self.refuse(cloud.span(), message, "write the base64 of its 16 bytes, as `subcloud suite sign` does")
            }),
        }
    }

    /// Who signed; whether they did is not looked at.
    pub(crate) fn signed_by(&self, raw: &SignatureTable) -> Result<SignedBy, Error> {
        let cloud = self.cloud(raw.format.as_ref(), raw.cloud.as_ref(), &raw.key.span())?;
        Ok(SignedBy { key: self.public_key(&raw.key)?, cloud, signature: self.signature(&raw.value)? })
    }

    fn scope(&self, raw: &CertificateTable) -> Result<Scope, Error> {
        let help = "write the names of applications, as in `apps = [\"chat\"]`, or `all = true`";
        match (&raw.apps, &raw.all) {
            (None, Some(all)) if **all => match &raw.most {
                None => Ok(Scope::All),
                Some(most) => {
                    let message = "`certificate.most` has ceilings of applications, and the certificate is for all";
                    Err(self.refuse(most.span(), message, "name the applications as `apps`"))
                }
            },
            (Some(apps), None) if !apps.is_empty() => {
                let mut names = self.names(apps)?;
                self.ceilings(raw.most.as_ref(), &mut names)?;
                Ok(Scope::Apps(names))
            }
            (_, Some(all)) => Err(self.refuse(all.span(), "`certificate.all` stands alone, and is true", help)),
            (Some(apps), None) => Err(self.refuse(apps.span(), "`certificate.apps` names no application", help)),
            (None, None) => {
                Err(self.refuse(raw.key.span(), "the certificate does not say for which applications it is", help))
            }
        }
    }

    fn names(&self, apps: &[At<String>]) -> Result<BTreeMap<String, Ceiling>, Error> {
        let mut names = BTreeMap::new();
        for app in apps {
            self.unique("application", std::iter::once(app))?;
            if names.insert(String::clone(app), Ceiling::default()).is_some() {
                return Err(self.refuse(app.span(), "`certificate.apps` names an application twice", "name it once"));
            }
        }
        Ok(names)
    }

    /// Gives applications their ceilings.
    fn ceilings(
        &self,
        raw: Option<&At<Named<CeilingTable>>>,
        apps: &mut BTreeMap<String, Ceiling>,
    ) -> Result<(), Error> {
        for (name, written) in raw.iter().flat_map(|raw| &raw.0) {
            let Some(ceiling) = apps.get_mut(name.as_str()) else {
                let message = format!("`certificate.most` names \"{}\", for which the certificate is not", **name);
                return Err(self.refuse(name.span(), message, "name the application in `apps` too, or leave it out"));
            };
            ceiling.share = written.share.as_ref().map(|share| self.fraction(share)).transpose()?;
            ceiling.nodes = written.nodes.as_ref().map(|nodes| self.whole(nodes, 0, u32::MAX.into())).transpose()?;
            if *ceiling == Ceiling::default() {
                let help = "write `{ share = 0.2 }` or `{ nodes = 5000 }`, or both, or leave it out";
                return Err(self.refuse(written.span(), format!("the ceiling of \"{}\" says nothing", **name), help));
            }
        }
        Ok(())
    }

    pub(super) fn public_key(&self, raw: &At<String>) -> Result<PublicKey, Error> {
        PublicKey::of_base64(raw).ok_or_else(|| {
            let message = format!("`{}` is no Ed25519 public key", self.key_of(raw));
            self.refuse(raw.span(), message, "write the base64 of its 32 bytes, as `subcloud suite keygen` prints it")
        })
    }

    fn signature(&self, raw: &At<String>) -> Result<Signature, Error> {
        Signature::of_base64(raw).ok_or_else(|| {
            let message = format!("`{}` is no Ed25519 signature", self.key_of(raw));
            self.refuse(raw.span(), message, "write the base64 of its 64 bytes, as `subcloud suite sign` does")
        })
    }

    fn key_of<T>(&self, raw: &At<T>) -> String {
        self.document.key_at(&raw.span()).unwrap_or_default()
    }
}
