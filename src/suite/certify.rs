//! `subcloud suite certify`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use datasets::suite::{self, Ceiling, Certificate, Cloud, Grant, PrivateKey, PublicKey, Scope, alike, moment};

use analysis::number::counted;

use crate::failure::{Failure, warn};
use crate::file;
use crate::run::print;

/// Let a key change applications: the owner signs a certificate for it.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[command(after_help = "\
Examples:
  subcloud suite certify planner.pub.pem --owner owner.pem --apps chat,recorder --until 2027-01-01T00:00:00Z
  subcloud suite certify planner.pub.pem --owner owner.pem --apps chat --most chat=0.2 --rules --for-ever
  subcloud suite certify deputy.pub.pem --owner owner.pem --all --cloud upstairs --until 2027-01-01T00:00:00Z")]
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
    /// For how much an application may ask: a share, as in chat=0.2, or nodes, as in chat=5000nodes. May be given for
    /// each application, in both units.
    #[arg(long, value_name = "NAME=LIMIT", requires = "apps")]
    most: Vec<String>,
    /// It may write rules, which may do no more than it may itself.
    #[arg(long)]
    rules: bool,
    /// The name of the cloud, where the owner has several [default: none].
    #[arg(long, value_name = "NAME", default_value = "")]
    cloud: String,
    /// The certificate is good before this moment, as in 2027-01-01T00:00:00Z.
    #[arg(long, value_name = "DATE", required_unless_present = "for_ever")]
    until: Option<String>,
    /// The certificate is good for ever, unless the owner revokes the key.
    #[arg(long, conflicts_with = "until")]
    for_ever: bool,
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
    if let Scope::Apps(apps) = &scope {
        warn_of_alike(apps.keys().map(String::as_str));
    }
    let until = arguments.until.as_deref().map(|date| moment_of("--until", date)).transpose()?;
    let out = arguments.out.clone().map_or_else(|| beside(&arguments.key), Ok)?;
    file::may_write(&out, arguments.force)?;
    let owner = PrivateKey::read(&arguments.owner)?;
    let cloud = Some(Cloud::of(owner.public(), &arguments.cloud).id);
    let certificate = Certificate::issue(&owner, Grant { key, cloud, scope, rules: arguments.rules, until });
    file::write(&out, &certificate.to_toml())?;
    print(&format!("{}: the key {key} {}", out.display(), allows(&certificate.grant)));
    Ok(())
}

/// Warns of names of applications that differ and look alike.
pub fn warn_of_alike<'n>(names: impl IntoIterator<Item = &'n str>) {
    for (one, other) in alike(names) {
        let codes = |name: &str| name.escape_unicode().to_string();
        let message = format!("\"{one}\" and \"{other}\" look alike, and are two applications");
        warn(&message, &format!("see that both are meant: {} and {}", codes(one), codes(other)));
    }
}

/// What a certificate allows, in words.
pub fn allows(grant: &Grant) -> String {
    let scope = match &grant.scope {
        Scope::All => "everything".to_owned(),
        Scope::Apps(apps) => apps.iter().map(|(name, ceiling)| named(name, *ceiling)).collect::<Vec<_>>().join(", "),
    };
    let rules = if grant.rules { ", with rules," } else { "" };
    match grant.until {
        Some(until) => format!("may change {scope}{rules} until {}", moment::text(until)),
        None => format!("may change {scope}{rules} for ever"),
    }
}

/// An application and its ceiling.
fn named(name: &str, ceiling: Ceiling) -> String {
    let share = ceiling.share.map(|share| format!("a share of {share}"));
    let nodes = ceiling.nodes.map(|nodes| counted(nodes, "node", "nodes"));
    let limits: Vec<String> = share.into_iter().chain(nodes).collect();
    if limits.is_empty() { format!("\"{name}\"") } else { format!("\"{name}\" (at most {})", limits.join(" or ")) }
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
    let names = arguments.apps.iter().map(|name| (name.trim().to_owned(), Ceiling::default()));
    let mut names: BTreeMap<String, Ceiling> = names.collect();
    for name in names.keys() {
        if let Some((fault, help)) = suite::name_fault(name) {
            let message = format!("--apps {}: a name {fault}", arguments.apps.join(","));
            return Err(Failure::input(message, help));
        }
    }
    for most in &arguments.most {
        limit(most, &mut names)?;
    }
    Ok(Scope::Apps(names))
}

/// Gives an application the ceiling that an argument says.
fn limit(most: &str, names: &mut BTreeMap<String, Ceiling>) -> Result<(), Failure> {
    let wrong = |what: &str| {
        let help = "write a share from 0 to 1, as in --most chat=0.2, or nodes, as in --most chat=5000nodes";
        Failure::input(format!("--most {most}: {what}"), help)
    };
    let (name, number) = most.rsplit_once('=').ok_or_else(|| wrong("there is no `=`"))?;
    let Some(ceiling) = names.get_mut(name.trim()) else { return Err(wrong("--apps does not name this application")) };
    let is_given = if let Some(nodes) = number.trim().strip_suffix("nodes") {
        let nodes: u32 = nodes.trim().replace('_', "").parse().map_err(|_| wrong("this is no number of nodes"))?;
        ceiling.nodes.replace(nodes.into()).is_some()
    } else {
        let share = number.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
        ceiling.share.replace(share.ok_or_else(|| wrong("this is no share"))?).is_some()
    };
    if is_given { Err(wrong("this application has a limit in that unit already")) } else { Ok(()) }
}

/// `keys/planner.cert.toml` for `keys/planner.pub.pem`.
fn beside(key: &Path) -> Result<PathBuf, Failure> {
    let stem = key.with_extension("");
    file::with_ending(
        &if stem.extension().is_some_and(|end| end == "pub") { stem.with_extension("") } else { stem },
        ".cert.toml",
    )
}
