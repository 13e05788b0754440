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
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::certificate::{Certificate, Scope};
use super::key::{PublicKey, Signature, holds_private_key};
use super::moment;
use crate::error::{Error, Kind};

/// No file of a suite or a certificate is longer.
const LONGEST_FILE: u64 = 1 << 20;

/// `[certificate]`, with nothing checked but names and types.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CertificateTable {
    key: Spanned<String>,
    apps: Option<Spanned<Vec<Spanned<String>>>>,
    all: Option<Spanned<bool>>,
    until: Option<Spanned<Datetime>>,
    signature: Spanned<String>,
}

/// A file with nothing but a certificate.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CertificateFile {
    certificate: CertificateTable,
}

/// What is wrong with a table, where in the text, and the remedy.
#[derive(Debug)]
pub(crate) struct Problem {
    pub span: Range<usize>,
    pub message: String,
    pub help: String,
}

impl Problem {
    fn new(span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: help.into() }
    }
}

impl CertificateTable {
    /// The certificate; whether the owner signed it is not looked at.
    pub(crate) fn checked(&self) -> Result<Certificate, Problem> {
        Ok(Certificate {
            key: key("certificate.key", &self.key)?,
            scope: self.scope()?,
            until: self.until.as_ref().map(until).transpose()?,
            signature: signature("certificate.signature", &self.signature)?,
        })
    }

    fn scope(&self) -> Result<Scope, Problem> {
        let help = "write the names of applications, as in `apps = [\"chat\"]`, or `all = true`";
        match (&self.apps, &self.all) {
            (None, Some(all)) if *all.get_ref() => Ok(Scope::All),
            (Some(apps), None) if !apps.get_ref().is_empty() => names(apps.get_ref()).map(Scope::Apps),
            (_, Some(all)) => Err(Problem::new(all.span(), "`certificate.all` stands alone, and is true", help)),
            (Some(apps), None) => Err(Problem::new(apps.span(), "`certificate.apps` names no application", help)),
            (None, None) => {
                Err(Problem::new(self.key.span(), "the certificate does not say for which applications", help))
            }
        }
    }
}

fn names(apps: &[Spanned<String>]) -> Result<BTreeSet<String>, Problem> {
    let mut names = BTreeSet::new();
    for app in apps {
        if !names.insert(app.get_ref().clone()) {
            return Err(Problem::new(app.span(), "`certificate.apps` names an application twice", "name it once"));
        }
    }
    Ok(names)
}

fn key(name: &str, text: &Spanned<String>) -> Result<PublicKey, Problem> {
    PublicKey::of_base64(text.get_ref()).ok_or_else(|| {
        let message = format!("`{name}` is no Ed25519 public key");
        Problem::new(text.span(), message, "write the base64 of its 32 bytes, as `subcloud suite keygen` prints it")
    })
}

fn signature(name: &str, text: &Spanned<String>) -> Result<Signature, Problem> {
    Signature::of_base64(text.get_ref()).ok_or_else(|| {
        let message = format!("`{name}` is no Ed25519 signature");
        Problem::new(text.span(), message, "write the base64 of its 64 bytes, as `subcloud suite` does")
    })
}

fn until(date: &Spanned<Datetime>) -> Result<i64, Problem> {
    moment::of(date.get_ref()).ok_or_else(|| {
        let message = format!("`certificate.until` is {}, expected {}", date.get_ref(), moment::EXPECTED);
        Problem::new(date.span(), message, "write date, time and zone")
    })
}

/// Reads a file with nothing but a certificate.
pub(super) fn read_certificate(path: &Path) -> Result<Certificate, Error> {
    let text = read_text(path, "certificate")?;
    let file: CertificateFile = toml::from_str(&text).map_err(|error| {
        Error::new(Kind::Syntax, path, format!("not a certificate: {}", error.message()))
            .at(&text, error.span().unwrap_or(0..0))
            .helped("give the .cert.toml file that `subcloud suite certify` wrote")
    })?;
    file.certificate
        .checked()
        .map_err(|Problem { span, message, help }| Error::new(Kind::Key, path, message).at(&text, span).helped(help))
}

/// Reads a file that is text and no private key: what is wrong with it may be shown.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, Error> {
    let fail = |cause: io::Error| {
        Error::new(Kind::Unreadable, path, format!("cannot read the {what}: {cause}"))
            .helped(format!("give the path of a {what} in TOML"))
            .caused_by(cause)
    };
    let mut text = String::new();
    let file = File::open(path).map_err(fail)?;
    file.take(LONGEST_FILE + 1).read_to_string(&mut text).map_err(fail)?;
    let refuse = |message: String| {
        Err(Error::new(Kind::Unreadable, path, message).helped(format!("give the path of a {what} in TOML")))
    };
    if text.len() as u64 > LONGEST_FILE {
        return refuse(format!("longer than {LONGEST_FILE} bytes: this is no {what}"));
    }
    if holds_private_key(&text) {
        return refuse(format!("holds a private key: this is no {what}"));
    }
    Ok(text)
}
