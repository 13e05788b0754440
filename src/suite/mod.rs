//! `subcloud suite`: versions of the application suite in files of their own, who may make them, and whether nodes take
//! them.

mod certify;
mod check;
mod diff;
mod keygen;
mod rules;
mod show;
mod sign;
mod table;
mod verify;
mod why;

use clap::Subcommand;
use datasets::suite::{MOST_APPS, Suite};
use engine::government::layouts::apps_count;

use crate::failure::Failure;

/// Make, sign, verify and show versions of the application suite.
#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  subcloud suite keygen owner                     the owner of the cloud: owner.pem, owner.pub.pem
  subcloud suite keygen planner                   somebody who may change some applications
  subcloud suite certify planner.pub.pem --owner owner.pem --apps chat --most chat=0.2 --until 2027-01-01T00:00:00Z
  subcloud suite sign apps.toml --key planner.pem --certificate planner.cert.toml
  subcloud suite diff apps.toml --fleet plan.toml
  subcloud suite verify apps.signed.toml --trust owner.pub.pem --base current.toml"
)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Keygen(keygen::Arguments),
    Certify(certify::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
    Show(show::Arguments),
    Check(check::Arguments),
    Diff(diff::Arguments),
}

/// Does what is asked with a suite.
pub fn suite(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.command {
        Command::Keygen(arguments) => keygen::keygen(arguments),
        Command::Certify(arguments) => certify::certify(arguments),
        Command::Sign(arguments) => sign::sign(arguments),
        Command::Verify(arguments) => verify::verify(arguments),
        Command::Show(arguments) => show::show(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Diff(arguments) => diff::diff(arguments),
    }
}

/// Refuses two versions that have too many applications together for nodes to tell them apart.
fn fit_together(before: &Suite, after: &Suite) -> Result<(), Failure> {
    match apps_count(before, after) {
        0..=MOST_APPS => Ok(()),
        found => {
            let message = format!("both versions together have {found} applications, expected at most {MOST_APPS}");
            Err(Failure::input(message, "keep the names of applications that stay the same"))
        }
    }
}
