//! Versions of the suite that enter the running cloud, how long they are good, and who stands against them.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;
use std::path::Path;

use datasets::scenario::{self, Event, EventKind, Propagation, Push, Rounds, Scenario, Spreading};
use datasets::suite::{Reason, Verdict};
use datasets::{Error, Kind};
use tempfile::TempDir;

/// A cloud of 40 cycles with a suite of version 5; 15 lines.
const CLOUD: &str = "[run]
nodes = 1000
cycles = 40
starts_at = 2026-11-22T00:00:00Z
cycle_seconds = 10
[[fleet.class]]
name = \"box\"
share = 1
attributes.x = { uniform = [0, 1] }

[suite]
version = 5
[[suite.app]]
name = \"chat\"
share = 0.5

";

fn suite(version: u64, app: &str) -> String {
    format!("[suite]\nversion = {version}\n[[suite.app]]\nname = \"{app}\"\nrest = true\n")
}

/// A folder with suites of the versions 4, 6 and 7, one of version 8 that is good until the 11th cycle starts, and one
/// that is none.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("v4.toml", &suite(4, "old"));
    write("v6.toml", &suite(6, "backup"));
    write("v7.toml", &suite(7, "chat"));
    write("v8.toml", &suite(8, "video").replace("version = 8", "version = 8\nuntil = 2026-11-22T00:01:40Z"));
    write("broken.toml", "[suite]\nversion = 9\n[[suite.app]]\nname = \"chat\"\n");
    folder
}

fn read_with(cloud: &str, overrides: &[(&str, &str)]) -> Result<Scenario, Error> {
    let folder = folder();
    let path = folder.path().join("cloud.toml");
    fs::write(&path, cloud).unwrap();
    let overrides: Vec<_> = overrides.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    scenario::read(&path, &overrides)
}

fn read(text: &str) -> Result<Scenario, Error> {
    read_with(&format!("{CLOUD}{text}"), &[])
}

fn launch(cycle: u32, file: &str) -> String {
    format!("[[event]]\nat_cycle = {cycle}\nsuite = \"{file}\"\n")
}

/// The scenario with `text` is refused at the line of `at`, which is behind the cloud's 16 lines, about `key` and in
/// these words.
fn refused(text: &str, at: &str, key: &str, message: &str, help: &str) {
    let error = read(text).unwrap_err();
    let line = CLOUD.matches('\n').count() + 1 + text[..text.find(at).unwrap()].matches('\n').count();
    assert_eq!((error.line(), error.key()), (Some(line as u64), Some(key)), "{error}");
    assert!(error.message().contains(message), "`{message}` expected: {error}");
    assert!(error.help().unwrap().contains(help), "`{help}` expected: {}", error.help().unwrap());
}

#[test]
fn events_bring_versions_in_by_the_order_of_their_cycles() {
    let text = [launch(30, "v7.toml"), launch(20, "v6.toml"), launch(20, "v4.toml"), launch(35, "v6.toml")].concat();
    let cloud = read(&text.replacen("v7.toml\"", "v7.toml\"\nat_nodes = 5", 1)).unwrap();
    let event =
        |cycle, launch, nodes| Event { at_cycle: cycle, until_cycle: cycle, kind: EventKind::Suite(launch, nodes) };
    assert_eq!(cloud.events, [event(20, 0, 1), event(20, 1, 1), event(30, 2, 5), event(35, 3, 1)]);
    let launches: Vec<_> = cloud.launches.iter().map(|launch| (launch.suite.version, launch.verdict)).collect();
    let replayed = Verdict::Rejected(Reason::Replayed);
    assert_eq!(launches, [(6, Verdict::Valid), (4, replayed), (7, Verdict::Valid), (6, replayed)]);
    assert!(cloud.launches.iter().all(|launch| launch.path.is_absolute() && launch.bytes > 0));
    // Nodes never take the version 4.
    assert_eq!(cloud.app_names(), ["chat", "backup"]);
    assert_eq!(["chat", "backup", "old"].map(|app| cloud.entry(app)), [Some(1), Some(20), None]);
}

#[test]
fn an_event_may_bring_the_first_suite_in() {
    let bare = &CLOUD[..CLOUD.find("[suite]").unwrap()];
    let cloud = read_with(&format!("{bare}{}", launch(3, "v4.toml")), &[]).unwrap();
    assert!(cloud.first.suite.is_none() && cloud.first.bytes == 0);
    assert_eq!(cloud.launches[0].verdict, Verdict::Valid);
    assert_eq!(cloud.app_names(), ["old"]);
}

