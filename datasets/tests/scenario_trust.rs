//! Scenarios in which nodes trust the owner of the cloud: which versions they take, and what is wrong otherwise.
#![expect(clippy::expect_used, reason = "a test that cannot prepare its case fails")]

use std::fs;
use std::path::Path;

use datasets::Error;
use datasets::scenario::{self, Push, Scenario};
use datasets::suite::{
    Certificate, CloudId, Description, Grant, Names, PrivateKey, Reason, Scope, Verdict, moment, parse, sign_text,
};
use tempfile::TempDir;

const CLOUD: &str = "\
[run]
nodes = 1000
cycles = 40
starts_at = 2026-11-22T00:00:00Z
cycle_seconds = 10
[[fleet.class]]
name = \"box\"
share = 1
attributes.x = { uniform = [0, 1] }
attributes.y = { uniform = [0, 1] }

[suite]
version = 5
trust = \"owner.pub.pem\"
[[suite.app]]
name = \"monitoring\"
top = \"y\"
share = 0.1
[[suite.app]]
name = \"chat\"
share = 0.5
";

fn owner() -> PrivateKey {
    PrivateKey::of_seed(&[1; 32])
}

fn planner() -> PrivateKey {
    PrivateKey::of_seed(&[2; 32])
}

/// A version with shares for both applications.
fn version(number: u64, monitoring: f64, chat: f64) -> String {
    format!(
        "[suite]\nversion = {number}\n[[suite.app]]\nname = \"monitoring\"\ntop = \"y\"\nshare = {monitoring}\n\
         [[suite.app]]\nname = \"chat\"\nshare = {chat}\n"
    )
}

/// The planner's certificate for `chat`.
fn certificate(until: Option<&str>) -> Certificate {
    let until = until.map(|until| moment::parse(until).expect("a moment"));
    Certificate::issue(&owner(), grant(&planner(), Scope::apps(["chat"]), until))
}

/// What a certificate for a key grants in the owner's only cloud.
fn grant(key: &PrivateKey, scope: Scope, until: Option<i64>) -> Grant {
    Grant { key: key.public(), cloud: Some(cloud()), scope, rules: true, until }
}

fn cloud() -> CloudId {
    CloudId::of(&owner().public(), "")
}

