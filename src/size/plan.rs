//! What is to be evaluated.

use std::ops::RangeInclusive;

use analysis::sizing::Goal;
use datasets::scenario::Scenario;
use datasets::suite::{App, Condition, Names, Request};

use super::arguments::Arguments;
use crate::failure::Failure;

/// Cycles in which nodes find out where they belong, and the part that they may take of a run from the application's
/// entry on.
const SETTLING_CYCLES: u32 = 40;
const SETTLING_PART: u32 = 4;

/// Nodes that a replica should hold in the application, and the least that it has in all.
const HELD_IN_REPLICA: f64 = 2_000.0;
const LEAST_REPLICA: f64 = 20_000.0;

/// Nodes from which on one run of the full size must do.
const ONE_WILL_DO: u32 = 20_000_000;

/// Runs of the full size below that.
const CONFIRMING: usize = 4;

/// What is to be evaluated.
#[derive(Debug)]
pub struct Plan {
    /// The scenario, with as many cycles as are counted.
    pub full: Scenario,
    /// The same with the nodes of a replica.
    pub replica: Scenario,
    /// Why replicas are of the full size, if that is not because it is small.
    pub full_because: Option<&'static str>,
    /// The application's name.
    pub app: String,
    /// Its number among those of the scenario.
    pub number: usize,
    /// Whether only nodes count that run it.
    pub usable: bool,
    /// Which nodes count.
    pub condition: Option<Condition>,
    /// What is to be held, and for how long.
    pub goal: Goal,
    /// The cycles that count.
    pub counted: RangeInclusive<u32>,
    /// Live nodes of the full cloud: the mean over the counted cycles, of which shares are parts. All nodes of the
    /// scenario until they are counted ([`super::live`]).
    pub live: f64,
    /// Whether the application asks for a number of nodes and not for a share.
    pub in_nodes: bool,
    /// Replicas.
    pub replicas: usize,
    /// Runs of the full size, none if replicas are.
    pub confirm: usize,
}

impl Plan {
    /// Checks what the command line asks for.
    pub fn new(arguments: &Arguments, scenario: &Scenario) -> Result<Self, Failure> {
        if arguments.usable && scenario.subcloud.is_none() {
            let message = "--usable: nodes run an application as soon as they belong to it without [subcloud]";
            return Err(Failure::input(message, "add [subcloud] to the scenario, or leave --usable out"));
        }
        let mut full = scenario.clone();
        let app = app(&full, &arguments.app)?;
        let in_nodes = match app.request {
            Request::Share(_) => false,
            Request::Nodes(_) => true,
            Request::Rest(_) => {
                let message = format!("--app {}: it takes what the others leave, and asks for nothing", app.name);
                let help =
                    format!("give it a share to begin with: --set suite.app.{}.share=0.1, and no rest", app.name);
                return Err(Failure::input(message, help));
            }
        };
        let app = app.name.clone();
        let number = full.app_names().iter().position(|name| *name == app).unwrap_or_default();
        let condition = arguments.condition.as_deref().map(|text| condition(text, &full)).transpose()?;
        // Before the version enters that brings the application, nobody belongs to it.
        let before = full.entry(&app).map_or(0, |cycle| cycle - 1);
        let passed = arguments.settle.map_or_else(|| settled(&full, before), |settle| before.saturating_add(settle));
        full.run.cycles = full.run.cycles.max(passed.saturating_add(arguments.over.unwrap_or(1)));
        let cycles = full.run.cycles;
        let counted = arguments.over.map_or(passed + 1, |over| cycles - over + 1)..=cycles;
        without_needless(&mut full);
        let (replica, full_because) = replica(&full, arguments);
        let is_full = replica.run.nodes == full.run.nodes;
        let enough = if full.run.nodes > ONE_WILL_DO { 1 } else { CONFIRMING };
        Ok(Self {
            number,
            usable: arguments.usable,
            condition,
            goal: Goal { hold: arguments.hold.into(), fraction: arguments.fraction, confidence: arguments.confidence },
            counted,
            live: full.run.nodes.into(),
            in_nodes,
            replicas: arguments.replicas,
            confirm: if is_full { 0 } else { arguments.confirm.unwrap_or(enough) },
            full,
            replica,
            full_because,
            app,
        })
    }

    /// What nodes are there for: `hold` if all count that belong to the application, `run on` if those do that run it.
    pub fn to_hold(&self) -> &'static str {
        if self.usable { "run on" } else { "hold" }
    }

    /// The same of one application.
    pub fn holds(&self) -> &'static str {
        if self.usable { "runs on" } else { "holds" }
    }

    /// How many times the nodes of a replica the full cloud has.
    pub fn scale(&self) -> f64 {
        f64::from(self.full.run.nodes) / f64::from(self.replica.run.nodes)
    }
}

/// The application of a name, as the first version that has it has it.
fn app<'s>(scenario: &'s Scenario, name: &str) -> Result<&'s App, Failure> {
    scenario.versions().flat_map(|suite| &suite.apps).find(|app| app.name == name).ok_or_else(|| {
        let names = scenario.app_names();
        let help = match names.as_slice() {
            [] => "the scenario has no application: add one under [[suite.app]]".to_owned(),
            names => format!("the scenario has: {}", names.join(", ")),
        };
        Failure::input(format!("--app {name}: there is no such application"), help)
    })
}

/// A condition on the attributes of the fleet.
fn condition(text: &str, scenario: &Scenario) -> Result<Condition, Failure> {
    Condition::parse(text, &mut Names::Fleet(&scenario.fleet.attributes))
        .map_err(|fault| Failure::input(format!("--where '{text}': {}", fault.message), fault.help))
}

/// Cycles that do not count, of an application that enters after so many.
fn settled(scenario: &Scenario, before: u32) -> u32 {
    let left = scenario.run.cycles.saturating_sub(before);
    let slices = before.saturating_add(SETTLING_CYCLES.min(left / SETTLING_PART));
    let epochs = scenario.counter().and_then(|size| scenario.aggregates[size].epochs);
    // Before it has lived through an epoch, a node does not know how many there are: it counts from the run's first
    // cycle on, whenever the application enters.
    let counts = epochs.filter(|_| scenario.needs_size()).map_or(0, |epochs| 2 * epochs.cycles);
    slices.max(counts)
}

/// Leaves out what does not change who holds what: aggregates that nothing goes by, and snapshots.
fn without_needless(scenario: &mut Scenario) {
    let has_rules = scenario.versions().any(|suite| suite.rules().next().is_some());
    if !has_rules && !scenario.needs_size() {
        scenario.aggregates.clear();
    }
    scenario.trace.nodes = None;
    scenario.trace.edges = None;
}

/// The scenario with the nodes of a replica, and why that is the full size.
fn replica(full: &Scenario, arguments: &Arguments) -> (Scenario, Option<&'static str>) {
    let nodes = f64::from(full.run.nodes);
    let enough = (nodes * HELD_IN_REPLICA / f64::from(arguments.hold)).max(LEAST_REPLICA).ceil();
    let wanted = arguments.replica_nodes.map_or(enough, f64::from).min(nodes) as u32;
    match full.resized(wanted) {
        Some(replica) => (replica, None),
        None => (full.clone(), Some("rules of the suite compare numbers that only mean something at the full size")),
    }
}
