//! Runs scenarios given as text, and hands over their traces.
#![allow(dead_code, reason = "not every test needs everything")]
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

pub mod anything;

use std::fs;
use std::path::Path;

use datasets::scenario::{self, Scenario};
use datasets::trace::read::Run;
use datasets::trace::{
    AggregateRow, AppRow, AttributeRow, BreachRow, CloudRow, CodeRow, ContactRow, CycleRow, DegreeRow, EpochRow,
    EventRow, LookupRow, MemberRow, Meta, NodeRows, OverlayRow, RegistryRow, RuleRow, SliceRow, SuiteRow, TopologyRow,
    Writer,
};
use engine::cloud::Cloud;
use engine::memory::Fields;
use engine::observer::truth::Truth;
use engine::plans::Needs;
use engine::population::Fleet;
use engine::{Simulation, Storage};

/// The rows of a finished run, and the digest of its last state.
pub struct Result {
    pub cycles: Vec<CycleRow>,
    pub slices: Vec<SliceRow>,
    pub apps: Vec<AppRow>,
    pub aggregates: Vec<AggregateRow>,
    pub epochs: Vec<EpochRow>,
    pub rules: Vec<RuleRow>,
    pub overlay: Vec<OverlayRow>,
    pub degrees: Vec<DegreeRow>,
    pub clouds: Vec<CloudRow>,
    pub contacts: Vec<ContactRow>,
    pub members: Vec<MemberRow>,
    pub code: Vec<CodeRow>,
    pub topologies: Vec<TopologyRow>,
    pub lookups: Vec<LookupRow>,
    pub registry: Vec<RegistryRow>,
    pub events: Vec<EventRow>,
    pub suites: Vec<SuiteRow>,
    pub breaches: Vec<BreachRow>,
    pub attributes: Vec<AttributeRow>,
    /// The snapshots, one a cycle.
    pub snapshots: Vec<NodeRows>,
    pub digest: u64,
}

/// A line by which a text asks that exchanges run from a list, a mechanism that is no part of the language of
/// scenarios.
pub const LISTED: &str = "# listed\n";

/// A scenario from its text.
pub fn scenario(text: &str) -> Scenario {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.toml");
    fs::write(&path, text).unwrap();
    let mut scenario = scenario::read(&path, &[]).unwrap();
    scenario.sampling.listed = text.contains(LISTED);
    scenario
}

/// A cloud as it is born, with the truth about it still to be found.
pub fn born(scenario: &Scenario) -> (Cloud, Truth) {
    let needs = Needs::of(scenario);
    let (mut cloud, truth) = (Cloud::declare(&needs), Truth::declare(&needs));
    for field in cloud.fields().into_iter().chain(truth.fields()) {
        field.allocate(&Storage::Memory, scenario.run.nodes as usize).unwrap();
    }
    cloud.birth(scenario, &Fleet::read(scenario).unwrap()).unwrap();
    (cloud, truth)
}

/// Runs a scenario in memory.
pub fn run(text: &str) -> Result {
    run_in(text, &Storage::Memory)
}

/// Runs a scenario with so many threads.
pub fn run_with(threads: usize, text: &str) -> Result {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| run(text))
}

/// Runs a scenario with its columns where `storage` says.
pub fn run_in(text: &str, storage: &Storage) -> Result {
    run_scenario(&scenario(text), storage)
}

/// Runs a scenario that has been read.
pub fn run_scenario(scenario: &Scenario, storage: &Storage) -> Result {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut trace = Writer::create(&out, meta(scenario), false).unwrap();
    let mut simulation = Simulation::new(scenario, storage).unwrap();
    simulation.observe(&mut trace).unwrap();
    for _ in 0..scenario.run.cycles {
        simulation.cycle(&mut trace);
        simulation.observe(&mut trace).unwrap();
    }
    let digest = simulation.digest();
    trace.finish("{}").unwrap();
    read(&out, digest)
}

pub fn meta(scenario: &Scenario) -> Meta {
    Meta {
        run_id: "test".into(),
        seed: scenario.run.seed,
        attributes: scenario.fleet.attributes.clone(),
        apps: scenario.app_names(),
        ..Meta::default()
    }
}

fn read(out: &Path, digest: u64) -> Result {
    let run = Run::open(out).unwrap();
    let mut snapshots: Vec<NodeRows> = Vec::new();
    run.nodes(|rows| match snapshots.last_mut().filter(|last| last.cycle == rows.cycle) {
        None => snapshots.push(rows),
        Some(last) => {
            last.node_ids.extend(rows.node_ids);
            last.alive.extend(rows.alive);
            last.apps.extend(rows.apps);
            last.memberships.extend(rows.memberships);
            last.phases.extend(rows.phases);
            let estimates = last.estimates.iter_mut().zip(rows.estimates);
            estimates.for_each(|((_, all), (_, values))| all.extend(values));
            last.rank_fractions.iter_mut().zip(rows.rank_fractions).for_each(|(all, ranks)| all.extend(ranks));
            last.attributes.iter_mut().zip(rows.attributes).for_each(|(all, values)| all.extend(values));
        }
    })
    .unwrap();
    Result {
        cycles: run.cycles().unwrap(),
        slices: run.slices().unwrap(),
        apps: run.apps().unwrap(),
        aggregates: run.aggregates().unwrap(),
        epochs: run.epochs().unwrap(),
        rules: run.rules().unwrap(),
        overlay: run.overlay().unwrap(),
        degrees: run.degrees().unwrap(),
        clouds: run.clouds().unwrap(),
        contacts: run.contacts().unwrap(),
        members: run.members().unwrap(),
        topologies: run.topologies().unwrap(),
        lookups: run.lookups().unwrap(),
        registry: run.registry().unwrap(),
        events: run.events().unwrap(),
        code: run.code().unwrap(),
        suites: run.suites().unwrap(),
        breaches: run.breaches().unwrap(),
        attributes: run.attributes().unwrap(),
        snapshots,
        digest,
    }
}
