//! `subcloud suite check`.

use analysis::number::counted;
use std::path::{Path, PathBuf};

use datasets::scenario::Scenario;
use datasets::suite::{self, Names, Suite};

use crate::failure::Failure;
use crate::run::print;

/// Read a version of the suite, and say what is wrong and where.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud suite check apps.toml --fleet plan.toml")]
pub struct Arguments {
    /// The suite file (TOML).
    #[arg(value_name = "SUITE.toml")]
    suite: PathBuf,
    /// A scenario: the suite may speak of no attributes but those of its fleet, and its rules of no aggregates but its
    /// own.
    #[arg(long, value_name = "SCENARIO")]
    fleet: Option<PathBuf>,
}

/// Checks a suite.
pub fn check(arguments: &Arguments) -> Result<(), Failure> {
    let scenario = arguments.fleet.as_deref().map(|path| datasets::scenario::read(path, &[])).transpose()?;
    let names = scenario.as_ref().map_or(Names::Any(Vec::new()), |scenario| Names::Fleet(&scenario.fleet.attributes));
    let file = suite::read(&arguments.suite, names)?;
    if let Some(scenario) = &scenario {
        watches(&arguments.suite, &file.suite, scenario)?;
    }
    let rules = match file.suite.rules().count() as u64 {
        0 => String::new(),
        rules => format!(", {}", counted(rules, "rule", "rules")),
    };
    print(&format!(
        "{}: ok. Version {}, {}{rules}, {}, {}.",
        arguments.suite.display(),
        file.suite.version,
        counted(file.suite.apps.len() as u64, "application", "applications"),
        counted(file.description().bytes_count(), "byte", "bytes"),
        if file.signed_by.is_some() { "signed" } else { "not signed" },
    ));
    Ok(())
}

/// Whether the scenario has what the rules of a suite watch.
fn watches(path: &Path, suite: &Suite, scenario: &Scenario) -> Result<(), Failure> {
    let has = |name: &String| scenario.aggregates.iter().any(|aggregate| aggregate.name == *name);
    let missing =
        suite.rules().find_map(|rule| rule.aggregates.iter().find(|name| !has(name)).map(|name| (rule, name)));
    missing.map_or(Ok(()), |(rule, name)| {
        let message = format!(
            "{}: rule \"{}\" watches `{name}`, and no aggregate of {} has that name",
            path.display(),
            rule.name,
            scenario.name
        );
        Err(Failure::input(message, "add an [[aggregate]] of that name to the scenario, or watch another one"))
    })
}