#[test]
fn a_version_is_good_until_the_first_cycle_at_or_after_its_moment() {
    let cloud = read(&[launch(10, "v8.toml"), launch(11, "v8.toml")].concat()).unwrap();
    let launches: Vec<_> = cloud.launches.iter().map(|launch| (launch.verdict, launch.expires_cycle)).collect();
    assert_eq!(launches, [(Verdict::Valid, Some(11)), (Verdict::Rejected(Reason::Expired), Some(11))]);
    let expires = |until: &str| {
        let text = CLOUD.replace("version = 5", &format!("version = 5\nuntil = {until}"));
        read_with(&text, &[]).unwrap().first.expires_cycle
    };
    assert_eq!(expires("2026-11-22T00:00:01Z"), Some(2));
    assert_eq!(expires("2026-11-22T00:00:10Z"), Some(2));
    assert_eq!(expires("2026-11-22T00:00:11Z"), Some(3));
    assert_eq!(expires("2026-11-22T00:00:00Z"), Some(1));
    assert_eq!(expires("2020-01-01T00:00:00Z"), Some(1));
    assert_eq!(expires("2026-11-22T01:00:00Z"), Some(361));
    assert_eq!(expires("9999-12-31T00:00:00Z"), None, "beyond the last cycle that a run may have");
    assert_eq!(read("").unwrap().first.expires_cycle, None);
}

#[test]
fn a_suite_with_an_end_needs_a_run_with_a_beginning() {
    let cloud = CLOUD.replace("starts_at = 2026-11-22T00:00:00Z\n", "");
    let inline = cloud.replace("version = 5", "version = 5\nuntil = 2026-11-22T00:00:00Z");
    let launched = format!("{cloud}{}", launch(3, "v8.toml"));
    for (text, file, line) in [(inline, "cloud.toml", 12), (launched, "v8.toml", 3)] {
        let error = read_with(&text, &[]).unwrap_err();
        assert!(error.path().ends_with(file), "{error}");
        assert_eq!((error.line(), error.key()), (Some(line), Some("suite.until")), "{error}");
        assert!(error.message().contains("the run does not say when it starts"), "{error}");
        assert!(error.help().unwrap().contains("starts_at = "), "{error}");
    }
}

#[test]
fn a_launch_needs_a_good_file_and_no_end() {
    let good = launch(20, "v6.toml");
    refused(&launch(41, "v6.toml"), "at_cycle", "event.0.at_cycle", "is 41, expected a whole number from 1 to 40", "");
    refused(
        &launch(9, "gone.toml"),
        "suite",
        "event.0.suite",
        "`event.0.suite`: there is no file ",
        "scenario's folder",
    );
    let until = format!("{good}until_cycle = 30\n");
    refused(&until, "until", "event.0.until_cycle", "means nothing with `suite`", "spreads by itself");
    refused(
        &format!("{good}at_nodes = 0\n"),
        "at_nodes",
        "event.0.at_nodes",
        "is 0, expected a whole number from 1",
        "",
    );
    let other = "[[event]]\nat_cycle = 3\ncrash = { share = 0.5 }\nat_nodes = 3\n";
    refused(other, "at_nodes", "event.0.at_nodes", "means nothing without `suite`", "leave it out");
    let both = format!("{good}crash = {{ share = 0.5 }}\n");
    refused(&both, "[[event]]", "event.0", "this event is both `", "write an [[event]] for each");
    refused(
        "[[event]]\nat_cycle = 3\n",
        "[[event]]",
        "event.0",
        "this event does nothing",
        "crash, leave, outage, join, scale, bootstrap, split, merge or suite",
    );
}

#[test]
fn an_error_in_a_launched_file_points_into_that_file() {
    let error = read(&launch(20, "broken.toml")).unwrap_err();
    assert!(error.path().ends_with("broken.toml"), "{error}");
    assert_eq!((error.kind(), error.line(), error.key()), (Kind::Value, Some(3), Some("suite.app.0")));
}

