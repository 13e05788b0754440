//! Arguments that every command with a scenario takes.

use std::path::PathBuf;

use datasets::scenario::{self, Scenario};

use crate::failure::Failure;

/// Which scenario, and what to change about it.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// The scenario file (TOML).
    scenario: PathBuf,
    /// Number of nodes, in place of run.nodes; 1e8 and 1_000_000 are numbers too.
    #[arg(long, value_name = "N")]
    nodes: Option<String>,
    /// Number of cycles, in place of run.cycles; what the file schedules after the last one is left out.
    #[arg(long, value_name = "N")]
    cycles: Option<String>,
    /// Seed of every random number, in place of run.seed.
    #[arg(long, value_name = "S")]
    seed: Option<String>,
    /// Sets any key of the scenario, as in slicing.protocol=ordered-max-gain, suite.app.chat.share=0.3 or
    /// fleet.class.0.share=0.5; may be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Arguments {
    /// Reads and checks the scenario.
    pub fn read(&self) -> Result<Scenario, Failure> {
        let named = [("run.nodes", &self.nodes), ("run.cycles", &self.cycles), ("run.seed", &self.seed)];
        let mut overrides: Vec<_> = named
            .into_iter()
            .filter_map(|(key, value)| value.as_ref().map(|value| (key.to_owned(), value.clone())))
            .collect();
        for set in &self.set {
            let Some((key, value)) = set.split_once('=') else {
                let help = "write --set KEY=VALUE, as in --set slicing.protocol=ordered-max-gain";
                return Err(Failure::input(format!("--set {set} has no '='"), help));
            };
            overrides.push((key.trim().to_owned(), value.trim().to_owned()));
        }
        Ok(scenario::read(&self.scenario, &overrides)?)
    }
}
