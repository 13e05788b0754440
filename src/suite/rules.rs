//! Rules in words.

use analysis::number::counted;
use datasets::suite::{Action, App, Choice, Request, Rule, Suite};

use crate::paragraph::paragraph;
use crate::run::print;

/// The rules of a suite, each with the name of the application that carries it.
pub fn rules(suite: &Suite) -> impl Iterator<Item = (&str, &Rule)> {
    suite.apps.iter().flat_map(|app| app.rules.iter().map(move |rule| (&*app.name, rule)))
}

/// What the applications of a suite say of their code, those that rules add among them: a line each.
pub fn codes(suite: &Suite) -> impl Iterator<Item = String> {
    let said = suite.apps_ever().filter_map(|app| Some((&app.name, app.code?)));
    said.map(|(name, code)| format!("{name}: {}", code.to_toml()))
}

/// What the applications of a suite say of their topology, those that rules add among them: a line each.
pub fn topologies(suite: &Suite) -> impl Iterator<Item = String> {
    let said = suite.apps_ever().filter_map(|app| Some((&app.name, app.topology?)));
    said.map(|(name, topology)| format!("{name}: {}", topology.name()))
}

/// A rule in words: when nodes act by it, what they do, and for how long it rests then.
pub fn told(rule: &Rule, attributes: &[String]) -> String {
    let when = rule.when.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let epochs = match rule.epochs {
        0 | 1 => "an epoch".to_owned(),
        epochs => format!("{epochs} epochs in a row"),
    };
    let rest = match rule.cool_down {
        0 => String::new(),
        epochs => format!(", then rest for {}", counted(epochs.into(), "epoch", "epochs")),
    };
    format!("when {when} for {epochs}, {}{rest}", action(&rule.action, attributes))
}

/// What nodes do by a rule.
fn action(action: &Action, attributes: &[String]) -> String {
    match action {
        Action::Remove { app } => format!("remove {app}"),
        Action::Add(app) => format!("add {} ({}, {})", app.name, request(app), choice(app, attributes)),
        Action::Scale { app, by, least, most } => {
            let least = (*least > 0.0).then(|| format!(", to no less than {least}"));
            let most = most.is_finite().then(|| format!(", to no more than {most}"));
            format!("multiply what {app} asks for by {by}{}{}", least.unwrap_or_default(), most.unwrap_or_default())
        }
    }
}

/// How many nodes an application asks for.
pub fn request(app: &App) -> String {
    match app.request {
        Request::Share(share) => format!("share {share}"),
        Request::Nodes(nodes) => counted(nodes, "node", "nodes"),
        Request::Rest(weight) => format!("rest, weight {weight}"),
    }
}

/// Which nodes it takes first.
pub fn choice(app: &App, attributes: &[String]) -> String {
    match app.choice {
        Choice::Top(attribute) => format!("top {}", attributes[attribute]),
        Choice::Bottom(attribute) => format!("bottom {}", attributes[attribute]),
        Choice::Random => "any".to_owned(),
    }
}

/// Prints a text in lines that fit a terminal, the first after two blanks, the others after four.
pub fn wrapped(text: &str) {
    print(&paragraph(text, [2, 4]));
}
