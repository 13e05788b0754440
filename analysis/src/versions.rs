//! How versions of the suite spread, and what became of the bad ones.

use datasets::trace::{EventRow, SuiteRow};

/// Shares of the live nodes whose holding a version is dated, ascending. The last is taken to be reached, too, where
/// nobody acts on another version any more: where nodes come, some hold none yet.
pub const SPREAD: [f64; 3] = [0.5, 0.99, 1.0];

/// A version of the suite in the cloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Version {
    /// Its number.
    pub version: u64,
    /// The first observed cycle after which it was in the cloud.
    pub first_cycle: u32,
    /// Where and when it came in; `None` for the version with which the run began, and for one that nodes only push.
    pub entry: Option<Entry>,
    /// Cycles from its coming in until each share of the live nodes in [`SPREAD`] was first seen to hold it.
    pub spread_cycles: [Option<u32>; SPREAD.len()],
    /// The largest share of the live nodes that was seen to hold it, 0..=1; of a bad one, to push it.
    pub most_held_fraction: f64,
    /// That share after the last cycle.
    pub last_held_fraction: f64,
    /// The largest share of the live nodes that was seen to act on it, 0..=1.
    pub most_acting_fraction: f64,
    /// The first cycle after which it was.
    pub most_acting_cycle: u32,
    /// Descriptions of it that nodes dropped.
    pub rejections: Rejections,
    /// Bytes of the descriptions of it that were sent.
    pub payload_bytes: u64,
}

/// A version that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The cycle at whose start it did.
    pub cycle: u32,
    /// Nodes at which it did.
    pub nodes_count: u64,
}

/// Descriptions of a version that nodes dropped, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rejections {
    /// They are no suite.
    pub malformed: u64,
    /// Neither the owner signed them, nor a key that the owner has certified.
    pub forged: u64,
    /// They are signed for another cloud.
    pub other_cloud: u64,
    /// They are signed in an older format than the version that the node held.
    pub outdated: u64,
    /// The owner has revoked their key.
    pub revoked: u64,
    /// They, or the certificate of their key, had expired.
    pub expired: u64,
    /// The node held as new a version.
    pub replayed: u64,
    /// Their key may not change what they change.
    pub out_of_scope: u64,
}

impl Rejections {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        let untrusted = self.malformed + self.forged + self.other_cloud + self.outdated + self.revoked;
        untrusted + self.out_of_scope + self.expired + self.replayed
    }

    fn add(&mut self, row: &SuiteRow) {
        self.malformed += row.rejected_malformed_count;
        self.forged += row.rejected_forged_count;
        self.other_cloud += row.rejected_other_cloud_count;
        self.outdated += row.rejected_outdated_count;
        self.revoked += row.rejected_revoked_count;
        self.expired += row.rejected_expired_count;
        self.replayed += row.rejected_replayed_count;
        self.out_of_scope += row.rejected_out_of_scope_count;
    }
}

impl Version {
    /// Whether nodes do not take it: they dropped it, and none ever acted on it.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        self.most_acting_fraction <= 0.0 && self.rejections.total() > 0
    }

    /// Where and when it came in, if it is a good one on which nodes acted.
    #[must_use]
    pub fn launch(&self) -> Option<Entry> {
        self.entry.filter(|_| !self.is_bad() && self.most_acting_fraction > 0.0)
    }

    /// Takes the next row in; `is_alone` says whether nobody acts on another version then.
    fn add(&mut self, row: &SuiteRow, is_alone: impl Fn() -> bool) {
        // A version that comes in at the start of a cycle has spread for one cycle when that one ends.
        let begin = self.entry.map_or(self.first_cycle, |entry| entry.cycle);
        let cycles = (row.cycle + 1).saturating_sub(begin);
        for (share, reached) in SPREAD.iter().zip(&mut self.spread_cycles) {
            let is_reached = || row.holders_fraction >= *share || *share >= 1.0 && is_alone();
            *reached = reached.or_else(|| is_reached().then_some(cycles));
        }
        self.most_held_fraction = self.most_held_fraction.max(row.holders_fraction);
        if row.acting_fraction > self.most_acting_fraction {
            (self.most_acting_fraction, self.most_acting_cycle) = (row.acting_fraction, row.cycle);
        }
        self.rejections.add(row);
        self.payload_bytes += row.payload_bytes;
    }
}

/// Whether an event makes nodes come or go, or changes what they have; a new version does not, whoever made it.
pub(crate) fn is_disturbing(event: &EventRow) -> bool {
    event.version.is_none() && event.rule.is_none()
}

/// The versions in the rows of `suites`, in the order of their coming in.
pub(crate) fn versions(rows: &[SuiteRow], events: &[EventRow]) -> Vec<Version> {
    let first = first(rows);
    let mut numbers: Vec<u64> = rows.iter().map(|row| row.version).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut versions: Vec<Version> = numbers
        .into_iter()
        .filter_map(|number| {
            let entry = if Some(number) == first { None } else { entry(number, events) };
            version(number, entry, rows)
        })
        .collect();
    versions.sort_by_key(|version| (version.entry.map_or(version.first_cycle, |entry| entry.cycle), version.version));
    versions
}

/// The version with which the run began: the one on which most nodes act in the first rows.
fn first(rows: &[SuiteRow]) -> Option<u64> {
    let begin = rows.iter().map(|row| row.cycle).min()?;
    let weight = |row: &SuiteRow| (row.acting_fraction, row.holders_fraction);
    rows.iter()
        .filter(|row| row.cycle == begin)
        .max_by(|a, b| weight(a).partial_cmp(&weight(b)).unwrap_or(std::cmp::Ordering::Equal))
        .map(|row| row.version)
}

fn entry(version: u64, events: &[EventRow]) -> Option<Entry> {
    let mut entries = events.iter().filter(|event| event.version == Some(version));
    let first = entries.next()?;
    let others = entries.filter(|event| event.cycle == first.cycle).map(|event| event.nodes_count);
    Some(Entry { cycle: first.cycle, nodes_count: first.nodes_count + others.sum::<u64>() })
}

fn version(version: u64, entry: Option<Entry>, rows: &[SuiteRow]) -> Option<Version> {
    let mut own = rows.iter().filter(|row| row.version == version).peekable();
    let first_cycle = own.peek()?.cycle;
    let mut found = Version {
        version,
        first_cycle,
        entry,
        spread_cycles: [None; SPREAD.len()],
        most_held_fraction: 0.0,
        last_held_fraction: 0.0,
        most_acting_fraction: 0.0,
        most_acting_cycle: first_cycle,
        rejections: Rejections::default(),
        payload_bytes: 0,
    };
    for row in own {
        let is_alone = || {
            let others = rows.iter().filter(|other| other.cycle == row.cycle && other.version != version);
            row.holders_fraction >= SPREAD[1] && others.map(|other| other.acting_fraction).sum::<f64>() <= 0.0
        };
        found.add(row, is_alone);
    }
    let last = rows.last()?.cycle;
    let at_the_end = rows.iter().rev().take_while(|row| row.cycle == last).find(|row| row.version == version);
    found.last_held_fraction = at_the_end.map_or(0.0, |row| row.holders_fraction);
    Some(found)
}
