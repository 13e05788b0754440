//! Versions of the suite enter a running cloud, spread, and are acted on; nodes move as little as they must.

mod common;

use common::{Result, run_scenario, scenario};
use datasets::scenario::{Adversaries, Event, EventKind, Propagation, Push, Rounds, Scenario, Spreading};
use datasets::suite::layout::{Draw, WORDS};
use datasets::suite::{App, Choice, Condition, Names, Suite, Version};
use datasets::trace::AppRow;
use engine::Storage;
use engine::government::layouts::lay_out;
use engine::observer::preview::preview;

const BODY: &str = "[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = { uniform = [0, 1] }\n\
                    attributes.disk = { uniform = [0, 100] }\n";

/// A cloud with a suite.
fn cloud(nodes: u32, cycles: u32, seed: u64, more: &str) -> Scenario {
    scenario(&format!("[run]\nnodes = {nodes}\ncycles = {cycles}\nseed = {seed}\n{BODY}{more}"))
}

fn app(name: &str, share: f64) -> App {
    App::of_share(name, share, Choice::Random)
}

fn top(name: &str, attribute: usize, share: f64) -> App {
    App::of_share(name, share, Choice::Top(attribute))
}

/// A version enters at one node.
fn launch(scenario: &mut Scenario, cycle: u32, version: u64, apps: Vec<App>) {
    let suite = Suite { version, apps, ..Suite::default() };
    let number = scenario.launches.len();
    scenario.launches.push(Version { suite, bytes: 200, path: "v.toml".into(), ..Version::default() });
    scenario.events.push(Event { at_cycle: cycle, until_cycle: cycle, kind: EventKind::Suite(number, 1) });
}

fn ran(scenario: &Scenario) -> Result {
    run_scenario(scenario, &Storage::Memory)
}

/// The cycles that a version took to reach all live nodes.
fn spread_in(found: &Result, version: u64, entered: u32) -> Option<u32> {
    let all = found.suites.iter().find(|row| row.version == version && row.holders_fraction >= 1.0);
    all.map(|row| row.cycle + 1 - entered)
}

#[test]
fn a_version_reaches_all_nodes_as_fast_as_published() {
    // In Newscast nodes meet those that their partners meet, so the last ones hear of it about three cycles later: 2.6
    // of 10,000 nodes and 3.3 of 100,000, the means of 24 seeds, each with a standard error of 0.1.
    for (protocol, later) in [("oracle", 0.0), ("cyclon", 0.0), ("newscast", 3.0)] {
        for (nodes, published, seeds) in [(10_000, 8.2, 1..=10), (100_000, 9.9, 1..=4), (1_000_000, 11.8, 1..=1)] {
            if protocol != "oracle" && nodes > 100_000 {
                continue;
            }
            let cycles = seeds.clone().map(|seed| {
                let more = format!("[sampling]\nprotocol = \"{protocol}\"\n[[suite.app]]\nname = \"a\"\nshare = 0.5\n");
                let mut cloud = cloud(nodes, 16, seed, &more);
                launch(&mut cloud, 1, 2, vec![app("a", 0.4)]);
                f64::from(spread_in(&ran(&cloud), 2, 1).unwrap())
            });
            let mean = cycles.sum::<f64>() / seeds.count() as f64;
            assert!((mean - published - later).abs() <= 1.0, "{protocol}, {nodes}: {mean}, published {published}");
        }
    }
}

