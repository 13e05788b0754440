//! Keys and certificates on files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::{keyed, suite};
use crate::harness::Place;

/// Permissions of a file.
fn mode(place: &Place, name: &str) -> u32 {
    fs::metadata(place.path(name)).expect("a file").permissions().mode() & 0o777
}

#[test]
fn keygen_writes_a_private_key_for_its_owner_alone_and_a_public_one_for_all() {
    let place = Place::new();
    let said = suite(&place, &["keygen", "owner"]).quietly();
    assert!(said.out.contains("owner.pem") && said.out.contains("owner.pub.pem"), "{}", said.out);
    assert_eq!(mode(&place, "owner.pem"), 0o600);
    let text = fs::read_to_string(place.path("owner.pub.pem")).expect("text");
    // SPKI: the 32 bytes of the key are the last of the 44, which are what base64 shows.
    let shown = said.out.split_whitespace().last().expect("a key");
    assert_eq!(shown.len(), 44);
    assert!(text.starts_with("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA"), "{text}");
    assert_eq!(place.contents(), ["owner.pem", "owner.pub.pem", "scenario.toml"]);
}

#[test]
fn keys_are_private_whatever_the_umask_is() {
    let place = Place::new();
    let said = place.shell("umask 000 && \"$0\" suite keygen owner", &[]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    assert_eq!(mode(&place, "owner.pem"), 0o600);
}

#[test]
fn keys_are_never_overwritten() {
    let place = keyed();
    let before = fs::read(place.path("owner.pem")).expect("a key");
    place.unchanged(|| suite(&place, &["keygen", "owner"])).failed(2, &["owner.pem exists", "never overwritten"]);
    assert_eq!(fs::read(place.path("owner.pem")).expect("a key"), before);
    fs::remove_file(place.path("owner.pem")).expect("removed");
    place.unchanged(|| suite(&place, &["keygen", "owner"])).failed(2, &["owner.pub.pem exists"]);
    std::os::unix::fs::symlink("elsewhere.pem", place.path("link.pem")).expect("a link");
    place.unchanged(|| suite(&place, &["keygen", "link"])).failed(2, &["link.pem exists"]);
}

#[test]
fn a_key_needs_a_name_in_a_folder_that_is_there() {
    let place = Place::new();
    for name in ["..", "keys/", "/"] {
        place.unchanged(|| suite(&place, &["keygen", name])).failed(2, &["no name of a file"]);
    }
    place.unchanged(|| suite(&place, &["keygen", "absent/owner"])).failed(2, &["absent/owner.pem", "cannot write"]);
}

#[test]
fn certify_writes_what_the_key_may_change_beside_it() {
    let place = keyed();
    let arguments = ["certify", "planner.pub.pem", "--owner", "owner.pem"];
    let until = ["--apps", "recorder, chat", "--until", "2027-01-01T01:00:00+01:00"];
    let said = suite(&place, &[&arguments[..], &until].concat()).quietly();
    assert!(said.out.contains("may change \"chat\", \"recorder\" until 2027-01-01T00:00:00Z"), "{}", said.out);
    let text = fs::read_to_string(place.path("planner.cert.toml")).expect("a certificate");
    assert!(text.contains("apps = [\"chat\", \"recorder\"]\nrules = false\nuntil = 2027-01-01T00:00:00Z\n"), "{text}");
    place
        .unchanged(|| suite(&place, &[&arguments[..], &["--all", "--for-ever"]].concat()))
        .failed(2, &["planner.cert.toml exists"]);
    let said = suite(&place, &[&arguments[..], &["--all", "--for-ever", "--out", "all.toml"]].concat()).quietly();
    assert!(said.out.contains("may change everything for ever"), "{}", said.out);
    suite(&place, &[&arguments[..], &["--all", "--for-ever", "--force"]].concat()).quietly();
    let text = fs::read_to_string(place.path("planner.cert.toml")).expect("a certificate");
    assert!(text.contains("all = true\nrules = false\nfor_ever = true\nsignature"), "{text}");
}

#[test]
fn certify_refuses_what_makes_no_sense() {
    let place = keyed();
    let refused = |arguments: &[&str], words: &[&str]| {
        place.unchanged(|| suite(&place, &[&["certify"], arguments].concat())).failed(2, words);
    };
    let by_owner = ["planner.pub.pem", "--owner", "owner.pem"];
    let apps = |apps: &'static str| [&by_owner[..], &["--for-ever", "--apps", apps]].concat();
    refused(&apps("chat,,x"), &["--apps chat,,x", "a name is empty"]);
    refused(&apps("ch\u{200b}at"), &["U+200B", "leave that character out"]);
    refused(&apps("cha\u{301}t"), &["the normal form NFC", "write it as \"chát\""]);
    for (most, words) in [
        ("chat", "there is no `=`"),
        ("cache=0.1", "--apps does not name this application"),
        ("chat=1.5", "this is no share"),
        ("chat=manynodes", "this is no number of nodes"),
    ] {
        refused(&[&apps("chat")[..], &["--most", most]].concat(), &["--most", words, "--most chat=5000nodes"]);
    }
    // Until when it is good is asked for.
    for more in [&["--all"][..], &["--all", "--for-ever", "--until", "2027-01-01T00:00:00Z"]] {
        let said = place.unchanged(|| suite(&place, &[&["certify"], &by_owner[..], more].concat()));
        assert!(said.code == Some(2) && said.err.contains("--until <DATE>"), "{}", said.err);
    }
    for date in ["2027-01-01", "tomorrow", "2027-02-30T00:00:00Z", "1969-01-01T00:00:00Z"] {
        refused(&[&by_owner[..], &["--all", "--until", date]].concat(), &["--until", "expected a date and a time"]);
    }
    refused(
        &["planner.pem", "--owner", "owner.pem", "--all", "--for-ever"],
        &["planner.pem", "a private key, expected a public"],
    );
    refused(
        &["planner.pub.pem", "--owner", "owner.pub.pem", "--all", "--for-ever"],
        &["a public key, expected a private one"],
    );
    refused(&["absent.pub.pem", "--owner", "owner.pem", "--all", "--for-ever"], &["absent.pub.pem", "No such file"]);
    refused(&["scenario.toml", "--owner", "owner.pem", "--all", "--for-ever"], &["no Ed25519 key"]);
    refused(&["planner.pub.pem", "--owner", "scenario.toml", "--all", "--for-ever"], &["no Ed25519 key"]);
    refused(
        &[&by_owner[..], &["--all", "--for-ever", "--out", "absent/c.toml"]].concat(),
        &["absent/c.toml", "cannot be written"],
    );
    for arguments in [&by_owner[..], &[&by_owner[..], &["--all", "--apps", "chat"]].concat()] {
        let said = place.unchanged(|| suite(&place, &[&["certify"], arguments].concat()));
        assert_eq!(said.code, Some(2), "{arguments:?}");
    }
}

#[test]
fn a_private_key_open_to_others_is_refused_with_the_remedy() {
    let place = keyed();
    fs::set_permissions(place.path("owner.pem"), fs::Permissions::from_mode(0o644)).expect("another mode");
    let said = place
        .unchanged(|| suite(&place, &["certify", "planner.pub.pem", "--owner", "owner.pem", "--all", "--for-ever"]));
    said.failed(2, &["owner.pem", "open to other users (mode 644)", "chmod 600 owner.pem"]);
}

#[test]
fn a_private_key_that_says_that_it_is_no_secret_may_be_open() {
    let place = keyed();
    let text = fs::read_to_string(place.path("owner.pem")).expect("a key");
    fs::set_permissions(place.path("owner.pem"), fs::Permissions::from_mode(0o644)).expect("another mode");
    place.write("owner.pem", format!("No secret: for a demonstration.\n{text}").as_bytes());
    suite(&place, &["certify", "planner.pub.pem", "--owner", "owner.pem", "--all", "--for-ever"]).quietly();
}

#[test]
fn a_private_key_is_not_shown_where_something_else_is_expected() {
    let place = keyed();
    let arguments = ["check", "run", "estimate"];
    for command in arguments {
        let said = place.unchanged(|| place.call(&[command, "owner.pem"])).failed(2, &["owner.pem", "private key"]);
        let text = fs::read_to_string(place.path("owner.pem")).expect("a key");
        assert!(!said.err.contains(text.lines().nth(1).expect("a line")), "{command}");
    }
}

/// Ways in which the file of a key may be damaged.
fn damages(text: &str) -> Vec<String> {
    let body = text.lines().nth(1).expect("a line");
    vec![
        text.replace("BEGIN PRIVATE KEY", "BEGIN PRIVAT KEY"),
        text.replace("-----", ""),
        text.lines().skip(1).collect::<Vec<_>>().join("\n"),
        body.to_owned(),
        body.replacen("MC4CAQAwBQYDK2Vw", "", 1),
        body.replacen('A', "!", 1),
        body.replacen('A', "=", 1),
        format!("key {body}"),
        format!("[suite]\n{body}"),
        format!("[suite]\nversion = 1\nkey = {body}\n"),
        format!("[run]\nnodes = 5\n# {body}\nx"),
        format!("{body},{body}\n1,2\n"),
        format!("{}-----END PRIVATE KEY-----", &body[21..]),
        format!("{} {} {}", &body[..20], &body[20..40], &body[40..]),
        format!("{}\n{}\n{}\n", &body[..16], &body[16..32], &body[32..]),
        format!("{}\n-----END PRIVATE KEY-----\n", &body[32..]),
        body[20..].to_owned(),
    ]
}

#[test]
fn a_damaged_private_key_is_never_shown() {
    let place = keyed();
    // Always the same key, and one with few digits: most keys look less like words.
    let few_digits = "-----BEGIN PRIVATE KEY-----\n\
                      MC4CAQAwBQYDK2VwBCIEIDlrKi4zwaFFhYOjVGugVajEZOusCiHbnXYaEQLfjqYO\n\
                      -----END PRIVATE KEY-----\n";
    place.write("stranger.pem", few_digits.as_bytes());
    let text = fs::read_to_string(place.path("stranger.pem")).expect("a key");
    let body = text.lines().nth(1).expect("a line");
    // Any piece of what makes the key: the base64 behind its beginning, which all keys share.
    let pieces: Vec<&str> = (22..body.len() - 8).map(|from| &body[from..from + 8]).collect();
    for damaged in damages(&text) {
        place.write("bad.pem", damaged.as_bytes());
        fs::set_permissions(place.path("bad.pem"), fs::Permissions::from_mode(0o600)).expect("a mode");
        place.write("fleet.csv", damaged.as_bytes());
        let calls: Vec<Vec<&str>> = vec![
            vec!["run", "bad.pem"],
            vec!["check", "bad.pem"],
            vec!["estimate", "bad.pem"],
            vec!["size", "bad.pem"],
            vec!["sweep", "bad.pem"],
            vec!["report", "bad.pem"],
            vec!["compare", "bad.pem", "bad.pem"],
            vec!["check", "scenario.toml", "--set", "fleet.file=\"fleet.csv\""],
            vec!["check", "scenario.toml", "--set", "suite.trust=\"bad.pem\""],
            vec!["check", "scenario.toml", "--set", &damaged],
            vec!["run", &damaged],
            vec!["run", "scenario.toml", "--nodes", &damaged],
            vec!["run", "scenario.toml", "--checkpoint", &damaged],
            vec![&damaged],
            vec!["suite", "check", "bad.pem"],
            vec!["suite", "show", "bad.pem"],
            vec!["suite", "verify", "bad.pem", "--trust", "owner.pub.pem"],
            vec!["suite", "verify", "scenario.toml", "--trust", "bad.pem"],
            vec!["suite", "sign", "scenario.toml", "--key", "bad.pem", "--certificate", "bad.pem"],
            vec!["suite", "sign", "bad.pem", "--key", "owner.pem"],
            vec!["suite", "certify", "bad.pem", "--owner", "bad.pem", "--all", "--for-ever"],
            vec!["suite", "certify", "planner.pub.pem", "--owner", "bad.pem", "--all", "--for-ever"],
            vec!["suite", "certify", "planner.pub.pem", "--owner", "owner.pem", "--all", "--until", &damaged],
            vec!["suite", "certify", "planner.pub.pem", "--owner", "owner.pem", "--for-ever", "--apps", &damaged],
            vec!["suite", "diff", "bad.pem", "bad.pem", "--fleet", "bad.pem"],
            vec!["run", "scenario.toml", "--seed", &damaged],
            vec!["report", &damaged],
        ];
        for call in calls.iter().filter(|call| call.iter().all(|argument| !argument.contains('\0'))) {
            let said = place.call(call);
            assert_ne!(said.code, Some(0), "{call:?}");
            let shown = pieces.iter().find(|piece| said.out.contains(**piece) || said.err.contains(**piece));
            assert_eq!(shown, None, "{call:?}: {}{}", said.out, said.err);
        }
    }
}
