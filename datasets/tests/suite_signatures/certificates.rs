//! Certificates and their files.

use std::fs;

use datasets::suite::{Ceiling, Certificate, CloudId, Grant, Reason, Scope, Verdict};
use datasets::{Error, Kind};

use crate::fixture::{NOW, certificate, grant, id, next, only, owner, planner, stranger, verdict};

/// Reads this text as a file.
fn read(text: &str) -> Result<Certificate, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("planner.cert.toml");
    fs::write(&path, text).expect("a file");
    Certificate::read(&path)
}

/// `chat`, up to a ceiling.
fn up_to(share: Option<f64>, nodes: Option<u64>) -> Scope {
    Scope::Apps([("chat".to_owned(), Ceiling { share, nodes })].into())
}

#[test]
fn a_certificate_comes_back_from_its_file() {
    let scopes = [
        Scope::All,
        only(&["chat"]),
        only(&["with \"quotes\" and \\", "näme", "chat"]),
        up_to(Some(0.25), None),
        up_to(None, Some(5000)),
        up_to(Some(1.0), Some(0)),
    ];
    for (scope, rules) in scopes.into_iter().flat_map(|scope| [(scope.clone(), true), (scope, false)]) {
        for until in [None, Some(NOW), Some(0)] {
            let written = Certificate::issue(&owner(), Grant { rules, ..grant(scope.clone(), until) });
            let read = read(&written.to_toml()).expect("a certificate");
            assert_eq!(read, written);
            assert!(read.is_of(&owner().public()));
            assert!(!read.is_of(&stranger().public()));
        }
    }
}

#[test]
fn a_certificate_says_the_same_in_any_order_of_names() {
    let text = certificate(only(&["a", "b"]), None).to_toml();
    let read = read(&text.replace("[\"a\", \"b\"]", "[\"b\", \"a\"]")).expect("a certificate");
    assert!(read.is_of(&owner().public()));
}

#[test]
fn a_certificate_that_was_changed_forges() {
    let widened = [
        (grant(Scope::All, None), grant(only(&["chat"]), None)),
        (grant(only(&["chat", "cache"]), None), grant(only(&["chat"]), None)),
        (grant(Scope::All, None), grant(Scope::All, Some(NOW - 1))),
        (grant(Scope::All, Some(NOW + 1)), grant(Scope::All, Some(NOW - 1))),
        (grant(Scope::All, None), Grant { key: stranger().public(), ..grant(Scope::All, None) }),
        (grant(Scope::All, None), Grant { rules: false, ..grant(Scope::All, None) }),
        (
            grant(Scope::All, None),
            Grant { cloud: Some(CloudId::of(&owner().public(), "b")), ..grant(Scope::All, None) },
        ),
        (grant(only(&["chat"]), None), grant(up_to(Some(0.5), None), None)),
        (grant(up_to(Some(0.6), None), None), grant(up_to(Some(0.5), None), None)),
        (grant(up_to(Some(0.5), Some(7)), None), grant(up_to(Some(0.5), None), None)),
    ];
    for (wider, grant) in widened {
        let certificate = Certificate { grant: wider, ..Certificate::issue(&owner(), grant) };
        let version = next(|_| ()).signed(&planner(), Some(certificate), id());
        assert_eq!(verdict(&version), Verdict::Rejected(Reason::Forged));
    }
}

#[test]
fn no_character_of_a_certificate_can_be_changed() {
    let good = certificate(only(&["chat"]), Some(NOW + 1000)).to_toml();
    let untouched = next(|suite| suite.apps[1].min_nodes = Some(1));
    for place in 0..good.len() {
        for change in [1, 2, 0x20] {
            let mut bytes = good.clone().into_bytes();
            bytes[place] ^= change;
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let Ok(changed) = read(&text) else { continue };
            let same = changed == certificate(only(&["chat"]), Some(NOW + 1000));
            let verdict = verdict(&untouched.clone().signed(&planner(), Some(changed), id()));
            assert!(same || verdict == Verdict::Rejected(Reason::Forged), "{text}");
        }
    }
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line() {
    let good = certificate(only(&["chat"]), Some(NOW)).to_toml();
    let wrong = |old: &str, new: &str, line: u64, words: &str| {
        assert!(good.contains(old), "no {old:?}");
        let error = read(&good.replacen(old, new, 1)).expect_err("wrong");
        assert_eq!(error.line(), Some(line), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.help().is_some());
    };
    wrong("key = \"", "key = \"x", 3, "`certificate.key` is no Ed25519 public key");
    wrong("[\"chat\"]", "[]", 5, "names no application");
    wrong("[\"chat\"]", "[\"chat\", \"chat\"]", 5, "twice");
    wrong("[\"chat\"]", "[1]", 5, "expected a string");
    wrong("apps = [\"chat\"]", "all = false", 5, "stands alone, and is true");
    wrong("until", "all = true\nuntil", 7, "stands alone, and is true");
    wrong("apps = [\"chat\"]\n", "", 3, "does not say for which applications");
    wrong("T00:00:00Z", "", 7, "expected a date, a time and an offset");
    wrong("signature = \"", "signature = \"x", 8, "`certificate.signature` is no Ed25519 signature");
    wrong("until", "til", 7, "unknown key `certificate.til`");
    wrong("format = 2", "format = 3", 2, "from 1 to 2");
    wrong("format = 2\n", "", 3, "format 1 names no cloud");
    wrong("cloud = \"", "cloud = \"x", 4, "`certificate.cloud` is no id of a cloud");
    wrong("rules = true", "rules = true\nmost = {\"chat\" = {}}", 7, "the ceiling of \"chat\" says nothing");
    wrong("rules = true", "rules = true\nmost = {\"cache\" = {nodes = 1}}", 7, "names \"cache\", for which");
    wrong("rules = true", "rules = true\nfor_ever = true", 7, "both `until` and `for_ever` are given");
    wrong("[certificate]", "[suite]\n[certificate]", 1, "unknown key `suite`");
}

#[test]
fn a_file_that_is_no_certificate_is_refused_and_a_private_key_never_shown() {
    let error = read("").expect_err("nothing");
    assert!(error.to_string().contains("`certificate` is missing"), "{error}");
    let error = read("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----\n").expect_err("a key");
    assert_eq!((error.kind(), error.source_text()), (Kind::Unreadable, None));
    let error = read(&" ".repeat((1 << 24) + 1)).expect_err("too long");
    assert!(error.to_string().contains("longer than"), "{error}");
}
