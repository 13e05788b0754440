//! A suite that changes while the cloud runs.

use datasets::trace::{AppRow, EventRow, SuiteRow, Writer};

use analysis::{Entry, Moves, Rejections, Summary};

use crate::fixture::{ORDERED, app, cycle, summary};

/// Version 1 has monitoring and recorder. Version 2 comes in at the start of cycle 5: without recorder, with games, and
/// with more for monitoring. Adversaries push a forged version from cycle 3 on; version 3 comes in at cycle 8, and is
/// out of scope.
fn living() -> Summary {
    summary(ORDERED, fill)
}

fn fill(trace: &mut Writer) {
    for k in 0..=10 {
        trace.push(cycle(k));
        for row in versions(k) {
            trace.push(row);
        }
        for row in [monitoring(k), recorder(k), games(k)] {
            trace.push(row);
        }
    }
    trace.push(EventRow { cycle: 5, kind: "suite".into(), version: Some(2), rule: None, nodes_count: 1 });
    trace.push(EventRow { cycle: 8, kind: "suite".into(), version: Some(3), rule: None, nodes_count: 100 });
}

fn suite(cycle: u32, version: u64, held: f64, acting: f64) -> SuiteRow {
    SuiteRow { cycle, version, holders_fraction: held, acting_fraction: acting, ..SuiteRow::default() }
}

fn versions(k: u32) -> Vec<SuiteRow> {
    let second = [0.0001, 0.3, 0.6, 0.995, 1.0, 1.0];
    let newer = if k < 5 { 0.0 } else { second[k as usize - 5] };
    let mut rows = vec![suite(k, 1, 1.0 - newer, 1.0 - newer)];
    if k >= 5 {
        rows.push(SuiteRow { payload_bytes: 900, ..suite(k, 2, newer, newer) });
    }
    if k >= 8 {
        rows.push(SuiteRow { rejected_out_of_scope_count: 50, ..suite(k, 3, 0.0001, 0.0) });
    }
    if k >= 3 {
        let forged =
            SuiteRow { rejected_forged_count: 1_000, rejected_expired_count: 1, ..suite(k, u64::MAX, 0.01, 0.0) };
        rows.push(forged);
    }
    rows
}

fn row(k: u32, name: &str, asked_count: u64, held_count: u64, wrong_count: u64) -> AppRow {
    AppRow { asked_count, border_ties_count: 0, ..app(k, name, held_count, wrong_count) }
}

fn monitoring(k: u32) -> AppRow {
    let joined = u64::from(k >= 5) * 10_000;
    let asked = if k < 5 { 100_000 } else { 150_000 };
    AppRow {
        joins_churn_count: 1_000,
        leaves_churn_count: 900,
        joins_rank_count: u64::from(k == 1) * 500,
        joins_suite_count: joined,
        ..row(k, "monitoring", asked, 100_000 + u64::from(k.saturating_sub(4)) * 10_000, 50)
    }
}

fn recorder(k: u32) -> AppRow {
    let held = if k < 5 { 400_000 } else { [300_000, 10, 0, 5, 0, 0][k as usize - 5] };
    let left = [100_000, 299_990, 10, 0, 5, 0].get((k as usize).wrapping_sub(5)).copied().unwrap_or(0);
    let wrong = if k < 5 { 100 } else { held };
    let asked = u64::from(k < 5) * 400_000;
    AppRow { leaves_suite_count: left, ..row(k, "recorder", asked, held, wrong) }
}

fn games(k: u32) -> AppRow {
    let held = if k < 5 { 0 } else { [1, 100_000, 198_001, 197_000, 198_000, 201_000][k as usize - 5] };
    row(k, "games", u64::from(k >= 5) * 200_000, held, 0)
}

#[test]
fn a_version_is_dated_by_the_share_of_nodes_that_hold_it() {
    let versions = living().versions;
    assert_eq!(versions.iter().map(|version| version.version).collect::<Vec<_>>(), [1, u64::MAX, 2, 3]);
    let (first, second) = (&versions[0], &versions[2]);
    assert_eq!((first.entry, first.last_held_fraction), (None, 0.0));
    assert_eq!(second.entry, Some(Entry { cycle: 5, nodes_count: 1 }));
    // Held by 60 % after cycle 7, which is the third in which it spreads.
    assert_eq!(second.spread_cycles, [Some(3), Some(4), Some(5)]);
    assert_eq!((second.payload_bytes, second.most_acting_cycle, second.is_bad()), (5_400, 9, false));
}

