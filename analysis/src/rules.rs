//! How nodes changed the suite by rules, and what came of it.

use datasets::trace::{AppRow, RuleRow, SuiteRow};

/// Shares of the live nodes whose acting on a version that a rule made is dated, ascending. The last is taken to be
/// reached, too, where nobody acts on another version any more.
pub const ACTING: [f64; 2] = [0.99, 1.0];

/// Nodes changed the suite by a rule, in one cycle or in several.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// What they did, and what the first of them found. Its `nodes_count` is that of all.
    pub rule: RuleRow,
    /// The cycle after which the last of them did.
    pub last_cycle: u32,
    /// Cycles after the first until each share of the live nodes in [`ACTING`] was first seen to act on the version.
    pub acting_cycles: [Option<u32>; ACTING.len()],
    /// The largest share of the live nodes that was seen to act on it, 0..=1.
    pub most_acting_fraction: f64,
    /// The nodes of the application that the action names; `None` if it names none of which the trace tells.
    pub held: Option<Held>,
}

/// The nodes of an application before and after a rule changed the suite.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its name.
    pub app: String,
    /// Nodes held when nodes made the version.
    pub before: u64,
    /// Nodes held after `after_cycle`.
    pub after: u64,
    /// The last observed cycle before a rule made the next version that nodes take, or of the run.
    pub after_cycle: u32,
}

impl Firing {
    /// Whether other nodes take the version.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.rule.verdict == "taken"
    }
}

/// What nodes did by rules, in the order of the trace: those that made the same version of the same one by the same
/// rule together.
pub(crate) fn firings(rows: Vec<RuleRow>, suites: &[SuiteRow], apps: &[AppRow]) -> Vec<Firing> {
    let mut firings: Vec<Firing> = Vec::new();
    for row in rows {
        match firings.iter_mut().find(|firing| is_same(&firing.rule, &row)) {
            Some(firing) => {
                firing.rule.nodes_count += row.nodes_count;
                firing.last_cycle = firing.last_cycle.max(row.cycle);
            }
            None => firings.push(firing(row, suites)),
        }
    }
    let taken: Vec<(u32, u64)> = firings
        .iter()
        .filter(|firing| firing.is_taken())
        .map(|firing| (firing.rule.cycle, firing.rule.version))
        .collect();
    for Firing { rule, held: found, .. } in &mut firings {
        let next = taken.iter().filter(|(cycle, version)| *cycle > rule.cycle && *version != rule.version);
        *found = held(rule, next.map(|(cycle, _)| *cycle).min().unwrap_or(u32::MAX), apps);
    }
    firings
}

fn is_same(one: &RuleRow, other: &RuleRow) -> bool {
    let what = |row: &RuleRow| (row.base_version, row.version);
    let who = |row: &RuleRow| [&row.app, &row.rule, &row.action, &row.verdict].map(String::clone);
    what(one) == what(other) && who(one) == who(other)
}

/// A firing of which the nodes held are not known yet.
fn firing(rule: RuleRow, suites: &[SuiteRow]) -> Firing {
    let mut acting_cycles = [None; ACTING.len()];
    let mut most_acting_fraction = 0.0_f64;
    for row in suites.iter().filter(|row| row.version == rule.version && row.cycle >= rule.cycle) {
        most_acting_fraction = most_acting_fraction.max(row.acting_fraction);
        for (share, reached) in ACTING.iter().zip(&mut acting_cycles) {
            let is_reached = || row.acting_fraction >= *share || *share >= 1.0 && is_alone(row, suites);
            *reached = reached.or_else(|| is_reached().then_some(row.cycle - rule.cycle));
        }
    }
    Firing { last_cycle: rule.cycle, rule, acting_cycles, most_acting_fraction, held: None }
}

/// Whether nearly all act on the version of this row, and nobody on another one: nodes that have just come act on none.
fn is_alone(row: &SuiteRow, suites: &[SuiteRow]) -> bool {
    let others = suites.iter().filter(|other| other.cycle == row.cycle && other.version != row.version);
    row.acting_fraction >= ACTING[0] && others.map(|other| other.acting_fraction).sum::<f64>() <= 0.0
}

fn held(rule: &RuleRow, until: u32, apps: &[AppRow]) -> Option<Held> {
    let app = named(&rule.action, apps)?;
    let at = |cycle: u32| apps.iter().rev().find(|row| row.app == app && row.cycle <= cycle);
    let (before, after) = (at(rule.cycle)?, at(until)?);
    Some(Held { app: app.to_owned(), before: before.held_count, after: after.held_count, after_cycle: after.cycle })
}

/// The application that an action names: the longest name among its words.
fn named<'a>(action: &str, apps: &'a [AppRow]) -> Option<&'a str> {
    let first = apps.first()?.cycle;
    let names = apps.iter().take_while(|row| row.cycle == first).map(|row| row.app.as_str());
    names.filter(|name| has_words(action, name)).max_by_key(|name| name.len())
}

/// Whether a text has another one in it, with no letter or digit right before or after.
fn has_words(text: &str, words: &str) -> bool {
    let is_apart = |neighbour: Option<char>| !neighbour.is_some_and(char::is_alphanumeric);
    text.match_indices(words).any(|(begin, found)| {
        is_apart(text[..begin].chars().next_back()) && is_apart(text[begin + found.len()..].chars().next())
    })
}
