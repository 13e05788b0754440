//! Versions: signed, verified, shown and checked on files.

use std::fs;

use super::{keyed, suite};
use crate::harness::Place;

const FIRST: &str = "\
[suite]
version = 1

[[suite.app]]
name = \"monitoring\"
top = \"availability\"
share = 0.1

[[suite.app]]
name = \"chat\"
share = 0.5
";

/// The version after the first, with something replaced.
fn next(old: &str, new: &str) -> String {
    assert!(FIRST.contains(old), "the first version has no {old:?}");
    FIRST.replace("version = 1", "version = 2  # for spring").replace(old, new)
}

/// Keys, a certificate of the planner for `chat`, and the first version as nodes hold it.
fn planned() -> Place {
    let place = keyed();
    let until = ["--apps", "chat", "--until", "2030-01-01T00:00:00Z"];
    suite(&place, &[&["certify", "planner.pub.pem", "--owner", "owner.pem"], &until[..]].concat()).quietly();
    place.write("current.toml", FIRST.as_bytes());
    place
}

/// Writes a version and lets the planner sign it.
fn sign_as_planner(place: &Place, text: &str) {
    place.write("apps.toml", text.as_bytes());
    let with = ["--key", "planner.pem", "--certificate", "planner.cert.toml", "--force"];
    suite(place, &[&["sign", "apps.toml"], &with[..]].concat()).quietly();
}

const VERIFY: [&str; 8] = [
    "verify",
    "apps.signed.toml",
    "--trust",
    "owner.pub.pem",
    "--base",
    "current.toml",
    "--at",
    "2029-01-01T00:00:00Z",
];

#[test]
fn a_planner_signs_what_the_owner_allowed_and_nodes_take_it() {
    let place = planned();
    sign_as_planner(&place, &next("0.5", "0.6"));
    let said = suite(&place, &VERIFY).quietly();
    let words = ["apps.signed.toml: valid, version 2 is signed by ", "may change \"chat\" until 2030-01-01T00:00:00Z."];
    for word in words {
        assert!(said.out.contains(word), "{}", said.out);
    }
    let text = fs::read_to_string(place.path("apps.signed.toml")).expect("the signed file");
    assert!(text.contains("version = 2  # for spring") && text.contains("\n[signature]\n"), "{text}");
}

#[test]
fn the_owner_signs_without_a_certificate() {
    let place = planned();
    place.write("apps.toml", next("monitoring", "watching").as_bytes());
    let said = suite(&place, &["sign", "apps.toml", "--key", "owner.pem"]).quietly();
    assert!(said.out.starts_with("apps.signed.toml: version 2, signed by "), "{}", said.out);
    let said = suite(&place, &VERIFY).quietly();
    assert_eq!(said.out, "apps.signed.toml: valid, version 2 is signed by the owner.\n");
}

#[test]
fn each_reason_to_drop_a_version_is_told_with_exit_code_1() {
    let place = planned();
    let rejected = |words: &[&str]| {
        place.unchanged(|| suite(&place, &VERIFY)).failed(1, words);
    };
    sign_as_planner(&place, &next("0.1", "0.2"));
    rejected(&["rejected as out of scope", "it changes \"monitoring\""]);
    sign_as_planner(&place, FIRST);
    rejected(&["rejected as replayed", "it is version 1, and nodes hold version 1"]);
    sign_as_planner(
        &place,
        &next("[[suite.app]]\nname = \"m", "until = 2028-01-01T00:00:00Z\n[[suite.app]]\nname = \"m"),
    );
    rejected(&["rejected as expired", "it was good until 2028-01-01T00:00:00Z"]);
    place.write("apps.signed.toml", next("0.5", "0.6").as_bytes());
    rejected(&["rejected as forged", "it is not signed"]);
    place.write("apps.signed.toml", b"[suite]\nversion = two\n");
    rejected(&["rejected as malformed", "apps.signed.toml:2: "]);
    sign_as_planner(&place, &next("0.5", "0.6"));
    let signed = fs::read_to_string(place.path("apps.signed.toml")).expect("text");
    place.write("apps.signed.toml", signed.replace("0.6", "0.7").as_bytes());
    rejected(&["rejected as forged", "what it says is not what"]);
    place.write("apps.signed.toml", signed.replace("apps = [\"chat\"]", "all = true").as_bytes());
    rejected(&["rejected as forged", "is not signed by the owner"]);
    place.write("apps.signed.toml", b"[suite]\nversion = 2\n[signature]\nkey = \"x\"\nvalue = \"y\"\n");
    rejected(&["rejected as malformed", "apps.signed.toml:4: "]);
}

#[test]
fn a_certificate_that_has_ended_and_a_key_that_has_none_are_refused() {
    let place = planned();
    sign_as_planner(&place, &next("0.5", "0.6"));
    let at = |date: &'static str| suite(&place, &[&VERIFY[..7], &[date]].concat());
    at("2029-12-31T23:59:59Z").quietly();
    at("2030-01-01T00:00:00Z").failed(1, &["rejected as expired", "certificate of its key was good until 2030"]);
    at("tomorrow").failed(2, &["--at tomorrow"]);
    let by_stranger = ["sign", "apps.toml", "--key", "stranger.pem", "--force"];
    suite(&place, &by_stranger).quietly();
    at("2029-01-01T00:00:00Z").failed(1, &["rejected as forged", "has no certificate"]);
}

