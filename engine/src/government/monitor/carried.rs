//! Rules, as versions carry them.

use datasets::scenario::Scenario;
use datasets::suite::Rule;

use crate::government::versions::Versions;

/// The most epochs in a row that a node counts, and for which a rule rests.
pub const MOST: u8 = 127;

/// A rule as a version carries it.
#[derive(Debug)]
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

impl<'a> Carried<'a> {
    /// The rules that a version carries; not those that name aggregates that there are not. `columns` are the names of
    /// the rules that have a column.
    pub fn by(scenario: &Scenario, columns: &[String], versions: &'a Versions, number: usize) -> Vec<Self> {
        let plan = &versions.plans.versions[number - 1];
        let apps = plan.steps.iter().zip(&plan.suite().apps);
        let rules = apps.flat_map(|(step, app)| app.rules.iter().map(move |rule| ((step.app, &*app.name), rule)));
        let carry = |(index, (app, rule)): (usize, ((u8, &'a str), &'a Rule))| {
            let column = columns.iter().position(|name| *name == rule.name)?;
            let aggregate = |name: &String| scenario.aggregates.iter().position(|aggregate| aggregate.name == *name);
            let aggregates: Vec<usize> = rule.aggregates.iter().map(aggregate).collect::<Option<_>>()?;
            (!aggregates.is_empty()).then_some(Self { column, index, app, rule, aggregates })
        };
        rules.enumerate().filter_map(carry).collect()
    }

    /// For how many epochs in a row its condition must hold.
    pub fn epochs(&self) -> u8 {
        self.rule.epochs.clamp(1, MOST.into()) as u8
    }
}