#[test]
fn random_applications_move_no_more_than_they_must() {
    let more = "[[suite.app]]\nname = \"a\"\nshare = 0.3\n[[suite.app]]\nname = \"b\"\nshare = 0.3\n\
                [[suite.app]]\nname = \"c\"\nshare = 0.2\n";
    let changes = [
        vec![app("a", 0.2), app("b", 0.3), app("c", 0.2), app("d", 0.2)],
        vec![app("c", 0.35), app("d", 0.15), app("a", 0.25)],
        vec![app("d", 0.5), app("e", 0.5)],
        vec![app("a", 0.3), app("b", 0.3), app("c", 0.4)],
    ];
    let mut cloud = cloud(200_000, 100, 3, more);
    for (number, apps) in changes.iter().enumerate() {
        launch(&mut cloud, 20 * (number as u32 + 1), number as u64 + 2, apps.clone());
    }
    let found = ran(&cloud);
    for number in 0..changes.len() as u32 {
        let from = 20 * (number + 1);
        let rows = |cycle: u32| found.apps.iter().filter(move |row| row.cycle == cycle);
        let held = |cycle: u32| rows(cycle).map(|row| row.held_count as i64).collect::<Vec<_>>();
        let (before, after) = (held(from - 1), held(from + 19));
        let differences: Vec<i64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let nobody = -differences.iter().sum::<i64>();
        let least = differences.iter().chain([&nobody]).map(|d| d.unsigned_abs()).sum::<u64>() / 2;
        // A node that moves leaves one application and joins another, or comes from nobody, or goes there.
        let moves = (from..from + 20).flat_map(rows);
        let (joins, leaves) = moves.fold((0, 0), |sum, row| (sum.0 + row.joins_count, sum.1 + row.leaves_count));
        let went = joins.max(leaves);
        assert!(went as f64 <= least as f64 * 1.05, "{went} moved, {least} must");
        for row in rows(from + 19) {
            let floor = (200_000.0_f64 * 0.25).sqrt();
            assert!(row.held_count.abs_diff(row.asked_count) as f64 <= 5.0 * floor, "{row:?}");
            assert_eq!(row.wrong_count, 0, "a draw for life is never wrong");
        }
    }
}

#[test]
fn nodes_go_by_the_layout_that_is_signed() {
    let more = "[[suite.app]]\nname = \"best\"\ntop = \"up\"\nshare = 0.1\n\
                [[suite.app]]\nname = \"a\"\nshare = 0.3\n[[suite.app]]\nname = \"b\"\nshare = 0.3\n";
    let ran_with = |layout: &dyn Fn(&Suite, &Suite) -> Vec<Draw>| {
        let mut cloud = cloud(10_000, 12, 3, more);
        launch(&mut cloud, 4, 2, vec![top("best", 0, 0.1), app("b", 0.2), app("a", 0.4)]);
        let layout = layout(&cloud.first.suite, &cloud.launches[0].suite);
        cloud.launches[0].suite.layout = layout;
        ran(&cloud)
    };
    let alone = ran_with(&|_, _| Vec::new());
    // What `suite sign` lays out is what nodes would have found themselves.
    let signed = ran_with(&|before, after| lay_out(before, after, 1.0, |_| false));
    assert_eq!(alone.digest, signed.digest);
    // Laid out from nothing, the same applications have other words, and more nodes move.
    let anew = ran_with(&|_, after| lay_out(&Suite::default(), after, 1.0, |_| false));
    let moved = |found: &Result| found.apps.iter().map(|row| row.joins_suite_count).sum::<u64>();
    let held = |found: &Result| -> Vec<u64> {
        let last = found.apps.iter().rev().take(3);
        last.map(|row| row.held_count / 300).collect()
    };
    assert_eq!(held(&alone), held(&anew));
    assert!(moved(&anew) > 2 * moved(&signed), "{} and {}", moved(&anew), moved(&signed));
}

#[test]
fn what_is_kept_stays_where_it_is_laid_out_anew() {
    let before = Suite { apps: vec![app("a", 0.3), app("b", 0.3)], ..Suite::default() };
    let before = Suite { layout: lay_out(&Suite::default(), &before, 1.0, |_| false), ..before };
    let words = |layout: &[Draw], name: &str| layout[0].words_of(name).collect::<Vec<_>>();
    let after = Suite { apps: vec![app("a", 0.1), app("b", 0.9)], ..Suite::default() };
    let free = lay_out(&before, &after, 1.0, |_| false);
    let size = |runs: Vec<[u64; 2]>| runs.iter().map(|[from, to]| to - from).sum::<u64>() as f64 / WORDS as f64;
    assert!((size(words(&free, "a")) - 0.1).abs() < 1e-9 && (size(words(&free, "b")) - 0.9).abs() < 1e-9);
    // "b" has no more than is nobody's.
    let bound = lay_out(&before, &after, 1.0, |name| name == "a");
    assert_eq!(words(&bound, "a"), words(&before.layout, "a"));
    assert!((size(words(&bound, "b")) - 0.7).abs() < 1e-9, "{bound:?}");
}

