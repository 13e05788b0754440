//! `subcloud compare`.

use std::path::PathBuf;

use analysis::Error;
use analysis::compare::Comparison;

use crate::failure::Failure;
use crate::run::print;

/// Set two runs or two sweeps side by side: how their metrics differ, and for two runs where they differ first. Points
/// of sweeps are paired by their seed, and by what the sweep sets; differences come with their 95 % interval.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud compare out/before out/after
  subcloud compare out/telco_loss out/telco_loss_ranking")]
pub struct Arguments {
    /// The directory of a run or a sweep.
    first: PathBuf,
    /// Another one; differences are those of this one to the first.
    second: PathBuf,
}

/// Compares two directories.
pub fn compare(arguments: &Arguments) -> Result<(), Failure> {
    datasets::trace::settle(&arguments.first);
    datasets::trace::settle(&arguments.second);
    let comparison = Comparison::read(&arguments.first, &arguments.second).map_err(|error| match error {
        error @ Error::Unlike { .. } => Failure::input(error.to_string(), error.remedy()),
        Error::Trace(error @ datasets::trace::Error::NoRun { .. }) => Failure::input(error.to_string(), error.remedy()),
        error => error.into(),
    })?;
    print(comparison.to_string().trim_end());
    Ok(())
}
