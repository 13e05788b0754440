//! What each version of the suite asks of a node: steps, in order of precedence.
//!
//! Applications are served in order, each from the nodes that no earlier one took (*cascade*) and that fit its
//! condition. Gradient applications that follow one another on one attribute, with the same condition, share a
//! gradient, since what one takes does not change the order of the rest. Random applications with the same condition
//! share one uniform word per node, kept for life (a *draw*).
//!
//! All versions that operators bring in are known when a run begins, and of those that rules make which applications,
//! conditions and gradients they can have, so that columns can be made. Versions share gradients by the same attribute,
//! even if its members are others: nodes that change from one version to the next keep what they know of their rank,
//! and those that are no longer members leave.

pub mod condition;
mod needs;

use datasets::scenario::Scenario;
use datasets::suite::{Action, App, Choice, Request, Rule, Suite, Test, Verdict, Version};
use serde::{Deserialize, Serialize};

pub use needs::Needs;

/// What all versions of a run ask of every node.
#[derive(Clone, Debug, Default)]
pub struct Plans {
    /// Names of all applications of all versions: their numbers are those that nodes hold.
    pub apps: Vec<String>,
    /// The versions that nodes take, ascending: number k of the kernel is entry k - 1. Those that have entered come
    /// first.
    pub versions: Vec<Plan>,
    /// The gradients of all versions.
    pub gradients: Vec<GradientPlan>,
    /// The conditions of all versions.
    pub conditions: Vec<Test>,
}

/// What one version asks of every node.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The version.
    pub version: Version,
    /// Where it comes from.
    pub origin: Origin,
    /// An entry for each application, in order of precedence.
    pub steps: Vec<Step>,
}

/// Where a version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Origin {
    /// The run begins with it.
    Beginning,
    /// A launch of the scenario, by its index.
    Launch(usize),
    /// Nodes made it by a rule.
    Rule {
        /// The rule, by its number in [`Needs::rules`].
        rule: usize,
        /// What the rule's column holds of a node that has just taken the version: see the government's monitor.
        rest: u8,
        /// The number of the version that these nodes held.
        base: usize,
        /// The number of the newest version at that time.
        newest: usize,
    },
}

/// An application served.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its number.
    pub app: u8,
    /// How many nodes it asks for.
    pub request: Request,
    /// The condition that its nodes fit.
    pub condition: Option<usize>,
    /// Which of those it takes.
    pub pick: Pick,
}

/// Which nodes an application takes, of those that are left and fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    /// The first or the last by their rank.
    Gradient {
        /// Number of the gradient.
        gradient: usize,
        /// Whether it is the first application of the version that uses it: those that are left and fit now are its
        /// members.
        opens: bool,
        /// Whether those with the largest values come first.
        top: bool,
    },
    /// Any, by a draw for life: 0 without a condition, else the number of the condition and 1.
    Random(usize),
}

/// A gradient: an order of the nodes by an attribute.
#[derive(Clone, Copy, Debug)]
pub struct GradientPlan {
    /// Index of the attribute.
    pub attribute: usize,
    /// The condition that its members fit under the last version that uses it.
    pub condition: Option<usize>,
    /// Whether all live nodes take part in it at all times, under every version.
    pub is_whole: bool,
}

impl Plans {
    /// The plans of a scenario.
    #[must_use]
    pub fn new(scenario: &Scenario) -> Self {
        let mut plans = Self { apps: scenario.app_names(), ..Self::default() };
        for (version, origin) in versions(scenario) {
            let plan = plans.plan(version.clone(), origin);
            plans.versions.push(plan);
        }
        let rules = rules(scenario);
        plans.reserve(&rules);
        let is_removed = |step: &Step| {
            let name = &plans.apps[step.app as usize];
            rules.iter().any(|rule| matches!(&rule.action, Action::Remove { app } if app == name))
        };
        // What is first in a version stays so in those that rules make of it, unless it is removed: others come after
        // it.
        let all_take_part = |gradient: usize, plan: &Plan| {
            let first = plan.steps.first().filter(|step| step.condition.is_none() && !is_removed(step));
            matches!(first.map(|step| step.pick), Some(Pick::Gradient { gradient: first, .. }) if first == gradient)
        };
        // Before the first version enters, nobody takes part in anything.
        let from_the_start = plans.versions.first().is_some_and(|plan| plan.origin == Origin::Beginning);
        let is_whole = |number| from_the_start && plans.versions.iter().all(|plan| all_take_part(number, plan));
        let whole: Vec<bool> = (0..plans.gradients.len()).map(is_whole).collect();
        plans.gradients.iter_mut().zip(whole).for_each(|(gradient, is_whole)| gradient.is_whole = is_whole);
        plans
    }

