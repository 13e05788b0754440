//! Nodes change the suite by its rules: when a condition has held for some epochs, no sooner than rules rest, and
//! within the rights of the monitor's key.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]
#![expect(clippy::float_cmp, reason = "all means all")]

mod common;

use common::{run, scenario};
use datasets::scenario::{Event, EventKind, Monitor, Scenario, Trust};
use datasets::suite::{
    Action, App, Certificate, Choice, Cloud, Condition, Description, Grant, Names, PrivateKey, Request, Rule, Scope,
    Suite, Version,
};
use datasets::trace::read::Run;
use datasets::trace::{AppRow, EventRow, Meta, RuleRow, SuiteRow, Writer};
use engine::aggregate::Finished;
use engine::government::layouts::lay_out;
use engine::government::monitor::{RESTS, resting};
use engine::{Simulation, Storage};

const NODES: u32 = 5_000;

/// A cloud with monitors, a large application, and one that could be spared. Its rules are added by the tests.
fn cloud(cycles: u32, more: &str) -> Scenario {
    let mut cloud = scenario(&format!(
        "[run]\nnodes = {NODES}\ncycles = {cycles}\nseed = 4\nstarts_at = 2027-01-01T00:00:00Z\n\
         [[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = {{ uniform = [0, 1] }}\n\
         attributes.demand = {{ uniform = [1, 2] }}\n\
         [[aggregate]]\nname = \"load\"\nfunction = \"average\"\nattribute = \"demand\"\nepoch_cycles = 1000\n\
         [[aggregate]]\nname = \"health\"\nfunction = \"min\"\nattribute = \"up\"\n\
         epoch_cycles = 1000\n{more}"
    ));
    let app = |name: &str, share, choice| App::of_share(name, share, choice);
    cloud.first.suite.apps = vec![
        app("monitoring", 0.2, Choice::Random),
        app("chat", 0.2, Choice::Random),
        app("spare", 0.1, Choice::Random),
    ];
    cloud
}

fn rule(name: &str, when: &str, action: Action) -> Rule {
    let mut names = Names::Any(Vec::new());
    let when = Condition::parse(when, &mut names).unwrap();
    let Names::Any(aggregates) = names else { unreachable!() };
    Rule { name: name.into(), when, aggregates, epochs: 1, cool_down: 3, action }
}

/// More of the application for chats.
fn grow() -> Rule {
    rule("grow", "load > 0.8", Action::Scale { app: "chat".into(), by: 1.25, least: 0.0, most: 0.4 })
}

fn shed() -> Rule {
    rule("shed", "load > 0.8", Action::Remove { app: "spare".into() })
}

struct Found {
    rules: Vec<RuleRow>,
    suites: Vec<SuiteRow>,
    apps: Vec<AppRow>,
    events: Vec<EventRow>,
    digest: u64,
}

/// What a test does between two cycles.
struct Hand<'a, 's> {
    simulation: &'a mut Simulation<'s>,
    trace: &'a mut Writer,
    cycle: u32,
}

impl Hand<'_, '_> {
    /// Nodes hold values of an aggregate, by their index, and all have just finished an epoch of it.
    fn finish(&mut self, aggregate: usize, value: impl Fn(u32) -> f32) {
        let held: Vec<f32> = (0..NODES).map(value).collect();
        self.simulation.finish(aggregate, &held, Finished::All, self.trace);
    }

    fn members(&self, app: u8) -> Vec<u32> {
        let apps = self.simulation.cloud().government.apps.as_ref().unwrap();
        (0..NODES).filter(|&node| apps[node as usize] == app).collect()
    }
}

