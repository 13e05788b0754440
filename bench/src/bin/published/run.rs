//! Runs scenarios given as text, one after the other seed, and hands over what was observed.

use std::fs;

use datasets::scenario::{self, Scenario};
use datasets::trace::read::Run;
use datasets::trace::{
    AggregateRow, AppRow, CloudRow, ContactRow, CycleRow, EpochRow, LookupRow, MemberRow, Meta, OverlayRow,
    RegistryRow, SliceRow, SuiteRow, TopologyRow, Writer,
};
use engine::cloud::Cloud;
use engine::{Simulation, Storage};
use kernels::epochs::takes_part;
use rayon::prelude::*;

/// What may go wrong, for whoever reads it.
pub type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// A finished run.
pub struct Observed {
    /// Messages and bytes.
    pub cycles: Vec<CycleRow>,
    /// How well ranks are known.
    pub slices: Vec<SliceRow>,
    /// Who holds what.
    pub apps: Vec<AppRow>,
    /// Estimates under way.
    pub aggregates: Vec<AggregateRow>,
    /// The overlay that views span.
    pub overlay: Vec<OverlayRow>,
    /// How clouds have mixed.
    pub clouds: Vec<CloudRow>,
    /// Which versions of the suite nodes hold.
    pub suites: Vec<SuiteRow>,
    /// Whom nodes know in applications.
    pub contacts: Vec<ContactRow>,
    /// Who belongs to applications.
    pub members: Vec<MemberRow>,
    /// How far topologies are from what they are to be.
    pub topologies: Vec<TopologyRow>,
    /// What became of requests that go through them.
    pub lookups: Vec<LookupRow>,
    /// What became of values that members hold.
    pub registry: Vec<RegistryRow>,
    /// Epochs that have ended.
    pub epochs: Vec<EpochRow>,
    /// Of each instance of a count, its mean over those that take part at the end, in units of one over the nodes at
    /// the start.
    pub instances: Vec<f64>,
}

/// The mean of something over runs.
pub fn mean(runs: &[Observed], of: impl Fn(&Observed) -> f64) -> f64 {
    runs.iter().map(of).sum::<f64>() / runs.len() as f64
}

/// Cycles until something falls below a value, between two of them by the logarithm; after the first row one is over.
pub fn cycles_until<R>(rows: &[R], below: f64, of: impl Fn(&R) -> f64) -> f64 {
    let logarithm = |row: usize| libm::log(of(&rows[row]) / below);
    let Some(row) = rows.iter().position(|row| of(row) <= below) else { return f64::NAN };
    let Some(before) = row.checked_sub(1) else { return 1.0 };
    let part = logarithm(before) / (logarithm(before) - logarithm(row));
    row as f64 + part
}

/// A cloud whose nodes have a load, uniform in 0..1, and what else the scenario says.
pub fn text(nodes: u32, cycles: u32, more: &str) -> String {
    format!(
        "[run]\nnodes = {nodes}\ncycles = {cycles}\n[[fleet.class]]\nname = \"any\"\nshare = 1.0\n\
         attributes.load = {{ uniform = [0.0, 1.0] }}\n{more}\n"
    )
}

/// A count in one epoch of so many cycles, of which only beginning and end are written.
pub fn count(cycles: u32, instances: u32) -> String {
    format!(
        "[trace]\nevery = {cycles}\n[[aggregate]]\nname = \"size\"\nfunction = \"count\"\nepoch_cycles = {cycles}\n\
         instances = {instances}\n"
    )
}

/// Runs a scenario with so many seeds, each in a thread; they come in order.
pub fn seeds(what: &str, seeds: u32, text: &str) -> Outcome<Vec<Observed>> {
    changed(what, seeds, text, |_| {})
}

/// As [`seeds`], with scenarios that are changed in a way that has no spelling.
pub fn changed(what: &str, seeds: u32, text: &str, change: impl Fn(&mut Scenario) + Sync) -> Outcome<Vec<Observed>> {
    eprintln!("{what}");
    (1..=seeds).into_par_iter().map(|seed| one(seed, text, (&change, |_| {}, None))).collect()
}

/// As [`seeds`], with clouds that are changed before their first cycle.
pub fn begun(what: &str, seeds: u32, text: &str, begin: impl Fn(&mut Cloud) + Sync) -> Outcome<Vec<Observed>> {
    eprintln!("{what}");
    (1..=seeds).into_par_iter().map(|seed| one(seed, text, (|_| {}, &begin, None))).collect()
}

/// As [`seeds`], with clouds that are changed after their last cycle, by their seed, and observed once more.
pub fn ended(what: &str, seeds: u32, text: &str, end: impl Fn(&mut Cloud, u32) + Sync) -> Outcome<Vec<Observed>> {
    eprintln!("{what}");
    (1..=seeds).into_par_iter().map(|seed| one(seed, text, (|_| {}, |_| {}, Some(&end)))).collect()
}

/// What is done to a cloud after its last cycle, by its seed.
type End<'a> = Option<&'a (dyn Fn(&mut Cloud, u32) + Sync)>;

fn one(
    seed: u32,
    text: &str,
    (change, begin, end): (impl Fn(&mut Scenario), impl Fn(&mut Cloud), End<'_>),
) -> Outcome<Observed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("published.toml");
    fs::write(&path, text)?;
    let mut scenario = scenario::read(&path, &[("run.seed".into(), seed.to_string())])?;
    change(&mut scenario);
    let out = folder.path().join("out");
    let mut trace = Writer::create(&out, meta(&scenario), false)?;
    let mut simulation = Simulation::new(&scenario, &Storage::Memory)?;
    begin(simulation.cloud_mut());
    simulation.observe(&mut trace)?;
    for _ in 0..scenario.run.cycles {
        simulation.cycle(&mut trace);
        simulation.observe(&mut trace)?;
    }
    if let Some(end) = end {
        end(simulation.cloud_mut(), seed);
        simulation.observe(&mut trace)?;
    }
    let instances = instances(&simulation);
    trace.finish("{}")?;
    let run = Run::open(&out)?;
    Ok(Observed {
        cycles: run.cycles()?,
        slices: run.slices()?,
        apps: run.apps()?,
        aggregates: run.aggregates()?,
        overlay: run.overlay()?,
        clouds: run.clouds()?,
        suites: run.suites()?,
        contacts: run.contacts()?,
        members: run.members()?,
        topologies: run.topologies()?,
        lookups: run.lookups()?,
        registry: run.registry()?,
        epochs: run.epochs()?,
        instances,
    })
}

fn meta(scenario: &Scenario) -> Meta {
    Meta {
        run_id: "published".into(),
        seed: scenario.run.seed,
        attributes: scenario.fleet.attributes.clone(),
        apps: scenario.app_names(),
        ..Meta::default()
    }
}

/// The means of the instances of the first group.
fn instances(simulation: &Simulation<'_>) -> Vec<f64> {
    let cloud = simulation.cloud();
    let Some(group) = cloud.aggregation.parts.first() else { return Vec::new() };
    let (nodes, alive) = (cloud.population.nodes, cloud.population.alive());
    let takes_part = |node: usize| group.tags.as_deref().is_none_or(|tags| takes_part(tags[node][0]));
    let inside: Vec<usize> = (0..nodes).filter(|&node| alive.holds(node) && takes_part(node)).collect();
    let mean = |shares: &[f64]| inside.iter().map(|&node| shares[node]).sum::<f64>() / inside.len() as f64;
    group.instances.iter().map(|shares| mean(shares) * nodes as f64).collect()
}
