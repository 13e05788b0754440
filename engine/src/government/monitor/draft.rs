//! Versions that rules make: numbered, signed, verified, and entered.
//!
//! The version number is that of the base, and the number of the rule in it, from 1: two rules that act at once make
//! different versions of which the higher one wins, and the other acts again later on top of it. A version is verified
//! once, and every node, those that made it too, applies that verdict. It is dropped too if
//!
//! - *taken by another*: its number is that of a version with other content that has entered already;
//! - *overtaken*: a newer version has entered already, which all will have soon;
//! - *no number left*: nodes hold the number of their version in seven bits, and a run has had as many as it can. From
//!   then on no rule acts.

use datasets::scenario::{Run, Scenario, Trust};
use datasets::suite::{Description, Reason, Suite, Verdict, Version, verify_held, verify_unsigned};
use datasets::trace::RuleRow;

use super::action;
use super::carried::Carried;
use super::streak::{Fired, resting};
use crate::aggregate::Aggregation;
use crate::government::layouts::lay_out;
use crate::government::ledger::{HIGHEST, Ledger};
use crate::government::versions::Versions;
use crate::plans::Origin;
use crate::population::Population;

/// The most versions of a run.
const MOST_VERSIONS: usize = 126;

/// What nodes that act by a rule on a version make of it.
#[derive(Debug)]
pub struct Draft {
    /// What is told of it, but for the verdict.
    pub row: RuleRow,
    version: Version,
    origin: Origin,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// Nodes take it under this number.
    Taken(usize),
    /// They drop it.
    Rejected(Reason),
    /// Another version has its number.
    TakenByAnother,
    /// A newer one has entered before it.
    Overtaken,
    /// There are too many versions.
    NoNumberLeft,
}

impl Outcome {
    /// Its name in a trace.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::Rejected(reason) => reason.name(),
            Self::TakenByAnother => "taken by another",
            Self::Overtaken => "overtaken",
            Self::NoNumberLeft => "no number left",
        }
    }
}

impl Draft {
    /// What nodes make of version number `base` by a rule, where there are so many; `None` if there is nothing to
    /// change. Where the base has a layout of words, so has what they make.
    pub fn new(
        scenario: &Scenario,
        (versions, nodes): (&Versions, f64),
        base: usize,
        carried: &Carried<'_>,
        fired: &Fired,
        cycle: u32,
    ) -> Option<Self> {
        let (rule, before) = (carried.rule, versions.plans.versions[base - 1].suite());
        let number = before.version.saturating_add(1 + carried.index as u64).min(HIGHEST);
        let mut suite = datasets::suite::rule::apply(before, rule, number)?;
        if !before.layout.is_empty() {
            let certificate = scenario.monitor.as_ref().and_then(|monitor| monitor.certificate.as_ref());
            let is_kept = |app: &str| certificate.is_some_and(|found| !found.grant.scope.covers(app));
            suite.layout = lay_out(before, &suite, nodes, is_kept);
        }
        let cause = |(name, sum): (&String, &f64)| format!("{name}={}", (sum / fired.nodes as f64) as f32);
        let causes: Vec<String> = rule.aggregates.iter().zip(&fired.sums).map(cause).collect();
        let row = RuleRow {
            cycle,
            app: carried.app.1.to_owned(),
            rule: rule.name.clone(),
            condition: rule.when.text.clone(),
            cause: causes.join(", "),
            action: action::words(rule, before, &suite),
            nodes_count: fired.nodes,
            base_version: before.version,
            version: number,
            verdict: String::new(),
        };
        let base_version = &versions.plans.versions[base - 1].version;
        let (description, verdict) = verified(scenario, base_version, suite, cycle);
        let until = description.until(scenario.trust.as_ref().map(|trust| &trust.cloud.owner));
        let version = Version {
            bytes: description.bytes_count(),
            expires_cycle: until.and_then(|until| first_cycle(&scenario.run, until)),
            is_in_format_2: scenario.trust.is_some() && description.cloud().is_some(),
            suite: description.suite,
            verdict,
            path: "".into(),
            certificate: None,
            signed_by: None,
        };
        let newest = versions.newest();
        let origin = Origin::Rule { rule: carried.column, rest: resting(rule.cool_down), base, newest };
        Some(Self { row, version, origin })
    }