#[test]
fn all_versions_together_have_at_most_253_applications() {
    let folder = folder();
    let apps = |from: usize, to: usize| {
        let app = |number| format!("[[suite.app]]\nname = \"{number}\"\nrest = true\n");
        (from..to).map(app).collect::<String>()
    };
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{CLOUD}{}", launch(3, "many.toml"))).unwrap();
    let many = |count| {
        fs::write(folder.path().join("many.toml"), format!("[suite]\nversion = 9\n{}", apps(0, count))).unwrap();
        scenario::read(&path, &[])
    };
    assert_eq!(many(252).unwrap().app_names().len(), 253);
    let error = many(253).unwrap_err();
    assert_eq!((error.line(), error.key()), (Some(19), Some("event.0.suite")), "{error}");
    assert!(error.message().contains("the run has 254 applications, expected at most 253"), "{error}");
}

#[test]
fn a_shorter_run_leaves_out_what_comes_later() {
    let adversaries = "[adversaries]\nshare = 0.1\nfrom_cycle = 15\npush = \"forged\"\n";
    let text = format!("{CLOUD}{adversaries}{}{}", launch(20, "v6.toml"), launch(5, "v7.toml"));
    let cloud = read_with(&text, &[("run.cycles", "10")]).unwrap();
    assert_eq!((cloud.events.len(), cloud.launches.len(), cloud.adversaries), (1, 1, None));
    assert_eq!((cloud.launches[0].suite.version, cloud.launches[0].verdict), (7, Verdict::Valid));
    let bare = format!("{}{adversaries}{}", &CLOUD[..CLOUD.find("[suite]").unwrap()], launch(20, "v6.toml"));
    assert_eq!(read_with(&bare, &[("run.cycles", "18")]).unwrap().adversaries, None);
}

#[test]
fn adversaries_push_a_forgery_an_old_version_or_a_file_that_nodes_refuse() {
    let push = |what: &str| {
        let text = format!("[adversaries]\nshare = 0.3\n{what}\n{}", launch(9, "v7.toml"));
        read(&text).unwrap().adversaries.unwrap()
    };
    assert_eq!((push("push = \"forged\"").push, push("push = \"forged\"").from_cycle), (Push::Forged, 1));
    let old = push("from_cycle = 7\npush = \"old\"");
    assert_eq!((old.share, old.from_cycle, old.push), (0.3, 7, Push::Old));
    let file = |name: &str| match push(&format!("from_cycle = 11\nsuite = \"{name}\"")).push {
        Push::Files(mut versions) if versions.len() == 1 => versions.remove(0).version,
        other => panic!("{other:?}"),
    };
    let (replayed, expired, malformed) = (file("v4.toml"), file("v8.toml"), file("broken.toml"));
    assert_eq!((replayed.verdict, replayed.suite.version), (Verdict::Rejected(Reason::Replayed), 4));
    assert_eq!((expired.verdict, expired.expires_cycle), (Verdict::Rejected(Reason::Expired), Some(11)));
    assert_eq!(malformed.verdict, Verdict::Rejected(Reason::Malformed));
    assert!(malformed.suite.is_none() && malformed.bytes > 0 && Path::new(&malformed.path).is_absolute());
    let Push::Files(turns) = push("from_cycle = 11\nsuite = [\"v4.toml\", \"v8.toml\"]").push else { panic!("files") };
    let verdicts: Vec<Verdict> = turns.iter().map(|pushed| pushed.version.verdict).collect();
    assert_eq!(verdicts, [replayed.verdict, expired.verdict]);
}

