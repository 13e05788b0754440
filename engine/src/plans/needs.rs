//! What a scenario needs of the engine: which columns and which passes there are. Asked once, when a run begins.

use datasets::scenario::{Availability, EventKind, Scenario};

use super::{Plans, rules};

/// What a scenario needs.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own")]
pub struct Needs<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// What its versions ask of every node.
    pub plans: Plans,
    /// The names of all rules that a version may ever carry: a rule of the same name in another version is the same
    /// rule.
    pub rules: Vec<&'a str>,
    /// Nodes can die.
    pub dies: bool,
    /// Nodes come that were not there.
    pub comes: bool,
    /// Nodes have a next moment: by themselves, or after an outage.
    pub returns: bool,
    /// Nodes remember when they were there, since they know their availability from it.
    pub remembers: bool,
    /// There is a suite, be it later.
    pub has_suite: bool,
    /// Nodes can hold different versions of the suite, or none.
    pub spreads: bool,
}

impl<'a> Needs<'a> {
    /// The needs of a scenario.
    #[must_use]
    pub fn of(scenario: &'a Scenario) -> Self {
        let plans = Plans::new(scenario);
        let mut names: Vec<&str> = Vec::new();
        for rule in rules(scenario) {
            if !names.contains(&&*rule.name) {
                names.push(&rule.name);
            }
        }
        let happens = |is: fn(&EventKind) -> bool| scenario.events.iter().any(|event| is(&event.kind));
        let churns = scenario.fleet.churns();
        let returns = churns || happens(|kind| matches!(kind, EventKind::Outage(..)));
        let comes = returns || happens(|kind| matches!(kind, EventKind::Join(_)));
        let has_suite = !scenario.first.suite.is_none() || !scenario.launches.is_empty();
        let changes = !scenario.launches.is_empty() || !names.is_empty();
        Self {
            scenario,
            dies: churns || !scenario.events.is_empty(),
            comes,
            returns,
            remembers: scenario.fleet.availabilities.iter().any(|(_, by)| *by == Availability::Past),
            has_suite,
            spreads: has_suite && (comes || changes || scenario.adversaries.is_some()),
            rules: names,
            plans,
        }
    }
}