    /// The number of the version that a launch brings, if nodes take it.
    #[must_use]
    pub fn number_of(&self, launch: usize) -> Option<usize> {
        self.versions.iter().position(|plan| plan.origin == Origin::Launch(launch)).map(|index| index + 1)
    }

    /// Versions that have entered, of which there are `newest`, and those to come that are newer than a version.
    #[must_use]
    pub fn count_beside(&self, newest: usize, version: u64) -> usize {
        newest + self.versions[newest..].iter().filter(|plan| plan.number() > version).count()
    }

    /// Inserts a version that nodes made by a rule of version number `base`, newer than all `newest` that have entered.
    /// Versions to come that are not newer than it are never taken.
    ///
    /// # Panics
    /// If no rule made it, or there are no columns for what it asks: a bug.
    pub fn insert(&mut self, version: Version, origin: Origin) {
        let Origin::Rule { base, newest, .. } = origin else { unreachable!("others are there from the start") };
        // It goes on with the gradients of its base.
        for step in &self.versions[base - 1].steps {
            if let Pick::Gradient { gradient, opens: true, .. } = step.pick {
                self.gradients[gradient].condition = step.condition;
            }
        }
        let sizes = |plans: &Self| (plans.apps.len(), plans.gradients.len(), plans.conditions.len());
        let before = sizes(self);
        let plan = self.plan(version, origin);
        assert_eq!(before, sizes(self), "columns are made for all that rules can ask");
        let later = self.versions.split_off(newest);
        self.versions.extend(later.into_iter().filter(|later| later.number() > plan.number()));
        self.versions.insert(newest, plan);
    }

    /// Applications, conditions and gradients of those that rules add: a gradient each, since others may hold those
    /// that there are.
    fn reserve(&mut self, rules: &[&Rule]) {
        let mut known: Vec<(&str, usize)> = Vec::new();
        for rule in rules {
            let Action::Add(app) = &rule.action else { continue };
            self.app(app);
            let condition = app.condition.as_ref().map(|condition| self.condition(&condition.test));
            let (Choice::Top(attribute) | Choice::Bottom(attribute)) = app.choice else { continue };
            if !known.contains(&(&app.name, attribute)) {
                known.push((&app.name, attribute));
                self.gradients.push(GradientPlan { attribute, condition, is_whole: false });
            }
        }
    }

    /// The plan of a version.
    pub(crate) fn plan(&mut self, version: Version, origin: Origin) -> Plan {
        let suite = &version.suite;
        let conditions: Vec<Option<usize>> = suite
            .apps
            .iter()
            .map(|app| app.condition.as_ref().map(|condition| self.condition(&condition.test)))
            .collect();
        // The gradient that each application asks for, and whether it goes on with that of the one before it.
        let wanted: Vec<Option<(usize, Option<usize>)>> = (suite.apps.iter().zip(&conditions))
            .map(|(app, &condition)| match app.choice {
                Choice::Random => None,
                Choice::Top(attribute) | Choice::Bottom(attribute) => Some((attribute, condition)),
            })
            .collect();
        let goes_on = |index: usize| index > 0 && wanted[index - 1] == wanted[index];
        let opening = (0..wanted.len()).filter(|&index| !goes_on(index)).filter_map(|index| wanted[index]).collect();
        let mut opened = self.open(opening).into_iter();
        let (mut steps, mut gradient) = (Vec::new(), 0);
        for (index, app) in suite.apps.iter().enumerate() {
            let pick = if wanted[index].is_some() {
                let opens = !goes_on(index);
                gradient = if opens { opened.next().unwrap_or_default() } else { gradient };
                Pick::Gradient { gradient, opens, top: matches!(app.choice, Choice::Top(_)) }
            } else {
                Pick::Random(conditions[index].map_or(0, |condition| condition + 1))
            };
            steps.push(Step { app: self.app(app), request: app.request, condition: conditions[index], pick });
        }
        Plan { version, origin, steps }
    }