#[test]
fn a_draw_that_is_not_laid_out_and_that_a_kept_application_shares_stays_so() {
    let large = |name: &str| App {
        condition: Some(Condition::parse("disk > 50", &mut Names::Any(vec!["disk".to_owned()])).unwrap()),
        ..app(name, 0.1)
    };
    let before = Suite { apps: vec![app("a", 0.3), large("b"), large("c")], ..Suite::default() };
    let layout = lay_out(&Suite::default(), &before, 1.0, |_| false);
    assert_eq!(layout.len(), 2);
    let of_a = Suite { layout: layout[..1].to_vec(), ..before.clone() };
    assert_eq!(lay_out(&of_a, &before, 1.0, |name| name == "b"), layout[..1]);
    assert_eq!(lay_out(&of_a, &before, 1.0, |name| name == "a"), layout);
    let of_both = Suite { layout: layout.clone(), ..before.clone() };
    assert_eq!(lay_out(&of_both, &before, 1.0, |name| name == "b"), layout);
}

#[test]
fn a_preview_says_who_would_move() {
    let mut cloud = cloud(100_000, 1, 3, "[[suite.app]]\nname = \"best\"\ntop = \"up\"\nshare = 0.1\n");
    cloud.first.suite.apps.push(app("a", 0.5));
    let after = Suite { version: 2, apps: vec![top("best", 0, 0.2), app("a", 0.5), app("b", 0.2)], ..Suite::default() };
    let found = preview(&cloud, &cloud.first.suite, &after).unwrap();
    let change = |name: &str| found.changes.iter().find(|change| change.app == name).unwrap().clone();
    let [best, a, b] = ["best", "a", "b"].map(change);
    assert_eq!((found.nodes, best.asked, best.held), (100_000, [10_000, 20_000], [10_000, 20_000]));
    assert_eq!((best.joins, best.leaves), (10_000, 0));
    // A tenth of the nodes goes to the best; "a" loses 5/9 of a tenth to them, and takes as many again.
    let near = |count: u64, expected: f64| (count as f64 - expected).abs() < 5.0 * expected.sqrt();
    assert!(near(a.leaves, 5_555.0) && near(a.joins, 5_555.0) && near(a.held[1], 50_000.0), "{a:?}");
    assert!(near(b.joins, 20_000.0) && b.leaves == 0 && b.asked == [0, 20_000], "{b:?}");
    assert!(found.moved < best.joins + a.joins + b.joins + 1, "{found:?}");
}

#[test]
fn gradients_that_come_grow_and_go_settle_to_the_floor() {
    let nodes = 50_000;
    let more =
        "[[suite.app]]\nname = \"monitoring\"\ntop = \"up\"\nshare = 0.1\n[[suite.app]]\nname = \"a\"\nshare = 0.4\n";
    let mut cloud = cloud(nodes, 260, 7, more);
    launch(&mut cloud, 60, 2, vec![top("monitoring", 0, 0.2), top("store", 1, 0.3), app("a", 0.4)]);
    launch(&mut cloud, 160, 3, vec![top("store", 1, 0.3), app("a", 0.4), app("b", 0.3)]);
    let found = ran(&cloud);
    for cycle in [159, 260] {
        for row in found.apps.iter().filter(|row| row.cycle == cycle) {
            let share = row.asked_count as f64 / f64::from(nodes);
            let floor = (f64::from(nodes) * share * (1.0 - share)).sqrt();
            assert!(row.held_count.abs_diff(row.asked_count) as f64 <= 5.0 * floor, "{row:?}");
            assert!(row.wrong_count as f64 <= 7.0 * floor, "{row:?}");
        }
    }
    accounted(&found.apps);
}

