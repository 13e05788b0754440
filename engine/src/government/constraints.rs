//! Constraints: what an application must have, checked after every cycle.
//!
//! Whether there are enough nodes follows from the moves; a mean reads five bytes a node and attribute, in every cycle.

use datasets::scenario::Scenario;
use datasets::trace::BreachRow;
use serde::{Deserialize, Serialize};

use super::versions::Versions;

/// What an application must have.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
struct Constraint {
    app: u8,
    limit: f64,
    /// The mean of which attribute; `None` for the number of nodes.
    attribute: Option<usize>,
}

/// Constraints of the newest version, and the times in which one was broken.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Constraints {
    breaches: Vec<Breach>,
    checked: u32,
}

/// A time in which a constraint was broken.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Breach {
    constraint: Constraint,
    first: u32,
    last: u32,
    worst: (u32, Option<f64>),
}

impl Constraint {
    /// How far short a value falls, or none at all.
    fn depth(&self, value: Option<f64>) -> f64 {
        self.limit - value.unwrap_or(f64::NEG_INFINITY)
    }
}

impl Constraints {
    /// Checks the state after a cycle: `held` are the nodes of each application, and `sums` says the sums of some
    /// attributes over these, attribute by attribute.
    pub fn check(
        &mut self,
        versions: &Versions,
        held: &[u64],
        sums: impl FnOnce(&[usize]) -> Vec<Vec<f64>>,
        cycle: u32,
    ) {
        let wanted = wanted(versions);
        let mut attributes: Vec<usize> = wanted.iter().filter_map(|constraint| constraint.attribute).collect();
        attributes.sort_unstable();
        attributes.dedup();
        let sums = if attributes.is_empty() { Vec::new() } else { sums(&attributes) };
        for constraint in wanted {
            let count = held[constraint.app as usize];
            let value = match constraint.attribute {
                None => Some(count as f64),
                Some(attribute) => {
                    let place = attributes.iter().position(|&other| other == attribute).unwrap_or_default();
                    (count > 0).then(|| sums[place][constraint.app as usize] / count as f64)
                }
            };
            if constraint.depth(value) > 0.0 {
                self.note(constraint, value, cycle);
            }
        }
        self.checked = cycle;
    }

    /// How many constraints of each of so many applications are broken now.
    pub fn broken(&self, apps: usize) -> Vec<u64> {
        let mut broken = vec![0; apps];
        for breach in self.breaches.iter().filter(|breach| breach.last == self.checked) {
            broken[breach.constraint.app as usize] += 1;
        }
        broken
    }

    /// The rows of all breaches after the last cycle, by their beginning; `apps` are the names of the applications.
    pub fn rows(&self, scenario: &Scenario, apps: &[String]) -> Vec<BreachRow> {
        let row = |breach: &Breach| BreachRow {
            app: apps[breach.constraint.app as usize].clone(),
            constraint: match breach.constraint.attribute {
                None => "min_nodes".to_owned(),
                Some(attribute) => format!("min_mean {}", scenario.fleet.attributes[attribute]),
            },
            limit: breach.constraint.limit,
            first_cycle: breach.first,
            last_cycle: breach.last,
            cycles_count: breach.last - breach.first + 1,
            worst_cycle: breach.worst.0,
            worst_value: breach.worst.1,
            has_ended: breach.last < self.checked,
        };
        self.breaches.iter().map(row).collect()
    }

    fn note(&mut self, constraint: Constraint, value: Option<f64>, cycle: u32) {
        let goes_on = |breach: &&mut Breach| breach.constraint == constraint && breach.last + 1 == cycle;
        match self.breaches.iter_mut().find(goes_on) {
            Some(breach) => {
                breach.last = cycle;
                if constraint.depth(value) > constraint.depth(breach.worst.1) {
                    breach.worst = (cycle, value);
                }
            }
            None => self.breaches.push(Breach { constraint, first: cycle, last: cycle, worst: (cycle, value) }),
        }
    }
}

/// The constraints of the newest version.
fn wanted(versions: &Versions) -> Vec<Constraint> {
    let Some(plan) = versions.newest_plan() else { return Vec::new() };
    let apps = plan.steps.iter().zip(&plan.suite().apps);
    let of = |(step, app): (&crate::plans::Step, &datasets::suite::App)| {
        let nodes = app.min_nodes.map(|nodes| (nodes as f64, None));
        let means = app.min_means.iter().map(|&(attribute, limit)| (limit, Some(attribute)));
        let constraint = |(limit, attribute)| Constraint { app: step.app, limit, attribute };
        nodes.into_iter().chain(means).map(constraint).collect::<Vec<_>>()
    };
    apps.flat_map(of).collect()
}
