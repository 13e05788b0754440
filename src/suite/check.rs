//! `subcloud suite check`.

use std::path::PathBuf;

use datasets::suite::{self, Names};

use crate::failure::Failure;
use crate::run::{counted, print};

/// Read a version of the suite, and say what is wrong and where.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The suite file (TOML).
    #[arg(value_name = "SUITE.toml")]
    suite: PathBuf,
    /// A scenario: the suite may speak of no attributes but those of its fleet.
    #[arg(long, value_name = "SCENARIO")]
    fleet: Option<PathBuf>,
}

/// Checks a suite.
pub fn check(arguments: &Arguments) -> Result<(), Failure> {
    let scenario = arguments.fleet.as_deref().map(|path| datasets::scenario::read(path, &[])).transpose()?;
    let names = scenario.as_ref().map_or(Names::Any(Vec::new()), |scenario| Names::Fleet(&scenario.fleet.attributes));
    let file = suite::read(&arguments.suite, names)?;
    print(&format!(
        "{}: ok. Version {}, {}, {}, {}.",
        arguments.suite.display(),
        file.suite.version,
        counted(file.suite.apps.len() as u64, "application", "applications"),
        counted(file.description().bytes_count(), "byte", "bytes"),
        if file.signed_by.is_some() { "signed" } else { "not signed" },
    ));
    Ok(())
}
