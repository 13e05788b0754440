//! The tables `[certificate]` and `[signature]` as files hold them.
//!
//! ```toml
//! [certificate]
//! key = "…"                       # base64 of the 32 bytes of a public key
//! apps = ["chat", "recorder"]     # or: all = true
//! until = 2027-01-01T00:00:00Z    # may be left out
//! signature = "…"                 # base64 of the 64 bytes of the owner's signature
//!
//! [signature]
//! key = "…"
//! value = "…"
//! ```

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::SignedBy;
use super::certificate::{Certificate, Scope};
use super::key::{PublicKey, Signature};
use crate::error::Error;
use crate::written::{At, Check, Document, Moment, read_text};

/// `[certificate]`, with nothing checked but names and types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateTable {
    key: At<String>,
    apps: Option<At<Vec<At<String>>>>,
    all: Option<At<bool>>,
    pub until: Option<At<Moment>>,
    signature: At<String>,
}

/// `[signature]`, with nothing checked but names and types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignatureTable {
    key: At<String>,
    value: At<String>,
}

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
        Ok(Certificate {
            key: self.public_key(&raw.key)?,
            scope: self.scope(raw)?,
            until: raw.until.as_ref().map(|until| self.moment(until)).transpose()?,
            signature: self.signature(&raw.signature)?,
        })
    }

    /// Who signed; whether they did is not looked at.
    pub(crate) fn signed_by(&self, raw: &SignatureTable) -> Result<SignedBy, Error> {
        Ok(SignedBy { key: self.public_key(&raw.key)?, signature: self.signature(&raw.value)? })
    }

    fn scope(&self, raw: &CertificateTable) -> Result<Scope, Error> {
        let help = "write the names of applications, as in `apps = [\"chat\"]`, or `all = true`";
        match (&raw.apps, &raw.all) {
            (None, Some(all)) if **all => Ok(Scope::All),
            (Some(apps), None) if !apps.is_empty() => self.names(apps).map(Scope::Apps),
            (_, Some(all)) => Err(self.refuse(all.span(), "`certificate.all` stands alone, and is true", help)),
            (Some(apps), None) => Err(self.refuse(apps.span(), "`certificate.apps` names no application", help)),
            (None, None) => {
                Err(self.refuse(raw.key.span(), "the certificate does not say for which applications it is", help))
            }
        }
    }

    fn names(&self, apps: &[At<String>]) -> Result<BTreeSet<String>, Error> {
        let mut names = BTreeSet::new();
        for app in apps {
            if !names.insert(String::clone(app)) {
                return Err(self.refuse(app.span(), "`certificate.apps` names an application twice", "name it once"));
            }
        }
        Ok(names)
    }

    fn public_key(&self, raw: &At<String>) -> Result<PublicKey, Error> {
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
