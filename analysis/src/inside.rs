//! What happened inside applications: who found members of it, joined, ran, left, and whether its overlay is whole.

use datasets::trace::{AppRow, CodeRow, ContactRow, MemberRow, OverlayRow};

use crate::Version;

/// Shares of the nodes that belong to an application, whose steps are dated, ascending.
pub const SHARES: [f64; 5] = [0.5, 0.9, 0.99, 0.999, 1.0];

/// An application is usable while as large a share of the nodes that it asks for, and can get, runs it.
pub const USABLE: f64 = 0.99;

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
    /// Share of the observed cycles in which [`USABLE`] of the nodes that it asks for ran it, of those in which it
    /// asked for nodes; not a number if it never did. Where it asks for more than there are, as with a condition that
    /// few fit, it is of those that belonged to it then, or when the next version came in, whichever were more.
    pub usable_fraction: f64,
    /// The row with the most nodes that had been waiting or fetching for too long; `None` if there never was one.
    pub stranded: Option<MemberRow>,
    /// Chunks of the newest code that nobody in its overlay held when the run ended.
    pub missing_chunks_count: u64,
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
    /// Cycles until each share in [`SHARES`] of its nodes had taken a step: of those that belonged to it then, or of
    /// those at the end of the stage, whichever were more. The latter makes a beginning with few nodes no success.
    pub steps: Vec<(Step, [Option<u32>; SHARES.len()])>,
    /// Cycles until nobody belonged to it any more, to the end of the stage; `None` if somebody did.
    pub gone_cycles: Option<u32>,
    /// Mean cycles from being assigned to running; not a number if nobody started.
    pub start_cycles_mean: f64,
}

/// A step that the nodes of an application take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// They know somebody in it.
    Know,
    /// They are in its overlay.
    Join,
    /// They have its code, and run it.
    Run,
    /// They run the new code that the version brought.
    Upgrade,
}

/// The rows that tell of what happens inside applications.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rows<'r> {
    pub members: &'r [MemberRow],
    pub contacts: &'r [ContactRow],
    pub code: &'r [CodeRow],
    pub overlay: &'r [OverlayRow],
    pub apps: &'r [AppRow],
}

/// What happened inside each application, in the order of the trace.
pub(crate) fn inside(all: Rows<'_>, versions: &[Version]) -> Vec<Inside> {
    let Rows { members, contacts, code, overlay, apps: asked } = all;
    let entries = versions.iter().filter_map(|version| Some((Some(version.version), version.launch()?.cycle)));
    let entries: Vec<_> = std::iter::once((None, 0)).chain(entries).collect();
    let first = members.first().map(|row| row.cycle);
    let apps = members.iter().take_while(|row| Some(row.cycle) == first).map(|row| &row.app);
    apps.filter_map(|app| {
        let rows: Vec<&MemberRow> = members.iter().filter(|row| row.app == *app).collect();
        let known = contacts.iter().rfind(|row| row.app == *app);
        let measured = overlay.iter().rfind(|row| row.app.as_ref() == Some(app));
        let code: Vec<&CodeRow> = code.iter().filter(|row| row.app == *app).collect();
        let mut found = of_app(&rows, &code, (known, measured), &entries)?;
        let asked: Vec<&AppRow> = asked.iter().filter(|row| row.app == *app).collect();
        found.usable_fraction = usable(&rows, &asked, &entries);
        Some(found)
    })
    .collect()
}

fn of_app(
    rows: &[&MemberRow],
    code: &[&CodeRow],
    (contacts, overlay): (Option<&ContactRow>, Option<&OverlayRow>),
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
        usable_fraction: f64::NAN,
        stranded: most_stranded(rows),
        missing_chunks_count: code.last().map_or(0, |row| row.missing_chunks_count),
        stages: (entries.iter().enumerate())
            .filter_map(|(k, &entry)| stage((rows, code, contacts.is_some()), entry, entries.get(k + 1)))
            .collect(),
        dead_from,
        valid_contacts_fraction: contacts.map_or(f64::NAN, |row| row.valid_fraction),
        contacts_age_mean: contacts.map_or(f64::NAN, |row| row.age_mean),
        overlay: overlay.cloned(),
    })
}

