//! Every node decides by its own estimate of the cloud's size what an absolute request asks of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use common::{run, scenario};
use datasets::scenario::Scenario;
use engine::cloud::Cloud;
use engine::government::Cause;
use engine::government::claims::words;
use engine::government::versions::Deciders;
use engine::memory::{Fields, digest};
use engine::observer::truth::Truth;
use engine::schedule::purpose::{SUITE, for_life};
use kernels::census::{UNKNOWN, nodes, place};
use kernels::suite::NONE;
use proptest::prelude::*;

const NODES: u32 = 10_000;
const ANY: u32 = 1_000;
const BEST: u32 = 600;

/// A random application, and then a gradient.
fn absolute() -> Scenario {
    scenario(&format!(
        "[run]\nnodes = {NODES}\nseed = 7\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = {{ uniform = [0, \
         1] }}\n\
         [[suite.app]]\nname = \"any\"\nnodes = {ANY}\n[[suite.app]]\nname = \"best\"\ntop = \"up\"\nnodes = {BEST}\n"
    ))
}

/// A cloud whose nodes hold estimates of its size, if they hold any, and the truth about it.
fn cloud(mut scenario: Scenario, first_estimate: f64, held: Option<&dyn Fn(usize) -> f32>) -> (Cloud, Truth) {
    // The reader adds the count of all nodes that an absolute request needs.
    for counting in scenario.aggregates.iter_mut().filter_map(|aggregate| aggregate.counting.as_mut()) {
        counting.first_estimate = first_estimate;
    }
    let (mut cloud, truth) = common::born(&scenario);
    match held {
        Some(held) => hold(&mut cloud, held),
        None => cloud.aggregation.estimates.iter_mut().for_each(|estimates| estimates.held = None),
    }
    (cloud, truth)
}

fn hold(cloud: &mut Cloud, held: &dyn Fn(usize) -> f32) {
    let column = cloud.aggregation.estimates[0].held.as_mut().unwrap();
    column.iter_mut().enumerate().for_each(|(node, estimate)| *estimate = held(node));
}

fn decide(cloud: &mut Cloud) -> Vec<Deciders> {
    decide_with(cloud, 0.0)
}

fn decide_with(cloud: &mut Cloud, steadiness: f64) -> Vec<Deciders> {
    let Cloud { population, aggregation, slicing, government, .. } = cloud;
    government.slack = engine::government::claims::words(steadiness);
    government.decide(population, slicing, aggregation)
}

fn apps(cloud: &Cloud) -> &[u8] {
    cloud.government.apps.as_ref().unwrap()
}

/// What a node chooses that believes in so many nodes, from its own word and id alone.
fn choice(cloud: &Cloud, node: usize, size: f64) -> u8 {
    let [any, best] = [ANY, BEST].map(|asked| (f64::from(asked) / size).min(1.0));
    if u64::from(for_life(7, SUITE).word(node as u32, 0)) < words(any) {
        0
    } else if u64::from(cloud.slicing.gradients[0].slots[node].id()) >= words((1.0 - best / (1.0 - any)).max(0.0)) {
        1
    } else {
        NONE
    }
}

#[track_caller]
fn assert_chosen(cloud: &Cloud, size: impl Fn(usize) -> f64) {
    for (node, &app) in apps(cloud).iter().enumerate() {
        assert_eq!(app, choice(cloud, node, size(node)), "node {node} believes in {}", size(node));
    }
}

#[test]
fn nodes_that_believe_in_half_as_many_or_twice_as_many_each_decide_by_their_own() {
    let believed = |node: usize| [10_000.0, 5_000.0, 20_000.0][node % 3];
    let (mut cloud, mut truth) = cloud(absolute(), 77.0, Some(&believed));
    decide(&mut cloud);
    assert_chosen(&cloud, |node| f64::from(believed(node)));
    let count = |apps: &[u8], app| apps.iter().map(|&held| u32::from(held == app)).sum::<u32>();
    let held = f64::from(count(apps(&cloud), 0));
    // A third of the nodes each: of 10 %, 20 % and 5 % of them.
    assert!((held - 1_167.0).abs() < 5.0 * 1_167_f64.sqrt(), "{held}");
    // Those who observe know better.
    let found = truth.find(&cloud.population, &cloud.government.versions, 7).unwrap();
    assert_eq!(found.asked, [u64::from(ANY), u64::from(BEST)]);
    let right = count(truth.apps.as_ref().unwrap(), 1);
    assert_eq!(right, BEST);
}

#[test]
fn who_has_no_estimate_believes_the_first_one() {
    let (mut missing, _) = cloud(absolute(), 12_345.0, None);
    decide(&mut missing);
    assert_chosen(&missing, |_| 12_345.0);
    let nothing = |node: usize| [f32::NAN, 0.0, 0.5, -3.0][node % 4];
    let (mut unknown, _) = cloud(absolute(), 12_345.0, Some(&nothing));
    decide(&mut unknown);
    assert_eq!(apps(&unknown), apps(&missing));
}

/// Estimates that agree, nearly agree, and have nothing in common.
fn all_kinds(node: usize) -> f32 {
    match node / 2_500 {
        0 => 9_000.0,
        1 => 9_000.0 * (1.0 + (node % 7) as f32 * 0.01),
        2 => ((node * 7_919) % 65_536) as f32,
        _ => 1.5_f32.powi((node % 60) as i32 - 3),
    }
}

#[test]
fn any_estimates_in_any_mixture_are_decided_by_with_the_same_bits_for_any_threads() {
    let results = [1, 2, 3, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let (mut cloud, _) = cloud(absolute(), 8_000.0, Some(&|_| 8_000.0));
            hold(&mut cloud, &all_kinds);
            let found = decide(&mut cloud);
            assert_chosen(&cloud, |node| nodes(place(all_kinds(node))).unwrap_or(8_000.0));
            let government = &mut cloud.government;
            let (moves, borders) = (government.take_moves(), government.versions.borders(0));
            (digest::state(&cloud.fields()), found, moves, borders)
        })
    });
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
}

