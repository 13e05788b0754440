//! What a rule has changed, in words: `recorder: share 0.3 -> 0.45`, for the column `action` of the table `rules`.

use datasets::suite::{Action, App, Request, Rule, Suite};

/// What a rule has changed, in a few words.
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
