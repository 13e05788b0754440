//! Every node decides by its own estimate of the cloud's size what an absolute request asks of it.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

mod common;

use common::{run, scenario};
use datasets::scenario::Scenario;
use engine::Storage;
use engine::assign::{Assigned, Cause, assign};
use engine::attributes::Attributes;
use engine::birth::birth;
use engine::churn::Churn;
use engine::cloud::Cloud;
use engine::column::Column;
use engine::plan::Plans;
use engine::purpose::{SUITE, for_life};
use engine::size::{UNKNOWN, nodes, place};
use engine::suites::{Suites, words};
use engine::truth::truth;
use kernels::suite::NONE;
use proptest::prelude::*;

const NODES: u32 = 10_000;
const ANY: u32 = 1_000;
const BEST: u32 = 600;

/// A random application, and then a gradient.
fn absolute() -> Scenario {
    scenario(&format!(
        "[run]\nnodes = {NODES}\nseed = 7\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = {{ uniform = [0, 1] }}\n\
         [[suite.app]]\nname = \"any\"\nnodes = {ANY}\n[[suite.app]]\nname = \"best\"\ntop = \"up\"\nnodes = {BEST}\n"
    ))
}

/// A cloud whose nodes hold estimates of its size, and its suite.
fn cloud(mut scenario: Scenario, first_estimate: f64, held: Option<&dyn Fn(usize) -> f32>) -> (Cloud, Suites) {
    // The reader adds the count of all nodes that an absolute request needs.
    for counting in scenario.aggregates.iter_mut().filter_map(|aggregate| aggregate.counting.as_mut()) {
        counting.first_estimate = first_estimate;
    }
    let mut cloud = Cloud::new(&scenario, &Storage::Memory).unwrap();
    birth(&mut cloud, &scenario, &Attributes::new(&scenario).unwrap(), &Churn::new(&scenario).unwrap()).unwrap();
    cloud.apps.as_mut().unwrap().fill(NONE);
    cloud.aggregates.iter_mut().for_each(|estimates| estimates.held = None);
    if let Some(held) = held {
        hold(&mut cloud, held);
    }
    let mut suites = Suites::new(Plans::new(&scenario), &scenario);
    suites.launch(1, &cloud, cloud.nodes);
    (cloud, suites)
}

fn hold(cloud: &mut Cloud, held: &dyn Fn(usize) -> f32) {
    let mut column = Column::anonymous(cloud.nodes).unwrap();
    column.iter_mut().enumerate().for_each(|(node, estimate)| *estimate = held(node));
    cloud.aggregates[0].held = Some(column);
}

fn decide(cloud: &mut Cloud, suites: &mut Suites) -> Assigned {
    assign(cloud, suites, 7, 0.0)
}

/// What a node chooses that believes in so many nodes, from its own word and id alone.
fn choice(cloud: &Cloud, node: usize, size: f64) -> u8 {
    let [any, best] = [ANY, BEST].map(|asked| (f64::from(asked) / size).min(1.0));
    if u64::from(for_life(7, SUITE).word(node as u32, 0)) < words(any) {
        0
    } else if u64::from(cloud.gradients[0].slots[node].id()) >= words((1.0 - best / (1.0 - any)).max(0.0)) {
        1
    } else {
        NONE
    }
}

#[track_caller]
fn assert_chosen(cloud: &Cloud, size: impl Fn(usize) -> f64) {
    for (node, &app) in cloud.apps.as_ref().unwrap().iter().enumerate() {
        assert_eq!(app, choice(cloud, node, size(node)), "node {node} believes in {}", size(node));
    }
}

