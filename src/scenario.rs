//! Arguments that every command with a scenario takes.

use std::path::PathBuf;

use datasets::scenario::{self, Scenario};

use crate::failure::{Failure, warn};

/// Which scenario, and what to change about it.
#[derive(Debug, clap::Args)]
// The group that clap makes of every struct would have the name of that of the command it is put into.
#[group(skip)]
pub struct Arguments {
    /// The scenario file (TOML).
    scenario: PathBuf,
    /// Number of nodes, in place of run.nodes; 1e8 and 1_000_000 are numbers too.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<String>,
    /// Number of cycles, in place of run.cycles; what the file schedules after the last one is left out.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    cycles: Option<String>,
    /// Seed of every random number, in place of run.seed.
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    seed: Option<String>,
    /// Sets any key of the scenario, as in slicing.protocol=ordered-max-gain, suite.app.chat.share=0.3 or
    /// fleet.class.0.share=0.5; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Arguments {
    /// Reads and checks the scenario, and warns of what is hardly meant.
    pub fn read(&self) -> Result<Scenario, Failure> {
        let scenario = self.checked()?;
        for doubt in scenario.doubts() {
            warn(&doubt.message, &doubt.remedy);
        }
        Ok(scenario)
    }

    /// The same scenario with another number of cycles, if that is one.
    pub fn read_with_cycles(&self, cycles: u32) -> Option<Scenario> {
        let Self { scenario, nodes, cycles: _, seed, set } = self;
        let (scenario, nodes, seed, set) = (scenario.clone(), nodes.clone(), seed.clone(), set.clone());
        Self { scenario, nodes, cycles: Some(cycles.to_string()), seed, set }.checked().ok()
    }

    fn checked(&self) -> Result<Scenario, Failure> {
        let named = [("run.nodes", &self.nodes), ("run.cycles", &self.cycles), ("run.seed", &self.seed)];
        let mut overrides: Vec<_> = named
            .into_iter()
            .filter_map(|(key, value)| value.as_ref().map(|value| (key.to_owned(), value.clone())))
            .collect();
        for set in &self.set {
            let help = "write --set KEY=VALUE, as in --set slicing.protocol=ordered-max-gain";
            let Some((key, value)) = set.split_once('=') else {
                return Err(Failure::input(format!("--set {set} has no '='"), help));
            };
            if key.trim().is_empty() {
                return Err(Failure::input(format!("--set {set} has no key"), help));
            }
            overrides.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        let scenario = scenario::read(&self.scenario, &overrides).map_err(|error| {
            let options = [("nodes", &self.nodes), ("cycles", &self.cycles), ("seed", &self.seed)];
            let given = options.into_iter().filter_map(|(option, value)| Some((option, value.as_ref()?)));
            given.fold(Failure::from(error), |failure, (option, value)| {
                failure.renamed(&format!("--set run.{option}={value} "), &format!("--{option} {value} "))
            })
        })?;
        Ok(scenario)
    }
}