/// A folder with the owner's public key and these versions.
fn folder(versions: &[(&str, String)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    owner().public().create(&folder.path().join("owner.pub.pem")).expect("a key");
    for (name, text) in versions {
        fs::write(folder.path().join(name), text).expect("a version");
    }
    folder
}

fn by_owner(text: &str) -> String {
    sign_text(Path::new("v.toml"), text, (&owner(), None), cloud()).expect("a suite").text
}

fn by_planner(text: &str, until: Option<&str>) -> String {
    sign_text(Path::new("v.toml"), text, (&planner(), Some(certificate(until))), cloud()).expect("a suite").text
}

/// The scenario in a folder, with these versions coming in at these cycles.
fn read(folder: &TempDir, cloud: &str, events: &[(u32, &str)]) -> Result<Scenario, Error> {
    let events = events.iter().map(|(cycle, file)| format!("[[event]]\nat_cycle = {cycle}\nsuite = \"{file}\"\n"));
    let path = folder.path().join("cloud.toml");
    fs::write(&path, format!("{cloud}{}", events.collect::<String>())).expect("a scenario");
    scenario::read(&path, &[])
}

fn verdicts(scenario: &Scenario) -> Vec<Verdict> {
    scenario.launches.iter().map(|launch| launch.verdict).collect()
}

#[test]
fn versions_are_judged_one_after_the_other_against_the_newest_that_was_taken() {
    let folder = folder(&[
        ("unsigned.toml", version(6, 0.1, 0.6)),
        ("beyond.toml", by_planner(&version(7, 0.2, 0.6), None)),
        ("chat.toml", by_planner(&version(8, 0.1, 0.6), None)),
        ("owner.toml", by_owner(&version(9, 0.2, 0.6))),
        ("chat_again.toml", by_planner(&version(10, 0.2, 0.7), None)),
    ]);
    let names = ["unsigned.toml", "beyond.toml", "chat.toml", "chat.toml", "owner.toml", "chat_again.toml"];
    let events: Vec<_> = names.into_iter().enumerate().map(|(k, name)| (k as u32 + 1, name)).collect();
    let scenario = read(&folder, CLOUD, &events).expect("a scenario");
    let rejected = Verdict::Rejected;
    let expected = [
        rejected(Reason::Forged),
        rejected(Reason::OutOfScope),
        Verdict::Valid,
        rejected(Reason::Replayed),
        Verdict::Valid,
        Verdict::Valid,
    ];
    assert_eq!(verdicts(&scenario), expected);
}

#[test]
fn a_run_does_not_begin_with_a_suite_whose_signature_is_none() {
    let begin = CLOUD.split_once("[suite]").expect("a suite").0;
    let cloud = format!("{begin}[suite]\nfile = \"first.toml\"\ntrust = \"owner.pub.pem\"\n");
    let first = |text: String| read(&folder(&[("first.toml", text)]), &cloud, &[]);
    let signed = by_owner(&version(1, 0.1, 0.5));
    // Without a signature it is what the owner says; what a delegate changed cannot be seen.
    for good in [signed.clone(), version(1, 0.1, 0.5), by_planner(&version(1, 0.1, 0.5), None)] {
        first(good).expect("a scenario");
    }
    let elsewhere = CloudId::of(&owner().public(), "elsewhere");
    let elsewhere = sign_text(Path::new("v.toml"), &version(1, 0.1, 0.5), (&owner(), None), elsewhere);
    let changed = signed.replace("share = 0.5", "share = 0.6");
    for (bad, reason) in [(changed, "forged"), (elsewhere.expect("a suite").text, "for another cloud")] {
        let error = first(bad).expect_err("no signature");
        let expected = format!("first.toml, with which the run begins: {reason}");
        assert!(error.to_string().contains(&expected), "{error}");
        assert!(error.help().is_some_and(|help| help.contains("suite sign")), "{error}");
    }
}

#[test]
fn without_trust_signatures_do_not_matter() {
    let folder =
        folder(&[("beyond.toml", by_planner(&version(7, 0.2, 0.6), None)), ("plain.toml", version(8, 0.2, 0.3))]);
    let cloud = CLOUD.replace("trust = \"owner.pub.pem\"\n", "");
    let scenario = read(&folder, &cloud, &[(1, "beyond.toml"), (2, "plain.toml"), (3, "beyond.toml")]);
    let expected = [Verdict::Valid, Verdict::Valid, Verdict::Rejected(Reason::Replayed)];
    assert_eq!(verdicts(&scenario.expect("a scenario")), expected);
}

#[test]
fn a_version_is_good_no_longer_than_its_certificate() {
    let text = version(6, 0.1, 0.6);
    // The 11th cycle begins 100 seconds after the first.
    let ends = Some("2026-11-22T00:01:40Z");
    let dated = text.replace("version = 6", "version = 6\nuntil = 2026-11-22T00:00:50Z");
    let by_both = by_owner(&by_planner(&text, ends));
    let folder =
        folder(&[("v.toml", by_planner(&text, ends)), ("d.toml", by_planner(&dated, ends)), ("o.toml", by_both)]);
    let launch = |cycle, name| {
        let scenario = read(&folder, CLOUD, &[(cycle, name)]).expect("a scenario");
        (scenario.launches[0].verdict, scenario.launches[0].expires_cycle)
    };
    assert_eq!(launch(10, "v.toml"), (Verdict::Valid, Some(11)));
    assert_eq!(launch(11, "v.toml"), (Verdict::Rejected(Reason::Expired), Some(11)));
    assert_eq!(launch(5, "d.toml").1, Some(6), "`until` is the owner's to set, but ends the version all the same");
    assert_eq!(launch(40, "o.toml"), (Verdict::Valid, None));
}

#[test]
fn a_certificate_that_ends_needs_a_run_with_a_start() {
    let folder = folder(&[("v.toml", by_planner(&version(6, 0.1, 0.6), Some("2027-01-01T00:00:00Z")))]);
    let cloud = CLOUD.replace("starts_at = 2026-11-22T00:00:00Z\n", "");
    let error = read(&folder, &cloud, &[(1, "v.toml")]).expect_err("no start");
    assert!(error.message().contains("does not say when it starts"), "{error}");
    assert_eq!((error.key(), error.line()), (Some("certificate.until"), Some(17)));
    let untrusting = cloud.replace("trust = \"owner.pub.pem\"\n", "");
    read(&folder, &untrusting, &[(1, "v.toml")]).expect("nobody looks at the certificate");
}

#[test]
fn a_description_counts_its_signature_and_certificate() {
    let text = version(6, 0.1, 0.6);
    let certificate_bytes = certificate(None).bytes_count() as u64;
    let folder = folder(&[("o.toml", by_owner(&text)), ("p.toml", by_planner(&text, None)), ("u.toml", text)]);
    let scenario = read(&folder, CLOUD, &[(1, "o.toml"), (2, "p.toml"), (3, "u.toml")]).expect("a scenario");
    let bytes: Vec<u64> = scenario.launches.iter().map(|launch| launch.bytes).collect();
    // What is signed has the id of the cloud, and the number of revoked keys.
    let signed = bytes[2] + 16 + 4 + 64;
    assert_eq!((bytes[0], bytes[1]), (signed, signed + certificate_bytes));
    assert_eq!(scenario.first.bytes, bytes[2] + 64, "the owner has signed what the run begins with");
    let untrusting = CLOUD.replace("trust = \"owner.pub.pem\"\n", "");
    assert_eq!(read(&folder, &untrusting, &[]).expect("a scenario").first.bytes, bytes[2]);
}

#[test]
fn a_scenario_with_trust_reads_back_the_same_and_depends_on_the_key() {
    let folder = folder(&[("o.toml", by_owner(&version(6, 0.1, 0.6)))]);
    let scenario = read(&folder, CLOUD, &[(1, "o.toml")]).expect("a scenario");
    assert_eq!(read(&folder, &scenario.to_toml(), &[]).expect("the same"), scenario);
    let hash = scenario.hash();
    fs::remove_file(folder.path().join("owner.pub.pem")).expect("removed");
    planner().public().create(&folder.path().join("owner.pub.pem")).expect("another key");
    let other = read(&folder, CLOUD, &[(1, "o.toml")]).expect("a scenario");
    assert_eq!(verdicts(&other), [Verdict::Rejected(Reason::Forged)]);
    assert_ne!(other.hash(), hash);
}

#[test]
fn a_key_that_is_none_is_refused_where_it_is_named() {
    let folder = folder(&[("v.toml", format!("{}\n", version(6, 0.1, 0.6)))]);
    owner().create(&folder.path().join("owner.pem")).expect("a private key");
    for (name, words) in [
        ("absent.pub.pem", "cannot read the public key"),
        ("owner.pem", "holds a private key, expected a public one"),
        ("v.toml", "holds no Ed25519 key in PEM"),
    ] {
        let error = read(&folder, &CLOUD.replace("owner.pub.pem", name), &[]).expect_err("no key");
        assert_eq!((error.key(), error.line()), (Some("suite.trust"), Some(14)), "{error}");
        assert!(error.message().contains(words), "{error}");
    }
}

#[test]
fn a_suite_file_cannot_say_whom_to_trust() {
    let text = version(6, 0.1, 0.6).replace("version = 6", "version = 6\ntrust = \"owner.pub.pem\"");
    let folder = folder(&[("v.toml", text)]);
    let error = read(&folder, CLOUD, &[(1, "v.toml")]).expect_err("trust in a file");
    assert_eq!((error.key(), error.line()), (Some("suite.trust"), Some(3)), "{error}");
}

#[test]
fn where_nodes_hold_format_2_format_1_is_outdated_and_a_scenario_written_out_keeps_that() {
    let unsigned = Description::unsigned;
    let in_format_1 = |number: u64| {
        let file = parse(Path::new("v.toml"), &version(number, 0.1, 0.6), Names::Any(Vec::new())).expect("a suite");
        let old = unsigned(file.suite.clone(), file.attributes.clone()).signed(&owner(), None, None);
        format!("{}\n{}", file.text, old.signed_by.expect("a signature").to_toml())
    };
    let first = by_owner(&CLOUD[CLOUD.find("[suite]").expect("a suite")..].replace("trust = \"owner.pub.pem\"\n", ""));
    let folder = folder(&[("first.toml", first), ("old.toml", in_format_1(6)), ("forged.toml", version(7, 0.1, 0.6))]);
    let events = [(3, "old.toml"), (4, "forged.toml")];
    let head = &CLOUD[..CLOUD.find("[suite]").expect("a suite")];
    let [outdated, forged] = [Reason::Outdated, Reason::Forged].map(Verdict::Rejected);
    let inline = |format: &str| CLOUD.replace("trust", &format!("{format}trust"));
    let from_file = format!("{head}[suite]\nfile = \"first.toml\"\ntrust = \"owner.pub.pem\"\n");
    let mut bytes = Vec::new();
    for (cloud, expected) in [
        (inline(""), Verdict::Valid),
        (inline("format = 1\n"), Verdict::Valid),
        (inline("format = 2\n"), outdated),
        (from_file, outdated),
    ] {
        let scenario = read(&folder, &cloud, &events).expect("a scenario");
        assert_eq!(verdicts(&scenario), [expected, forged]);
        assert_eq!(scenario.first.is_in_format_2, expected == outdated);
        let again = read(&folder, &scenario.to_toml(), &[]).expect("the same scenario");
        assert_eq!(again.hash(), scenario.hash());
        assert_eq!(verdicts(&again), verdicts(&scenario));
        bytes.push(scenario.first.bytes);
    }
    // The id of the cloud, and how many keys are revoked.
    assert_eq!(bytes, [bytes[0], bytes[0], bytes[0] + 16 + 4, bytes[0] + 16 + 4]);
    let without = inline("format = 2\n").replace("trust = \"owner.pub.pem\"\n", "");
    let error = read(&folder, &without, &[]).expect_err("nobody signs");
    assert_eq!(error.key(), Some("suite.format"), "{error}");
}

#[test]
fn adversaries_may_push_what_is_forged() {
    let folder = folder(&[("f.toml", version(9, 0.1, 0.6)), ("o.toml", by_owner(&version(9, 0.1, 0.6)))]);
    let push = |name: &str| {
        let cloud = format!("{CLOUD}[adversaries]\nshare = 0.1\nsuite = \"{name}\"\n");
        read(&folder, &cloud, &[])
    };
    assert!(push("f.toml").is_ok());
    let error = push("o.toml").expect_err("a good version");
    assert!(error.message().contains("nodes would take"), "{error}");
}

#[test]
fn what_adversaries_push_is_judged_against_what_nodes_hold_by_then() {
    let folder = folder(&[
        ("owners.toml", by_owner(&version(6, 0.2, 0.5))),
        ("planners.toml", by_planner(&version(7, 0.2, 0.6), None)),
    ]);
    let pushed = |from_cycle: u32, name: &str| {
        let cloud = format!("{CLOUD}[adversaries]\nshare = 0.1\nfrom_cycle = {from_cycle}\nsuite = \"{name}\"\n");
        read(&folder, &cloud, &[(9, "owners.toml")])
    };
    // The planner's fits the owner's second version alone, which enters in cycle 9.
    for (from_cycle, cycle) in [(1, 9), (20, 20)] {
        let error = pushed(from_cycle, "planners.toml").expect_err("a version that nodes take");
        assert!(error.message().contains(&format!("in cycle {cycle}, which adversaries are to push")), "{error}");
    }
    // The owner's own is a good one until it has entered.
    assert!(pushed(8, "owners.toml").is_err());
    let Push::Files(replayed) = pushed(9, "owners.toml").expect("a replay").adversaries.expect("adversaries").push
    else {
        panic!("no file")
    };
    assert_eq!(replayed[0].reasons, [(9, Reason::Replayed)]);
}

/// A rule for the last application of a suite.
const RULE: &str = "[[suite.app.rule]]\nname = \"more\"\nwhen = \"size < 900\"\nscale = { app = \"chat\", by = 1.5 }\n";

const SIZE: &str = "[[aggregate]]\nname = \"size\"\nfunction = \"count\"\n";

const MONITOR: &str = "[monitor]\nkey = \"monitor.pem\"\ncertificate = \"monitor.cert.toml\"\n";

/// A folder with the keys of the owner, and of the planner as a monitor with a certificate.
fn monitored(versions: &[(&str, String)]) -> TempDir {
    let folder = folder(versions);
    owner().create(&folder.path().join("owner.pem")).expect("a key");
    planner().create(&folder.path().join("monitor.pem")).expect("a key");
    fs::write(folder.path().join("monitor.cert.toml"), certificate(None).to_toml()).expect("a certificate");
    folder
}

#[test]
fn nodes_sign_what_rules_make_with_the_key_of_the_monitor() {
    let folder = monitored(&[]);
    let scenario = read(&folder, &format!("{CLOUD}{RULE}{SIZE}{MONITOR}"), &[]).expect("a scenario");
    let monitor = scenario.monitor.as_ref().expect("a monitor");
    assert_eq!((&monitor.key, &monitor.certificate), (&planner(), &Some(certificate(None))));
    assert_eq!(monitor.path, folder.path().join("monitor.pem"));
    assert_eq!(read(&folder, &scenario.to_toml(), &[]).expect("the same"), scenario);
    let by_owner =
        MONITOR.replace("\nkey = \"monitor.pem\"\ncertificate = \"monitor.cert.toml\"", "\nkey = \"owner.pem\"");
    let other = read(&folder, &format!("{CLOUD}{RULE}{SIZE}{by_owner}"), &[]).expect("a scenario");
    let monitor = other.monitor.as_ref().expect("a monitor");
    assert_eq!((&monitor.key, &monitor.certificate, &monitor.certificate_path), (&owner(), &None, &None));
    assert_eq!(read(&folder, &other.to_toml(), &[]).expect("the same"), other);
    assert_ne!(other.hash(), scenario.hash());
}

#[test]
fn rules_and_a_monitor_go_together_where_an_owner_is_trusted() {
    let version = by_owner(&format!("{}{RULE}", version(6, 0.1, 0.6)));
    let folder = monitored(&[("rules.toml", version)]);
    let refused = |text: &str, events: &[(u32, &str)], key: &str, words: &str, remedy: &str| {
        let error = read(&folder, text, events).expect_err("refused");
        assert_eq!(error.key(), Some(key), "{error}");
        assert!(error.line().is_some() && error.message().contains(words), "{error}");
        assert!(error.help().expect("a remedy").contains(remedy), "{error}");
    };
    let unsigned = "they would refuse what rules make";
    refused(&format!("{CLOUD}{RULE}{SIZE}"), &[], "suite.trust", unsigned, "add [monitor]");
    refused(&format!("{CLOUD}{SIZE}"), &[(3, "rules.toml")], "suite.trust", unsigned, "add [monitor]");
    read(&folder, &format!("{CLOUD}{SIZE}{MONITOR}"), &[(3, "rules.toml")]).expect("a later version has a rule");
    let nothing = "[monitor] has nothing to sign";
    refused(&format!("{CLOUD}{SIZE}{MONITOR}"), &[], "monitor", nothing, "or leave [monitor] out");
    let trusting = CLOUD.replace("trust = \"owner.pub.pem\"\n", "");
    let anybody = "[monitor] means nothing where nodes trust anybody";
    refused(&format!("{trusting}{RULE}{SIZE}{MONITOR}"), &[], "monitor", anybody, "`suite.trust`");
    read(&folder, &format!("{trusting}{RULE}{SIZE}"), &[]).expect("nobody signs");
}

#[test]
fn a_shorter_run_whose_rules_are_cut_off_needs_no_monitor() {
    let folder = monitored(&[("rules.toml", by_owner(&format!("{}{RULE}", version(6, 0.1, 0.6))))]);
    let path = folder.path().join("cloud.toml");
    let event = "[[event]]\nat_cycle = 30\nsuite = \"rules.toml\"\n";
    fs::write(&path, format!("{CLOUD}{SIZE}{MONITOR}{event}")).expect("a scenario");
    let cycles = |cycles: &str| scenario::read(&path, &[("run.cycles".to_owned(), cycles.to_owned())]);
    assert!(cycles("40").expect("a scenario").monitor.is_some());
    assert!(cycles("20").expect("a scenario").monitor.is_none());
}

#[test]
fn a_monitor_has_a_key_and_the_owners_certificate_for_it() {
    let folder = monitored(&[("v.toml", version(6, 0.1, 0.6))]);
    let write = |name: &str, certificate: &Certificate| {
        fs::write(folder.path().join(name), certificate.to_toml()).expect("a certificate");
    };
    write("other.toml", &Certificate::issue(&owner(), grant(&owner(), Scope::All, None)));
    write("false.toml", &Certificate::issue(&planner(), grant(&planner(), Scope::All, None)));
    write("dated.toml", &certificate(Some("2027-01-01T00:00:00Z")));
    let cloud = format!("{CLOUD}{RULE}{SIZE}{MONITOR}");
    let refused = |old: &str, new: &str, key: &str, words: &str, remedy: &str| {
        let error = read(&folder, &cloud.replace(old, new), &[]).expect_err("refused");
        assert_eq!(error.key(), Some(key), "{error}");
        assert!(error.to_string().starts_with(&*folder.path().join("cloud.toml").to_string_lossy()), "{error}");
        assert!(error.message().contains(words), "{error}");
        assert!(error.help().expect("a remedy").contains(remedy), "{}", error.help().expect("a remedy"));
    };
    let (key, certificate) = ("monitor.key", "monitor.certificate");
    refused("monitor.pem", "gone.pem", key, "`monitor.key`: ", "`subcloud suite keygen` wrote");
    refused("monitor.pem", "owner.pub.pem", key, "holds a public key, expected a private one", "starts at");
    let alone = "certificate = \"monitor.cert.toml\"\n";
    refused(alone, "", key, "is not the key that `suite.trust` names", "add `certificate`");
    refused("monitor.cert.toml", "gone.toml", certificate, "cannot read the certificate", "starts at");
    refused("monitor.cert.toml", "v.toml", certificate, "v.toml:1: ", "starts at");
    refused("monitor.cert.toml", "false.toml", certificate, "is not by the owner", "subcloud suite certify");
    refused("monitor.cert.toml", "other.toml", certificate, "is for another key", "the certificate of this key");
    read(&folder, &cloud.replace("monitor.cert.toml", "dated.toml"), &[]).expect("the run has a start");
    let undated = cloud.replace("starts_at = 2026-11-22T00:00:00Z\n", "").replace("monitor.cert.toml", "dated.toml");
    let error = read(&folder, &undated, &[]).expect_err("no start");
    assert!(error.message().contains("does not say when it starts"), "{error}");
}