#[test]
fn nodes_that_believe_in_half_as_many_or_twice_as_many_each_decide_by_their_own() {
    let believed = |node: usize| [10_000.0, 5_000.0, 20_000.0][node % 3];
    let (mut cloud, mut suites) = cloud(absolute(), 77.0, Some(&believed));
    decide(&mut cloud, &mut suites);
    assert_chosen(&cloud, |node| f64::from(believed(node)));
    let count = |apps: &[u8], app| apps.iter().map(|&held| u32::from(held == app)).sum::<u32>();
    let held = f64::from(count(cloud.apps.as_ref().unwrap(), 0));
    // A third of the nodes each: of 10 %, 20 % and 5 % of them.
    assert!((held - 1_167.0).abs() < 5.0 * 1_167_f64.sqrt(), "{held}");
    // Those who observe know better.
    let found = truth(&mut cloud, &suites, 7).unwrap();
    assert_eq!(found.asked, [u64::from(ANY), u64::from(BEST)]);
    let right = count(cloud.truth.as_ref().unwrap(), 1);
    assert!(right.abs_diff(BEST) < 10, "{right}");
}

#[test]
fn who_has_no_estimate_believes_the_first_one() {
    let (mut missing, mut suites) = cloud(absolute(), 12_345.0, None);
    decide(&mut missing, &mut suites);
    assert_chosen(&missing, |_| 12_345.0);
    let nothing = |node: usize| [f32::NAN, 0.0, 0.5, -3.0][node % 4];
    let (mut unknown, mut suites) = cloud(absolute(), 12_345.0, Some(&nothing));
    decide(&mut unknown, &mut suites);
    assert_eq!(**unknown.apps.as_ref().unwrap(), **missing.apps.as_ref().unwrap());
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
            let (mut cloud, mut suites) = cloud(absolute(), 8_000.0, Some(&|_| 8_000.0));
            hold(&mut cloud, &all_kinds);
            let assigned = decide(&mut cloud, &mut suites);
            assert_chosen(&cloud, |node| nodes(place(all_kinds(node))).unwrap_or(8_000.0));
            (engine::digest::digest(&cloud), assigned, suites.borders(0))
        })
    });
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
}

#[test]
fn a_new_estimate_moves_as_few_nodes_as_it_must_and_counts_as_a_change_of_rank() {
    let (mut cloud, mut suites) = cloud(absolute(), 10_000.0, None);
    decide(&mut cloud, &mut suites);
    let before = cloud.apps.as_ref().unwrap().to_vec();
    hold(&mut cloud, &|_| 8_000.0);
    let assigned = decide(&mut cloud, &mut suites);
    assert_chosen(&cloud, |_| 8_000.0);
    let [any, best] = [0, 1].map(|app: usize| assigned.moves[app]);
    assert_eq!((any.joins[Cause::Churn as usize], any.leaves), (0, [0; 3]), "who is taken already stays");
    assert!(any.joins[Cause::Rank as usize] > 150 && best.joins[Cause::Rank as usize] > 50);
    let after = cloud.apps.as_ref().unwrap();
    assert!(before.iter().zip(&**after).all(|(&before, &after)| before != 0 || after == 0));
}

#[test]
fn conditions_and_the_rest_are_decided_by_with_few_estimates_as_with_many() {
    // Every node believes nearly the same; with many sizes in a stride they are gathered, with few they are not.
    let suite = "[[suite.app]]\nname = \"any\"\nnodes = 500\nwhere = \"up > 0.3\"\n[[suite.app]]\nname = \"best\"\ntop = \"up\"\n\
                 nodes = 600\nwhere = \"up < 0.9\"\n[[suite.app]]\nname = \"others\"\nrest = 1\n";
    let text = format!(
        "[run]\nnodes = {NODES}\nseed = 7\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = {{ uniform = [0, 1] }}\n{suite}"
    );
    let chosen = |believed: &dyn Fn(usize) -> f32| {
        let (mut cloud, mut suites) = cloud(scenario(&text), 10_000.0, Some(&|_| 10_000.0));
        hold(&mut cloud, believed);
        let assigned = assign(&mut cloud, &mut suites, 7, 0.001);
        (cloud.apps.as_ref().unwrap().to_vec(), assigned.found)
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