fn drive(scenario: &Scenario, mut between: impl FnMut(Hand<'_, '_>)) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let mut simulation = Simulation::new(scenario, &Storage::Memory).unwrap();
    let apps: Vec<String> = scenario.app_names();
    let attributes = scenario.fleet.attributes.clone();
    let meta = Meta { run_id: "test".into(), attributes, apps, ..Meta::default() };
    let mut trace = Writer::create(&out, meta, false).unwrap();
    for cycle in 1..=scenario.run.cycles {
        simulation.cycle(&mut trace);
        between(Hand { simulation: &mut simulation, trace: &mut trace, cycle });
        simulation.observe(&mut trace).unwrap();
    }
    let digest = simulation.digest();
    trace.finish("{}").unwrap();
    let run = Run::open(&out).unwrap();
    Found {
        rules: run.rules().unwrap(),
        suites: run.suites().unwrap(),
        apps: run.apps().unwrap(),
        events: run.events().unwrap(),
        digest,
    }
}

/// An epoch ends every ten cycles, with these results at all nodes.
fn epochs(scenario: &Scenario, loads: &[f32]) -> Found {
    drive(scenario, |mut hand| {
        let number = (hand.cycle / 10) as usize;
        if let (true, Some(&load)) = (hand.cycle.is_multiple_of(10), loads.get(number.wrapping_sub(1))) {
            hand.finish(0, |_| load);
        }
    })
}

fn last(found: &Found, version: u64) -> SuiteRow {
    found.suites.iter().rfind(|row| row.version == version).cloned().unwrap()
}

fn held(found: &Found, app: &str) -> f64 {
    found.apps.iter().rfind(|row| row.app == app).unwrap().held_count as f64 / f64::from(NODES)
}

fn cycles_of(rows: &[RuleRow]) -> Vec<(u32, u64)> {
    rows.iter().map(|row| (row.cycle, row.version)).collect()
}

#[test]
fn a_condition_must_hold_for_some_epochs_in_a_row() {
    let mut cloud = cloud(90, "");
    cloud.first.suite.apps[0].rules = vec![Rule { epochs: 3, ..grow() }];
    let found = epochs(&cloud, &[0.9, 0.9, 0.5, 0.9, 0.9, f32::NAN, 0.9, 0.9]);
    assert!(found.rules.is_empty(), "{:?}", found.rules);
    let found = epochs(&cloud, &[0.9, 0.9, 0.5, 0.9, 0.9, 0.9, 0.9]);
    let [row] = &found.rules[..] else { panic!("{:?}", found.rules) };
    let expected = RuleRow {
        cycle: 60,
        app: "monitoring".into(),
        rule: "grow".into(),
        condition: "load > 0.8".into(),
        cause: "load=0.9".into(),
        action: "chat: share 0.2 -> 0.25".into(),
        nodes_count: row.nodes_count,
        base_version: 1,
        version: 2,
        verdict: "taken".into(),
    };
    assert_eq!(*row, expected);
    assert!(row.nodes_count.abs_diff(1_000) < 100, "{row:?}");
    assert!(
        found.events.iter().any(|event| event.rule.as_deref() == Some("grow") && event.nodes_count == row.nodes_count)
    );
    assert_eq!((last(&found, 2).acting_fraction, last(&found, 1).acting_fraction), (1.0, 0.0));
    assert!((held(&found, "chat") - 0.25).abs() < 0.03);
}

#[test]
fn a_version_of_a_few_nodes_spreads_like_any_other() {
    for protocol in ["oracle", "newscast", "cyclon", "generic"] {
        let mut cloud = cloud(40, &format!("[sampling]\nprotocol = \"{protocol}\"\n"));
        cloud.first.suite.apps[0].rules = vec![grow()];
        let found = drive(&cloud, |mut hand| {
            if hand.cycle == 15 {
                let few: Vec<u32> = hand.members(0).into_iter().take(3).collect();
                hand.finish(0, |node| if few.contains(&node) { 1.5 } else { f32::NAN });
            }
        });
        assert_eq!((found.rules.len(), found.rules[0].nodes_count), (1, 3), "{protocol}: {:?}", found.rules);
        let of = |cycle: u32| found.suites.iter().find(|row| row.version == 2 && row.cycle == cycle).unwrap();
        assert!((of(15).holders_fraction - 3.0 / f64::from(NODES)).abs() < 1e-9, "{protocol}");
        assert!(of(18).acting_fraction > 0.002 && of(18).acting_fraction < 0.5, "{protocol}");
        assert_eq!(of(40).acting_fraction, 1.0, "{protocol}");
        let sent: u64 = found.suites.iter().filter(|row| row.version == 2).map(|row| row.payload_bytes).sum();
        assert!(sent > u64::from(NODES) * 50, "{protocol}: {sent}");
    }
}

