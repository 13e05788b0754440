//! `subcloud check`.

use datasets::scenario::Source;

use crate::failure::Failure;
use crate::run::{grouped, print};
use crate::scenario;

/// Read a scenario and its fleet, say what is wrong and where, run nothing.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: scenario::Arguments,
}

/// Checks a scenario.
pub fn check(arguments: &Arguments) -> Result<(), Failure> {
    let scenario = arguments.scenario.read()?;
    let fleet = match &scenario.fleet.source {
        Source::Classes(classes) => format!("{} classes", classes.len()),
        Source::File(inventory) => {
            format!("{} rows of {}", grouped(inventory.read()?.rows as u64), inventory.path.display())
        }
    };
    print(&format!(
        "{}: ok. {} nodes ({fleet}), {} cycles, {} applications, {} aggregates, {} events.",
        scenario.name,
        grouped(scenario.run.nodes.into()),
        scenario.run.cycles,
        scenario.suite.apps.len(),
        scenario.aggregates.len(),
        scenario.events.len(),
    ));
    Ok(())
}
