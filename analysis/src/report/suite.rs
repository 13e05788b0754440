//! The suite: who asks for which nodes, under which constraints, and by which rules it changes.

use serde_json::Value;

use super::section::{Head, Section, Table};
use super::source::Source;
use crate::number::measure;
use crate::number::{count, percent};
use crate::render::rules::told_of;
use crate::{Change, Version};

/// The most firings of rules told one by one.
const MOST_FIRINGS: usize = 12;

/// The part of the page.
pub fn suite(source: &Source) -> Option<Section> {
    let mut section = Section::new("suite", "The suite");
    let apps = source.scenario()["suite"]["app"].as_array().map_or(&[][..], Vec::as_slice);
    if !apps.is_empty() {
        section.say("Applications are served in this order; each takes its nodes from those that are left.");
    }
    section.table(wishes(source, apps));
    section.table(means(source));
    section.table(rules(apps));
    for text in source.summary.broken() {
        section.say(format!("Broken constraint: {text}"));
    }
    let firings = &source.summary.firings;
    for firing in firings.iter().take(MOST_FIRINGS) {
        section.say(told_of(firing));
    }
    if firings.len() > MOST_FIRINGS {
        section.say(format!("And {} more changes by rules, in the sheet rules.", firings.len() - MOST_FIRINGS));
    }
    section.table(versions(&source.summary.versions));
    for change in &source.summary.changes {
        section.table(changes(change));
    }
    section.filled()
}

/// What each application asks for.
fn wishes(source: &Source, apps: &[Value]) -> Table {
    let heads = ["Application", "Picks", "Asks for", "Where", "Constraints"].map(Head::text);
    let mut table = Table::new("wishes", "What each application asks for", &heads);
    let name = |app: &Value| app["name"].as_str().unwrap_or_default().to_owned();
    for app in apps {
        let condition = app["where"].as_str().unwrap_or("–").to_owned();
        table.row([name(app), picks(app), request(app), condition, limits(app)]);
    }
    // Of a version that comes later the record of a run has the file alone.
    for later in source.app_names().into_iter().filter(|later| apps.iter().all(|app| name(app) != **later)) {
        let most = source.of_app(later).map(|row| row.asked_count).max().unwrap_or(0);
        let asks = format!("{} nodes at most", count(most));
        table.row([later.to_owned(), "comes with a later version".to_owned(), asks, "–".to_owned(), "–".to_owned()]);
    }
    table
}

fn picks(app: &Value) -> String {
    match (app["top"].as_str(), app["bottom"].as_str()) {
        (Some(attribute), _) => format!("the highest {attribute}"),
        (_, Some(attribute)) => format!("the lowest {attribute}"),
        _ => "any nodes".to_owned(),
    }
}

fn request(app: &Value) -> String {
    let number = |key: &str| app[key].as_f64();
    if let Some(share) = number("share") {
        return format!("{} % of the cloud", measure(share * 100.0));
    }
    if let Some(nodes) = app["nodes"].as_u64() {
        return format!("{} nodes", count(nodes));
    }
    match number("rest") {
        Some(weight) if (weight - 1.0).abs() > 0.0 => format!("the rest, with weight {}", measure(weight)),
        _ => "the rest".to_owned(),
    }
}

fn limits(app: &Value) -> String {
    let nodes = app["min_nodes"].as_u64().map(|nodes| format!("at least {} nodes", count(nodes)));
    let means = app["min_mean"].as_object().into_iter().flatten();
    let means =
        means.map(|(name, limit)| format!("mean {name} at least {}", measure(limit.as_f64().unwrap_or(f64::NAN))));
    let limits: Vec<String> = nodes.into_iter().chain(means).collect();
    if limits.is_empty() { "–".to_owned() } else { limits.join("; ") }
}

/// What kind of nodes each application got.
fn means(source: &Source) -> Table {
    let summary = &source.summary;
    let heads = Head::row("Application", summary.attributes.iter().map(String::as_str));
    let mut table = Table::new("means", "Mean attributes of the nodes held at the end", &heads);
    for app in &summary.applications {
        let means = app.mean_attributes.iter().map(|mean| mean.map_or("–".to_owned(), measure));
        table.row(std::iter::once(app.app.clone()).chain(means));
    }
    table
}

/// The rules by which nodes change the suite.
fn rules(apps: &[Value]) -> Table {
    let heads = ["Application", "Rule", "When", "Then"].map(Head::text);
    let mut table = Table::new("rules", "Rules by which nodes change the suite", &heads);
    for app in apps {
        for rule in app["rule"].as_array().into_iter().flatten() {
            let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
            table.row([app["name"].as_str().unwrap_or_default().to_owned(), text("name"), text("when"), action(rule)]);
        }
    }
    table
}

fn action(rule: &Value) -> String {
    let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(scale) = rule["scale"].as_object() {
        let by = scale.get("by").and_then(Value::as_f64).unwrap_or(1.0);
        return format!("{} asks for {} times as much", scale.get("app").map(name).unwrap_or_default(), measure(by));
    }
    match (&rule["remove"], &rule["add"]) {
        (Value::String(app), _) => format!("remove {app}"),
        (_, added) => format!("add {}", name(&added["name"])),
    }
}

/// How fast versions spread.
fn versions(versions: &[Version]) -> Table {
    let numbers =
        ["Enters in cycle", "At nodes", "Half after", "99 % after", "All after", "Held by at most", "Dropped"];
    let caption = "Versions that came in: cycles until so many nodes held them";
    let mut table = Table::new("versions", caption, &Head::row("Version", numbers));
    let told = versions.iter().filter(|version| version.entry.is_some() || version.rejections.total() > 0);
    for version in told {
        let entry = version
            .entry
            .map_or(["–".to_owned(), "–".to_owned()], |entry| [entry.cycle.to_string(), count(entry.nodes_count)]);
        let after = version.spread_cycles.map(|cycles| cycles.map_or("–".to_owned(), |cycles| cycles.to_string()));
        let rest = [percent(version.most_held_fraction), count(version.rejections.total())];
        table.row(std::iter::once(version.version.to_string()).chain(entry).chain(after).chain(rest));
    }
    table
}

/// What a version did to each application.
fn changes(change: &Change) -> Table {
    let heads = Head::row("Application", ["Before", "After", "Came", "Left"]);
    let Change { version, first_cycle, last_cycle, .. } = change;
    let caption = format!("What version {version} did in cycles {first_cycle} to {last_cycle}: nodes");
    let mut table = Table::new(format!("change-{version}"), caption, &heads);
    for app in &change.apps {
        let counts = [app.held_before, app.held_after, app.joined.total(), app.left.total()].map(count);
        table.row(std::iter::once(app.app.clone()).chain(counts));
    }
    table
}