#[test]
fn a_rule_rests_after_it_has_acted() {
    assert_eq!([0, 1, 127, 1_000].map(resting), [0, RESTS + 1, 255, 255]);
    let mut cloud = cloud(100, "");
    cloud.first.suite.apps[0].rules = vec![grow()];
    let found = epochs(&cloud, &[0.9; 10]);
    assert_eq!(cycles_of(&found.rules), [(10, 2), (50, 3), (90, 4)]);
    assert_eq!(found.rules[2].action, "chat: share 0.3125 -> 0.390625");
    cloud.first.suite.apps[0].rules = vec![Rule { cool_down: 0, epochs: 2, ..grow() }];
    let found = epochs(&cloud, &[0.9; 10]);
    assert_eq!(cycles_of(&found.rules), [(20, 2), (40, 3), (60, 4), (80, 5)], "up to the most, then there is nothing");
    assert_eq!(found.rules[3].action, "chat: share 0.390625 -> 0.4");
}

#[test]
fn a_rule_rests_with_those_that_hear_of_it_and_those_that_come() {
    let mut cloud = cloud(60, "[[event]]\nat_cycle = 35\noutage = { share = 0.5, cycles = 3 }\n");
    cloud.first.suite.apps[0].rules = vec![Rule { epochs: 2, ..grow() }];
    drive(&cloud, |mut hand| {
        if hand.cycle == 10 || hand.cycle == 20 {
            hand.finish(0, |_| 0.9);
        }
        let cloud = hand.simulation.cloud();
        let (alive, streaks) = (cloud.population.alive.as_ref().unwrap(), &cloud.government.streaks);
        let count = |streak: u8| streaks[0].iter().map(|&found| usize::from(found == streak)).sum::<usize>();
        match hand.cycle {
            10 => assert_eq!(count(1), hand.members(0).len()),
            20 => assert_eq!((count(1), count(RESTS + 3)), (0, hand.members(0).len())),
            35 => assert!(streaks[0].iter().zip(&**alive).all(|(&streak, &alive)| alive == 1 || streak == 0)),
            34 | 60 => assert_eq!(count(RESTS + 3), NODES as usize),
            _ => {}
        }
    });
}

fn trusting(cloud: &mut Scenario, scope: Option<Scope>, until: Option<i64>) {
    let [owner, key] = [1, 2].map(|seed| PrivateKey::of_seed(&[seed; 32]));
    let trusted = Cloud::of(owner.public(), "");
    let grant = |scope| Grant { key: key.public(), cloud: Some(trusted.id), scope, rules: false, until };
    let certificate = scope.map(|scope| Certificate::issue(&owner, grant(scope)));
    cloud.trust = Some(Trust { path: "owner.pem".into(), name: String::new(), cloud: trusted });
    cloud.monitor = Some(Monitor { path: "monitor.pem".into(), key, certificate, certificate_path: None });
}

