//! `subcloud suite sign`.

use std::path::{Path, PathBuf};

use analysis::number::counted;
use datasets::suite::{self, Certificate, Choice, Cloud, CloudId, File, LayOut, Names, PrivateKey, Request, Suite};
use engine::government::layouts::lay_out;

use super::certify::allows;
use super::fit_together;
use super::why::beyond_of;
use crate::failure::{Failure, warn};
use crate::file;
use crate::run::print;
use crate::size::nodes;

/// Sign a version of the suite: its text as written, with the certificate and the signature as tables at its end. A
/// file that was signed in an older format is renewed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud suite sign apps.toml --key owner.pem
  subcloud suite sign apps.toml --key owner.pem --base current.toml
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
    /// The version that nodes hold: the words of random applications are laid out anew from its layout, so that no more
    /// nodes move than must, and the layout is signed too [default: the layout stays as it is written].
    #[arg(long, value_name = "CURRENT.toml")]
    base: Option<PathBuf>,
    /// How many nodes there are, where an application asks for a number of nodes.
    #[arg(long, value_name = "N", requires = "base", value_parser = nodes, allow_negative_numbers = true)]
    nodes: Option<u32>,
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
    let signed = signed(arguments, (&key, certificate.map(|(certificate, _)| certificate)), cloud)?;
    file::write(&out, &signed.text)?;
    let may = signed.certificate.as_ref().map_or_else(String::new, |found| format!(", which {}", allows(&found.grant)));
    let draws = counted(signed.suite.layout.len() as u64, "draw", "draws");
    let layout = if signed.suite.layout.is_empty() { String::new() } else { format!(", with the words of {draws}") };
    print(&format!("{}: version {}{layout}, signed by {}{may}", out.display(), signed.suite.version, key.public()));
    Ok(())
}

/// The signed file, with a layout of its words if there is a base.
fn signed(
    arguments: &Arguments,
    (key, certificate): (&PrivateKey, Option<Certificate>),
    cloud: CloudId,
) -> Result<File, Failure> {
    let Some(path) = &arguments.base else {
        return Ok(suite::sign(&arguments.suite, (key, certificate), cloud, None)?);
    };
    let base = suite::read(path, Names::Any(Vec::new()))?;
    let nodes = f64::from(arguments.nodes.unwrap_or(1));
    let grant = certificate.as_ref().map(|certificate| certificate.grant.clone());
    let covers = |app: &str| grant.as_ref().is_none_or(|grant| grant.scope.covers(app));
    // Who asks for too many applications is told so below, and nothing is written.
    let of = |suite: &Suite| match fit_together(&base.suite, suite) {
        Ok(()) => lay_out(&base.suite, suite, nodes, |app| !covers(app)),
        Err(_) => Vec::new(),
    };
    let layout = LayOut { attributes: &base.attributes, of: &of };
    let signed = suite::sign(&arguments.suite, (key, certificate), cloud, Some(layout))?;
    let asks = |suite: &Suite| suite.apps.iter().any(|app| matches!(app.request, Request::Nodes(_)));
    if arguments.nodes.is_none() && (asks(&base.suite) || asks(&signed.suite)) {
        let message = "an application asks for a number of nodes, and words are shares of all";
        return Err(Failure::input(message, "say how many nodes there are, as in --nodes 1e6"));
    }
    fit_together(&base.suite, &signed.suite)?;
    if signed.suite.layout.is_empty() && signed.suite.apps.iter().any(|app| app.choice == Choice::Random) {
        let message = format!("{} has no layout of words, so that a delegate for some gives none", path.display());
        warn(&message, "let the owner sign a version with --base");
    }
    told_of_base(arguments, &signed, &base);
    Ok(signed)
}

/// Warns if nodes that hold the base would drop the version.
fn told_of_base(arguments: &Arguments, signed: &File, base: &File) {
    let (version, base) = (signed.description(), base.description());
    let (new, old) = (version.suite.version, base.suite.version);
    let mut why = beyond_of(&version, &base);
    if new <= old {
        why.insert(0, format!("it is version {new}, and they hold version {old}"));
    }
    if base.cloud().is_some_and(|cloud| version.cloud() != Some(cloud)) {
        why.insert(0, "it is signed for another cloud".to_owned());
    }
    if !why.is_empty() {
        let message = format!("nodes will drop {}: {}", arguments.suite.display(), why.join(", "));
        warn(&message, "change it, or let the owner sign it");
    }
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
