//! What each version of the suite asks of a node: steps, in order of precedence.
//!
//! Applications are served in order, each from the nodes that no earlier one took (*cascade*) and that fit its condition. Gradient
//! applications that follow one another on one attribute, with the same condition, share a gradient, since what one takes does not
//! change the order of the rest. Random applications with the same condition share one uniform word per node, kept for life (a
//! *draw*).
//!
//! All versions that nodes will ever take are known when a run begins, so that columns can be made. Versions share gradients by the
//! same attribute, even if its members are others: nodes that change from one version to the next keep what they know of their
//! rank, and those that are no longer members leave.

use datasets::scenario::Scenario;
use datasets::suite::{App, Choice, Request, Suite, Test, Verdict};

/// What all versions of a run ask of every node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plans {
    /// Names of all applications of all versions: their numbers are those that nodes hold.
    pub apps: Vec<String>,
    /// The versions that nodes take, ascending: number k of the kernel is entry k - 1.
    pub versions: Vec<Plan>,
    /// The gradients of all versions.
    pub gradients: Vec<GradientPlan>,
    /// The conditions of all versions.
    pub conditions: Vec<Test>,
}

/// What one version asks of every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The version.
    pub version: u64,
    /// Which of the scenario's launches brings it; `None` for the suite with which the run begins.
    pub launch: Option<usize>,
    /// An entry for each application, in order of precedence.
    pub steps: Vec<Step>,
}

/// An application served.
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// The first or the last by their rank.
    Gradient {
        /// Number of the gradient.
        gradient: usize,
        /// Whether it is the first application of the version that uses it: those that are left and fit now are its members.
        opens: bool,
        /// Whether those with the largest values come first.
        top: bool,
    },
    /// Any, by a draw for life: 0 without a condition, else the number of the condition and 1.
    Random(usize),
}

/// A gradient: an order of the nodes by an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
        let valid = scenario.launches.iter().enumerate().filter(|(_, launch)| launch.verdict == Verdict::Valid);
        let first = (!scenario.suite.apps.is_empty()).then_some((&scenario.suite, None));
        Self::of(first.into_iter().chain(valid.map(|(number, launch)| (&launch.suite, Some(number)))))
    }

    /// The plans of some suites, ascending by version, with the launches that bring them.
    #[must_use]
    pub fn of<'a>(suites: impl Iterator<Item = (&'a Suite, Option<usize>)>) -> Self {
        let mut plans = Self::default();
        for (suite, launch) in suites {
            plans.add(suite, launch);
        }
        let all_take_part = |gradient: usize, plan: &Plan| {
            let first = plan.steps.first().filter(|step| step.condition.is_none()).map(|step| step.pick);
            matches!(first, Some(Pick::Gradient { gradient: first, .. }) if first == gradient)
        };
        // Before the first version enters, nobody takes part in anything.
        let from_the_start = plans.versions.first().is_some_and(|plan| plan.launch.is_none());
        for number in 0..plans.gradients.len() {
            let is_whole = from_the_start && plans.versions.iter().all(|plan| all_take_part(number, plan));
            plans.gradients[number].is_whole = is_whole;
        }
        plans
    }

    /// The number of the version that a launch brings, if nodes take it.
    #[must_use]
    pub fn number_of(&self, launch: usize) -> Option<usize> {
        self.versions.iter().position(|plan| plan.launch == Some(launch)).map(|index| index + 1)
    }

    /// Adds a version.
    fn add(&mut self, suite: &Suite, launch: Option<usize>) {
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
        self.versions.push(Plan { version: suite.version, launch, steps });
    }

    /// The numbers of the gradients that a version opens: of the same attribute and condition as far as there are; else of the same
    /// attribute, so that nodes keep what they know of their rank; else new ones.
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

impl Plan {
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

    /// Whether an application has a condition.
    #[must_use]
    pub fn has_conditions(&self) -> bool {
        self.steps.iter().any(|step| step.condition.is_some())
    }
}