#[test]
fn a_rule_cannot_exceed_the_rights_of_its_key() {
    let apps = |names: &[&str]| Some(Scope::apps(names.iter().copied()));
    let start = 1_798_761_600;
    for (scope, until, verdict) in [
        (apps(&["spare"]), None, "out of scope"),
        (None, None, "forged"),
        (apps(&["chat"]), Some(start + 50), "expired"),
        (apps(&["chat"]), None, "taken"),
        (Some(Scope::All), Some(start + 100_000), "taken"),
    ] {
        let mut cloud = cloud(40, "");
        cloud.first.suite.apps[0].rules = vec![grow()];
        trusting(&mut cloud, scope, until);
        let found = epochs(&cloud, &[0.9, 0.9]);
        assert_eq!(cycles_of(&found.rules), [(10, 2)], "it rests, be it taken or not");
        assert_eq!(found.rules[0].verdict, verdict);
        let rows = || found.suites.iter().filter(|row| row.version == 2);
        let counts = rows().fold([0; 3], |sum, row| {
            [
                sum[0] + row.rejected_out_of_scope_count,
                sum[1] + row.rejected_forged_count,
                sum[2] + row.rejected_expired_count,
            ]
        });
        let fired = found.rules[0].nodes_count;
        let of = |name: &str| if name == verdict { fired } else { 0 };
        assert_eq!(counts, ["out of scope", "forged", "expired"].map(of));
        assert_eq!(last(&found, 2).acting_fraction, if verdict == "taken" { 1.0 } else { 0.0 });
    }
}

#[test]
fn where_words_are_laid_out_a_rule_lays_them_out_anew_and_takes_none_of_others() {
    let mut cloud = cloud(40, "");
    let suite = &mut cloud.first.suite;
    suite.layout = lay_out(&Suite::default(), suite, 1.0, |_| false);
    suite.apps[0].rules = vec![grow()];
    cloud.first.is_in_format_2 = true;
    trusting(&mut cloud, Some(Scope::apps(["chat"])), None);
    let found = epochs(&cloud, &[0.9]);
    assert_eq!((&*found.rules[0].verdict, last(&found, 2).acting_fraction), ("taken", 1.0));
    let moved = |name: &str| {
        let rows = found.apps.iter().filter(|row| row.app == name);
        rows.map(|row| row.joins_suite_count + row.leaves_suite_count).sum::<u64>()
    };
    assert_eq!((moved("monitoring"), moved("spare")), (0, 0));
    // A twentieth of all nodes, as far as chance has it.
    assert!(moved("chat").abs_diff(u64::from(NODES) / 20) < 5 * 16, "{}", moved("chat"));
}

#[test]
fn a_launch_is_judged_against_what_rules_have_made() {
    let [owner, planner] = [1, 3].map(|seed| PrivateKey::of_seed(&[seed; 32]));
    let id = Cloud::of(owner.public(), "").id;
    let grant =
        Grant { key: planner.public(), cloud: Some(id), scope: Scope::apps(["spare"]), rules: false, until: None };
    let certificate = Certificate::issue(&owner, grant);
    // The planner asks for less of its own, and has of others what they had: before the rule acts, and after.
    for (cycle, verdict) in [(5, "taken"), (20, "out of scope")] {
        let mut cloud = cloud(60, "");
        cloud.first.suite.apps[0].rules = vec![grow()];
        trusting(&mut cloud, Some(Scope::apps(["chat"])), None);
        let mut suite = Suite { version: 10, ..cloud.first.suite.clone() };
        suite.apps[2].request = Request::Share(0.05);
        let signed = Description::unsigned(suite, cloud.fleet.attributes.clone());
        let Description { suite, certificate, signed_by, .. } =
            signed.signed(&planner, Some(certificate.clone()), Some(id));
        let launch = Version { suite, certificate, signed_by, bytes: 200, ..Version::default() };
        cloud.launches.push(launch);
        cloud.events.push(Event { at_cycle: cycle, until_cycle: cycle, kind: EventKind::Suite(0, 1) });
        let found = epochs(&cloud, &[0.9]);
        let rows = || found.suites.iter().filter(|row| row.version == 10);
        let acts = rows().any(|row| row.acting_fraction > 0.9);
        let dropped: u64 = rows().map(|row| row.rejected_out_of_scope_count).sum();
        let is_taken = verdict == "taken";
        assert_eq!((acts, dropped), (is_taken, u64::from(!is_taken)), "{verdict}");
    }
}

