//! The constraints of applications that were broken.

use std::collections::BTreeMap;
use std::fmt;

use datasets::trace::BreachRow;

use super::table::wrapped;
use crate::number::{count, decimal, percent};
use crate::{Summary, depth_fraction};

/// The most breaches of a constraint told one by one; the trace has all.
const MOST_TOLD: usize = 3;

impl Summary {
    pub(super) fn breaches(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.breaches.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nConstraints that were broken\n")?;
        self.broken().iter().try_for_each(|text| wrapped(f, "  ", text))
    }

    /// When constraints were broken, a sentence or more a constraint.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut order: Vec<(&str, &str)> = Vec::new();
        let mut by_name: BTreeMap<(&str, &str), Vec<&BreachRow>> = BTreeMap::new();
        for breach in &self.breaches {
            let name = (breach.app.as_str(), breach.constraint.as_str());
            let breaches = by_name.entry(name).or_default();
            if breaches.is_empty() {
                order.push(name);
            }
            breaches.push(breach);
        }
        order.iter().flat_map(|name| told(&by_name[name])).collect()
    }
}

/// The breaches of a constraint: one by one, or together if there are many.
fn told(breaches: &[&BreachRow]) -> Vec<String> {
    let (Some(first), Some(last), Some(deepest)) = (breaches.first(), breaches.last(), deepest(breaches)) else {
        return Vec::new();
    };
    if breaches.len() <= MOST_TOLD {
        let told = |breach: &&BreachRow| format!("{} broken {}, {}.", head(breach), time(breach), worst(breach));
        return breaches.iter().map(told).collect();
    }
    let cycles: u64 = breaches.iter().map(|breach| u64::from(breach.cycles_count)).sum();
    let end = if last.has_ended { "" } else { ", and still at the end" };
    vec![format!(
        "{} broken {} times from cycle {} to {}{end} ({} cycles in all), {}.",
        head(deepest),
        breaches.len(),
        first.first_cycle,
        last.last_cycle,
        count(cycles),
        worst(deepest)
    )]
}

/// The breach that was the worst; one without any node is worse than all others.
fn deepest<'a>(breaches: &[&'a BreachRow]) -> Option<&'a BreachRow> {
    let depth = |breach: &BreachRow| depth_fraction(breach).unwrap_or(f64::INFINITY);
    breaches.iter().copied().reduce(|worst, breach| if depth(breach) > depth(worst) { breach } else { worst })
}

fn head(breach: &BreachRow) -> String {
    format!("{}: {} {}", breach.app, breach.constraint, value(breach, breach.limit))
}

fn time(breach: &BreachRow) -> String {
    let BreachRow { first_cycle, last_cycle, cycles_count, .. } = breach;
    let cycles =
        if *cycles_count == 1 { "1 cycle".to_owned() } else { format!("{} cycles", count((*cycles_count).into())) };
    match breach.has_ended {
        true if first_cycle == last_cycle => format!("in cycle {first_cycle}"),
        true => format!("from cycle {first_cycle} to {last_cycle} ({cycles})"),
        false => format!("from cycle {first_cycle} on, and still at the end ({cycles})"),
    }
}

fn worst(breach: &BreachRow) -> String {
    let cycle = breach.worst_cycle;
    match breach.worst_value {
        None => format!("worst after cycle {cycle}, when it held no node"),
        Some(found) => {
            let below = depth_fraction(breach).map_or(String::new(), |depth| format!(" ({} below)", percent(depth)));
            format!("worst {} after cycle {cycle}{below}", value(breach, found))
        }
    }
}

/// A number of nodes, or the mean of an attribute.
fn value(breach: &BreachRow, value: f64) -> String {
    if breach.constraint == "min_nodes" && (0.0..1e15).contains(&value) {
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a number of nodes")]
        let nodes = value.round() as u64;
        count(nodes)
    } else {
        decimal(value)
    }
}