#[test]
fn without_a_moment_it_is_now_and_without_a_base_everything_is_new() {
    let place = planned();
    place.write("apps.toml", FIRST.as_bytes());
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem"]).quietly();
    suite(&place, &["verify", "apps.signed.toml", "--trust", "owner.pub.pem"]).quietly();
    sign_as_planner(&place, FIRST);
    let said = suite(&place, &["verify", "apps.signed.toml", "--trust", "owner.pub.pem"]);
    said.failed(1, &["rejected as out of scope", "it adds \"monitoring\""]);
    let ended = FIRST.replace("version = 1", "version = 1\nuntil = 2020-01-01T00:00:00Z");
    place.write("apps.toml", ended.as_bytes());
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem", "--force"]).quietly();
    let said = suite(&place, &["verify", "apps.signed.toml", "--trust", "owner.pub.pem"]);
    said.failed(1, &["rejected as expired"]);
}

#[test]
fn signing_refuses_to_overwrite_and_writes_all_or_nothing() {
    let place = planned();
    place.write("apps.toml", FIRST.as_bytes());
    let refused = |arguments: &[&str], words: &[&str]| {
        place.unchanged(|| suite(&place, &[&["sign"], arguments].concat())).failed(2, words);
    };
    let stranger = ["apps.toml", "--key", "stranger.pem", "--certificate", "planner.cert.toml"];
    refused(&stranger, &["planner.cert.toml is for the key", "give the certificate of this key"]);
    refused(&["apps.toml", "--key", "owner.pub.pem"], &["a public key, expected a private one"]);
    refused(&["absent.toml", "--key", "owner.pem"], &["absent.toml", "No such file"]);
    refused(&["owner.pem", "--key", "owner.pem"], &["owner.pem", "private key: this is no suite"]);
    refused(&["scenario.toml", "--key", "owner.pem"], &["scenario.toml:1: ", "unknown key `run`"]);
    refused(&["apps.toml", "--key", "owner.pem", "--certificate", "apps.toml"], &["apps.toml:1: ", "`suite`"]);
    refused(&["apps.toml", "--key", "owner.pem", "--out", "absent/a.toml"], &["absent/a.toml", "cannot be written"]);
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem"]).quietly();
    refused(&["apps.toml", "--key", "owner.pem"], &["apps.signed.toml exists", "--force"]);
    refused(&["apps.toml", "--key", "owner.pem", "--out", "apps.toml"], &["apps.toml exists"]);
    suite(&place, &["sign", "apps.toml", "--key", "owner.pem", "--out", "apps.toml", "--force"]).quietly();
    let twin = fs::read(place.path("apps.signed.toml")).expect("the signed file");
    assert_eq!(fs::read(place.path("apps.toml")).expect("the same"), twin);
}

#[test]
fn what_verify_needs_is_bad_input_if_it_is_not_there() {
    let place = planned();
    let refused = |arguments: &[&str], words: &[&str]| {
        place.unchanged(|| suite(&place, &[&["verify"], arguments].concat())).failed(2, words);
    };
    refused(&["absent.toml", "--trust", "owner.pub.pem"], &["absent.toml", "No such file"]);
    refused(&["current.toml", "--trust", "owner.pem"], &["owner.pem", "a private key, expected a public one"]);
    refused(&["current.toml", "--trust", "current.toml"], &["current.toml", "no Ed25519 key"]);
    refused(&["owner.pem", "--trust", "owner.pub.pem"], &["owner.pem", "private key: this is no suite"]);
    let base = ["current.toml", "--trust", "owner.pub.pem", "--base", "scenario.toml"];
    refused(&base, &["scenario.toml:1: "]);
}

#[test]
fn show_tells_applications_size_and_signer() {
    let place = planned();
    let full = "share = 0.5\nwhere = \"load < 2 and\\tavailability > 0.1\"\nmin_nodes = 1_000\nmin_mean = { load = 1 }";
    sign_as_planner(&place, &next("share = 0.5", full));
    let said = suite(&place, &["show", "apps.signed.toml"]).quietly();
    let words = [
        "apps.signed.toml: version 2, 2 applications\n",
        "application  asks for   chooses           where",
        "  monitoring   share 0.1  top availability  -",
        "  chat         share 0.5  any               load < 2 and availability > 0.1  1,000 nodes, mean load 1\n",
        " bytes\nsignature    by ",
        "may change \"chat\" until 2030-01-01T00:00:00Z",
    ];
    for word in words {
        assert!(said.out.contains(word), "no {word:?} in\n{}", said.out);
    }
    let said = suite(&place, &["show", "current.toml"]).quietly();
    assert!(said.out.contains("signature    none\ncertificate  none\n"), "{}", said.out);
    let signed = fs::read_to_string(place.path("apps.signed.toml")).expect("text");
    place.write("apps.signed.toml", signed.replace("0.1", "0.2").as_bytes());
    let said = suite(&place, &["show", "apps.signed.toml"]).quietly();
    assert!(said.out.contains("signature    bad: "), "{}", said.out);
}