#[test]
fn where_nodes_hold_format_2_a_monitor_of_format_1_is_outdated() {
    for (is_in_format_2, verdict) in [(true, "outdated"), (false, "taken")] {
        let mut cloud = cloud(20, "");
        cloud.first.suite.apps[0].rules = vec![grow()];
        cloud.first.is_in_format_2 = is_in_format_2;
        trusting(&mut cloud, Some(Scope::apps(["chat"])), None);
        let owner = PrivateKey::of_seed(&[1; 32]);
        let certificate = &mut cloud.monitor.as_mut().unwrap().certificate;
        let grant = Grant { cloud: None, rules: true, ..certificate.as_ref().unwrap().grant.clone() };
        *certificate = Some(Certificate::issue(&owner, grant));
        let found = epochs(&cloud, &[0.9]);
        assert_eq!(found.rules[0].verdict, verdict);
        let outdated: u64 = found.suites.iter().map(|row| row.rejected_outdated_count).sum();
        assert_eq!(outdated, if is_in_format_2 { found.rules[0].nodes_count } else { 0 });
    }
}

#[test]
fn of_two_rules_at_once_the_higher_wins_and_the_other_acts_on_top_of_it() {
    let mut cloud = cloud(70, "");
    cloud.first.suite.apps[0].rules = vec![grow(), shed()];
    let found = epochs(&cloud, &[0.9; 6]);
    let versions: Vec<(u32, u64, u64, &str)> =
        found.rules.iter().map(|row| (row.cycle, row.base_version, row.version, &*row.rule)).collect();
    assert_eq!(versions, [(10, 1, 2, "grow"), (10, 1, 3, "shed"), (50, 3, 4, "grow")]);
    assert_eq!(found.rules[1].action, "remove spare");
    assert_eq!([1, 2, 3, 4].map(|version| last(&found, version).acting_fraction), [0.0, 0.0, 0.0, 1.0]);
    assert!(
        found.suites.iter().all(|row| row.version != 2 || row.holders_fraction == 0.0),
        "nobody takes the lower one"
    );
    assert!((held(&found, "chat") - 0.25).abs() < 0.03 && held(&found, "spare") == 0.0);
}

#[test]
fn conditions_compare_several_aggregates() {
    let mut cloud = cloud(30, "");
    cloud.first.suite.apps[0].rules = vec![
        rule("grow", "load > 0.8 and health < 0.5", grow().action),
        rule("shed", "not health > 0.8", shed().action),
    ];
    let found = drive(&cloud, |mut hand| match hand.cycle {
        5 => hand.finish(0, |_| 0.9),
        10 => hand.finish(1, |node| if node % 2 == 0 { 0.25 } else { f32::NAN }),
        15 => hand.finish(0, |_| 0.9),
        _ => {}
    });
    assert_eq!(cycles_of(&found.rules), [(10, 3), (15, 4)], "the first one named says when; no result is no success");
    assert_eq!((&*found.rules[1].rule, &*found.rules[1].cause), ("grow", "load=0.9, health=0.25"));
}

#[test]
fn a_number_is_taken_once_and_never_backwards() {
    let mut cloud = cloud(3, "");
    cloud.first.suite.apps[0].rules = vec![
        Rule { cool_down: 0, ..grow() },
        rule("shed", "health < 0.5", shed().action),
        rule("chop", "health < 0.2", Action::Remove { app: "chat".into() }),
    ];
    let found = drive(&cloud, |mut hand| {
        if hand.cycle < 3 {
            return;
        }
        let members = hand.members(0);
        let [a, b, c] = [members[0], members[1], members[2]];
        let only = |node: u32, value: f32| move |other: u32| if other == node { value } else { f32::NAN };
        for _ in 0..2 {
            hand.finish(0, only(a, 1.0));
        }
        // Node b holds version 1 still: its version 3 is another one than that of node a, which is in.
        hand.finish(1, only(b, 0.3));
        for _ in 0..2 {
            hand.finish(0, only(a, 1.0));
        }
        // And the version 2 of node c is that of node a.
        hand.finish(0, only(c, 1.0));
    });
    let rows: Vec<(u64, &str)> = found.rules.iter().map(|row| (row.version, &*row.verdict)).collect();
    assert_eq!(rows, [(2, "taken"), (3, "taken"), (3, "taken by another"), (4, "taken"), (5, "taken"), (2, "taken")]);
    assert!((last(&found, 2).holders_fraction - 1.0 / f64::from(NODES)).abs() < 1e-9);
    let mut cloud = cloud.clone();
    cloud.first.suite.apps[0].rules = vec![
        rule("shed", "health < 0.5", shed().action),
        rule("chop", "load > 0.5", Action::Remove { app: "chat".into() }),
    ];
    let found = drive(&cloud, |mut hand| {
        if hand.cycle == 3 {
            let members = hand.members(0);
            let only = |node: u32, value: f32| move |other: u32| if other == node { value } else { f32::NAN };
            hand.finish(0, only(members[0], 1.0));
            hand.finish(1, only(members[1], 0.1));
        }
    });
    let rows: Vec<(u64, &str)> = found.rules.iter().map(|row| (row.version, &*row.verdict)).collect();
    assert_eq!(rows, [(3, "taken"), (2, "overtaken")]);
}