#[test]
fn a_new_estimate_moves_as_few_nodes_as_it_must_and_counts_as_a_change_of_rank() {
    let (mut cloud, _) = cloud(absolute(), 10_000.0, Some(&|_| f32::NAN));
    decide(&mut cloud);
    let before = apps(&cloud).to_vec();
    let _ = cloud.government.take_moves();
    hold(&mut cloud, &|_| 8_000.0);
    decide(&mut cloud);
    let moves = cloud.government.take_moves();
    assert_chosen(&cloud, |_| 8_000.0);
    let [any, best] = [0, 1].map(|app: usize| moves[app]);
    assert_eq!((any.joins[Cause::Churn as usize], any.leaves), (0, [0; 3]), "who is taken already stays");
    assert!(any.joins[Cause::Rank as usize] > 150 && best.joins[Cause::Rank as usize] > 50);
    let after = apps(&cloud);
    assert!(before.iter().zip(after).all(|(&before, &after)| before != 0 || after == 0));
}

#[test]
fn conditions_and_the_rest_are_decided_by_with_few_estimates_as_with_many() {
    // Every node believes nearly the same; with many sizes in a stride they are gathered, with few they are not.
    let suite = "[[suite.app]]\nname = \"any\"\nnodes = 500\nwhere = \"up > 0.3\"\n[[suite.app]]\nname = \
        \"best\"\ntop = \"up\"\n\
                 nodes = 600\nwhere = \"up < 0.9\"\n[[suite.app]]\nname = \"others\"\nrest = 1\n";
    let text = format!(
        "[run]\nnodes = {NODES}\nseed = 7\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = {{ uniform = [0, \
         1] }}\n{suite}"
    );
    let chosen = |believed: &dyn Fn(usize) -> f32| {
        let (mut cloud, _) = cloud(scenario(&text), 10_000.0, Some(&|_| 10_000.0));
        hold(&mut cloud, believed);
        let found = decide_with(&mut cloud, 0.001);
        (apps(&cloud).to_vec(), found)
    };
    let sizes: Vec<f32> = (0..20).map(|k| 9_000.0 + 16.0 * k as f32).collect();
    let (mixed, found) = chosen(&|node| sizes[node % sizes.len()]);
    assert_eq!(found[0].0, u64::from(NODES));
    for (k, &size) in sizes.iter().enumerate() {
        let (alone, all) = chosen(&|_| size);
        let of_it = |node: &usize| node % sizes.len() == k;
        assert!((0..mixed.len()).filter(of_it).all(|node| mixed[node] == alone[node]), "{size}");
        assert!(all[0].1.iter().zip(&found[0].1).all(|(&all, &found)| all.abs_diff(found) < 200), "{all:?} {found:?}");
    }
}

/// A tenth of 100,000 nodes with sessions of six hours, who count themselves; 30,000 more come at cycle 60.
const GROWING: &str = "[run]\nnodes = 130000\ncycles = 120\nseed = 7\ncycle_seconds = 10\n\
     [[fleet.class]]\nname = \"n\"\nshare = 1\npresent = 0.769230769\nattributes.up = { uniform = [0, 1] }\n\
     up.hours = { exponential = { mean = 6 } }\ndown.hours = { exponential = { mean = 0.25 } }\n\
     [[suite.app]]\nname = \"any\"\nnodes = 10000\n[[event]]\nat_cycle = 60\njoin = { nodes = 30000 }\n";

#[test]
fn an_application_holds_its_number_while_nodes_come_and_go_and_two_epochs_after_many_came() {
    let found = run(GROWING);
    let epoch = found.epochs.first().unwrap().last_cycle;
    assert_eq!(epoch, 22);
    let held = |cycle: u32| found.apps.iter().find(|row| row.cycle == cycle).unwrap().held_count as f64 / 10_000.0;
    // Some 96,000 nodes are up at first, who believe that they are 130,000; then 126,000.
    assert!(
        (held(1) - 96.0 / 130.0).abs() < 0.03 && (held(60) - 126.0 / 96.0).abs() < 0.03,
        "{} {}",
        held(1),
        held(60)
    );
    for cycle in (2 * epoch..60).chain(60 + 2 * epoch..=120) {
        // Two in a hundred, and as much as the noise of random ids: the root of N p (1 - p) is 0.95 % of it.
        assert!((held(cycle) - 1.0).abs() < 0.02 + 0.0095, "{} after cycle {cycle}", held(cycle));
    }
}

proptest! {
    #[test]
    fn a_rounded_estimate_is_at_most_one_in_2048_off_and_larger_ones_are_not_smaller(
        one in 1.0_f32..4e9, other in 1.0_f32..4e9
    ) {
        let rounded = nodes(place(one)).unwrap();
        prop_assert!((rounded / f64::from(one) - 1.0).abs() <= 1.0 / 2048.0);
        prop_assert_eq!(place(one), place(rounded as f32));
        prop_assert!(one > other || place(one) <= place(other));
    }
}

#[test]
fn what_is_no_estimate_has_no_place() {
    for none in [f32::NAN, -f32::NAN, 0.0, -0.0, 0.999, -1.0, f32::NEG_INFINITY, f32::MIN_POSITIVE] {
        assert_eq!(place(none), UNKNOWN, "{none}");
    }
    assert_eq!(
        (nodes(UNKNOWN), nodes(place(1.0)), nodes(place(f32::INFINITY))),
        (None, Some(1.0), Some(4_294_967_296.0))
    );
}