#[test]
fn a_version_that_nodes_drop_is_bad_and_changes_nothing() {
    let summary = living();
    let (forged, third) = (&summary.versions[1], &summary.versions[3]);
    assert_eq!(forged.rejections, Rejections { forged: 8_000, expired: 8, ..Rejections::default() });
    assert_eq!((forged.entry, forged.first_cycle, forged.most_acting_fraction), (None, 3, 0.0));
    assert!(forged.is_bad() && third.is_bad() && third.entry.is_some() && third.launch().is_none());
    assert_eq!(summary.changes.iter().map(|change| change.version).collect::<Vec<_>>(), [2]);
}

#[test]
fn a_good_version_that_expired_on_its_way_is_not_bad() {
    let versions = summary(ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            trace.push(SuiteRow { rejected_replayed_count: 7, ..suite(k, 1, 1.0, 1.0) });
            trace.push(SuiteRow { rejected_expired_count: 3, ..suite(k, 2, 0.2, 0.2) });
        }
    });
    assert!(versions.versions.iter().all(|version| !version.is_bad()));
    let text = versions.to_string();
    assert!(text.contains("  Version 1: dropped 28 times (28 replayed).\n"), "{text}");
    assert!(text.contains("  Version 2: dropped 12 times (12 expired).\n"), "{text}");
}

#[test]
fn a_change_counts_moves_from_its_launch_on() {
    let change = living().changes.remove(0);
    assert_eq!((change.version, change.first_cycle, change.last_cycle), (2, 5, 10));
    let [monitoring, recorder, games] = &change.apps[..] else { panic!("{change:?}") };
    assert_eq!((monitoring.held_before, monitoring.held_after, monitoring.reached_at), (100_000, 160_000, None));
    assert_eq!(monitoring.joined, Moves { churn: 6_000, rank: 0, suite: 60_000 });
    assert_eq!(monitoring.left, Moves { churn: 5_400, rank: 0, suite: 0 });
    // Five nodes came back after cycle 8; 197,000 of 200,000 are less than 99 %.
    assert_eq!((recorder.is_removed(), recorder.left.suite, recorder.reached_at), (true, 400_005, Some(9)));
    assert_eq!((games.is_added(), games.held_before, games.reached_at), (true, 0, Some(9)));
}

#[test]
fn a_change_ends_where_the_next_begins_and_is_left_out_if_no_row_shows_it() {
    let changes = summary(ORDERED, |trace| {
        for k in [0, 4, 8, 12] {
            trace.push(cycle(k));
            trace.push(AppRow { joins_suite_count: u64::from(k), ..row(k, "chat", 100, u64::from(k) * 10, 0) });
            trace.push(suite(k, 1, 0.3, 0.3));
        }
        for (version, cycle) in [(2, 3), (3, 4), (4, 9)] {
            trace.push(suite(12, version, 0.5, 0.5));
            trace.push(EventRow { cycle, kind: "suite".into(), version: Some(version), rule: None, nodes_count: 5 });
        }
    })
    .changes;
    let told: Vec<_> = changes.iter().map(|change| (change.version, change.first_cycle, change.last_cycle)).collect();
    assert_eq!(told, [(3, 4, 8), (4, 9, 12)]);
    let held = changes.iter().map(|change| (change.apps[0].held_before, change.apps[0].held_after));
    assert_eq!(held.collect::<Vec<_>>(), [(0, 80), (80, 120)]);
}

#[test]
fn settling_is_measured_from_the_last_launch_on() {
    let summary = living();
    assert_eq!(summary.settling_from, 5);
    // Nothing of monitoring was wrong before, and it holds more and more of what it asks for now.
    assert_eq!(summary.applications[0].settling.cycles, [Some(5); 3]);
    // What is removed has settled when nobody holds it any more.
    assert_eq!(summary.applications[1].settling.cycles, [Some(9); 3]);
    assert_eq!(summary.applications[2].settling.cycles, [Some(5); 3]);
    assert!(!summary.to_string().contains("-: not by cycle"));
}

