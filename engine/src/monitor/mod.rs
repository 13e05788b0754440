//! Monitoring: nodes of an application watch what they have found by aggregation, and change the suite by the rules that it carries.
//!
//! ```text
//! a live node of the application that carries a rule has finished an epoch of the first aggregate that its condition names:
//!     the condition holds of its own results: one epoch more in a row, else none
//!     so many epochs in a row: it makes the next version of the suite that it holds, signs it with the monitor's key, verifies it
//!     as every node does, and takes it; and the rule rests with it
//! a node takes a version that a rule has made: the rule rests with it
//! ```
//!
//! Jelasity et al., *Managing Clouds*, section 5 (a monitoring service that intervenes by modifying the suite). All nodes that act by
//! a rule on the same version make the same bytes, so that it is one version that enters at many nodes ([`version`]).
//!
//! A byte a node and rule: for how many epochs in a row the condition held, or from [`RESTS`] on, for how many more epochs the rule
//! rests. It rests with nodes of other applications too, since any of them may become a member before the others may act again; they
//! count nothing, and neither do adversaries. Nodes that hold a version without the rule forget it.
//!
//! Reads and writes that byte and reads two more in every cycle; where epochs end, reads four bytes an aggregate.

pub mod action;
pub mod streak;
pub mod version;

use std::cmp::Reverse;

use datasets::scenario::Scenario;
use datasets::suite::Rule;
use datasets::trace::{EventRow, Writer};

use crate::cloud::{Cloud, Finished};
use crate::ledger::Ledger;
use crate::plan::{Plans, rule_names};
use crate::suites::Suites;
use streak::{Act, MOST, take, watch};
use version::{Draft, Outcome};

pub use streak::{RESTS, forget, rest, resting};

/// What the monitors of a run act on.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// The state of every node.
    pub cloud: &'a mut Cloud,
    /// The versions that there are.
    pub suites: &'a mut Suites,
    /// What has become of them.
    pub ledger: &'a mut Ledger,
    /// The cycle.
    pub cycle: u32,
}

/// The monitors of a run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Monitor {
    /// Whether a version found no number: nobody makes another one.
    is_exhausted: bool,
}

/// A rule as a version carries it.
#[derive(Clone, Debug)]
pub struct Carried<'a> {
    /// The number of its column.
    pub column: usize,
    /// Its number in its suite.
    pub index: usize,
    /// The application that carries it: number and name.
    pub app: (u8, &'a str),
    /// The rule.
    pub rule: &'a Rule,
    /// The aggregates that its condition names.
    pub aggregates: Vec<usize>,
}

impl Carried<'_> {
    /// For how many epochs in a row its condition must hold.
    #[must_use]
    pub fn epochs(&self) -> u8 {
        self.rule.epochs.clamp(1, MOST.into()) as u8
    }
}

impl Monitor {
    /// Nodes that have finished an epoch act by the rules; `finished` says who has of each aggregate, or the cloud does. Returns
    /// whether a new version has entered.
    pub fn watch(&mut self, scene: Scene<'_>, finished: Option<&[Finished<'_>]>, trace: &mut Writer) -> bool {
        let Scene { scenario, cloud, suites, ledger, cycle } = scene;
        if cloud.streaks.is_empty() || self.is_exhausted {
            return false;
        }
        let before = suites.newest();
        let carried: Vec<Vec<Carried<'_>>> =
            (1..=before).map(|number| carried(scenario, &suites.plans, number)).collect();
        let fired = watch(cloud, &carried, finished);
        let mut acts = Vec::new();
        let mut drafts = Vec::new();
        for ((base, index), fired) in fired {
            let Some(carried) = carried[base - 1].iter().find(|carried| carried.index == index) else { continue };
            let (column, epochs, rest) = (carried.column, carried.epochs(), resting(carried.rule.cool_down));
            let act = Act { column, base: base as u8, epochs, rest, number: 0 };
            match Draft::new(scenario, &suites.plans, base, carried, &fired, cycle) {
                Some(draft) => drafts.push((draft, act)),
                None => acts.push(act),
            }
        }
        // Of two that make the same version, those who hold the newer one come first.
        drafts.sort_by_key(|(draft, act)| (draft.row.version, Reverse(act.base)));
        for (draft, act) in drafts {
            let (row, outcome) = draft.enter(suites, ledger, scenario, cloud);
            self.is_exhausted |= outcome == Outcome::NoNumberLeft;
            if outcome != Outcome::NoNumberLeft {
                trace.event(EventRow { cycle, event: format!("rule {}", row.rule), nodes_count: row.nodes_count });
            }
            trace.rule(row);
            acts.push(Act { number: if let Outcome::Taken(number) = outcome { number as u8 } else { 0 }, ..act });
            if self.is_exhausted {
                break;
            }
        }
        take(cloud, scenario, &acts);
        suites.newest() > before
    }
}

/// The rules that a version carries; not those that name aggregates that there are not.
fn carried<'a>(scenario: &'a Scenario, plans: &'a Plans, number: usize) -> Vec<Carried<'a>> {
    let names = rule_names(scenario);
    let plan = &plans.versions[number - 1];
    let apps = plan.steps.iter().zip(&plans.suite(scenario, plan).apps);
    let rules = apps.flat_map(|(step, app)| app.rules.iter().map(move |rule| ((step.app, &*app.name), rule)));
    let carry = |(index, (app, rule)): (usize, ((u8, &'a str), &'a Rule))| {
        let column = names.iter().position(|name| *name == rule.name)?;
        let aggregate = |name: &String| scenario.aggregates.iter().position(|aggregate| aggregate.name == *name);
        let aggregates: Vec<usize> = rule.aggregates.iter().map(aggregate).collect::<Option<_>>()?;
        (!aggregates.is_empty()).then_some(Carried { column, index, app, rule, aggregates })
    };
    rules.enumerate().filter_map(carry).collect()
}
