//! A run whose suite changes, as the tables that tell of it: written by hand, with a row of every kind.

use std::path::Path;

use datasets::trace::{AppRow, BreachRow, CycleRow, Error, EventRow, Meta, SuiteRow, Writer};

/// Writes the run into a directory.
///
/// Version 2 comes in at the start of cycle 3; it takes half of recorder's nodes for games. A forged version is pushed all the time.
pub fn write(out: &Path) -> Result<(), Error> {
    let meta = Meta {
        run_id: "living".into(),
        seed: 7,
        scenario_hash: "00ff".into(),
        engine_version: "0.1.0".into(),
        attributes: vec!["storage_gb".into()],
        apps: vec!["recorder".into(), "games".into()],
    };
    let mut trace = Writer::create(out, meta, false)?;
    for cycle in 0..=6 {
        trace.cycle(CycleRow {
            cycle,
            alive_count: 1000,
            messages_count: 4000,
            payload_bytes: 9000,
            ..CycleRow::default()
        });
        for row in versions(cycle) {
            trace.suite(row);
        }
        for row in apps(cycle) {
            trace.app(row);
        }
    }
    trace.event(EventRow { cycle: 3, event: "suite 2".into(), nodes_count: 3 });
    for row in breaches() {
        trace.breach(row);
    }
    trace.finish("{}")?;
    Ok(())
}

fn versions(cycle: u32) -> Vec<SuiteRow> {
    let new = if cycle < 3 { 0.0 } else { 0.25 * f64::from(cycle - 2) };
    let row = |version, share| SuiteRow {
        cycle,
        version,
        holders_fraction: share,
        acting_fraction: share,
        payload_bytes: 700,
        ..SuiteRow::default()
    };
    let mut rows = vec![row(1, 1.0 - new)];
    if cycle >= 3 {
        rows.push(row(2, new));
    }
    let dropped = u64::from(cycle) * 10;
    let forged = SuiteRow {
        acting_fraction: 0.0,
        rejected_forged_count: dropped,
        rejected_expired_count: 1,
        ..row(u64::MAX, 0.01)
    };
    rows.push(forged);
    rows
}

fn apps(cycle: u32) -> [AppRow; 2] {
    let moved = if cycle < 3 { 0 } else { 50 };
    let asked = if cycle < 3 { 0 } else { 200 };
    let games = 50 * u64::from(cycle.saturating_sub(2));
    let row = |app: &str, asked_count, held_count| AppRow {
        cycle,
        app: app.into(),
        asked_count,
        held_count,
        correct_count: held_count,
        mean_attributes: vec![(held_count > 0).then_some(64.0)],
        ..AppRow::default()
    };
    let recorder = AppRow {
        joins_count: 4,
        joins_churn_count: 3,
        joins_rank_count: 1,
        leaves_count: 4 + moved,
        leaves_churn_count: 4,
        leaves_suite_count: moved,
        broken_constraints_count: u64::from(cycle > 3),
        ..row("recorder", 400 - asked, 400 - games)
    };
    [recorder, AppRow { joins_count: moved, joins_suite_count: moved, ..row("games", asked, games) }]
}

fn breaches() -> [BreachRow; 2] {
    let ended = BreachRow {
        app: "games".into(),
        constraint: "min_mean storage_gb".into(),
        limit: 16.0,
        first_cycle: 1,
        last_cycle: 2,
        cycles_count: 2,
        worst_cycle: 1,
        worst_value: None,
        has_ended: true,
    };
    let open = BreachRow {
        app: "recorder".into(),
        constraint: "min_nodes".into(),
        limit: 320.0,
        first_cycle: 4,
        last_cycle: 6,
        cycles_count: 3,
        worst_cycle: 6,
        worst_value: Some(200.0),
        has_ended: false,
    };
    [ended, open]
}