#[test]
fn an_application_that_nobody_asks_for_and_nobody_holds_has_settled() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=2 {
            trace.push(cycle(k));
            trace.push(row(k, "recorder", 0, 0, 0));
        }
    });
    assert_eq!(summary.applications[0].settling.cycles, [Some(0); 3]);
}

#[test]
fn what_an_application_wins_and_loses_is_a_share_of_what_it_holds() {
    let churn = living().app_churn;
    let monitoring = &churn[0];
    // 100,000 nodes over five steps, then 110,000 to 150,000.
    assert!((monitoring.node_cycles - 1_150_000.0).abs() < 1e-6);
    assert_eq!(monitoring.joined, Moves { churn: 10_000, rank: 500, suite: 60_000 });
    assert_eq!(monitoring.left, Moves { churn: 9_000, rank: 0, suite: 0 });
}

#[test]
fn a_new_version_is_neither_churn_nor_a_disturbance_of_aggregates() {
    let summary = summary(ORDERED, |trace| {
        for k in 0..=12 {
            trace.push(cycle(k));
            trace.push(crate::fixture::estimate(k, "average"));
        }
        trace.push(EventRow { cycle: 6, kind: "suite".into(), version: Some(2), rule: None, nodes_count: 3 });
    });
    assert_eq!(summary.churn, None);
    assert_eq!(summary.aggregates[0].contraction.clone().unwrap().mean.unwrap().cycle, 10);
    let text = summary.to_string();
    assert!(text.contains("At the start of cycle 6: version 2 of the suite enters at 3 nodes.\n"), "{text}");
}

#[test]
fn a_run_of_one_version_without_events_says_nothing_of_versions_and_moves() {
    let text = summary(ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            trace.push(suite(k, 1, 1.0, 1.0));
            trace.push(AppRow { joins_rank_count: 9, ..row(k, "chat", 100, 100, 0) });
        }
    })
    .to_string();
    let silent = ["ersion", "win and lose", "Constraints", "Measured"];
    assert!(silent.iter().all(|word| !text.contains(word)), "{text}");
}

#[test]
fn what_nodes_dropped_of_a_version_on_which_others_acted_is_told() {
    let text = summary(ORDERED, |trace| {
        for k in 0..=3 {
            trace.push(cycle(k));
            trace.push(suite(k, 1, 1.0, 1.0));
            let acting = if k == 2 { 0.003 } else { 0.0 };
            trace.push(SuiteRow { rejected_malformed_count: 1, ..suite(k, 9, 0.01, acting) });
        }
    })
    .to_string();
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = "Version 9, on which 0.300 % of the nodes acted at the height: dropped 4 times (4 malformed).";
    assert!(said.contains(told), "{text}");
}

#[test]
fn a_stranger_can_read_what_a_new_version_did() {
    let text = living().to_string();
    assert_eq!(text, EXPECTED, "\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_billion_nodes_and_long_names_stay_within_eighty_columns() {
    let long = "an application whose name is longer than anything a table has room for, and then some more of it";
    let text = summary(ORDERED, |trace| {
        for k in 0..=4 {
            trace.push(cycle(k));
            trace.push(suite(k, 1, 0.5, 0.5));
            for (name, suite) in [("short", u64::from(k > 1)), (long, 1)] {
                trace.push(AppRow {
                    joins_churn_count: 450_000_000,
                    leaves_rank_count: 450_000_000,
                    leaves_suite_count: suite * 450_000_000,
                    ..row(k, name, suite * 1_000_000_000, 1_000_000_000, 1)
                });
            }
        }
        for version in [u64::MAX - 1, u64::MAX] {
            trace.push(SuiteRow { rejected_forged_count: u64::MAX - version, ..suite(4, version, 0.999_999, 0.5) });
            trace.push(EventRow {
                cycle: 2,
                kind: "suite".into(),
                version: Some(version),
                rule: None,
                nodes_count: 1_000_000_000,
            });
        }
    })
    .to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("What version 18446744073709551615 did"), "{text}");
}

/// What that run prints.
const EXPECTED: &str = include_str!("living.txt");
