//! Scenarios in which nodes count themselves and change the suite by its rules: cause, rule, version, spread and
//! effect, from the trace.

use std::path::Path;

use datasets::trace::read::Run;
use datasets::trace::{AppRow, EpochRow, RuleRow, SuiteRow};

use crate::harness::{Place, Said};

/// What a run left, and what it said.
struct Found {
    epochs: Vec<EpochRow>,
    rules: Vec<RuleRow>,
    suites: Vec<SuiteRow>,
    apps: Vec<AppRow>,
    said: Said,
}

/// Runs a scenario that comes with the program, with other figures.
fn run(place: &Place, name: &str, with: &[&str]) -> Found {
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("datasets/scenarios/{name}.toml"));
    let set = with.iter().flat_map(|pair| ["--set", *pair]);
    let head = ["run", scenario.to_str().expect("a path in UTF-8"), "--out", "out", "--quiet"];
    let said = place.call(&head.into_iter().chain(set).collect::<Vec<_>>()).quietly();
    let run = Run::open(&place.path("out")).expect("a run");
    Found {
        epochs: run.epochs().expect("epochs"),
        rules: run.rules().expect("rules"),
        suites: run.suites().expect("suites"),
        apps: run.apps().expect("apps"),
        said,
    }
}

impl Found {
    fn epochs_of<'a>(&'a self, aggregate: &'a str) -> impl Iterator<Item = &'a EpochRow> {
        self.epochs.iter().filter(move |row| row.aggregate == aggregate)
    }

    /// Cycles until all nodes acted on a version, after the cycle in which a rule made it.
    fn spread(&self, rule: &RuleRow) -> u32 {
        let mut rows = self.suites.iter().filter(|row| row.version == rule.version && row.cycle >= rule.cycle);
        let all = rows.find(|row| row.acting_fraction >= 1.0).expect("all nodes act on it");
        all.cycle - rule.cycle
    }

    fn held(&self, app: &str, cycle: u32) -> u64 {
        self.apps.iter().find(|row| row.app == app && row.cycle == cycle).expect("a row").held_count
    }
}

const NODES: u64 = 20_000;
const RECORDER: u64 = 6_000;
const CRASH: u32 = 60;

/// A catastrophe of a fifth of the size.
const CATASTROPHE: [&str; 5] = [
    "run.nodes=20_000",
    "run.cycles=160",
    "suite.app.recorder.nodes=6_000",
    "suite.app.monitoring.rule.shed.when=\"size < 12_000\"",
    "trace.overlay.every=160",
];

/// Half the cloud dies, and the next two epochs count it; returns these.
fn counted_twice(found: &Found) -> [&EpochRow; 2] {
    let mut low = found.epochs_of("size").filter(|row| row.first_cycle >= CRASH);
    let low = [low.next().expect("an epoch"), low.next().expect("another one")];
    for row in low {
        let counted = row.mean.expect("a count");
        assert!((counted / row.true_value - 1.0).abs() < 0.02 && counted < 12_000.0, "{row:?}");
    }
    low
}

/// The recorder holds its number outside the two epochs after the start and the crash: to 2 %, and twice the noise of
/// random ids.
fn recorder_holds_its_number(found: &Found, epoch: u32) {
    let noise = (NODES as f64 * 0.45 * 0.33 * 0.67).sqrt();
    let allowed = 0.02 * RECORDER as f64 + 2.0 * noise;
    let (before, after) = (2 * epoch..CRASH, CRASH + 2 * epoch..161);
    for cycle in before.chain(after) {
        let held = found.held("recorder", cycle);
        assert!((held as f64 - RECORDER as f64).abs() < allowed, "{held} after cycle {cycle}");
    }
    let hit = found.held("recorder", CRASH);
    assert!(hit.abs_diff(RECORDER / 2) < 300, "the crash takes half of it: {hit}");
}

#[test]
fn after_a_catastrophe_monitors_shed_an_application_and_another_keeps_its_number() {
    let found = run(&Place::new(), "catastrophe", &CATASTROPHE);
    let [first, second] = counted_twice(&found);
    let [rule] = &found.rules[..] else { panic!("it acts once: {:?}", found.rules) };
    assert_eq!((rule.cycle, &*rule.verdict), (second.last_cycle, "taken"), "after two low counts");
    assert_eq!((&*rule.app, &*rule.rule, &*rule.action), ("monitoring", "shed", "remove chat"));
    assert!(rule.cause.starts_with("size=") && rule.nodes_count > 300, "{rule:?}");
    assert!(found.spread(rule) <= 15, "{}", found.spread(rule));
    assert!(found.held("chat", rule.cycle - 1) > 1_000 && found.held("chat", 160) == 0);
    let epoch = first.last_cycle + 1 - first.first_cycle;
    recorder_holds_its_number(&found, epoch);
    let told = found.said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("remove chat. Version 2 is taken: 99 % of the nodes act on it"), "{}", found.said.out);
}