#[test]
fn launches_that_rules_have_overtaken_are_replayed() {
    let mut cloud = cloud(80, "");
    cloud.first.suite.apps[0].rules = vec![shed(), grow()];
    cloud.first.suite.apps[0].rules[0].when = Condition::parse("load > 2", &mut Names::Any(Vec::new())).unwrap();
    for (cycle, version) in [(30, 2), (50, 9)] {
        let apps = vec![App::of_share("new", 0.3, Choice::Top(1)), App::of_share("chat", 0.1, Choice::Random)];
        let suite = Suite { version, apps, ..Suite::default() };
        let number = cloud.launches.len();
        cloud.launches.push(Version { suite, bytes: 200, path: "v.toml".into(), ..Version::default() });
        cloud.events.push(Event { at_cycle: cycle, until_cycle: cycle, kind: EventKind::Suite(number, 2) });
    }
    let found = epochs(&cloud, &[0.9]);
    assert_eq!(cycles_of(&found.rules), [(10, 3)]);
    let replayed = |version: u64| {
        let rows = found.suites.iter().filter(move |row| row.version == version);
        rows.map(|row| row.rejected_replayed_count).sum::<u64>()
    };
    assert_eq!([2, 3, 9].map(replayed), [2, 0, 0]);
    assert!(found.suites.iter().all(|row| row.version != 2 || row.holders_fraction == 0.0));
    let before = found.suites.iter().find(|row| row.version == 3 && row.cycle == 49).unwrap();
    assert_eq!((before.acting_fraction, last(&found, 9).acting_fraction), (1.0, 1.0));
    assert!((held(&found, "new") - 0.3).abs() < 0.03 && (held(&found, "chat") - 0.1).abs() < 0.03);
}

#[test]
fn a_rule_adds_an_application_with_a_gradient_of_its_own() {
    let mut relay = App::of_share("relay", 0.2, Choice::Top(1));
    relay.condition = Some(Condition::parse("up < 0.5", &mut Names::Fleet(&["up".into(), "demand".into()])).unwrap());
    let mut cloud = cloud(120, "");
    cloud.first.suite.apps[0].choice = Choice::Top(0);
    cloud.first.suite.apps[0].rules = vec![
        rule("build", "load > 0.8", Action::Add(Box::new(relay))),
        rule("yield", "load > 1.8", Action::Remove { app: "monitoring".into() }),
    ];
    let found = epochs(&cloud, &[0.9]);
    assert_eq!(found.rules[0].action, "add relay");
    assert!((held(&found, "relay") - 0.2).abs() < 0.02, "{}", held(&found, "relay"));
    let row = found.apps.iter().rfind(|row| row.app == "relay").unwrap();
    assert!(row.wrong_count < 150, "{row:?}");
    let found = epochs(&cloud, &[1.9]);
    assert_eq!(found.rules.len(), 2);
    assert_eq!(
        (held(&found, "relay"), held(&found, "monitoring")),
        (0.0, 0.0),
        "the rules are gone with their application"
    );
}

