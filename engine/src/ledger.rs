//! The ledger of versions: which have entered the cloud, and what of each has been sent, taken and dropped since the last row.

use datasets::scenario::{Launch, Push, Scenario};
use datasets::suite::{Reason, Verdict};
use datasets::trace::SuiteRow;
use kernels::spread::{Bad, Rules, Spread};

use crate::spread::Standing;
use crate::suites::Suites;

/// The highest version that there can be: that of a forged one.
pub const HIGHEST: u64 = i64::MAX as u64;

/// The versions that have entered.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// A version.
#[derive(Clone, Debug)]
struct Entry {
    /// Its number in the kernel, if nodes take it.
    number: Option<usize>,
    /// Bytes of its description.
    bytes: u64,
    /// Whether adversaries push it.
    is_pushed: bool,
    /// What has been counted since the last row.
    row: SuiteRow,
}

impl Ledger {
    /// The ledger before the first cycle.
    #[must_use]
    pub fn new(scenario: &Scenario, suites: &Suites) -> Self {
        let mut ledger = Self::default();
        if suites.newest() > 0 {
            ledger.entry(scenario.suite.version, Some(1), scenario.suite_bytes + suites.layout_bytes(1));
        }
        ledger
    }

    /// The entry of a version, which is new if there is none yet: one for all descriptions with its number, good or bad.
    fn entry(&mut self, version: u64, number: Option<usize>, bytes: u64) -> &mut Entry {
        let place = self.entries.iter().position(|entry| entry.row.version == version);
        let place = place.unwrap_or_else(|| {
            let row = SuiteRow { version, ..SuiteRow::default() };
            self.entries.push(Entry { number, bytes, is_pushed: false, row });
            self.entries.len() - 1
        });
        &mut self.entries[place]
    }

    /// A version enters at so many nodes, in a description of so many bytes, under its number if they take it; else they drop it.
    pub fn enter(&mut self, launch: &Launch, number: Option<usize>, nodes: u64, bytes: u64) {
        let version = launch.suite.version;
        let taken = match launch.verdict {
            Verdict::Rejected(reason) => Err(reason),
            // Nodes have made a version by a rule that is as new.
            Verdict::Valid => number.ok_or(Reason::Replayed),
        };
        self.make(version, taken, nodes, bytes);
        self.entry(version, number, bytes).row.payload_bytes += nodes * bytes;
    }

    /// So many nodes make a version by a rule, in a description of so many bytes, and take it under its number, or drop it.
    pub fn make(&mut self, version: u64, made: Result<usize, Reason>, nodes: u64, bytes: u64) {
        let entry = self.entry(version, made.ok(), bytes);
        entry.number = entry.number.or(made.ok());
        if let Err(reason) = made {
            *rejected(&mut entry.row, reason) += nodes;
        }
    }

    /// Counts what nodes have sent in a cycle; returns the bytes of the descriptions.
    pub fn count(&mut self, spread: &Spread, scenario: &Scenario, rules: Rules) -> u64 {
        let mut sum = 0;
        for entry in &mut self.entries {
            let taken = entry.number.map_or(0, |number| spread.taken[number]);
            entry.row.payload_bytes += taken * entry.bytes;
            sum += taken * entry.bytes;
        }
        let Some((adversaries, push)) = scenario.adversaries.as_ref().zip(rules.push) else { return sum };
        let newest = self.entries.iter().rev().find(|entry| entry.number.is_some()).map_or(0, |entry| entry.bytes);
        let (version, number, bytes, reason) = match &adversaries.push {
            Push::File(launch) => {
                let Verdict::Rejected(reason) = launch.verdict else { unreachable!("a good version is not refused") };
                (launch.suite.version, None, launch.bytes, reason)
            }
            Push::Old if matches!(push, Bad::Old(old) if rules.passes(old)) => {
                (scenario.suite.version, Some(1), scenario.suite_bytes, Reason::Replayed)
            }
            Push::Old => (scenario.suite.version, Some(1), scenario.suite_bytes, Reason::Expired),
            Push::Forged => (HIGHEST, None, newest, Reason::Forged),
        };
        let entry = self.entry(version, number, bytes);
        entry.is_pushed = true;
        *rejected(&mut entry.row, reason) += spread.dropped;
        let bytes = spread.dropped * entry.bytes;
        entry.row.payload_bytes += bytes;
        sum + bytes
    }

    /// The rows after a cycle; counting begins anew.
    pub fn rows(&mut self, cycle: u32, alive: u64, standing: &Standing) -> Vec<SuiteRow> {
        let share = |count: u64| if alive == 0 { 0.0 } else { count as f64 / alive as f64 };
        let row = |entry: &mut Entry| {
            let next = SuiteRow { version: entry.row.version, ..SuiteRow::default() };
            let row = std::mem::replace(&mut entry.row, next);
            let (holders, acting) = match entry.number {
                Some(number) => (standing.holders[number], standing.acting[number]),
                None if entry.is_pushed => (standing.adversaries, 0),
                None => (0, 0),
            };
            SuiteRow { cycle, holders_fraction: share(holders), acting_fraction: share(acting), ..row }
        };
        self.entries.iter_mut().map(row).collect()
    }
}

/// The count of what was dropped for a reason.
fn rejected(row: &mut SuiteRow, reason: Reason) -> &mut u64 {
    match reason {
        Reason::Malformed => &mut row.rejected_malformed_count,
        Reason::Forged => &mut row.rejected_forged_count,
        Reason::Expired => &mut row.rejected_expired_count,
        Reason::Replayed => &mut row.rejected_replayed_count,
        Reason::OutOfScope => &mut row.rejected_out_of_scope_count,
    }
}
