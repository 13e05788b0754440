//! The answer, before anything else: in one sentence, a few figures, and a row an application.

use serde::Serialize;

use super::section::{Head, Table};
use super::source::Source;
use super::words::{listed, short};
use crate::applications::wrong_of_held;
use crate::number::{count, percent};
use crate::number::{counted, duration, measure};
use crate::{Application, Summary};

/// The answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// One sentence.
    pub headline: String,
    /// What else to know at once.
    pub facts: Vec<Fact>,
    /// What each application holds.
    pub table: Option<Table>,
}

/// A figure.
#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// The figure.
    pub value: String,
    /// What it means.
    pub note: String,
}

/// A figure.
pub fn fact(name: &'static str, value: impl Into<String>, note: impl Into<String>) -> Fact {
    Fact { name, value: value.into(), note: note.into() }
}

/// The answer of a run.
pub fn answer(source: &Source) -> Answer {
    let summary = &source.summary;
    let said = || headline(summary) + &still_broken(summary);
    let headline = source.size.as_ref().map_or_else(said, |size| size.headline.clone());
    let mut facts = sizing(source);
    facts.push(nodes(summary));
    facts.extend([wrong(summary), settled(source), constraints(source), versions(summary)].into_iter().flatten());
    facts.extend([estimates(summary), cost(summary)].into_iter().flatten());
    Answer { headline, facts, table: table(summary) }
}

/// A name in a sentence.
fn name(app: &str) -> String {
    short(app, 40)
}

/// What a run says in one sentence.
fn headline(summary: &Summary) -> String {
    let asking: Vec<&Application> = summary.applications.iter().filter(|app| app.asked_count > 0).collect();
    let off: Vec<String> = asking.iter().filter_map(|app| miss(app, summary.alive_count)).collect();
    let total = |count: fn(&Application) -> u64| asking.iter().map(|app| count(app)).sum::<u64>();
    let (asked, held) = (total(|app| app.asked_count), total(|app| app.held_count));
    let chance = if held.abs_diff(asked) * 100 > asked { ", as far as chance lets them" } else { "" };
    let holds = format!("{chance}: {} nodes of {}", count(held), count(asked));
    match (asking.as_slice(), off.as_slice()) {
        ([], _) => without_applications(summary),
        ([app], []) => format!("{} holds what it asks for{}.", name(&app.app), holds.replace("them", "it")),
        ([_, _], []) => format!("Both applications hold what they ask for{holds}."),
        (apps, []) => format!("All {} applications hold what they ask for{holds}.", apps.len()),
        (apps, off) => {
            let rest = match apps.len() - off.len() {
                0 => String::new(),
                1 => "; the other one holds what it asks for".to_owned(),
                fine => format!("; the other {fine} hold what they ask for"),
            };
            format!("{}{rest}.", listed(off))
        }
    }
}

/// Which constraints are broken at the end.
fn still_broken(summary: &Summary) -> String {
    let broken = summary.breaches.iter().filter(|breach| !breach.has_ended);
    let broken: Vec<String> = broken.map(|breach| format!("{} of {}", breach.constraint, name(&breach.app))).collect();
    if broken.is_empty() { String::new() } else { format!(" Broken at the end: {}.", listed(&broken)) }
}

fn without_applications(summary: &Summary) -> String {
    let errors = summary.aggregates.iter().map(|found| (&found.aggregate, found.relative_error));
    let last =
        summary.epochs.iter().map(|found| (&found.aggregate, found.last.as_ref().and_then(|last| last.relative_error)));
    let known: Vec<String> = (errors.chain(last))
        .filter_map(|(name, error)| Some(format!("{name} up to an error of {}", percent(error?))))
        .collect();
    let cloud = format!("A cloud of {} nodes without applications", count(summary.nodes_count));
    if known.is_empty() { format!("{cloud}.") } else { format!("{cloud}: its nodes know {}.", listed(&known)) }
}

/// By how much an application misses what it asks for, if by more than chance.
fn miss(app: &Application, alive: u64) -> Option<String> {
    let (asked, held) = (app.asked_count as f64, app.held_count as f64);
    if (held - asked).abs() <= chance(asked, alive as f64, 3.0) {
        return None;
    }
    let name = name(&app.app);
    let of = format!("{} of the {} nodes that it asks for", count(app.held_count), count(app.asked_count));
    let share = percent((held - asked).abs() / asked);
    Some(if held < asked {
        format!("{name} holds {of}, {share} too few")
    } else {
        format!("{name} holds {of}, {share} too many")
    })
}

/// So many standard deviations of the number of nodes that hold one of `asked` places of `alive`: their ids are points,
/// and not a grid.
pub fn chance(asked: f64, alive: f64, deviations: f64) -> f64 {
    (deviations * (asked * (1.0 - asked / alive).max(0.0)).sqrt()).max(1.0)
}

fn nodes(summary: &Summary) -> Fact {
    let cycles = counted(u64::from(summary.cycles - summary.first_cycle), "cycle", "cycles");
    let note = if summary.alive_count == summary.nodes_count {
        format!("over {cycles}")
    } else {
        format!("at the start, {} after {cycles}", count(summary.alive_count))
    };
    fact("Nodes", count(summary.nodes_count), note)
}

