//! What a rule changes, and in which words.

use datasets::suite::{Action, App, Request, Rule, Suite};

/// How far the shares of all applications may exceed 1: the rounding of their sum.
const SUM_TOLERANCE: f64 = 1e-9;

/// What a rule makes of a suite, with that version; `None` if there is nothing to change, or the result were no suite.
#[must_use]
pub fn apply(suite: &Suite, rule: &Rule, version: u64) -> Option<Suite> {
    let mut made = Suite { version, ..suite.clone() };
    match &rule.action {
        Action::Scale { app, by, least, most } => {
            let left = 1.0 - shares(suite);
            let app = made.apps.iter_mut().find(|other| other.name == *app)?;
            let scaled = |amount: f64| (amount * by).max(*least).min(*most);
            app.request = match app.request {
                Request::Share(share) => Request::Share(scaled(share).min(share + left.max(0.0))),
                Request::Nodes(nodes) => Request::Nodes(scaled(nodes as f64).round() as u64),
                Request::Rest(weight) => Request::Rest(scaled(weight)),
            };
        }
        Action::Remove { app } => made.apps.retain(|other| other.name != *app),
        Action::Add(app) if made.apps.iter().any(|other| other.name == app.name) => return None,
        Action::Add(app) => made.apps.push((**app).clone()),
    }
    let changes = made.apps != suite.apps && !made.is_none() && shares(&made) <= 1.0 + SUM_TOLERANCE;
    changes.then_some(made)
}

/// What a rule has changed, in a few words.
#[must_use]
pub fn words(rule: &Rule, base: &Suite, made: &Suite) -> String {
    let (Action::Scale { app: name, .. } | Action::Remove { app: name }) = &rule.action else {
        let Action::Add(app) = &rule.action else { unreachable!("there is nothing else that a rule does") };
        return format!("add {}", app.name);
    };
    let request = |suite: &Suite| suite.apps.iter().find(|app: &&App| app.name == *name).map(|app| app.request);
    match (request(base), request(made)) {
        (Some(Request::Share(from)), Some(Request::Share(to))) => format!("{name}: share {from} -> {to}"),
        (Some(Request::Nodes(from)), Some(Request::Nodes(to))) => format!("{name}: nodes {from} -> {to}"),
        (Some(Request::Rest(from)), Some(Request::Rest(to))) => format!("{name}: rest {from} -> {to}"),
        _ => format!("remove {name}"),
    }
}

/// The sum of the shares that applications ask for.
fn shares(suite: &Suite) -> f64 {
    suite.apps.iter().map(|app| if let Request::Share(share) = app.request { share } else { 0.0 }).sum()
}
