//! Whose versions of the suite nodes take, which enter the running cloud, and who stands against them.

use std::path::PathBuf;

use super::{EventKind, Scenario};
use crate::suite::{App, Certificate, Cloud, PrivateKey, Reason, Request, Suite, Verdict, Version};

/// Whose versions of the suite nodes take.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// The file of the key, by its absolute path.
    pub path: PathBuf,
    /// The name of the cloud; empty where its owner has but one.
    pub name: String,
    /// The cloud: its owner, and the id that the owner's key and the name make.
    pub cloud: Cloud,
}

/// With which key nodes sign the versions that rules of the suite make.
#[derive(Clone, Debug, PartialEq)]
pub struct Monitor {
    /// The file of the key, by its absolute path.
    pub path: PathBuf,
    /// The private key.
    pub key: PrivateKey,
    /// What the owner lets it change; `None` for the owner's own key.
    pub certificate: Option<Certificate>,
    /// The file of the certificate, by its absolute path, if there is one.
    pub certificate_path: Option<PathBuf>,
}

/// Nodes that push a bad version of the suite in every exchange. They never pass a good one on.
#[derive(Clone, Debug, PartialEq)]
pub struct Adversaries {
    /// Their share of the cloud, 0..=1.
    pub share: f64,
    /// They begin in this cycle.
    pub from_cycle: u32,
    /// What they push.
    pub push: Push,
}

/// What adversaries push.
#[derive(Clone, Debug, PartialEq)]
pub enum Push {
    /// A version of their own making, with the highest number there is and a signature that is none.
    Forged,
    /// The version with which the run begins, for ever.
    Old,
    /// What files say, at least one, of which nodes take none: one in each cycle, in turn, from the first.
    Files(Vec<Pushed>),
}

/// A version that adversaries push, and that nodes drop.
#[derive(Clone, Debug, PartialEq)]
pub struct Pushed {
    /// What its file says; without applications if that is no suite.
    pub version: Version,
    /// Why nodes drop it: from which cycle on for which reason, at least one, ascending. The reason changes with the
    /// newest version that has entered by then, be it held by all nodes yet or not.
    pub reasons: Vec<(u32, Reason)>,
}

impl Pushed {
    /// Why nodes drop it in a cycle.
    #[must_use]
    pub fn reason(&self, cycle: u32) -> Reason {
        let so_far = self.reasons.iter().take_while(|(from, _)| *from <= cycle);
        so_far.last().or(self.reasons.first()).map_or(Reason::Malformed, |(_, reason)| *reason)
    }
}

impl Scenario {
    /// The names of all applications that nodes may ever take: those of the suite with which the run begins and those
    /// that its rules may add, then the new ones of each version that nodes take, in the order of the launches.
    ///
    /// This order numbers the applications wherever several versions are told apart, in the engine and in the trace.
    #[must_use]
    pub fn app_names(&self) -> Vec<String> {
        app_names(&self.first.suite, &self.launches)
    }

    /// The suite with which the run begins, then the versions that nodes take, in the order of the launches.
    pub fn versions(&self) -> impl Iterator<Item = &Suite> {
        suites(&self.first.suite, &self.launches)
    }

    /// The first cycle of an application: 1 if the suite with which the run begins has it, else that at whose start the
    /// first version enters that nodes take and that has it. `None` if none has it, or if only rules may add it.
    #[must_use]
    pub fn entry(&self, app: &str) -> Option<u32> {
        let has = |suite: &Suite| suite.apps.iter().any(|other| other.name == app);
        if has(&self.first.suite) {
            return Some(1);
        }
        // Events are in the order of their cycles.
        self.events.iter().find_map(|event| match event.kind {
            EventKind::Suite(launch, _) => {
                let launch = &self.launches[launch];
                (launch.verdict == Verdict::Valid && has(&launch.suite)).then_some(event.at_cycle)
            }
            _ => None,
        })
    }

    /// Whether a version that nodes may ever hold asks for absolute numbers of nodes, so that they must know how many
    /// they are.
    #[must_use]
    pub fn needs_size(&self) -> bool {
        needs_size(&self.first.suite, &self.launches)
    }
}

/// See [`Scenario::app_names`].
pub(super) fn app_names(suite: &Suite, launches: &[Version]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for app in apps_ever(suite, launches) {
        if !names.contains(&app.name) {
            names.push(app.name.clone());
        }
    }
    names
}

/// See [`Scenario::needs_size`].
pub(super) fn needs_size(suite: &Suite, launches: &[Version]) -> bool {
    apps_ever(suite, launches).any(|app| matches!(app.request, Request::Nodes(_)))
}

/// How many of so many nodes each application may expect, by its number, as far as the suites say that first have it.
pub(super) fn first_sizes(suite: &Suite, launches: &[Version], nodes: u32) -> Vec<f64> {
    let nodes = f64::from(nodes);
    let share = |request| match request {
        Request::Share(share) => share,
        Request::Nodes(asked) => (asked as f64 / nodes).min(1.0),
        Request::Rest(_) => 0.0,
    };
    let weight = |request| if let Request::Rest(weight) = request { weight } else { 0.0 };
    let of = |name: &String| {
        let has = |suite: &&Suite| suite.apps_ever().any(|app| app.name == *name);
        let suite = suites(suite, launches).find(has).unwrap_or(suite);
        let request = suite.apps_ever().find(|app| app.name == *name).map_or(Request::Share(1.0), |app| app.request);
        let rest = (1.0 - suite.apps.iter().map(|app| share(app.request)).sum::<f64>()).max(0.0);
        let weights: f64 = suite.apps.iter().map(|app| weight(app.request)).sum();
        let of_rest = if weights > 0.0 { rest * weight(request) / weights } else { 0.0 };
        (nodes * (share(request) + of_rest)).max(1.0)
    };
    app_names(suite, launches).iter().map(of).collect()
}

/// The applications of all versions that nodes may ever hold.
pub(super) fn apps_ever<'s>(suite: &'s Suite, launches: &'s [Version]) -> impl Iterator<Item = &'s App> {
    suites(suite, launches).flat_map(Suite::apps_ever)
}

/// The suite with which the run begins, then those that nodes take.
fn suites<'s>(suite: &'s Suite, launches: &'s [Version]) -> impl Iterator<Item = &'s Suite> {
    let taken = launches.iter().filter(|launch| launch.verdict == Verdict::Valid).map(|launch| &launch.suite);
    std::iter::once(suite).chain(taken)
}