fn wrong(summary: &Summary) -> Option<Fact> {
    let total = |count: fn(&Application) -> u64| summary.applications.iter().map(count).sum::<u64>();
    let (wrong, held) = (total(|app| app.wrong_count), total(|app| app.held_count));
    (held > 0).then(|| {
        let note =
            format!("{} of {} nodes held: a central sort would have put them elsewhere", count(wrong), count(held));
        fact("Wrong nodes", percent(wrong as f64 / held as f64), note)
    })
}

fn settled(source: &Source) -> Option<Fact> {
    let summary = &source.summary;
    let [_, one, _] = summary.settling?.cycles;
    let Some(cycle) = one else {
        return Some(fact("Settled", "not yet", format!("1 % or more are wrong after cycle {}", summary.cycles)));
    };
    let since = cycle.saturating_sub(summary.settling_from);
    let time =
        source.cycle_seconds().map_or(String::new(), |seconds| format!(", {}", duration(seconds * f64::from(since))));
    let from = if summary.settling_from > 0 { "the last version came in" } else { "the start" };
    let note = format!("fewer than 1 % wrong from then on: {since} cycles{time} after {from}");
    Some(fact("Settled", format!("cycle {cycle}"), note))
}

fn constraints(source: &Source) -> Option<Fact> {
    let breaches = &source.summary.breaches;
    let apps = source.scenario()["suite"]["app"].as_array();
    let asks =
        apps.is_some_and(|apps| apps.iter().any(|app| !app["min_nodes"].is_null() || !app["min_mean"].is_null()));
    match breaches.as_slice() {
        [] => asks.then(|| fact("Broken constraints", "none", "at any time")),
        [first, ..] => {
            let cycles: u32 = breaches.iter().map(|breach| breach.cycles_count).sum();
            let note = format!("{}, {}; {cycles} cycles in all", name(&first.app), first.constraint);
            Some(fact("Broken constraints", count(breaches.len() as u64), note))
        }
    }
}

fn versions(summary: &Summary) -> Option<Fact> {
    let launched: Vec<_> = summary.versions.iter().filter(|version| version.launch().is_some()).collect();
    let last = launched.last()?;
    let note = match last.spread_cycles {
        [.., Some(all)] => {
            format!("version {} reached all nodes in {}", last.version, counted(all.into(), "cycle", "cycles"))
        }
        _ => format!("version {} reached {} of the nodes", last.version, percent(last.most_held_fraction)),
    };
    Some(fact("New versions", count(launched.len() as u64), note))
}

fn estimates(summary: &Summary) -> Option<Fact> {
    let lasting = summary.aggregates.iter().map(|found| (&found.aggregate, found.relative_error));
    let last =
        summary.epochs.iter().map(|found| (&found.aggregate, found.last.as_ref().and_then(|last| last.relative_error)));
    let known = lasting.chain(last).filter_map(|(name, error)| Some((name, error?)));
    let (name, error) = known.reduce(|worst, next| if next.1 > worst.1 { next } else { worst })?;
    Some(fact("Error of estimates", percent(error), format!("root mean square over the nodes, of {name}")))
}

fn cost(summary: &Summary) -> Option<Fact> {
    let cost = &summary.cost;
    (cost.messages_count > 0).then(|| {
        let note = format!("messages per node and cycle, with {} bytes", measure(cost.bytes_per_node_and_cycle));
        fact("Cost", measure(cost.messages_per_node_and_cycle), note)
    })
}

/// What the search for a size found.
fn sizing(source: &Source) -> Vec<Fact> {
    let Some(size) = &source.size else { return Vec::new() };
    let of = if size.live_nodes < f64::from(size.nodes) { "of the live nodes" } else { "of the cloud" };
    if !size.reachable {
        let why = format!("{of}: the other applications ask for the rest, or there is no more");
        let most = fact("At most", percent(size.share_most), why);
        return vec![fact("Reachable", "no", "within this fleet"), most];
    }
    let sure = percent(size.confidence);
    let asked = format!("{} nodes", measure(size.nodes_asked as f64));
    let hold = format!("to hold {} of them", measure(size.hold));
    if size.asks_for == "nodes" {
        let [low, high] =
            [size.share_low, size.share_high].map(|share| count((share * size.live_nodes).round() as u64));
        return vec![
            fact("Ask for", asked, format!("{sure} interval: {low} to {high}; {hold}")),
            fact("That is", percent(size.share), of),
        ];
    }
    let [low, high] = [size.share_low, size.share_high].map(percent);
    vec![
        fact("Ask for", percent(size.share), format!("{of}; {sure} interval: {low} to {high}")),
        fact("That is", asked, hold),
    ]
}

/// A row an application, and one of all together.
fn table(summary: &Summary) -> Option<Table> {
    if summary.applications.is_empty() {
        return None;
    }
    let numbers = ["Asked", "Held", "Wrong", "Wrong of held", "Settled in cycle"];
    let heads = Head::row("Application", numbers);
    let mut table = Table::new(
        "answer",
        format!("Nodes after cycle {}; settled: fewer than 1 % wrong from then on", summary.cycles),
        &heads,
    );
    for app in &summary.applications {
        let settled = app.settling.cycles[1].map_or("–".to_owned(), |cycle| cycle.to_string());
        table.row([
            app.app.clone(),
            count(app.asked_count),
            count(app.held_count),
            count(app.wrong_count),
            wrong_of_held(app.wrong_count, app.held_count).unwrap_or_else(|| "–".to_owned()),
            settled,
        ]);
    }
    Some(table)
}
