//! `subcloud check`.

use analysis::number::counted;
use datasets::scenario::{Adversaries, Aggregate, Push, Pushed, Scenario, Source};
use datasets::suite::Verdict;

use crate::failure::{Failure, warn};
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
    let files = scenario.read_files()?;
    files.doubts.iter().for_each(|doubt| warn(&doubt.message, &doubt.remedy));
    let fleet = match (&scenario.fleet.source, &files.table) {
        (Source::File(inventory), Some(table)) => {
            format!("{} of {}", counted(table.rows as u64, "row", "rows"), inventory.path.display())
        }
        _ => counted(scenario.fleet.classes().len() as u64, "class", "classes"),
    };
    print(&format!(
        "{}: ok. {} ({fleet}), {}, {}, {}, {}.",
        scenario.name,
        counted(scenario.run.nodes.into(), "node", "nodes"),
        counted(scenario.run.cycles.into(), "cycle", "cycles"),
        counted(scenario.first.suite.apps.len() as u64, "application", "applications"),
        counted(scenario.aggregates.len() as u64, "aggregate", "aggregates"),
        counted(scenario.events.len() as u64, "event", "events"),
    ));
    files.record.iter().flat_map(analysis::fleet).for_each(|sentence| print(&sentence));
    for launch in &scenario.launches {
        if let Verdict::Rejected(reason) = launch.verdict {
            let (version, path) = (launch.suite.version, launch.path.display());
            print(&format!("Nodes will drop version {version} of the suite, {path}: {reason}."));
        }
    }
    for sentence in pushed(&scenario) {
        print(&sentence);
    }
    for aggregate in &scenario.aggregates {
        if let Some(epochs) = restarts(aggregate, &scenario.app_names()) {
            print(&epochs);
        }
    }
    for told in told(&scenario) {
        print(&format!("Nodes are told what no node of a real cloud knows by itself: {told}."));
    }
    Ok(())
}

/// Why nodes will drop each file that adversaries push, from which cycle on.
fn pushed(scenario: &Scenario) -> Vec<String> {
    let Some(Adversaries { push: Push::Files(files), .. }) = &scenario.adversaries else { return Vec::new() };
    let sentence = |file: &Pushed| {
        let mut reasons = file.reasons.clone();
        reasons.dedup_by_key(|(_, reason)| *reason);
        let mut all: Vec<String> = reasons.iter().map(|(cycle, why)| format!("{why} from cycle {cycle} on")).collect();
        if let [(_, reason)] = &*reasons {
            all = vec![reason.name().to_owned()];
        }
        format!("Nodes will drop {}, which adversaries push: {}.", file.version.path.display(), all.join(", "))
    };
    files.iter().map(sentence).collect()
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
