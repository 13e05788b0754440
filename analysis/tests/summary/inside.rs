//! What happened inside applications.

use analysis::{Step, Summary};
use datasets::trace::{AppRow, CodeRow, ContactRow, EventRow, MemberRow, OverlayRow, SuiteRow, Writer};

use crate::fixture::{ORDERED, app, cycle, overlay, summary};

/// What is to be read in the lines of a summary, whatever the width.
fn told(summary: &Summary) -> String {
    summary.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Version 2 enters at cycle 4 and brings "new", whose nodes are assigned at once and run one tenth a cycle; version 3
/// removes it at cycle 20. "old" dies at cycle 8, while ten nodes belong to it.
fn lived(fill: impl FnOnce(&mut Writer)) -> Summary {
    summary(ORDERED, |trace| {
        for k in 0..=25_u32 {
            trace.push(cycle(k));
            for version in [1, 2, 3_u64] {
                let from = [0, 4, 20, 99];
                let is_acting = (from[version as usize - 1]..from[version as usize]).contains(&k);
                if k >= from[version as usize - 1] {
                    let acting_fraction = f64::from(u8::from(is_acting));
                    trace.push(SuiteRow { cycle: k, version, acting_fraction, ..SuiteRow::default() });
                }
            }
            let assigned = if (4..20).contains(&k) { 1_000 } else { 0 };
            let running = assigned.min(100 * u64::from(k.saturating_sub(3)));
            let joined = if (4..14).contains(&k) { 100 } else { 0 };
            let is_dead = k >= 8;
            let rows = [
                MemberRow {
                    app: "new".into(),
                    assigned_count: assigned,
                    waiting_count: assigned - running,
                    running_count: running,
                    known_count: assigned.min(running + 500),
                    join_calls_count: joined,
                    start_cycles_mean: if joined > 0 { f64::from(k - 4) } else { f64::NAN },
                    ..MemberRow::default()
                },
                MemberRow {
                    app: "old".into(),
                    assigned_count: 10,
                    waiting_count: if is_dead { 10 } else { 0 },
                    running_count: if is_dead { 0 } else { 10 },
                    crashed_count: if k == 8 { 10 } else { 0 },
                    stranded_count: if k > 20 { 10 } else { 0 },
                    stranded_unknown_count: if k > 20 { 4 } else { 0 },
                    stranded_unanswered_count: if k > 20 { 6 } else { 0 },
                    ..MemberRow::default()
                },
            ];
            for row in rows {
                trace.push(MemberRow { cycle: k, ..row });
            }
            trace.push(ContactRow { cycle: k, app: "new".into(), valid_fraction: 0.75, ..ContactRow::default() });
        }
        for (at, version) in [(4, 2), (20, 3)] {
            let kind = "suite".into();
            trace.push(EventRow { cycle: at, kind, version: Some(version), rule: None, nodes_count: 1 });
        }
        fill(trace);
    })
}

#[test]
fn a_launch_and_a_removal_are_told_with_their_cycles() {
    let summary = lived(|_| ());
    let new = &summary.inside[0];
    assert_eq!((new.app.as_str(), new.join_calls_count, new.assigned_count), ("new", 1_000, 0));
    let [launch, removal] = &*new.stages else { panic!("{:?}", new.stages) };
    // Half of the thousand run at the end of cycle 8, which is the fifth.
    assert_eq!((launch.version, launch.from_cycle), (Some(2), 4));
    let ran = [Some(5), Some(9), Some(10), Some(10), Some(10)];
    let knew = [Some(1), Some(4), Some(5), Some(5), Some(5)];
    assert_eq!(launch.steps, [(Step::Know, knew), (Step::Join, ran), (Step::Run, ran)]);
    assert!((launch.start_cycles_mean - 4.5).abs() < 1e-12 && launch.gone_cycles.is_none());
    assert_eq!((removal.version, removal.gone_cycles, &*removal.steps), (Some(3), Some(1), &[][..]));
    let told = told(&summary);
    let words =
        ["new 2 4 know 1 4 5 5 5 join 5 9 10 10 10 run 5 9 10 10 10 4.500", "new 3 20 gone 1", "new 0 0 0 1,000 0 0"];
    for words in words {
        assert!(told.contains(words), "no {words:?} in:\n{summary}");
    }
}

#[test]
fn an_application_that_is_dead_is_told_of() {
    let summary = lived(|_| ());
    let old = &summary.inside[1];
    assert_eq!((old.dead_from, old.crashed_count), (Some(8), 10));
    let words = "old is dead: from cycle 8 on nobody is in its overlay, so that 10 nodes cannot join.";
    assert!(told(&summary).contains(words), "{summary}");
    // What is mended again is not dead.
    assert_eq!(summary.inside[0].dead_from, None);
}

#[test]
fn an_upgrade_is_told_with_its_cycles_and_chunks_that_are_lost_are_too() {
    let summary = lived(|trace| {
        for k in 0..=25_u32 {
            // Version 2 of the suite brings new code to "old", and a member a cycle has it.
            let version = Some(if k < 4 { 7 } else { 8 });
            let current_count = if k < 4 { 10 } else { u64::from(k - 3).min(9) };
            let row = CodeRow { cycle: k, app: "old".into(), version, current_count, ..CodeRow::default() };
            trace.push(CodeRow { missing_chunks_count: 2, ..row });
        }
    });
    let [upgrade] = &*summary.inside[1].stages else { panic!("{:?}", summary.inside[1].stages) };
    assert_eq!(upgrade.version, Some(2));
    assert_eq!(upgrade.steps, [(Step::Upgrade, [Some(5), Some(9), None, None, None])]);
    let told = told(&summary);
    assert!(told.contains("old 2 4 upgrade 5 9 - - -"), "{summary}");
    assert!(told.contains("old: 2 chunks of its code are lost"), "{summary}");
}

#[test]
fn how_long_an_application_was_usable_is_of_the_cycles_in_which_it_asked() {
    let summary = lived(|trace| {
        for k in 0..=25_u32 {
            let asked_count = if (4..20).contains(&k) { 950 } else { 0 };
            trace.push(AppRow { asked_count, ..app(k, "new", asked_count, 0) });
        }
    });
    // Ten in a hundred start a cycle: 941 of 950 run from the tenth on, six cycles less than it asks for.
    let usable = summary.inside[0].usable_fraction;
    assert!((usable - 7.0 / 16.0).abs() < 1e-12, "{usable}");
}

#[test]
fn who_is_stranded_is_told_with_the_reason() {
    let summary = lived(|_| ());
    let told = told(&summary);
    let words = "old: most nodes were stranded after cycle 21, when 10 nodes had waited or fetched for more than 20 \
                 cycles: 4 know no contact, 6 know contacts that do not let them in";
    assert!(told.contains(words), "{summary}");
}

#[test]
fn the_overlay_of_an_application_is_not_that_of_the_cloud() {
    let inside = |cycle: u32| OverlayRow { app: Some("new".into()), components_count: 3, ..overlay(cycle, 40) };
    let summary = lived(|trace| {
        for k in [0, 10, 25] {
            trace.push(overlay(k, 7));
            trace.push(inside(k));
        }
    });
    assert_eq!(summary.overlay.iter().map(|row| row.components_count).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(summary.inside[0].overlay.as_ref().map(|row| (row.cycle, row.components_count)), Some((25, 3)));
    assert!(summary.dead_links.is_some_and(|links| (links.most_mean - 7e-6).abs() < 1e-12), "of the cloud alone");
    assert!(told(&summary).contains("Overlays of applications (newscast) after cycle 25"), "{summary}");
}
