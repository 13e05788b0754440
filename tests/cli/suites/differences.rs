//! What a change of the suite does to a fleet.

use super::{keyed, suite};
use crate::harness::Place;

/// A suite of two applications with these shares.
fn shares(version: u64, monitoring: f64, chat: f64) -> String {
    format!(
        "[suite]\nversion = {version}\n[[suite.app]]\nname = \"monitoring\"\ntop = \"availability\"\nshare = \
         {monitoring}\n\
         [[suite.app]]\nname = \"chat\"\nshare = {chat}\n"
    )
}

/// A folder with two versions.
fn changed() -> Place {
    let place = Place::new();
    place.write("before.toml", shares(1, 0.1, 0.5).as_bytes());
    place.write("after.toml", shares(2, 0.2, 0.5).as_bytes());
    place
}

const DIFF: [&str; 5] = ["diff", "before.toml", "after.toml", "--fleet", "scenario.toml"];

/// The numbers in the row of an application.
fn numbers(out: &str, app: &str) -> Vec<u64> {
    let row = out.lines().find(|line| line.trim_start().starts_with(app)).expect("a row");
    row.split_whitespace().skip(1).map(|cell| cell.replace(',', "").parse().expect("a number")).collect()
}

#[test]
fn diff_says_who_holds_how_many_before_and_after() {
    let place = changed();
    let said = place.unchanged(|| suite(&place, &DIFF)).quietly();
    assert!(said.out.starts_with("2,000 live nodes: from version 1 to 2,"), "{}", said.out);
    assert_eq!(numbers(&said.out, "monitoring"), [200, 400, 200, 400, 200, 0]);
    let [_, _, before, after, joins, leaves] = numbers(&said.out, "chat")[..] else { panic!("{}", said.out) };
    assert_eq!(before + joins, after + leaves);
    assert!(said.out.contains(" of 2,000 nodes move ("), "{}", said.out);
}

#[test]
fn the_suite_before_is_that_of_the_scenario_and_an_older_version_is_told_to_be_one() {
    let place = changed();
    place.write("after.toml", shares(1, 0.2, 0.5).as_bytes());
    let said = suite(&place, &["diff", "after.toml", "--fleet", "scenario.toml"]).quietly();
    assert_eq!(numbers(&said.out, "cache")[..4], [400, 0, 400, 0]);
    assert!(said.out.contains("will not take version 1"), "{}", said.out);
}

#[test]
fn a_change_of_nothing_moves_nobody() {
    let place = changed();
    place.write("after.toml", shares(2, 0.1, 0.5).as_bytes());
    let said = suite(&place, &DIFF).quietly();
    assert!(said.out.ends_with("\n0 of 2,000 nodes move (0 %)\n"), "{}", said.out);
}

#[test]
fn diff_tells_rules_that_come_change_and_go() {
    let place = changed();
    let rule = |name: &str, epochs: u32| {
        format!(
            "[[suite.app.rule]]\nname = \"{name}\"\nwhen = \"size < 1_000\"\nepochs = {epochs}\nremove = \
             \"monitoring\"\n"
        )
    };
    place
        .write("before.toml", (shares(1, 0.1, 0.5) + &rule("shed", 1) + &rule("same", 1) + &rule("old", 1)).as_bytes());
    place.write("after.toml", (shares(2, 0.1, 0.5) + &rule("shed", 2) + &rule("same", 1) + &rule("new", 3)).as_bytes());
    let said = suite(&place, &DIFF).quietly();
    let rules = "\
\nRules by which nodes of an application change the suite\n
  old is gone
  shed changes, now of chat: when size < 1_000 for 2 epochs in a row, remove
    monitoring, then rest for 4 epochs
  new is new, of chat: when size < 1_000 for 3 epochs in a row, remove
    monitoring, then rest for 4 epochs
";
    assert!(said.out.ends_with(rules), "{}", said.out);
}

#[test]
fn diff_takes_another_number_of_nodes_and_refuses_what_makes_no_sense() {
    let place = changed();
    let with = |more: &[&str]| place.unchanged(|| suite(&place, &[&DIFF[..], more].concat()));
    let said = with(&["--nodes", "1e4"]).quietly();
    assert_eq!(numbers(&said.out, "monitoring")[..2], [1000, 2000]);
    with(&["--nodes", "none"]).failed(2, &["--nodes none"]);
    place.write("after.toml", shares(2, 0.2, 0.5).replace("availability", "speed").as_bytes());
    with(&[]).failed(2, &["after.toml:5: ", "`speed`", "the fleet has: availability, load"]);
    place.write("after.toml", b"");
    with(&[]).failed(2, &["after.toml", "`suite` is missing"]);
}

