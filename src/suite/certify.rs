//! `subcloud suite certify`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use datasets::suite::{Certificate, PrivateKey, PublicKey, Scope, moment};

use crate::failure::Failure;
use crate::file;
use crate::run::print;

/// Let a key change applications: the owner signs a certificate for it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud suite certify planner.pub.pem --owner owner.pem --apps chat,recorder
  subcloud suite certify deputy.pub.pem --owner owner.pem --all --until 2027-01-01T00:00:00Z")]
pub struct Arguments {
    /// The public key that may sign.
    #[arg(value_name = "KEY.pub.pem")]
    key: PathBuf,
    /// The private key of the cloud's owner.
    #[arg(long, value_name = "OWNER.pem")]
    owner: PathBuf,
    /// The applications that it may change, with commas between.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required_unless_present = "all")]
    apps: Vec<String>,
    /// It may change everything.
    #[arg(long, conflicts_with = "apps")]
    all: bool,
    /// The certificate is good before this moment, as in 2027-01-01T00:00:00Z [default: for ever].
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// The certificate [default: KEY.cert.toml].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it exists.
    #[arg(long)]
    force: bool,
}

/// Makes a certificate.
pub fn certify(arguments: &Arguments) -> Result<(), Failure> {
    let key = PublicKey::read(&arguments.key)?;
    let scope = scope(arguments)?;
    let until = arguments.until.as_deref().map(|date| moment_of("--until", date)).transpose()?;
    let out = arguments.out.clone().map_or_else(|| beside(&arguments.key), Ok)?;
    file::may_write(&out, arguments.force)?;
    let owner = PrivateKey::read(&arguments.owner)?;
    let certificate = Certificate::issue(&owner, key, scope, until);
    file::write(&out, &certificate.to_toml())?;
    print(&format!("{}: the key {key} {}", out.display(), allows(&certificate)));
    Ok(())
}

/// What a certificate allows, in words.
pub fn allows(certificate: &Certificate) -> String {
    let scope = match &certificate.scope {
        Scope::All => "everything".to_owned(),
        Scope::Apps(apps) => apps.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "),
    };
    match certificate.until {
        Some(until) => format!("may change {scope} until {}", moment::text(until)),
        None => format!("may change {scope} for ever"),
    }
}

/// A moment given as an argument.
pub fn moment_of(argument: &str, date: &str) -> Result<i64, Failure> {
    moment::parse(date).ok_or_else(|| {
        let message = format!("{argument} {date}: expected {}", moment::EXPECTED);
        Failure::input(message, "write the date, T, the time, and Z or an offset such as +01:00")
    })
}

fn scope(arguments: &Arguments) -> Result<Scope, Failure> {
    if arguments.all {
        return Ok(Scope::All);
    }
    let names: BTreeSet<String> = arguments.apps.iter().map(|name| name.trim().to_owned()).collect();
    if names.iter().any(|name| name.is_empty() || name.chars().any(char::is_control)) {
        let message = format!("--apps {}: a name is empty, or has a control character", arguments.apps.join(","));
        return Err(Failure::input(message, "write the names of applications, as in --apps chat,recorder"));
    }
    Ok(Scope::Apps(names))
}

/// `keys/planner.cert.toml` for `keys/planner.pub.pem`.
fn beside(key: &Path) -> Result<PathBuf, Failure> {
    let stem = key.with_extension("");
    file::with_ending(
        &if stem.extension().is_some_and(|end| end == "pub") { stem.with_extension("") } else { stem },
        ".cert.toml",
    )
}
