//! `subcloud suite verify`.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use datasets::Kind;
use datasets::suite::{self, Cloud, Description, Names, PublicKey, Verdict};

use super::certify::{allows, moment_of, warn_of_alike};
use super::why;
use crate::failure::{Failure, warn};
use crate::run::print;

/// Say whether nodes take a version of the suite, and why not. Exit codes: 0 they do, 1 they do not, 2 bad input.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud suite verify apps.signed.toml --trust owner.pub.pem --base current.toml")]
pub struct Arguments {
    /// The suite file (TOML).
    #[arg(value_name = "SUITE.toml")]
    suite: PathBuf,
    /// The public key of the cloud's owner.
    #[arg(long, value_name = "OWNER.pub.pem")]
    trust: PathBuf,
    /// The name of the cloud, where the owner has several.
    #[arg(long, value_name = "NAME", default_value = "")]
    cloud: String,
    /// The version that nodes hold; without it they hold none, and every application is an addition.
    #[arg(long, value_name = "CURRENT.toml")]
    base: Option<PathBuf>,
    /// The moment at which they are offered it, as in 2027-01-01T00:00:00Z [default: now].
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

/// Verifies a version.
pub fn verify(arguments: &Arguments) -> Result<(), Failure> {
    let cloud = Cloud::of(PublicKey::read(&arguments.trust)?, &arguments.cloud);
    let now = arguments.at.as_deref().map_or_else(system_time, |date| moment_of("--at", date))?;
    let base = arguments.base.as_deref().map(read).transpose()?;
    let version = read(&arguments.suite).map_err(|error| match error.kind() {
        Kind::Unreadable => Failure::from(error),
        _ => Failure::from(error).rejected("malformed"),
    })?;
    let path = arguments.suite.display();
    let held = base.iter().flat_map(|base| &base.suite.apps);
    warn_of_alike(held.chain(&version.suite.apps).map(|app| &*app.name));
    match suite::verify(&cloud, &version, base.as_ref(), now) {
        Verdict::Valid => {
            print(&format!("{path}: valid, {}.", accepted(&cloud.owner, &version)));
            if version.cloud().is_none() {
                warn(
                    &format!("{path} is signed in format 1, which covers neither the cloud nor ceilings"),
                    "sign it again with `subcloud suite sign`, and renew certificates with `subcloud suite certify`",
                );
            }
            Ok(())
        }
        Verdict::Rejected(reason) => {
            let (why, remedy) = why::rejected(reason, &cloud, &version, base.as_ref());
            Err(Failure::run(format!("{path}: {why}"), Some(remedy)).rejected(reason.name()))
        }
    }
}

fn read(path: impl AsRef<std::path::Path>) -> Result<Description, datasets::Error> {
    Ok(suite::read(path.as_ref(), Names::Any(Vec::new()))?.description())
}

fn accepted(owner: &PublicKey, version: &Description) -> String {
    let number = version.suite.version;
    match (&version.signed_by, &version.certificate) {
        (Some(signed_by), Some(certificate)) if signed_by.key != *owner => {
            format!("version {number} is signed by {}, which {}", signed_by.key, allows(&certificate.grant))
        }
        _ => format!("version {number} is signed by the owner"),
    }
}

/// Seconds since 1970-01-01T00:00:00Z.
fn system_time() -> Result<i64, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map(|since| since.as_secs() as i64).map_err(|_| {
        Failure::input("the clock of this machine stands before 1970", "give the moment with --at, or set the clock")
    })
}