/// Rules of every kind, after the first version.
const RULES: &str = r#"
[[suite.app.rule]]
name = "shed"
when = "size < 60_000\tor load > 0.9"
epochs = 2
remove = "monitoring"

[[suite.app.rule]]
name = "grow"
when = "load > 0.8"
cool_down = 1
scale = { app = "chat", by = 1.25, least = 0.1, most = 0.8 }

[[suite.app.rule]]
name = "relieve"
when = "load > 0.95"
cool_down = 0
add = { name = "relay", top = "load", share = 0.1 }
"#;

#[test]
fn show_and_check_tell_rules() {
    let place = Place::new();
    place.write("apps.toml", format!("{FIRST}{RULES}").as_bytes());
    let said = suite(&place, &["show", "apps.toml"]).quietly();
    let rules = "\
\nRules by which nodes of an application change the suite\n
  shed of chat: when size < 60_000 or load > 0.9 for 2 epochs in a row, remove
    monitoring, then rest for 4 epochs
  grow of chat: when load > 0.8 for an epoch, multiply what chat asks for by
    1.25, to no less than 0.1, to no more than 0.8, then rest for 1 epoch
  relieve of chat: when load > 0.95 for an epoch, add relay (share 0.1, top
    load)
";
    assert!(said.out.contains(rules), "{}", said.out);
    assert!(said.out.lines().all(|line| line.chars().count() <= 80), "{}", said.out);
    let said = suite(&place, &["check", "apps.toml"]).quietly();
    assert!(said.out.starts_with("apps.toml: ok. Version 1, 2 applications, 3 rules, "), "{}", said.out);
    let said = suite(&place, &["check", "apps.toml", "--fleet", "scenario.toml"]);
    said.failed(2, &["apps.toml: rule \"shed\" watches `size`, and no aggregate of scenario has that name"]);
}

#[test]
fn check_reads_a_suite_by_itself_or_for_a_fleet() {
    let place = planned();
    let said = suite(&place, &["check", "current.toml"]).quietly();
    assert!(said.out.starts_with("current.toml: ok. Version 1, 2 applications, "), "{}", said.out);
    assert!(said.out.ends_with(" bytes, not signed.\n"), "{}", said.out);
    suite(&place, &["check", "current.toml", "--fleet", "scenario.toml"]).quietly();
    place.write("other.toml", FIRST.replace("availability", "batterie").as_bytes());
    suite(&place, &["check", "other.toml"]).quietly();
    let said = suite(&place, &["check", "other.toml", "--fleet", "scenario.toml"]);
    said.failed(2, &["other.toml:6: ", "`batterie`", "the fleet has: availability, load"]);
    place.write("bad.toml", FIRST.replace("share = 0.5", "share = 1.5").as_bytes());
    suite(&place, &["check", "bad.toml"]).failed(2, &["bad.toml:11: ", "a fraction from 0 to 1"]);
}

#[test]
fn hostile_files_are_refused_and_nothing_panics() {
    let place = planned();
    let deep = format!("[suite]\nversion = 2\nx = {}{}", "[".repeat(5000), "]".repeat(5000));
    let nested = format!(
        "[suite]\n[[suite.app]]\nname = \"a\"\nshare = 0.1\nwhere = \"{}a < 1{}\"\n",
        "(".repeat(2000),
        ")".repeat(2000)
    );
    let long = format!("[suite]\n[[suite.app]]\nname = \"{}\nshare = 0.1\n", "a".repeat(1_000_000));
    let files: [(&str, &[u8]); 8] = [
        ("empty.toml", b""),
        ("zeros.toml", &[0; 4096]),
        ("latin.toml", b"[suite]\n# caf\xe9\n"),
        ("deep.toml", deep.as_bytes()),
        ("nested.toml", nested.as_bytes()),
        ("long.toml", long.as_bytes()),
        ("huge.toml", b"[suite]\nversion = 99999999999999999999\n"),
        ("twice.toml", b"[suite]\n[suite]\n"),
    ];
    for (name, bytes) in files {
        place.write(name, bytes);
        for arguments in [&["show", name][..], &["check", name], &["sign", name, "--key", "owner.pem"]] {
            place.unchanged(|| suite(&place, arguments)).failed(2, &[name]);
        }
        let said = suite(&place, &["verify", name, "--trust", "owner.pub.pem"]);
        assert!(matches!(said.code, Some(1 | 2)) && !said.err.contains("panicked"), "{}", said.err);
        let trusted = suite(&place, &["verify", "current.toml", "--trust", name]);
        trusted.failed(2, &[name]);
    }
    for device in ["/dev/zero", "."] {
        place.unchanged(|| suite(&place, &["check", device])).failed(2, &[device]);
    }
}
