//! Certificates and their files.

use std::fs;

use datasets::suite::{Certificate, Reason, Scope, Verdict};
use datasets::{Error, Kind};

use crate::fixture::{NOW, certificate, next, only, owner, planner, stranger, verdict};

/// Reads this text as a file.
fn read(text: &str) -> Result<Certificate, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("planner.cert.toml");
    fs::write(&path, text).expect("a file");
    Certificate::read(&path)
}

#[test]
fn a_certificate_comes_back_from_its_file() {
    for scope in [Scope::All, only(&["chat"]), only(&["with \"quotes\" and \\", "näme", "chat"])] {
        for until in [None, Some(NOW), Some(0)] {
            let written = certificate(scope.clone(), until);
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
        Certificate { scope: Scope::All, ..certificate(only(&["chat"]), None) },
        Certificate { scope: only(&["chat", "cache"]), ..certificate(only(&["chat"]), None) },
        Certificate { until: None, ..certificate(Scope::All, Some(NOW - 1)) },
        Certificate { until: Some(NOW + 1), ..certificate(Scope::All, Some(NOW - 1)) },
        Certificate { key: planner().public(), ..Certificate::issue(&owner(), stranger().public(), Scope::All, None) },
    ];
    for certificate in widened {
        let version = next(|_| ()).signed(&planner(), Some(certificate));
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
            let verdict = verdict(&untouched.clone().signed(&planner(), Some(changed)));
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
    wrong("key = \"", "key = \"x", 2, "`certificate.key` is no Ed25519 public key");
    wrong("[\"chat\"]", "[]", 3, "names no application");
    wrong("[\"chat\"]", "[\"chat\", \"chat\"]", 3, "twice");
    wrong("[\"chat\"]", "[1]", 3, "expected a string");
    wrong("apps = [\"chat\"]", "all = false", 3, "stands alone, and is true");
    wrong("until", "all = true\nuntil", 4, "stands alone, and is true");
    wrong("apps = [\"chat\"]\n", "", 2, "does not say for which applications");
    wrong("T00:00:00Z", "", 4, "expected a date, a time and an offset");
    wrong("signature = \"", "signature = \"x", 5, "`certificate.signature` is no Ed25519 signature");
    wrong("until", "til", 4, "unknown key `certificate.til`");
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