/// The row with the most stranded nodes, the first one of several; `None` if there never was one.
fn most_stranded(rows: &[&MemberRow]) -> Option<MemberRow> {
    let most = rows.iter().rev().max_by_key(|row| row.stranded_count)?;
    (most.stranded_count > 0).then(|| (**most).clone())
}

/// In which share of the cycles in which an application asks for nodes it is usable. `asked` are its rows of all
/// cycles, and `entries` the cycles in which versions came in.
fn usable(members: &[&MemberRow], asked: &[&AppRow], entries: &[(Option<u64>, u32)]) -> f64 {
    let mut members = members.iter().peekable();
    let (mut asking, mut usable) = (0_u32, 0_u32);
    for (k, &(_, from)) in entries.iter().enumerate() {
        let end = entries.get(k + 1).map_or(u32::MAX, |(_, cycle)| *cycle);
        let rows = || asked.iter().filter(|row| (from..end).contains(&row.cycle));
        let last = rows().next_back().map_or(0, |row| row.held_count);
        for row in rows().filter(|row| row.asked_count > 0) {
            while members.next_if(|member| member.cycle < row.cycle).is_some() {}
            let running = members.peek().filter(|member| member.cycle == row.cycle).map_or(0, |it| it.running_count);
            let needed = row.held_count.max(last).min(row.asked_count);
            asking += 1;
            usable += u32::from(needed > 0 && running as f64 >= USABLE * needed as f64);
        }
    }
    if asking == 0 { f64::NAN } else { f64::from(usable) / f64::from(asking) }
}

/// What became of an application from one version on to the next, if that changed it, or its code.
fn stage(
    (rows, code, has_contacts): (&[&MemberRow], &[&CodeRow], bool),
    (version, from): (Option<u64>, u32),
    next: Option<&(Option<u64>, u32)>,
) -> Option<Stage> {
    let end = next.map_or(u32::MAX, |(_, cycle)| *cycle);
    let before = rows.iter().rfind(|row| row.cycle < from).or(rows.first().filter(|_| from == 0));
    let before = before.map_or(0, |row| if from == 0 { row.running_count } else { row.assigned_count });
    let rows: Vec<&MemberRow> = rows.iter().copied().filter(|row| (from..end).contains(&row.cycle)).collect();
    // What comes in at the start of a cycle has had one cycle when that one ends.
    let cycles = |row: &&MemberRow| row.cycle + u32::from(from > 0) - from;
    let last = rows.last().map_or(0, |row| row.assigned_count);
    let named = |row: Option<&&CodeRow>| row.and_then(|row| row.version);
    let code_before = named(code.iter().rfind(|row| row.cycle < from));
    let code: Vec<&CodeRow> = code.iter().copied().filter(|row| (from..end).contains(&row.cycle)).collect();
    let is_upgraded = code_before.is_some_and(|before| named(code.last()).is_some_and(|now| now != before));
    let is_changed = last.abs_diff(before) as f64 > CHANGED * last.max(before) as f64;
    if !is_changed && !is_upgraded {
        return None;
    }
    let reached = |count: &dyn Fn(&MemberRow) -> u64| {
        SHARES.map(|share| {
            let is_reached = |row: &&&MemberRow| count(row) as f64 >= share * row.assigned_count.max(last) as f64;
            rows.iter().find(is_reached).filter(|_| last > 0).map(cycles)
        })
    };
    let mut steps = Vec::new();
    if is_changed && last > 0 {
        steps.extend(has_contacts.then(|| (Step::Know, reached(&|row| row.known_count))));
        steps.push((Step::Join, reached(&in_overlay)));
        steps.push((Step::Run, reached(&|row| row.running_count)));
    }
    if is_upgraded {
        let current = |row: &MemberRow| {
            let found = code.binary_search_by_key(&row.cycle, |row| row.cycle);
            found.map_or(0, |index| code[index].current_count)
        };
        steps.push((Step::Upgrade, reached(&current)));
    }
    let gone = rows.iter().rev().take_while(|row| row.assigned_count == 0).last();
    Some(Stage {
        version,
        from_cycle: from,
        steps,
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
