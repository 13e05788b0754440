//! Everything the summary says, as values.

use std::path::Path;

use datasets::trace::{AggregateRow, BreachRow, EventRow, OverlayRow, read};

use crate::{
    Aggregate, AppChurn, Application, Change, Churn, CloudPair, Cost, DeadLinks, Epochs, Error, Firing, Gradient,
    Inside, Own, Settings, Settling, Topology, Version,
};
use crate::{
    aggregates, applications, changes, churn, clouds, epochs, gradients, inside, moves, overlay, rules, topologies,
    versions,
};

/// What a run showed. Its `Display` is a plain text of at most 80 columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Name of the run.
    pub run_id: String,
    /// Its seed.
    pub seed: u64,
    /// What its `run.json` says.
    pub settings: Settings,
    /// The first observed cycle; not 0 in a fork, whose trace begins with the state of another run.
    pub first_cycle: u32,
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
    /// The cycle from which on settling is measured: where the last version came in, or was made by a rule, that nodes
    /// should take; 0 if there was none.
    pub settling_from: u32,
    /// The versions of the suite in the order of their coming in, the first one included.
    pub versions: Vec<Version>,
    /// What each later version did to the applications, bad ones left out.
    pub changes: Vec<Change>,
    /// What nodes changed by rules, in the order of the trace.
    pub firings: Vec<Firing>,
    /// The nodes that applications win and lose; empty if nothing disturbs the run, or nobody moves after the first
    /// cycle.
    pub app_churn: Vec<AppChurn>,
    /// The times in which a constraint of an application was broken, in the order of the trace.
    pub breaches: Vec<BreachRow>,
    /// What happened inside the applications, in the order of the suite; empty where they get nothing inside.
    pub inside: Vec<Inside>,
    /// The topologies that members built, in the order of the trace.
    pub topologies: Vec<Topology>,
    /// What protocols of one's own measured.
    pub own: Vec<Own>,
    /// The gradients in the order of the suite.
    pub gradients: Vec<Gradient>,
    /// Clouds that are several, or were, by pairs.
    pub clouds: Vec<CloudPair>,
    /// The overlay of the nodes' views when it was first and last measured; empty where nodes keep none.
    pub overlay: Vec<OverlayRow>,
    /// Entries of live nodes' views that named dead nodes; `None` if there never was one.
    pub dead_links: Option<DeadLinks>,
    /// The aggregates that do not restart, in the order of the scenario.
    pub aggregates: Vec<Aggregate>,
    /// Those that do.
    pub epochs: Vec<Epochs>,
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
        Summary::of(&read::Run::open(folder)?)
    }

    /// Reads the small tables of a run, which may be a point of a sweep.
    ///
    /// # Errors
    ///
    /// If its files are damaged.
    pub fn of(run: &read::Run) -> Result<Summary, Error> {
        let settings = Settings::read(run.record())?;
        let cycles = run.cycles()?;
        let apps = run.apps()?;
        let events = run.events()?;
        let (of_apps, measured): (Vec<_>, Vec<_>) = run.overlay()?.into_iter().partition(|row| row.app.is_some());
        let suites = run.suites()?;
        let versions = versions::versions(&suites, &events);
        let firings = rules::firings(run.rules()?, &suites, &apps);
        let last_cycle = cycles.last().map_or(0, |row| row.cycle);
        let settling_from = last_change(&versions, &firings).min(last_cycle);
        let disturbances: Vec<EventRow> =
            events.iter().filter(|event| versions::is_disturbing(event)).cloned().collect();
        let churn = churn::churn(&cycles, &disturbances);
        let is_disturbed = churn.is_some() || !events.is_empty() || !firings.is_empty();
        let undisturbed = churn::undisturbed(&cycles, &disturbances);
        let nodes_count = cycles.first().map_or(0, |row| row.alive_count);
        let finished = run.epochs()?;
        let (restarting, lasting): (Vec<_>, Vec<_>) = aggregates::by_name(run.aggregates()?)
            .into_iter()
            .partition(|rows: &Vec<AggregateRow>| epochs::restarts(rows, &finished));
        let (members, contacts, code) = (run.members()?, run.contacts()?, run.code()?);
        let rows = inside::Rows { members: &members, contacts: &contacts, code: &code, overlay: &of_apps, apps: &apps };
        Ok(Summary {
            run_id: run.meta().run_id.clone(),
            seed: run.meta().seed,
            first_cycle: cycles.first().map_or(0, |row| row.cycle),
            cycles: last_cycle,
            nodes_count,
            alive_count: cycles.last().map_or(0, |row| row.alive_count),
            attributes: run.meta().attributes.clone(),
            applications: applications::applications(&apps, settling_from),
            settling: applications::settling_of_all(&apps, settling_from),
            settling_from,
            changes: changes::changes(&apps, &versions),
            inside: inside::inside(rows, &versions),
            topologies: topologies::topologies(&run.topologies()?, &run.lookups()?, &run.registry()?),
            own: topologies::own(&run.own()?),
            versions,
            firings,
            app_churn: if is_disturbed { moves::app_churn(&apps) } else { Vec::new() },
            breaches: run.breaches()?,
            gradients: gradients::gradients(run.slices()?),
            dead_links: overlay::dead_links(&measured),
            clouds: clouds::pairs(&run.clouds()?),
            overlay: ends(measured),
            aggregates: (lasting.iter())
                .filter_map(|rows| aggregates::aggregate(rows, undisturbed, &settings))
                .collect(),
            epochs: (restarting.iter())
                .filter_map(|rows| epochs::of_aggregate(rows, &finished, nodes_count, undisturbed, &settings))
                .collect(),
            churn,
            cost: Cost::of(&cycles),
            events,
            settings,
        })
    }
}

/// The cycle at whose start the last version came in, or was there by a rule, that nodes should take; 0 if there was
/// none.
fn last_change(versions: &[Version], firings: &[Firing]) -> u32 {
    let launched = versions.iter().filter_map(Version::launch).map(|entry| entry.cycle);
    let made = firings.iter().filter(|firing| firing.is_taken()).map(|firing| firing.rule.cycle + 1);
    launched.chain(made).max().unwrap_or(0)
}

/// The first and the last row.
fn ends(mut rows: Vec<OverlayRow>) -> Vec<OverlayRow> {
    if rows.len() > 2 {
        rows.drain(1..rows.len() - 1);
    }
    rows
}
