//! `subcloud suite diff`.

use analysis::number::{count, counted, percent};
use std::path::{Path, PathBuf};

use datasets::scenario::{self, Scenario};
use datasets::suite::{self, AppTopology, Description, Names, Rule, Suite, moment};
use engine::observer::preview::{Change, Preview, preview};

use super::certify::allows;
use super::fit_together;
use super::rules::{rules, told, wrapped};
use super::table::{header, table};
use super::why::beyond_of;
use crate::failure::Failure;
use crate::memory;
use crate::run::print;

/// Say what a change of the suite will do to a fleet before it is launched: nodes in and nodes out, per application.
///
/// The fleet is assigned centrally by either suite, as it is once all has settled; nothing gossips.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  subcloud suite diff apps.toml --fleet plan.toml
  subcloud suite diff current.toml apps.toml --fleet plan.toml --nodes 1e7")]
#[command(allow_missing_positional = true)]
pub struct Arguments {
    /// The suite as it is (TOML); left out, that of the scenario.
    #[arg(value_name = "A.toml", required = false)]
    before: Option<PathBuf>,
    /// The suite as it is to be (TOML).
    #[arg(value_name = "B.toml")]
    after: PathBuf,
    /// A scenario: its fleet is the one that changes.
    #[arg(long, value_name = "SCENARIO")]
    fleet: PathBuf,
    /// Number of nodes, in place of the scenario's.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    nodes: Option<String>,
}

/// Compares two suites on a fleet.
pub fn diff(arguments: &Arguments) -> Result<(), Failure> {
    let nodes = arguments.nodes.iter().map(|nodes| ("run.nodes".to_owned(), nodes.clone()));
    let scenario = scenario::read(&arguments.fleet, &nodes.collect::<Vec<_>>()).map_err(|error| {
        let given = arguments.nodes.as_deref().unwrap_or_default();
        Failure::from(error).renamed(&format!("--set run.nodes={given} "), &format!("--nodes {given} "))
    })?;
    let attributes = &scenario.fleet.attributes;
    let held = match &arguments.before {
        Some(path) => read(path, &scenario)?,
        None => Description::unsigned(scenario.first.suite.clone(), attributes.clone()),
    };
    let version = read(&arguments.after, &scenario)?;
    let (before, after) = (&held.suite, &version.suite);
    fit_together(before, after)?;
    memory::check(&scenario, None)?;
    let found = preview(&scenario, before, after)?;
    let names = header(&["application", "asks for", "then", "holds", "then", "nodes in", "nodes out"]);
    let rows: Vec<_> = std::iter::once(names).chain(found.changes.iter().map(row)).collect();
    print(&format!(
        "{}: from version {} to {}, once all has settled\n",
        counted(found.nodes, "live node", "live nodes"),
        before.version,
        after.version
    ));
    table(&rows, 1);
    print(&format!("\n{}", moved(&found)));
    changed(before, after, attributes);
    for line in beside(before, after).into_iter().chain(rights(&version, &held)) {
        print("");
        wrapped(&line);
    }
    if after.version <= before.version {
        print(&format!(
            "Nodes that hold version {} will not take version {}: give it a higher number.",
            before.version, after.version
        ));
    }
    Ok(())
}

/// Reads a version for a fleet.
fn read(path: &Path, scenario: &Scenario) -> Result<Description, Failure> {
    Ok(suite::read(path, Names::Fleet(&scenario.fleet.attributes))?.description())
}