    /// The numbers of the gradients that a version opens: of the same attribute and condition as far as there are; else
    /// of the same attribute, so that nodes keep what they know of their rank; else new ones.
    fn open(&mut self, wanted: Vec<(usize, Option<usize>)>) -> Vec<usize> {
        let mut used = vec![false; self.gradients.len()];
        let mut numbers = vec![None; wanted.len()];
        for alike in [true, false] {
            for (number, &(attribute, condition)) in
                numbers.iter_mut().zip(&wanted).filter(|(number, _)| number.is_none())
            {
                let fits = |gradient: &GradientPlan| {
                    gradient.attribute == attribute && (gradient.condition == condition || !alike)
                };
                *number = (0..used.len()).find(|&known| !used[known] && fits(&self.gradients[known]));
                if let Some(known) = *number {
                    used[known] = true;
                }
            }
        }
        let numbers = numbers.into_iter().zip(wanted).map(|(number, (attribute, condition))| {
            let number = number.unwrap_or_else(|| {
                self.gradients.push(GradientPlan { attribute, condition, is_whole: false });
                self.gradients.len() - 1
            });
            self.gradients[number].condition = condition;
            number
        });
        numbers.collect()
    }

    /// The number of an application.
    fn app(&mut self, app: &App) -> u8 {
        let known = self.apps.iter().position(|name| *name == app.name);
        let number = known.unwrap_or_else(|| {
            self.apps.push(app.name.clone());
            self.apps.len() - 1
        });
        number as u8
    }

    /// The number of a condition.
    fn condition(&mut self, test: &Test) -> usize {
        self.conditions.iter().position(|known| known == test).unwrap_or_else(|| {
            self.conditions.push(test.clone());
            self.conditions.len() - 1
        })
    }
}

/// The versions of a scenario that nodes take, ascending.
fn versions(scenario: &Scenario) -> impl Iterator<Item = (&Version, Origin)> {
    let valid = scenario.launches.iter().enumerate().filter(|(_, launch)| launch.verdict == Verdict::Valid);
    let first = (!scenario.first.suite.is_none()).then_some((&scenario.first, Origin::Beginning));
    first.into_iter().chain(valid.map(|(number, launch)| (launch, Origin::Launch(number))))
}

/// All rules that a version may ever carry: those of the suites of a scenario, and of the applications that rules add.
fn rules(scenario: &Scenario) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> =
        versions(scenario).flat_map(|(version, _)| &version.suite.apps).flat_map(|app| &app.rules).collect();
    let mut next = 0;
    while let Some(rule) = rules.get(next) {
        if let Action::Add(app) = &rule.action {
            rules.extend(&app.rules);
        }
        next += 1;
    }
    rules
}

impl Plan {
    /// The number of its version, as the operator or a rule gave it.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.version.suite.version
    }

    /// What it says.
    #[must_use]
    pub fn suite(&self) -> &Suite {
        &self.version.suite
    }

    /// The step at which a gradient opens, if the version has it.
    #[must_use]
    pub fn opening(&self, number: usize) -> Option<usize> {
        let opens =
            |step: &Step| matches!(step.pick, Pick::Gradient { gradient, opens: true, .. } if gradient == number);
        self.steps.iter().position(opens)
    }

    /// Whether what it asks depends on the cloud, and not on itself alone.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        self.has_conditions() || self.is_absolute()
    }

    /// Whether an application asks for an absolute number of nodes.
    #[must_use]
    pub fn is_absolute(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.request, Request::Nodes(_)))
    }

    /// Whether another application is served between two random ones of the same draw.
    #[must_use]
    pub fn parts_draws(&self) -> bool {
        let runs: Vec<Pick> = self.steps.chunk_by(|one, next| one.pick == next.pick).map(|run| run[0].pick).collect();
        let is_draw = |pick: &Pick| matches!(pick, Pick::Random(_));
        runs.iter().enumerate().any(|(index, pick)| is_draw(pick) && runs[..index].contains(pick))
    }

    /// Whether an application has a condition.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        self.steps.iter().any(|step| step.condition.is_some())
    }
}