#[test]
fn adversaries_that_would_do_nothing_are_refused() {
    let with = |what: &str| format!("[adversaries]\nshare = 0.3\n{what}\n");
    refused(&with(""), "[adv", "adversaries", "[adversaries] does not say what they push", "push = \"old\"");
    let both = with("push = \"old\"\nsuite = \"v4.toml\"");
    refused(&both, "suite =", "adversaries.suite", "both `push` and `suite` are given", "keep one");
    let good = with("suite = \"v6.toml\"");
    refused(&good, "suite =", "adversaries.suite", "nodes would take ", "bring it in by an [[event]]");
    refused(&with("suite = \"gone.toml\""), "suite =", "adversaries.suite", "there is no file ", "");
    let second = with("suite = [\n\"v4.toml\",\n\"gone.toml\"]");
    refused(&second, "\"gone", "adversaries.suite.1", "there is no file ", "");
    let second = with("suite = [\n\"v4.toml\",\n\"v6.toml\"]");
    refused(&second, "\"v6", "adversaries.suite.1", "nodes would take ", "bring it in by an [[event]]");
    refused(&with("suite = []"), "suite =", "adversaries.suite", "0 files are given, expected 1 to 100", "");
    refused(&with("suite = 3"), "suite =", "adversaries.suite", "the path of a file, or a list of paths", "");
    refused(&with("push = \"new\""), "push =", "adversaries.push", "expected one of: forged, old", "");
    refused(
        &with("from_cycle = 41"),
        "from",
        "adversaries.from_cycle",
        "is 41, expected a whole number from 1 to 40",
        "",
    );
    refused("[adversaries]\nshare = 2\n", "share", "adversaries.share", "is 2, expected a fraction", "");
    let bare = &CLOUD[..CLOUD.find("[suite]").unwrap()];
    let none = read_with(&format!("{bare}{}", with("push = \"forged\"")), &[]).unwrap_err();
    assert!(none.message().contains("nothing to work against without a suite"), "{none}");
    let old = read_with(&format!("{bare}{}{}", with("push = \"old\""), launch(3, "v4.toml")), &[]).unwrap_err();
    assert_eq!(old.key(), Some("adversaries.push"), "{old}");
    assert!(old.message().contains("does not begin with a suite"), "{old}");
}

#[test]
fn steadiness_is_a_fraction_below_a_half() {
    assert_eq!(read("").unwrap().slicing.steadiness.to_bits(), 0.0_f64.to_bits());
    let steady = read("[slicing]\nsteadiness = 0.01\n").unwrap();
    assert_eq!(steady.slicing.steadiness.to_bits(), 0.01_f64.to_bits());
    for wrong in ["0.5", "-0.1", "nan"] {
        let text = format!("[slicing]\nsteadiness = {wrong}\n");
        let message = format!("`slicing.steadiness` is {wrong}, expected a fraction of at least 0 and below 0.5");
        refused(&text, "steadiness", "slicing.steadiness", &message, "write");
    }
}

#[test]
fn candidates_are_some_of_those_whom_a_node_sees() {
    assert_eq!(read("").unwrap().slicing.candidates, None);
    let few = "[sampling]\nview = 8\n[slicing]\nprotocol = \"ordered-max-gain\"\ncandidates = 5\n";
    assert_eq!(read(few).unwrap().slicing.candidates, Some(5));
    let none = few.replace('5', "0");
    refused(&none, "candidates", "slicing.candidates", "`slicing.candidates` is 0, expected", "write");
    let many = few.replace('5', "9");
    let message = "`slicing.candidates` is 9, but a node sees 8 peers";
    refused(&many, "candidates", "slicing.candidates", message, "write no more than `sampling.view`");
    let other = few.replace("ordered-max-gain", "ranking");
    let message = "`candidates` means nothing with `protocol = \"ranking\"`";
    refused(&other, "candidates", "slicing.candidates", message, "choose `protocol = \"ordered\"`");
}

#[test]
fn slices_are_ten_unless_a_scenario_cuts_others() {
    assert_eq!(read("").unwrap().slicing.slices, 10);
    assert_eq!(read("[slicing]\nslices = 256\n").unwrap().slicing.slices, 256);
    for wrong in [1, 257] {
        let message = format!("`slicing.slices` is {wrong}, expected a whole number from 2 to 256");
        refused(&format!("[slicing]\nslices = {wrong}\n"), "slices =", "slicing.slices", &message, "write");
    }
}

#[test]
fn the_suite_spreads_by_exchanges_of_its_own_only_where_nodes_keep_no_views() {
    assert_eq!(read("").unwrap().spreading, Spreading::default());
    let text = "[spreading]\npropagation = \"pull\"\nrounds = \"synchronous\"\n";
    let expected = Spreading { propagation: Propagation::Pull, rounds: Rounds::Synchronous };
    assert_eq!(read(text).unwrap().spreading, expected);
    let views = format!("[sampling]\nprotocol = \"cyclon\"\n{text}");
    let message = "`[spreading]` means nothing with `sampling.protocol = \"cyclon\"`";
    refused(&views, "[spreading]", "spreading", message, "rides along with peer sampling");
    let wrong = "[spreading]\nrounds = \"parallel\"\n";
    refused(wrong, "rounds", "spreading.rounds", "`spreading.rounds` is \"parallel\"", "synchronous");
}
