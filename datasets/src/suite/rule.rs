//! Rules: what the nodes of an application watch, and how they change the suite.
//!
//! ```toml
//! [[suite.app.rule]]
//! name = "shed"
//! when = "size < 600_000"
//! epochs = 2
//! cool_down = 4
//! remove = "chat"
//! ```

use serde::{Deserialize, Serialize};

use super::{App, Condition, MOST_APPS, Request, SUM_TOLERANCE, Suite};

/// A rule of an application.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Its name, unique in the suite.
    pub name: String,
    /// What must hold of a node's estimates: a condition whose "attributes" are indices into `aggregates`.
    pub when: Condition,
    /// The names of the aggregates that `when` compares.
    pub aggregates: Vec<String>,
    /// For how many epochs in a row it must hold, at least 1.
    pub epochs: u32,
    /// For how many epochs after a version that the rule made it rests.
    pub cool_down: u32,
    /// What is to change.
    pub action: Action,
}

/// How a rule changes the suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// The share, number or weight that an application asks for is multiplied.
    Scale {
        /// The application.
        app: String,
        /// The factor, above 0.
        by: f64,
        /// It asks for no less than that, in its own unit.
        least: f64,
        /// It asks for no more than that, in its own unit.
        most: f64,
    },
    /// An application is removed.
    Remove {
        /// The application.
        app: String,
    },
    /// An application without rules is added after all others.
    Add(Box<App>),
}

impl Suite {
    /// The rules of all applications, in their order.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.apps.iter().flat_map(|app| &app.rules)
    }

    /// The applications, then those that its rules may add.
    pub fn apps_ever(&self) -> impl Iterator<Item = &App> {
        let added = self.rules().filter_map(|rule| match &rule.action {
            Action::Add(app) => Some(&**app),
            Action::Scale { .. } | Action::Remove { .. } => None,
        });
        self.apps.iter().chain(added)
    }
}

/// The suite of this version with the action of a rule done; `None` if that would change nothing, or would not give a
/// suite.
///
/// A share grows no further than the shares of the others leave room: to 1 less their sum. Numbers of nodes are
/// rounded. What is beyond its bounds already does not move against the factor to get within. Other rules stay as they
/// are, even where they speak of an application that is gone: they would change nothing.
///
/// ```
/// use datasets::suite::{Names, Request, parse, rule};
///
/// let text = r#"
/// [suite]
/// version = 2
///
/// [[suite.app]]
/// name = "chat"
/// share = 0.5
///
/// [[suite.app]]
/// name = "monitoring"
/// share = 0.4
///
/// [[suite.app.rule]]
/// name = "more chat"
/// when = "load > 0.9"
/// scale = { app = "chat", by = 1.5, most = 0.9 }
/// "#;
/// let suite = parse("apps.toml".as_ref(), text, Names::Any(Vec::new()))?.suite;
/// let more = &suite.apps[1].rules[0];
/// let next = rule::apply(&suite, more, 3).expect("there is room up to 0.6");
/// assert_eq!((next.version, next.apps[0].request), (3, Request::Share(0.6)));
/// assert_eq!(rule::apply(&next, more, 4), None);
/// # Ok::<(), datasets::Error>(())
/// ```
#[must_use]
pub fn apply(suite: &Suite, rule: &Rule, version: u64) -> Option<Suite> {
    let mut apps = suite.apps.clone();
    let place = |name: &str| suite.apps.iter().position(|app| app.name == *name);
    match &rule.action {
        Action::Scale { app, by, least, most } => {
            let place = place(app)?;
            apps[place].request = scaled(suite, place, *by, (*least, *most))?;
        }
        Action::Remove { app } => drop(apps.remove(place(app)?)),
        Action::Add(app) => {
            if place(&app.name).is_some() || apps.len() == MOST_APPS || !fits(suite, app.request) {
                return None;
            }
            apps.push(App::clone(app));
        }
    }
    let Suite { until, revoked, .. } = suite.clone();
    // Nodes lay out the words of what they make themselves.
    Some(Suite { version, until, revoked, apps, layout: Vec::new() }).filter(|suite| !suite.is_none())
}

/// What the application at a place asks for after it was multiplied; `None` if that is the same.
fn scaled(suite: &Suite, place: usize, by: f64, bounds: (f64, f64)) -> Option<Request> {
    let old = suite.apps[place].request;
    let new = match old {
        Request::Share(share) => {
            let others = suite.apps.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, app)| app.request);
            let room = 1.0 - others.map(share_of).sum::<f64>();
            // Without the rounding of the sum, which is no room.
            let room = if room > share + SUM_TOLERANCE { room } else { share };
            Request::Share(bounded(share, by, bounds).min(room))
        }
        Request::Nodes(nodes) => {
            let wanted = bounded(nodes as f64, by, bounds).round();
            Request::Nodes(wanted.min(f64::from(u32::MAX)) as u64)
        }
        Request::Rest(weight) => Request::Rest(Some(bounded(weight, by, bounds)).filter(|&weight| weight > 0.0)?),
    };
    (new != old).then_some(new)
}

/// Multiplied and brought within bounds, but never the other way.
fn bounded(old: f64, by: f64, (least, most): (f64, f64)) -> f64 {
    let new = (old * by).min(most).max(least);
    if by >= 1.0 { new.max(old) } else { new.min(old) }
}

/// Whether the shares of all still sum to at most 1 with this request.
fn fits(suite: &Suite, request: Request) -> bool {
    let sum: f64 = suite.apps.iter().map(|app| share_of(app.request)).sum();
    share_of(request) == 0.0 || sum + share_of(request) <= 1.0 + SUM_TOLERANCE
}

fn share_of(request: Request) -> f64 {
    match request {
        Request::Share(share) => share,
        Request::Nodes(_) | Request::Rest(_) => 0.0,
    }
}