/// What is held is what was held before, and who joined, less who left.
fn accounted(rows: &[AppRow]) {
    for row in rows {
        assert_eq!(row.joins_count, row.joins_churn_count + row.joins_rank_count + row.joins_suite_count, "{row:?}");
        assert_eq!(
            row.leaves_count,
            row.leaves_churn_count + row.leaves_rank_count + row.leaves_suite_count,
            "{row:?}"
        );
        if let Some(before) = rows.iter().find(|before| before.app == row.app && before.cycle + 1 == row.cycle) {
            assert_eq!(row.held_count, before.held_count + row.joins_count - row.leaves_count, "{row:?}");
        }
    }
}

#[test]
fn nobody_acts_on_a_bad_version_and_the_good_one_reaches_all_the_same() {
    for push in [Push::Forged, Push::Old] {
        for protocol in ["oracle", "newscast", "cyclon", "generic"] {
            let more = format!("[sampling]\nprotocol = \"{protocol}\"\n[[suite.app]]\nname = \"a\"\nshare = 0.5\n");
            let mut cloud = cloud(20_000, 40, 5, &more);
            launch(&mut cloud, 5, 2, vec![app("a", 0.25)]);
            cloud.adversaries = Some(Adversaries { share: 0.3, from_cycle: 1, push: push.clone() });
            let found = ran(&cloud);
            let took = spread_in(&found, 2, 5).unwrap();
            assert!(took < 25, "{took}");
            let rejected = |row: &datasets::trace::SuiteRow| row.rejected_forged_count + row.rejected_replayed_count;
            assert!(found.suites.iter().map(rejected).sum::<u64>() > 100_000);
            for row in found.suites.iter().filter(|row| row.version != 1 && row.version != 2) {
                assert!(row.acting_fraction == 0.0 && (row.holders_fraction - 0.3).abs() < 0.02, "{row:?}");
            }
            let last = |version| found.suites.iter().rfind(|row| row.version == version).unwrap().acting_fraction;
            assert_eq!((last(1), last(2)), (0.0, 1.0));
        }
    }
}

#[test]
fn the_first_suite_enters_a_cloud_without_one() {
    let mut cloud = cloud(5_000, 30, 1, "");
    launch(&mut cloud, 5, 7, vec![top("best", 0, 0.2), app("any", 0.8)]);
    let found = ran(&cloud);
    let before = |row: &&AppRow| row.cycle < 5;
    assert!(found.apps.iter().filter(before).all(|row| row.asked_count + row.held_count == 0));
    let last = found.apps.iter().rfind(|row| row.app == "any").unwrap();
    assert_eq!((last.asked_count, last.joins_suite_count + last.joins_churn_count), (4_000, 0));
    let joins = |of: fn(&AppRow) -> u64| found.apps.iter().map(of).sum::<u64>();
    assert_eq!((joins(|row| row.joins_churn_count), joins(|row| row.joins_suite_count)), (0, 5_000));
    assert_eq!(found.slices.first().map(|row| row.cycle), Some(5), "nobody slices before");
}