#[test]
fn a_key_that_may_not_touch_the_application_changes_nothing() {
    let place = Place::new();
    let call = |arguments: &str| place.call(&arguments.split(' ').collect::<Vec<_>>()).quietly();
    call("suite keygen owner");
    call("suite keygen monitor");
    call("suite certify monitor.pub.pem --owner owner.pem --apps recorder,monitoring --cloud catastrophe --for-ever");
    let at = |key: &str, name: &str| format!("{key}=\"{}\"", place.path(name).display());
    let [trust, key, certificate] = [
        ("suite.trust", "owner.pub.pem"),
        ("monitor.key", "monitor.pem"),
        ("monitor.certificate", "monitor.cert.toml"),
    ]
    .map(|(key, name)| at(key, name));
    let found = run(&place, "catastrophe", &[&CATASTROPHE[..], &[&*trust, &key, &certificate]].concat());
    let [_, second] = counted_twice(&found);
    let [rule, others @ ..] = &found.rules[..] else { panic!("it acts") };
    assert_eq!(rule.cycle, second.last_cycle);
    // It rests with those who acted; who becomes a member later tries it too.
    assert!(others.iter().all(|other| other.nodes_count < rule.nodes_count / 10), "{others:?}");
    assert!(found.rules.iter().all(|rule| rule.verdict == "out of scope"), "{:?}", found.rules);
    let version = || found.suites.iter().filter(|row| row.version == 2);
    assert!(version().all(|row| row.holders_fraction == 0.0 && row.acting_fraction == 0.0));
    let acted: u64 = found.rules.iter().map(|rule| rule.nodes_count).sum();
    assert_eq!(version().map(|row| row.rejected_out_of_scope_count).sum::<u64>(), acted);
    assert!(found.held("chat", 160) > 1_000, "it is there still");
    let told = found.said.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("Nodes drop this version 2: out of scope."), "{}", found.said.out);
}

#[test]
fn a_service_grows_while_demand_exceeds_its_capacity_and_settles() {
    let with = [
        "run.nodes=20_000",
        "aggregate.capacity.first_estimate=4_000",
        "aggregate.members.first_estimate=4_000",
        "trace.overlay.every=330",
    ];
    let found = run(&Place::new(), "growing_service", &with);
    let sums = |cycle: u32| {
        let of = |name| found.epochs_of(name).find(|row| row.last_cycle == cycle).and_then(|row| row.mean);
        (of("demand").expect("demand"), of("capacity").expect("capacity"))
    };
    assert!((2..=4).contains(&found.rules.len()), "{:?}", found.rules);
    let mut last = None;
    for rule in &found.rules {
        let (demand, capacity) = sums(rule.cycle);
        assert!(demand > capacity && rule.verdict == "taken" && rule.rule == "grow", "{demand} {capacity} {rule:?}");
        assert!(last.is_none_or(|last| rule.cycle >= last + 60), "it rests for an epoch: {:?}", found.rules);
        assert!(found.spread(rule) <= 15, "{}", found.spread(rule));
        let [before, after] = [rule.cycle, rule.cycle + 30].map(|cycle| found.held("service", cycle) as f64);
        assert!((after / before - 1.25).abs() < 0.02, "{before} {after}");
        last = Some(rule.cycle);
    }
    // It acts at the end of the first epoch that finds too much demand, and never in those that do not.
    for epoch in found.epochs_of("demand") {
        let (demand, capacity) = sums(epoch.last_cycle);
        let acts = found.rules.iter().any(|rule| rule.cycle == epoch.last_cycle);
        let rests = found.rules.iter().any(|rule| rule.cycle + 30 == epoch.last_cycle);
        assert_eq!(acts, demand > capacity && !rests, "cycle {}: {demand} {capacity}", epoch.last_cycle);
    }
    assert!(last.is_some_and(|last| last <= 330 - 3 * 30), "it has settled: {:?}", found.rules);
    let (demand, capacity) = sums(330);
    assert!(capacity > demand && capacity < 1.5 * demand, "{demand} {capacity}");
}
