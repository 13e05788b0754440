//! What a run comes down to: a number for each question that a planner asks of it.

use datasets::trace::{AppRow, read};

use crate::{Application, Error, Gradient, Summary};

/// A number that a run comes down to.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// What it is.
    pub name: Name,
    /// The value; `None` where there is none, as for what never settled.
    pub value: Option<f64>,
}

/// What a metric is: the same in every run of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// What is measured: `held`, `wrong`, …
    pub metric: &'static str,
    /// Of which application, attribute or aggregate; empty for the whole cloud.
    pub subject: String,
    /// Its unit.
    pub unit: &'static str,
}

/// The metrics of a run, in a fixed order.
///
/// - of each application, after the last cycle: `asked` and `held` nodes, and the share of `wrong` ones; over the run:
///   `held_min`, the fewest nodes held while some were asked for, `settled`, the cycle from which on fewer than 1 %
///   were wrong, `broken`, observed cycles with a broken constraint, `joins` and `leaves` a cycle;
/// - of each gradient: `rank_error`, the root mean square error of a node's idea of its rank;
/// - of each aggregate: `relative_error` of the estimates, or of the last epoch that nodes finished; of those that
///   average out, `variance_factor`, by which the variance over the nodes falls in a cycle, in the first ten;
/// - of the cloud: `alive` nodes after the last cycle, `messages` and `bytes` a node and cycle.
///
/// # Errors
///
/// If the files of the run are damaged.
pub fn metrics(run: &read::Run) -> Result<Vec<Metric>, Error> {
    let (summary, rows) = (Summary::of(run)?, run.apps()?);
    let mut metrics = Vec::new();
    for app in &summary.applications {
        of_app(app, &rows, summary.cycles - summary.first_cycle, &mut metrics);
    }
    for Gradient { attribute, gradient, rms_rank_error_fraction, .. } in &summary.gradients {
        let all = summary.gradients.iter().map(|other| (other.attribute.as_str(), other.gradient));
        let subject = gradient_name(attribute, *gradient, all);
        metrics.push(metric("rank_error", subject, "fraction", *rms_rank_error_fraction));
    }
    let lasting = summary.aggregates.iter().map(|found| (&found.aggregate, found.relative_error));
    let last = |found: &crate::Epochs| found.last.as_ref().and_then(|epoch| epoch.relative_error);
    let restarting = summary.epochs.iter().map(|found| (&found.aggregate, last(found)));
    for (aggregate, error) in lasting.chain(restarting) {
        metrics.push(metric("relative_error", aggregate.clone(), "fraction", error));
    }
    for found in &summary.aggregates {
        let Some(fall) = &found.contraction else { continue };
        let factor = fall.mean.map(|mean| mean.factor);
        metrics.push(metric("variance_factor", found.aggregate.clone(), "1/cycle", factor));
    }
    metrics.push(metric("alive", String::new(), "nodes", summary.alive_count as f64));
    metrics.push(metric("messages", String::new(), "1/node/cycle", summary.cost.messages_per_node_and_cycle));
    metrics.push(metric("bytes", String::new(), "B/node/cycle", summary.cost.bytes_per_node_and_cycle));
    Ok(metrics)
}

fn of_app(app: &Application, rows: &[AppRow], cycles: u32, metrics: &mut Vec<Metric>) {
    let own = || rows.iter().filter(|row| row.app == app.app);
    let least = own().filter(|row| row.asked_count > 0).map(|row| row.held_count).min();
    let broken = own().filter(|row| row.broken_constraints_count > 0).count();
    // A fork begins with the state after a later cycle; its first rows count what the other run did.
    let first = rows.first().map_or(0, |row| row.cycle);
    let moves = |count: fn(&AppRow) -> u64| own().filter(|row| row.cycle > first).map(count).sum::<u64>() as f64;
    let per_cycle = |count| moves(count) / f64::from(cycles.saturating_sub(first).max(1));
    let mut push = |name, unit, value: Option<f64>| metrics.push(metric(name, app.app.clone(), unit, value));
    push("asked", "nodes", Some(app.asked_count as f64));
    push("held", "nodes", Some(app.held_count as f64));
    push("held_min", "nodes", least.map(|held| held as f64));
    push("wrong", "fraction", Some(app.wrong_fraction()));
    push("settled", "cycle", app.settling.cycles[1].map(f64::from));
    push("broken", "cycles", Some(broken as f64));
    push("joins", "nodes/cycle", Some(per_cycle(|row| row.joins_count)));
    push("leaves", "nodes/cycle", Some(per_cycle(|row| row.leaves_count)));
}

/// The attribute of a gradient, with its number where another of these gradients has the same attribute.
pub(crate) fn gradient_name<'a>(
    attribute: &str,
    gradient: u32,
    mut gradients: impl Iterator<Item = (&'a str, u32)>,
) -> String {
    let has_twin = gradients.any(|(other, number)| other == attribute && number != gradient);
    if has_twin { format!("{attribute} ({gradient})") } else { attribute.to_owned() }
}

fn metric(metric: &'static str, subject: String, unit: &'static str, value: impl Into<Option<f64>>) -> Metric {
    let value = value.into().filter(|value| value.is_finite());
    Metric { name: Name { metric, subject, unit }, value }
}