    /// It enters, or is dropped; returns what is told of it.
    pub fn enter(
        self,
        versions: &mut Versions,
        ledger: &mut Ledger,
        population: &Population,
        aggregation: &Aggregation,
    ) -> (RuleRow, Outcome) {
        let Self { mut row, version, mut origin } = self;
        if let Origin::Rule { newest, .. } = &mut origin {
            // Another may have entered since it was made.
            *newest = versions.newest();
        }
        let bytes = version.bytes;
        let outcome = match version.verdict {
            Verdict::Rejected(reason) => Outcome::Rejected(reason),
            Verdict::Valid => judged(&version, versions)
                .unwrap_or_else(|| Outcome::Taken(versions.insert((version, origin), population, aggregation))),
        };
        match outcome {
            Outcome::Taken(number) => {
                ledger.make(row.version, Ok(number), row.nodes_count, bytes + versions.layout_bytes(number));
            }
            Outcome::Rejected(reason) => ledger.make(row.version, Err(reason), row.nodes_count, bytes),
            Outcome::TakenByAnother | Outcome::Overtaken | Outcome::NoNumberLeft => {}
        }
        outcome.name().clone_into(&mut row.verdict);
        (row, outcome)
    }
}

/// A version as nodes make it, and whether they take it where they hold `base`.
fn verified(scenario: &Scenario, base: &Version, made: Suite, cycle: u32) -> (Description, Verdict) {
    let attributes = &scenario.fleet.attributes;
    let now = moment(&scenario.run, cycle);
    let unsigned = Description::unsigned(made, attributes.clone());
    let Some(trust) = &scenario.trust else {
        let verdict = verify_unsigned(&unsigned.suite, Some(&base.suite), now);
        return (unsigned, verdict);
    };
    let version = match &scenario.monitor {
        Some(monitor) => {
            // What is signed is of the format of the certificate.
            let certificate = monitor.certificate.as_ref();
            let cloud = certificate.map_or(Some(trust.cloud.id), |certificate| certificate.grant.cloud);
            unsigned.signed(&monitor.key, monitor.certificate.clone(), cloud)
        }
        None => unsigned,
    };
    let verdict = judge(scenario, trust, &version, base, now);
    (version, verdict)
}

/// Whether nodes that hold `base` take a version.
fn judge(scenario: &Scenario, trust: &Trust, version: &Description, base: &Version, now: i64) -> Verdict {
    let held = Description::unsigned(base.suite.clone(), scenario.fleet.attributes.clone());
    verify_held(&trust.cloud, version, (Some(&held), base.is_in_format_2), now)
}

/// Whether nodes that hold `base` take a version that is brought in in a cycle, where that must be signed.
#[must_use]
pub fn judge_launch(scenario: &Scenario, launch: &Version, base: &Version, cycle: u32) -> Verdict {
    let Some(trust) = &scenario.trust else { return launch.verdict };
    let Version { suite, certificate, signed_by, .. } = launch.clone();
    let version = Description { suite, attributes: scenario.fleet.attributes.clone(), certificate, signed_by };
    judge(scenario, trust, &version, base, moment(&scenario.run, cycle))
}

/// What becomes of a valid version, unless it is a new one that enters.
fn judged(made: &Version, versions: &Versions) -> Option<Outcome> {
    let (newest, number) = (versions.newest(), made.suite.version);
    let entered = &versions.plans.versions[..newest];
    if let Some(index) = entered.iter().position(|plan| plan.number() == number) {
        // Who counts the nodes differently lays the same out in other words.
        let entered = Suite { layout: made.suite.layout.clone(), ..entered[index].suite().clone() };
        let is_same = entered == made.suite;
        return Some(if is_same { Outcome::Taken(index + 1) } else { Outcome::TakenByAnother });
    }
    if entered.last().is_some_and(|newest| newest.number() > number) {
        return Some(Outcome::Overtaken);
    }
    (versions.plans.count_beside(newest, number) >= MOST_VERSIONS).then_some(Outcome::NoNumberLeft)
}

/// The moment at which a cycle starts, in seconds since 1970-01-01T00:00:00Z.
fn moment(run: &Run, cycle: u32) -> i64 {
    let since = f64::from(cycle.saturating_sub(1)) * run.cycle_seconds;
    run.starts_at.unwrap_or(0).saturating_add(since as i64)
}

/// The first cycle that starts at or after a moment; `None` if there is none.
fn first_cycle(run: &Run, moment: i64) -> Option<u32> {
    let cycle = ((moment - run.starts_at.unwrap_or(0)) as f64 / run.cycle_seconds).ceil().max(0.0) + 1.0;
    (cycle <= f64::from(u32::MAX)).then_some(cycle as u32)
}
