//! The ledger of versions: which have entered the cloud, and what of each has been sent, taken and dropped since the
//! last row.

use datasets::scenario::{Push, Scenario};
use datasets::suite::{Reason, Verdict, Version};
use datasets::trace::SuiteRow;
use kernels::spread::{Bad, Rules, Spread};
use serde::{Deserialize, Serialize};

/// The highest version that there can be: that of a forged one.
pub const HIGHEST: u64 = i64::MAX as u64;

/// The versions that have entered.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    entries: Vec<Entry>,
}

/// A version.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Entry {
    /// As the operator or a rule numbers it.
    version: u64,
    /// Its number in the kernel, if nodes take it.
    number: Option<usize>,
    /// Bytes of its description.
    bytes: u64,
    /// Whether adversaries push it.
    is_pushed: bool,
    /// What has been counted since the last row.
    counts: Counts,
}

/// What has been counted of a version.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
struct Counts {
    /// Bytes of descriptions that were sent.
    payload_bytes: u64,
    /// Descriptions that nodes dropped, by the number of the [`Reason`].
    rejected: [u64; Reason::COUNT],
}

/// How the live nodes stand to each version.
#[derive(Debug)]
pub struct Standing {
    /// Nodes that hold each version; entry 0: none.
    pub holders: [u64; 1 << 7],
    /// Nodes that act on each.
    pub acting: [u64; 1 << 7],
    /// Adversaries.
    pub adversaries: u64,
}

impl Ledger {
    /// A version that all nodes hold when the run begins, in a description of so many bytes.
    pub(super) fn begin(&mut self, version: u64, bytes: u64) {
        self.entry(version, Some(1), bytes);
    }

    /// The entry of a version, which is new if there is none yet: one for all descriptions with its number, good or
    /// bad.
    fn entry(&mut self, version: u64, number: Option<usize>, bytes: u64) -> &mut Entry {
        let place = self.entries.iter().position(|entry| entry.version == version);
        let place = place.unwrap_or_else(|| {
            self.entries.push(Entry { version, number, bytes, is_pushed: false, counts: Counts::default() });
            self.entries.len() - 1
        });
        &mut self.entries[place]
    }

    /// A version enters at so many nodes, in a description of so many bytes, under its number if they take it; else
    /// they drop it.
    pub(super) fn enter(
        &mut self,
        (launch, verdict): (&Version, Verdict),
        number: Option<usize>,
        nodes: u64,
        bytes: u64,
    ) {
        let version = launch.suite.version;
        let taken = match verdict {
            Verdict::Rejected(reason) => Err(reason),
            // Nodes have made a version by a rule that is as new.
            Verdict::Valid => number.ok_or(Reason::Replayed),
        };
        self.make(version, taken, nodes, bytes);
        self.entry(version, number, bytes).counts.payload_bytes += nodes * bytes;
    }

    /// So many further nodes are given the version of a number; returns the bytes of its descriptions.
    pub(super) fn hand(&mut self, number: usize, nodes: u64) -> u64 {
        let Some(entry) = self.entries.iter_mut().find(|entry| entry.number == Some(number)) else { return 0 };
        entry.counts.payload_bytes += nodes * entry.bytes;
        nodes * entry.bytes
    }

    /// So many nodes make a version by a rule, in a description of so many bytes, and take it under its number, or drop
    /// it.
    pub(super) fn make(&mut self, version: u64, made: Result<usize, Reason>, nodes: u64, bytes: u64) {
        let entry = self.entry(version, made.ok(), bytes);
        entry.number = entry.number.or(made.ok());
        if let Err(reason) = made {
            entry.counts.rejected[reason as usize] += nodes;
        }
    }

    /// Counts what nodes have sent in a cycle; returns the bytes of the descriptions.
    pub(super) fn count(&mut self, spread: &Spread, scenario: &Scenario, (rules, cycle): (Rules, u32)) -> u64 {
        let mut sum = 0;
        for entry in &mut self.entries {
            let taken = entry.number.map_or(0, |number| spread.taken[number]);
            entry.counts.payload_bytes += taken * entry.bytes;
            sum += taken * entry.bytes;
        }
        let Some((adversaries, push)) = scenario.adversaries.as_ref().zip(rules.push) else { return sum };
        let newest = self.entries.iter().rev().find(|entry| entry.number.is_some()).map_or(0, |entry| entry.bytes);
        let first = (scenario.first.suite.version, Some(1), scenario.first.bytes);
        let ((version, number, bytes), reason) = match &adversaries.push {
            Push::Files(files) => {
                let pushed = &files[(cycle - adversaries.from_cycle) as usize % files.len()];
                ((pushed.version.suite.version, None, pushed.version.bytes), pushed.reason(cycle))
            }
            Push::Old if matches!(push, Bad::Old(old) if rules.passes(old)) => (first, Reason::Replayed),
            Push::Old => (first, Reason::Expired),
            Push::Forged => ((HIGHEST, None, newest), Reason::Forged),
        };
        let entry = self.entry(version, number, bytes);
        entry.is_pushed = true;
        entry.counts.rejected[reason as usize] += spread.dropped;
        // Another description with its number may have other bytes; a forged one has those that it had at first.
        let each = if matches!(adversaries.push, Push::Files(_)) { bytes } else { entry.bytes };
        let bytes = spread.dropped * each;
        entry.counts.payload_bytes += bytes;
        sum + bytes
    }

    /// The rows after a cycle; counting begins anew.
    pub fn rows(&mut self, cycle: u32, alive: u64, standing: &Standing) -> Vec<SuiteRow> {
        let share = |count: u64| if alive == 0 { 0.0 } else { count as f64 / alive as f64 };
        let row = |entry: &mut Entry| {
            let Counts { payload_bytes, rejected } = std::mem::take(&mut entry.counts);
            let of = |reason: Reason| rejected[reason as usize];
            let (holders, acting) = match entry.number {
                Some(number) => (standing.holders[number], standing.acting[number]),
                None if entry.is_pushed => (standing.adversaries, 0),
                None => (0, 0),
            };
            SuiteRow {
                cycle,
                version: entry.version,
                holders_fraction: share(holders),
                acting_fraction: share(acting),
                rejected_malformed_count: of(Reason::Malformed),
                rejected_forged_count: of(Reason::Forged),
                rejected_other_cloud_count: of(Reason::OtherCloud),
                rejected_outdated_count: of(Reason::Outdated),
                rejected_revoked_count: of(Reason::Revoked),
                rejected_expired_count: of(Reason::Expired),
                rejected_replayed_count: of(Reason::Replayed),
                rejected_out_of_scope_count: of(Reason::OutOfScope),
                payload_bytes,
            }
        };
        self.entries.iter_mut().map(row).collect()
    }
}
