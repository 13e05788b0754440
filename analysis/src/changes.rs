//! What a new version of the suite did to the applications.

use datasets::trace::AppRow;

use crate::versions::Version;
use crate::{Entry, Moves};

/// A new version, and what happened until the next one came in, or the run ended.
///
/// Where no row was observed between two versions there is a change for the later one only.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The version.
    pub version: u64,
    /// The cycle at whose start it came in.
    pub first_cycle: u32,
    /// The last observed cycle before the next version came in.
    pub last_cycle: u32,
    /// The applications, old and new, in the order of the trace.
    pub apps: Vec<AppChange>,
}

/// What a new version did to an application.
#[derive(Clone, Debug, PartialEq)]
pub struct AppChange {
    /// Its name.
    pub app: String,
    /// Nodes asked for when they were last observed before the change.
    pub asked_before: u64,
    /// Nodes asked for after the last cycle of the change.
    pub asked_after: u64,
    /// Nodes held when they were last observed before the change.
    pub held_before: u64,
    /// Nodes held after the last cycle of the change.
    pub held_after: u64,
    /// Nodes that joined it in these cycles.
    pub joined: Moves,
    /// Nodes that left it in these cycles.
    pub left: Moves,
    /// The first observed cycle from which on it held 99 % of what it asks for, if it is new, or none, if it is
    /// removed; `None` if it did not, or is neither.
    pub reached_at: Option<u32>,
}

impl AppChange {
    /// Whether the version brought it.
    #[must_use]
    pub fn is_added(&self) -> bool {
        self.asked_before == 0 && self.asked_after > 0
    }

    /// Whether the version lacks it, and the one before had it.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.asked_before > 0 && self.asked_after == 0
    }
}

/// What each of the `versions` that nodes should take did; the first changed nothing.
pub(crate) fn changes(rows: &[AppRow], versions: &[Version]) -> Vec<Change> {
    let launches: Vec<(u64, Entry)> =
        versions.iter().filter_map(|version| Some((version.version, version.launch()?))).collect();
    let end = |number: usize| launches.get(number + 1).map_or(u32::MAX, |(_, next)| next.cycle);
    let each = launches.iter().enumerate();
    each.filter_map(|(number, (version, entry))| change(rows, *version, entry.cycle, end(number))).collect()
}

/// What a version did from the start of cycle `first` to that of cycle `end`; `None` if no row shows it.
fn change(rows: &[AppRow], version: u64, first: u32, end: u32) -> Option<Change> {
    let from = rows.partition_point(|row| row.cycle < first);
    let to = rows.partition_point(|row| row.cycle < end);
    let (before, during) = (&rows[..from], &rows[from..to]);
    let last_cycle = during.last()?.cycle;
    let last_before = before.last()?.cycle;
    let apps = during
        .iter()
        .filter(|row| row.cycle == last_cycle)
        .map(|last| {
            let earlier =
                before.iter().rev().take_while(|row| row.cycle == last_before).find(|row| row.app == last.app);
            app_change(earlier, during, last)
        })
        .collect();
    Some(Change { version, first_cycle: first, last_cycle, apps })
}

fn app_change(before: Option<&AppRow>, during: &[AppRow], last: &AppRow) -> AppChange {
    let rows = || during.iter().filter(|row| row.app == last.app);
    let (mut joined, mut left) = (Moves::default(), Moves::default());
    for row in rows() {
        joined += Moves::joined(row);
        left += Moves::left(row);
    }
    let mut change = AppChange {
        app: last.app.clone(),
        asked_before: before.map_or(0, |row| row.asked_count),
        asked_after: last.asked_count,
        held_before: before.map_or(0, |row| row.held_count),
        held_after: last.held_count,
        joined,
        left,
        reached_at: None,
    };
    let since = |reached: fn(&AppRow) -> bool| rows().rev().take_while(|row| reached(row)).last().map(|row| row.cycle);
    if change.is_added() {
        change.reached_at = since(|row| row.asked_count > 0 && row.held_count * 100 >= row.asked_count * 99);
    } else if change.is_removed() {
        change.reached_at = since(|row| row.held_count == 0);
    }
    change
}