#[test]
fn steadiness_trades_accuracy_for_fewer_flips() {
    let apps = "[[suite.app]]\nname = \"a\"\ntop = \"up\"\nshare = 0.2\n[[suite.app]]\nname = \"b\"\ntop = \
        \"up\"\nshare = 0.3\n\
                [[suite.app]]\nname = \"c\"\ntop = \"disk\"\nshare = 0.2\n";
    let measured = [0.0, 0.01, 0.03].map(|steadiness| {
        let mut cloud = cloud(20_000, 60, 2, apps);
        cloud.slicing.steadiness = steadiness;
        let found = ran(&cloud);
        accounted(&found.apps);
        let late = || found.apps.iter().filter(|row| row.cycle > 40);
        let flips: u64 = late().map(|row| row.leaves_count).sum();
        let wrong: u64 = late().map(|row| row.wrong_count).sum();
        let off = |row: &AppRow| row.held_count as f64 / row.asked_count as f64 - 1.0;
        (flips, wrong, late().map(off).sum::<f64>() / late().count() as f64)
    });
    let [(flips, wrong, _), (fewer, more, _), (fewest, most, _)] = measured;
    // About a tenth; as few as there are then, their number may be off by a third.
    assert!(fewer < flips / 5 && fewest <= fewer, "{measured:?}");
    assert!(more > 2 * wrong && most > 2 * more, "{measured:?}");
    // Who was on which side first is even: nothing is held in excess.
    assert!(measured.iter().all(|(_, _, off)| off.abs() < 0.01), "{measured:?}");
}

/// Of n nodes a share p does not know a version when a round begins. Push leaves p e^(p - 1) of them, pull p², and
/// push-pull p² e^(p - 1) (Demers et al., PODC 1987). Exchanges in place leave fewer: a node tells what it has heard
/// in the same cycle.
#[test]
fn synchronous_rounds_of_push_and_pull_are_those_of_textbooks() {
    const NODES: u32 = 200_000;
    let first = f64::from(NODES) * 0.2;
    let nodes = f64::from(NODES);
    for (propagation, after) in [
        (Propagation::Push, (|p: f64| p * libm::exp(p - 1.0)) as fn(f64) -> f64),
        (Propagation::Pull, |p| p * p),
        (Propagation::Pushpull, |p| p * p * libm::exp(p - 1.0)),
    ] {
        let left = |rounds: Rounds, loss: f64| -> (Vec<f64>, Vec<u64>) {
            let mut cloud = cloud(NODES, 3, 5, "[[suite.app]]\nname = \"a\"\nshare = 0.5\n");
            launch(&mut cloud, 1, 2, vec![app("a", 0.4)]);
            cloud.events[0].kind = EventKind::Suite(0, first as u32);
            cloud.spreading = Spreading { propagation, rounds };
            cloud.network.request_loss = loss;
            let found = ran(&cloud);
            let rows = found.suites.iter().filter(|row| row.version == 2 && row.cycle > 0);
            let messages = found.cycles.iter().skip(1).map(|row| row.messages_count).collect();
            (rows.map(|row| 1.0 - row.holders_fraction).collect(), messages)
        };
        let (synchronous, messages) = left(Rounds::Synchronous, 0.0);
        let mut before = 1.0 - first / nodes;
        for &found in &synchronous {
            let expected = after(before);
            // A node that is left is one of n p draws.
            let tolerance = 4.0 * (expected / nodes).sqrt();
            assert!((found - expected).abs() < tolerance, "{propagation}: {found}, expected {expected} ± {tolerance}");
            before = found;
        }
        let (in_place, _) = left(Rounds::InPlace, 0.0);
        assert!(in_place[0] < synchronous[0] - 10.0 * (synchronous[0] / nodes).sqrt(), "{propagation}: {in_place:?}");
        // Who only pushes hears nothing.
        let per_node = if propagation == Propagation::Push { 1 } else { 2 };
        assert!(messages.iter().all(|&count| count == per_node * u64::from(NODES)), "{propagation}: {messages:?}");
        // Half of what is sent is lost: a push reaches half as many, a pull is answered half as often.
        let (lossy, _) = left(Rounds::Synchronous, 0.5);
        let p = 1.0 - first / nodes;
        let pushed = if propagation == Propagation::Pull { 1.0 } else { libm::exp(0.5 * (p - 1.0)) };
        let pulled = if propagation == Propagation::Push { 1.0 } else { 0.5 + 0.5 * p };
        let expected = p * pushed * pulled;
        assert!((lossy[0] - expected).abs() < 4.0 * (expected / nodes).sqrt(), "{propagation}: {lossy:?} {expected}");
    }
}