/// What changes beside applications and rules: until when the suite is good, whose keys are revoked, what applications
/// say of their code, and whose words are whose.
fn beside(before: &Suite, after: &Suite) -> Vec<String> {
    let mut lines = Vec::new();
    if before.until != after.until {
        let until = after.until.map_or_else(|| "for ever".to_owned(), |until| format!("until {}", moment::text(until)));
        lines.push(format!("It is good {until}."));
    }
    let others = |of: &Suite, than: &Suite| -> Vec<String> {
        of.revoked.difference(&than.revoked).map(ToString::to_string).collect()
    };
    let (more, fewer) = (others(after, before), others(before, after));
    if !more.is_empty() {
        lines.push(format!("It revokes {}: nodes will take nothing more that is signed with that.", more.join(", ")));
    }
    if !fewer.is_empty() {
        lines.push(format!("It no more revokes {}.", fewer.join(", ")));
    }
    let said = |suite: &Suite, name: &str| {
        let app = suite.apps.iter().find(|app| app.name == name);
        app.map(|app| app.code.map(|code| code.to_toml()).unwrap_or_default())
    };
    for name in after.apps.iter().map(|app| &app.name) {
        match (said(before, name), said(after, name)) {
            (Some(old), Some(new)) if old != new && new.is_empty() => {
                lines.push(format!("{name} says nothing more of its code: it is as the scenario has it."));
            }
            (Some(old), Some(new)) if old != new => lines.push(format!(
                "The code of {name} is now {new}. Where its number is another one, members fetch it while they run the \
                 old one."
            )),
            _ => {}
        }
    }
    let topology = |suite: &Suite, name: &str| {
        suite.apps.iter().find(|app| app.name == name).map(|app| app.topology.map(AppTopology::name))
    };
    for name in after.apps.iter().map(|app| &app.name) {
        match (topology(before, name), topology(after, name)) {
            (Some(old), Some(new)) if old != new => {
                let now = new.map_or_else(|| "as the scenario has it".to_owned(), |new| format!("\"{new}\""));
                lines.push(format!("The topology of {name} is now {now}."));
            }
            _ => {}
        }
    }
    if before.layout != after.layout {
        let which = if after.layout.is_empty() { "has no layout of words" } else { "lays words out anew" };
        lines.push(format!("It {which}."));
    }
    lines
}

/// Whether the certificate of a version allows what it changes, if it has one.
fn rights(version: &Description, held: &Description) -> Option<String> {
    let grant = &version.certificate.as_ref()?.grant;
    let beyond = beyond_of(version, held);
    let key = format!("The key {} {}", grant.key, allows(grant));
    Some(if beyond.is_empty() {
        format!("{key}: all of this is within that.")
    } else {
        format!("{key}. Nodes will drop this version: {}.", beyond.join(", "))
    })
}

fn row(change: &Change) -> Vec<String> {
    let Change { app, asked, held, joins, leaves } = change;
    let numbers = [asked[0], asked[1], held[0], held[1], *joins, *leaves];
    std::iter::once(app.clone()).chain(numbers.map(count)).collect()
}

fn moved(found: &Preview) -> String {
    let share = percent(found.moved as f64 / found.nodes.max(1) as f64);
    format!("{} of {} nodes move ({share})", count(found.moved), count(found.nodes))
}

/// Tells which rules are new, other ones, or gone.
fn changed(before: &Suite, after: &Suite, attributes: &[String]) {
    let all = |suite| {
        let tell = |(app, rule): (&str, &Rule)| (rule.name.clone(), format!("of {app}: {}", told(rule, attributes)));
        rules(suite).map(tell).collect::<Vec<(String, String)>>()
    };
    let (old, new) = (all(before), all(after));
    let of = |rules: &[(String, String)], name: &String| rules.iter().position(|(other, _)| other == name);
    let gone = old.iter().filter(|(name, _)| of(&new, name).is_none()).map(|(name, _)| format!("{name} is gone"));
    let others = new.iter().filter_map(|(name, told)| match of(&old, name) {
        None => Some(format!("{name} is new, {told}")),
        Some(index) if old[index].1 != *told => Some(format!("{name} changes, now {told}")),
        Some(_) => None,
    });
    let lines: Vec<String> = gone.chain(others).collect();
    if !lines.is_empty() {
        print("\nRules by which nodes of an application change the suite\n");
    }
    for line in &lines {
        wrapped(line);
    }
}
