//! A suite written out in full: one text for one meaning.

use super::moment;
use super::{Action, App, Choice, Request, Rule, Suite};
use crate::written::quoted;

impl Suite {
    /// The suite in TOML, as a file of its own has it; [`parse`](super::parse) gives the same suite again.
    ///
    /// # Panics
    ///
    /// If the suite has the index of an attribute that `attributes` lacks.
    #[must_use]
    pub fn to_toml(&self, attributes: &[String]) -> String {
        let mut lines = vec!["[suite]".to_owned(), format!("version = {}", self.version)];
        lines.extend(self.until.map(|until| format!("until = {}", moment::text(until))));
        if !self.revoked.is_empty() {
            let keys: Vec<String> = self.revoked.iter().map(|key| format!("\"{key}\"")).collect();
            lines.push(format!("revoked = [{}]", keys.join(", ")));
        }
        for app in &self.apps {
            lines.extend([String::new(), "[[suite.app]]".to_owned()]);
            lines.extend(app_lines(app, attributes));
            for rule in &app.rules {
                lines.extend([String::new(), "[[suite.app.rule]]".to_owned()]);
                lines.extend(rule_lines(rule, attributes));
            }
        }
        for draw in &self.layout {
            lines.push(String::new());
            lines.extend(draw.lines());
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

fn app_lines(app: &App, attributes: &[String]) -> Vec<String> {
    let mut lines = vec![format!("name = {}", quoted(&app.name))];
    lines.extend(match app.choice {
        Choice::Top(attribute) => Some(format!("top = \"{}\"", attributes[attribute])),
        Choice::Bottom(attribute) => Some(format!("bottom = \"{}\"", attributes[attribute])),
        Choice::Random => None,
    });
    lines.push(match app.request {
        Request::Share(share) => format!("share = {share:?}"),
        Request::Nodes(nodes) => format!("nodes = {nodes}"),
        Request::Rest(weight) => format!("rest = {weight:?}"),
    });
    lines.extend(app.condition.as_ref().map(|condition| format!("where = {}", quoted(&condition.text))));
    lines.extend(app.min_nodes.map(|nodes| format!("min_nodes = {nodes}")));
    if !app.min_means.is_empty() {
        let limit = |&(attribute, limit): &(usize, f64)| format!("{} = {limit:?}", attributes[attribute]);
        let limits: Vec<String> = app.min_means.iter().map(limit).collect();
        lines.push(format!("min_mean = {{ {} }}", limits.join(", ")));
    }
    lines.extend(app.code.map(|code| format!("code = {}", code.to_toml())));
    lines.extend(app.topology.map(|it| format!("topology = {{ protocol = \"{}\" }}", it.name())));
    lines
}

fn rule_lines(rule: &Rule, attributes: &[String]) -> [String; 5] {
    [
        format!("name = {}", quoted(&rule.name)),
        format!("when = {}", quoted(&rule.when.text)),
        format!("epochs = {}", rule.epochs),
        format!("cool_down = {}", rule.cool_down),
        match &rule.action {
            Action::Scale { app, by, least, most } => {
                format!("scale = {{ app = {}, by = {by:?}, least = {least:?}, most = {most:?} }}", quoted(app))
            }
            Action::Remove { app } => format!("remove = {}", quoted(app)),
            Action::Add(app) => format!("add = {{ {} }}", app_lines(app, attributes).join(", ")),
        },
    ]
}
