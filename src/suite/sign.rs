//! `subcloud suite sign`.

use std::path::{Path, PathBuf};

use datasets::suite::{self, Certificate, Cloud, CloudId, PrivateKey};

use super::certify::allows;
use crate::failure::Failure;
use crate::file;
use crate::run::print;

/// Sign a version of the suite: its text as written, with the certificate and the signature as tables at its end. A
/// file that was signed in an older format is renewed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud suite sign apps.toml --key owner.pem
  subcloud suite sign apps.toml --key planner.pem --certificate planner.cert.toml --out apps.v2.toml")]
pub struct Arguments {
    /// The suite file (TOML).
    #[arg(value_name = "SUITE.toml")]
    suite: PathBuf,
    /// The private key to sign with.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// What the owner lets this key change; the owner needs none.
    #[arg(long, value_name = "CERT.toml")]
    certificate: Option<PathBuf>,
    /// The name of the cloud, where the owner has several [default: none]; a certificate says for which cloud it is.
    #[arg(long, value_name = "NAME", conflicts_with = "certificate")]
    cloud: Option<String>,
    /// The signed file [default: SUITE.signed.toml].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

/// Signs a suite.
pub fn sign(arguments: &Arguments) -> Result<(), Failure> {
    let key = PrivateKey::read(&arguments.key)?;
    let certificate = arguments.certificate.as_deref().map(|path| certificate(path, &key)).transpose()?;
    let out = arguments
        .out
        .clone()
        .map_or_else(|| file::with_ending(&arguments.suite.with_extension(""), ".signed.toml"), Ok)?;
    file::may_write(&out, arguments.force)?;
    let cloud = match &certificate {
        Some((_, cloud)) => *cloud,
        None => Cloud::of(key.public(), arguments.cloud.as_deref().unwrap_or_default()).id,
    };
    let signed = suite::sign(&arguments.suite, &key, certificate.map(|(certificate, _)| certificate), cloud)?;
    file::write(&out, &signed.text)?;
    let may = signed.certificate.as_ref().map_or_else(String::new, |found| format!(", which {}", allows(&found.grant)));
    print(&format!("{}: version {}, signed by {}{may}", out.display(), signed.suite.version, key.public()));
    Ok(())
}

/// Reads the certificate of a key, with the cloud for which it is.
fn certificate(path: &Path, key: &PrivateKey) -> Result<(Certificate, CloudId), Failure> {
    let certificate = Certificate::read(path)?;
    let Some(cloud) = certificate.grant.cloud else {
        let message = format!("{} is of format 1, which does not say for which cloud it is", path.display());
        return Err(Failure::input(message, "let the owner make a new certificate: subcloud suite certify"));
    };
    if certificate.grant.key == key.public() {
        return Ok((certificate, cloud));
    }
    let found = certificate.grant.key;
    let message = format!("{} is for the key {found}, and that to sign with is {}", path.display(), key.public());
    Err(Failure::input(message, "give the certificate of this key, or let the owner make one: subcloud suite certify"))
}
