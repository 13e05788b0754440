//! `subcloud check`.

use analysis::number::{count, counted, duration, percent};
use datasets::fleet::Outline;
use datasets::scenario::{Aggregate, Inventory, Replay, Source};
use datasets::suite::Verdict;

use crate::failure::Failure;
use crate::record::told;
use crate::run::print;
use crate::scenario;

/// Read a scenario and its fleet, say what is wrong and where, run nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  subcloud check plan.toml --set suite.app.chat.share=0.2")]
pub struct Arguments {
    #[command(flatten)]
    scenario: scenario::Arguments,
}

/// Checks a scenario.
pub fn check(arguments: &Arguments) -> Result<(), Failure> {
    let scenario = arguments.scenario.read()?;
    let (fleet, inventory) = match &scenario.fleet.source {
        Source::Classes(classes) => (counted(classes.len() as u64, "class", "classes"), None),
        Source::File(inventory) => {
            let rows = counted(inventory.read()?.rows as u64, "row", "rows");
            (format!("{rows} of {}", inventory.path.display()), Some(inventory))
        }
    };
    let trace = scenario.fleet.replay.as_ref().map(|replay| outline(replay, inventory)).transpose()?;
    print(&format!(
        "{}: ok. {} ({fleet}), {}, {}, {}, {}.",
        scenario.name,
        counted(scenario.run.nodes.into(), "node", "nodes"),
        counted(scenario.run.cycles.into(), "cycle", "cycles"),
        counted(scenario.first.suite.apps.len() as u64, "application", "applications"),
        counted(scenario.aggregates.len() as u64, "aggregate", "aggregates"),
        counted(scenario.events.len() as u64, "event", "events"),
    ));
    trace.iter().flatten().for_each(|line| print(line));
    for launch in &scenario.launches {
        if let Verdict::Rejected(reason) = launch.verdict {
            let (version, path) = (launch.suite.version, launch.path.display());
            print(&format!("Nodes will drop version {version} of the suite, {path}: {reason}."));
        }
    }
    for aggregate in &scenario.aggregates {
        if let Some(epochs) = restarts(aggregate, &scenario.app_names()) {
            print(&epochs);
        }
    }
    for told in told(&scenario) {
        print(&format!("Nodes are told, until they can estimate it: {told}."));
    }
    Ok(())
}

/// What there is in a trace of sessions, and which rows of an inventory and hosts of the trace found each other.
fn outline(replay: &Replay, inventory: Option<&Inventory>) -> Result<Vec<String>, Failure> {
    let presence = replay.read(inventory)?;
    let Outline { hosts_count, sessions_count, length, median_session, up_fraction } = presence.outline();
    let [length, median] = [length, median_session].map(|time| duration(time * replay.unit_seconds));
    let mut lines = vec![format!(
        "{}: {} with {} in {length}; half of these last up to {median}; hosts are up {} of the time.",
        replay.path.display(),
        counted(hosts_count as u64, "host", "hosts"),
        counted(sessions_count as u64, "session", "sessions"),
        percent(up_fraction),
    )];
    lines.extend(presence.join.map(|join| {
        let [matched_rows, rows, repeated, matched_hosts, hosts] = [
            join.matched_rows_count,
            join.rows_count,
            join.repeated_rows_count,
            join.matched_hosts_count,
            join.hosts_count,
        ]
        .map(|value| count(value as u64));
        format!(
            "Rows that have a host: {matched_rows} of {rows}; hosts that have a row: {matched_hosts} of {hosts}; the \
             others are left out. Rows with the id of an earlier row: {repeated}."
        )
    }));
    Ok(lines)
}

/// How an aggregate restarts, if it does.
fn restarts(aggregate: &Aggregate, apps: &[String]) -> Option<String> {
    let cycles = counted(aggregate.epochs?.cycles.into(), "cycle", "cycles");
    let instances = aggregate.counting.map_or_else(String::new, |counting| {
        format!(", by {}", counted(counting.instances.into(), "instance", "instances"))
    });
    let among = aggregate.app.map_or_else(String::new, |app| format!(" among the nodes of {}", apps[app]));
    let Aggregate { name, function, .. } = aggregate;
    Some(format!("Nodes find `{name}`, {function}{among}, in epochs of {cycles}{instances}."))
}
