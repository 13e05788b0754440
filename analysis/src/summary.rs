//! Everything the summary says, as values.

use std::path::Path;

use datasets::trace::{BreachRow, EventRow, OverlayRow, read};

use crate::{
    Aggregate, AppChurn, Application, Change, Churn, Cost, DeadLinks, Error, Gradient, Settings, Settling, Version,
};
use crate::{aggregates, applications, changes, churn, gradients, moves, overlay, versions};

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
    /// The cycle from which on settling is measured: where the last version came in that nodes should take, or 0.
    pub settling_from: u32,
    /// The versions of the suite in the order of their coming in, the first one included.
    pub versions: Vec<Version>,
    /// What each later version did to the applications, bad ones left out.
    pub changes: Vec<Change>,
    /// The nodes that applications win and lose; empty if nothing disturbs the run, or nobody moves after the first cycle.
    pub app_churn: Vec<AppChurn>,
    /// The times in which a constraint of an application was broken, in the order of the trace.
    pub breaches: Vec<BreachRow>,
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
        let versions = versions::versions(&run.suites()?, &events);
        let settling_from = versions.iter().filter_map(Version::launch).map(|entry| entry.cycle).max().unwrap_or(0);
        // A new version makes no node come or go, and disturbs no aggregate.
        let disturbing = |event: &&EventRow| versions::launched(event).is_none();
        let disturbances: Vec<EventRow> = events.iter().filter(disturbing).cloned().collect();
        let churn = churn::churn(&cycles, &disturbances);
        let is_disturbed = churn.is_some() || !events.is_empty();
        Ok(Summary {
            run_id: run.meta().run_id.clone(),
            seed: run.meta().seed,
            cycles: cycles.last().map_or(0, |row| row.cycle),
            nodes_count: cycles.first().map_or(0, |row| row.alive_count),
            alive_count: cycles.last().map_or(0, |row| row.alive_count),
            attributes: run.meta().attributes.clone(),
            applications: applications::applications(&apps, settling_from),
            settling: applications::settling_of_all(&apps, settling_from),
            settling_from,
            changes: changes::changes(&apps, &versions),
            versions,
            app_churn: if is_disturbed { moves::app_churn(&apps) } else { Vec::new() },
            breaches: run.breaches()?,
            gradients: gradients::gradients(run.slices()?),
            dead_links: overlay::dead_links(&measured),
            overlay: ends(measured),
            aggregates: aggregates::aggregates(
                run.aggregates()?,
                churn::undisturbed(&cycles, &disturbances),
                &settings,
            ),
            churn,
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
