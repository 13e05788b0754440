//! What happened inside applications: who found members of it, joined, ran, left, and whether its overlay is whole.

use datasets::trace::{ContactRow, MemberRow, OverlayRow};

use crate::Version;

/// Shares of the nodes that belong to an application, whose running is dated, ascending.
pub const RUNNING: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 1.0];

/// A stage is told of where as large a share of the nodes of an application is new, or gone.
pub const CHANGED: f64 = 0.05;

/// What happened inside an application.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    /// The application.
    pub app: String,
    /// Nodes that belonged to it when the run ended.
    pub assigned_count: u64,
    /// Those of them that were in its overlay.
    pub in_overlay_count: u64,
    /// Those of them that ran it.
    pub running_count: u64,
    /// Calls of `join`, in all.
    pub join_calls_count: u64,
    /// Calls of `leave`, in all.
    pub leave_calls_count: u64,
    /// Nodes that crashed while they ran it.
    pub crashed_count: u64,
    /// Mean cycles from being assigned to running, over all that started; not a number if none did.
    pub start_cycles_mean: f64,
    /// What became of it from the beginning of the run, and from each version of the suite on that came in: where the
    /// number of nodes that belong to it, or that run it, changed by more than [`CHANGED`].
    pub stages: Vec<Stage>,
    /// The first observed cycle from which on, to the end, nobody was in its overlay though nodes belonged to it.
    pub dead_from: Option<u32>,
    /// Share of the contacts of live nodes that led to a member when the run ended; not a number without contacts.
    pub valid_contacts_fraction: f64,
    /// Mean age of those contacts in cycles.
    pub contacts_age_mean: f64,
    /// Its overlay when that was measured last; `None` if it keeps no views.
    pub overlay: Option<OverlayRow>,
}

/// What became of an application from one version of the suite to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// The version; `None` for that with which the run began.
    pub version: Option<u64>,
    /// The cycle at whose start it came in; 0 for the beginning.
    pub from_cycle: u32,
    /// Cycles until each share in [`RUNNING`] of its nodes ran it: of those that belonged to it then, or of those at
    /// the end of the stage, whichever were more. The latter makes a beginning with few nodes no success.
    pub running_cycles: [Option<u32>; RUNNING.len()],
    /// Cycles until nobody belonged to it any more, to the end of the stage; `None` if somebody did.
    pub gone_cycles: Option<u32>,
    /// Mean cycles from being assigned to running; not a number if nobody started.
    pub start_cycles_mean: f64,
}

/// What happened inside each application, in the order of the trace.
pub(crate) fn inside(
    members: &[MemberRow],
    contacts: &[ContactRow],
    overlay: &[OverlayRow],
    versions: &[Version],
) -> Vec<Inside> {
    let entries = versions.iter().filter_map(|version| Some((Some(version.version), version.launch()?.cycle)));
    let entries: Vec<_> = std::iter::once((None, 0)).chain(entries).collect();
    let first = members.first().map(|row| row.cycle);
    let apps = members.iter().take_while(|row| Some(row.cycle) == first).map(|row| &row.app);
    apps.filter_map(|app| {
        let rows: Vec<&MemberRow> = members.iter().filter(|row| row.app == *app).collect();
        let known = contacts.iter().rfind(|row| row.app == *app);
        let measured = overlay.iter().rfind(|row| row.app.as_ref() == Some(app));
        of_app(&rows, known, measured, &entries)
    })
    .collect()
}

fn of_app(
    rows: &[&MemberRow],
    contacts: Option<&ContactRow>,
    overlay: Option<&OverlayRow>,
    entries: &[(Option<u64>, u32)],
) -> Option<Inside> {
    let last = rows.last()?;
    let sum = |of: fn(&MemberRow) -> u64| rows.iter().map(|row| of(row)).sum::<u64>();
    let dead = rows.iter().rev().take_while(|row| row.assigned_count > 0 && in_overlay(row) == 0);
    let dead_from = dead.last().map(|row| row.cycle);
    Some(Inside {
        app: last.app.clone(),
        assigned_count: last.assigned_count,
        in_overlay_count: in_overlay(last),
        running_count: last.running_count,
        join_calls_count: sum(|row| row.join_calls_count),
        leave_calls_count: sum(|row| row.leave_calls_count),
        crashed_count: sum(|row| row.crashed_count),
        start_cycles_mean: start_cycles(rows),
        stages: entries.iter().enumerate().filter_map(|(k, &entry)| stage(rows, entry, entries.get(k + 1))).collect(),
        dead_from,
        valid_contacts_fraction: contacts.map_or(f64::NAN, |row| row.valid_fraction),
        contacts_age_mean: contacts.map_or(f64::NAN, |row| row.age_mean),
        overlay: overlay.cloned(),
    })
}

/// What became of an application from one version on to the next, if that changed it.
fn stage(rows: &[&MemberRow], (version, from): (Option<u64>, u32), next: Option<&(Option<u64>, u32)>) -> Option<Stage> {
    let end = next.map_or(u32::MAX, |(_, cycle)| *cycle);
    let before = rows.iter().rfind(|row| row.cycle < from).or(rows.first().filter(|_| from == 0));
    let before = before.map_or(0, |row| if from == 0 { row.running_count } else { row.assigned_count });
    let rows: Vec<&MemberRow> = rows.iter().copied().filter(|row| (from..end).contains(&row.cycle)).collect();
    // What comes in at the start of a cycle has had one cycle when that one ends.
    let cycles = |row: &&MemberRow| row.cycle + u32::from(from > 0) - from;
    let last = rows.last().map_or(0, |row| row.assigned_count);
    if last.abs_diff(before) as f64 <= CHANGED * last.max(before) as f64 {
        return None;
    }
    let reached = |share: f64| {
        let is_reached = |row: &&&MemberRow| row.running_count as f64 >= share * row.assigned_count.max(last) as f64;
        rows.iter().find(is_reached).filter(|_| last > 0).map(cycles)
    };
    let gone = rows.iter().rev().take_while(|row| row.assigned_count == 0).last();
    Some(Stage {
        version,
        from_cycle: from,
        running_cycles: RUNNING.map(reached),
        gone_cycles: gone.map(cycles),
        start_cycles_mean: start_cycles(&rows),
    })
}

/// Mean cycles from being assigned to running, over rows.
fn start_cycles(rows: &[&MemberRow]) -> f64 {
    let (mut cycles, mut started) = (0.0, 0.0);
    for row in rows.iter().filter(|row| row.start_cycles_mean.is_finite()) {
        let count = row.join_calls_count.max(1) as f64;
        (cycles, started) = (cycles + row.start_cycles_mean * count, started + count);
    }
    cycles / started
}

/// Nodes in the overlay of an application.
fn in_overlay(row: &MemberRow) -> u64 {
    row.assigned_count - row.waiting_count - row.alone_count
}
