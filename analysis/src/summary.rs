//! Everything the summary says, as values.

use std::path::Path;

use datasets::trace::{EventRow, OverlayRow, read};

use crate::{Aggregate, Application, Churn, Cost, DeadLinks, Error, Gradient, Settings, Settling};
use crate::{aggregates, applications, churn, gradients, overlay};

/// What a run showed. Its `Display` is a plain text of at most 80 columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Name of the run.
    pub run_id: String,
    /// Its seed.
    pub seed: u64,
    /// What its `run.json` says.
    pub settings: Settings,
    /// The last observed cycle.
    pub cycles: u32,
    /// Nodes alive before the first cycle.
    pub nodes_count: u64,
    /// Nodes alive after the last cycle.
    pub alive_count: u64,
    /// Names of the attributes, the order of [`Application::mean_attributes`].
    pub attributes: Vec<String>,
    /// The applications in the order of the suite.
    pub applications: Vec<Application>,
    /// When all applications together settled; `None` without applications.
    pub settling: Option<Settling>,
    /// The gradients in the order of the suite.
    pub gradients: Vec<Gradient>,
    /// The overlay of the nodes' views when it was first and last measured; empty where nodes keep none.
    pub overlay: Vec<OverlayRow>,
    /// Entries of live nodes' views that named dead nodes; `None` if there never was one.
    pub dead_links: Option<DeadLinks>,
    /// The aggregates in the order of the scenario.
    pub aggregates: Vec<Aggregate>,
    /// What happened to the cloud.
    pub events: Vec<EventRow>,
    /// Nodes that came and went by themselves; `None` if none did.
    pub churn: Option<Churn>,
    /// What the run cost its nodes.
    pub cost: Cost,
}

impl Summary {
    /// Reads the small tables of the run in `folder`, the directory given with `--out`.
    ///
    /// # Errors
    ///
    /// If `folder` holds no run, several runs, or damaged files.
    pub fn read(folder: &Path) -> Result<Summary, Error> {
        let run = read::Run::open(folder)?;
        let settings = Settings::read(folder)?;
        let cycles = run.cycles()?;
        let apps = run.apps()?;
        let events = run.events()?;
        let measured = run.overlay()?;
        Ok(Summary {
            run_id: run.meta().run_id.clone(),
            seed: run.meta().seed,
            cycles: cycles.last().map_or(0, |row| row.cycle),
            nodes_count: cycles.first().map_or(0, |row| row.alive_count),
            alive_count: cycles.last().map_or(0, |row| row.alive_count),
            attributes: run.meta().attributes.clone(),
            applications: applications::applications(&apps),
            settling: applications::settling_of_all(&apps),
            gradients: gradients::gradients(run.slices()?),
            dead_links: overlay::dead_links(&measured),
            overlay: ends(measured),
            aggregates: aggregates::aggregates(run.aggregates()?, churn::undisturbed(&cycles, &events), &settings),
            churn: churn::churn(&cycles, &events),
            cost: Cost::of(&cycles),
            events,
            settings,
        })
    }
}

/// The first and the last row.
fn ends(mut rows: Vec<OverlayRow>) -> Vec<OverlayRow> {
    if rows.len() > 2 {
        rows.drain(1..rows.len() - 1);
    }
    rows
}