#[test]
fn absolute_numbers_are_multiplied_too() {
    let mut cloud = cloud(40, "");
    cloud.first.suite.apps[1].request = Request::Nodes(1_000);
    cloud.first.suite.apps[0].rules = vec![grow()];
    let Action::Scale { most, .. } = &mut cloud.first.suite.apps[0].rules[0].action else { unreachable!() };
    *most = 1_200.0;
    let found = epochs(&cloud, &[0.9]);
    assert_eq!(found.rules[0].action, "chat: nodes 1000 -> 1200");
    assert!((held(&found, "chat") - 0.24).abs() < 0.03);
}

#[test]
fn numbers_of_versions_are_used_up_once() {
    let mut cloud = cloud(140, "");
    let action = Action::Scale { app: "chat".into(), by: 1.01, least: 0.0, most: 0.9 };
    cloud.first.suite.apps[0].rules = vec![Rule { cool_down: 0, ..rule("grow", "load > 0.8", action) }];
    cloud.first.suite.apps[1].request = Request::Rest(0.1);
    let found = drive(&cloud, |mut hand| hand.finish(0, |_| 0.9));
    let made = found.rules.iter().filter(|row| row.verdict == "taken").map(|row| row.version).max();
    assert_eq!(made, Some(126));
    assert_eq!(found.rules.iter().filter(|row| row.verdict == "no number left").count(), 1);
    assert_eq!(found.rules.last().unwrap().verdict, "no number left");
    assert_eq!(last(&found, 126).acting_fraction, 1.0);
}

#[test]
fn threads_change_nothing() {
    let mut cloud = cloud(
        60,
        "[sampling]\nprotocol = \"cyclon\"\n[[event]]\nat_cycle = 12\nuntil_cycle = 30\ncrash = { share = 0.01 }\n",
    );
    cloud.first.suite.apps[0].rules = vec![Rule { cool_down: 1, ..grow() }, shed()];
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let run = || {
            drive(&cloud, |mut hand| {
                if hand.cycle % 7 == 0 {
                    hand.finish(0, |node| (node % 1_000) as f32 * 1e-3);
                }
            })
        };
        let found = pool.install(run);
        (found.digest, found.rules, found.suites)
    };
    let one = with(1);
    assert!(one.1.len() > 4, "{:?}", one.1);
    for threads in [2, 3, 8] {
        assert_eq!(with(threads), one, "{threads} threads");
    }
}

#[test]
fn a_cloud_without_rules_holds_nothing_for_them() {
    let mut cloud = cloud(1, "");
    let bytes = |cloud: &Scenario| engine::estimate(cloud).bytes_per_node;
    let before = bytes(&cloud);
    cloud.first.suite.apps[0].rules = vec![grow(), shed()];
    // A byte a rule, and two for versions, which now spread.
    assert_eq!(bytes(&cloud), before + 4);
}

#[test]
fn a_catastrophe_makes_the_monitors_shed_an_application() {
    let found = run("[run]\nnodes = 20000\ncycles = 150\nseed = 1\n\
         [[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.up = { uniform = [0, 1] }\n\
         [[aggregate]]\nname = \"size\"\nfunction = \"count\"\nepoch_cycles = 25\n\
         [[suite.app]]\nname = \"monitoring\"\ntop = \"up\"\nshare = 0.05\n\
         [[suite.app.rule]]\nname = \"shed\"\nwhen = \"size < 12_000\"\nepochs = 2\ncool_down = 4\nremove = \"chat\"\n\
         [[suite.app]]\nname = \"chat\"\nshare = 0.3\n\
         [[event]]\nat_cycle = 40\ncrash = { share = 0.5 }\n");
    let chat = |cycle: u32| found.apps.iter().find(|row| row.app == "chat" && row.cycle == cycle).unwrap().held_count;
    assert!(chat(39) > 5_500 && chat(80) > 2_500 && chat(150) == 0);
    assert_eq!(found.suites.iter().rfind(|row| row.version == 2).unwrap().acting_fraction, 1.0);
}