#[test]
fn a_fleet_that_does_not_fit_in_memory_is_refused_before_it_is_built() {
    let place = changed();
    let said = place.unchanged(|| suite(&place, &[&DIFF[..], &["--nodes", "4e9"]].concat()));
    said.failed(2, &["memory"]);
}

#[test]
fn diff_tells_what_the_signer_may_not_do_and_what_else_changes() {
    let place = keyed();
    place.write("before.toml", shares(1, 0.1, 0.5).as_bytes());
    let revoked = "revoked = [\"vlm/B/1i6xeG7rtqJvQ1oVXhrchbztfm+pXnO7PP53U=\"]\n";
    let dated = format!("version = 2\nuntil = 2027-01-01T00:00:00Z\n{revoked}");
    place.write("owners.toml", shares(2, 0.1, 0.6).replace("version = 2\n", &dated).as_bytes());
    let diff = |name: &str| suite(&place, &["diff", "before.toml", name, "--fleet", "scenario.toml"]).quietly().out;
    suite(&place, &["sign", "owners.toml", "--key", "owner.pem", "--base", "before.toml"]).quietly();
    let out = diff("owners.signed.toml");
    for words in ["It is good until 2027-01-01T00:00:00Z.", "It revokes vlm/B/1i6x", "It lays words out anew."] {
        assert!(out.contains(words), "no {words:?} in {out}");
    }
    let call = ["certify", "planner.pub.pem", "--owner", "owner.pem", "--apps", "chat", "--for-ever"];
    suite(&place, &call).quietly();
    let by_planner = |monitoring: f64| {
        place.write("planners.toml", shares(2, monitoring, 0.6).as_bytes());
        let with = ["--key", "planner.pem", "--certificate", "planner.cert.toml", "--force"];
        suite(&place, &[&["sign", "planners.toml"], &with[..]].concat()).quietly();
        diff("planners.signed.toml").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let out = by_planner(0.1);
    assert!(out.contains("may change \"chat\" for ever: all of this is within that."), "{out}");
    let out = by_planner(0.2);
    assert!(out.contains("for ever. Nodes will drop this version: it changes \"monitoring\"."), "{out}");
}

#[test]
fn a_topology_of_an_application_is_told_and_is_no_business_of_others() {
    let place = keyed();
    let chord = "topology = { protocol = \"chord\" }\n";
    place.write("before.toml", shares(1, 0.1, 0.5).as_bytes());
    let sign = |text: &str, with: &[&str]| {
        place.write("after.toml", text.as_bytes());
        suite(&place, &[&["sign", "after.toml", "--force"], with].concat()).quietly();
        suite(&place, &["diff", "before.toml", "after.signed.toml", "--fleet", "scenario.toml"]).quietly().out
    };
    let out = sign(&format!("{}{chord}", shares(2, 0.1, 0.5)), &["--key", "owner.pem"]);
    assert!(out.contains("The topology of chat is now \"chord\"."), "{out}");
    let shown = suite(&place, &["show", "after.signed.toml"]).quietly().out;
    assert!(shown.contains("What applications say of their topology") && shown.contains("  chat: chord\n"), "{shown}");
    suite(&place, &["verify", "after.signed.toml", "--trust", "owner.pub.pem"]).quietly();
    // Its signature covers it.
    let signed = std::fs::read_to_string(place.path("after.signed.toml")).expect("a suite");
    place.write("forged.toml", signed.replace("\"chord\"", "\"ring\"").as_bytes());
    assert_ne!(suite(&place, &["verify", "forged.toml", "--trust", "owner.pub.pem"]).code, Some(0));
    let call = ["certify", "planner.pub.pem", "--owner", "owner.pem", "--apps", "chat", "--for-ever"];
    suite(&place, &call).quietly();
    let planner = ["--key", "planner.pem", "--certificate", "planner.cert.toml"];
    let told = |text: &str| sign(text, &planner).split_whitespace().collect::<Vec<_>>().join(" ");
    let out = told(&format!("{}{chord}", shares(2, 0.1, 0.5)));
    assert!(out.contains("all of this is within that"), "{out}");
    let top = "top = \"availability\"\n";
    let out = told(&shares(2, 0.1, 0.5).replace(top, &format!("{top}{chord}")));
    assert!(out.contains("it changes \"monitoring\""), "{out}");
}
