//! Signed files: the text as it was written, and a table or two at its end.

use std::path::Path;

use datasets::Error;
use datasets::suite::{Certificate, File, Names, Reason, Scope, Verdict, parse, sign_text, verify};

use crate::fixture::{NOW, certificate, only, owner, planner, trusted};

const TEXT: &str = "\
# The plan for spring.
[suite]
version = 2   # one more

[[suite.app]]
name = \"chat\"
share = 0.5
where = '''
load < 1
[signature]'''
# The end.
";

/// The text without what is no condition.
fn plan() -> String {
    TEXT.replace("\n[signature]'''", "'''")
}

fn read(text: &str) -> Result<File, Error> {
    parse(Path::new("apps.toml"), text, Names::Any(Vec::new()))
}

fn sign(text: &str, certificate: Option<Certificate>) -> Result<File, Error> {
    let key = if certificate.is_some() { planner() } else { owner() };
    sign_text(Path::new("apps.toml"), text, (&key, certificate), trusted().id)
}

fn judged(text: &str) -> Verdict {
    read(text).map_or(Verdict::Rejected(Reason::Malformed), |file| verify(&trusted(), &file.description(), None, NOW))
}

#[test]
fn a_signed_file_begins_with_the_text_as_it_was_written() {
    let signed = sign(&plan(), None).expect("a good suite");
    assert!(signed.text.starts_with(&format!("{}\n[signature]\nformat = 2\nkey = \"", plan())), "{}", signed.text);
    assert_eq!(judged(&signed.text), Verdict::Valid);
    assert_eq!(judged(&plan()), Verdict::Rejected(Reason::Forged));
}

#[test]
fn signing_again_replaces_what_was_signed_before() {
    let by_planner = sign(&plan(), Some(certificate(Scope::All, Some(NOW + 1)))).expect("a good suite");
    assert!(by_planner.text.contains("\n[certificate]\n") && judged(&by_planner.text) == Verdict::Valid);
    let by_owner = sign(&by_planner.text, None).expect("a good suite");
    assert_eq!(by_owner.text, sign(&plan(), None).expect("a good suite").text);
    assert_eq!(sign(&by_owner.text, None).expect("a good suite").text, by_owner.text);
}

#[test]
fn what_stands_around_the_old_tables_stays() {
    let signed = sign(&plan(), None).expect("a good suite").text;
    let (text, table) = signed.split_at(signed.find("[signature]\nformat").expect("a signature"));
    let (head, apps) = text.split_at(text.find("[[suite.app]]").expect("an application"));
    let moved = format!("{head}  {table}# about chat\n\n{apps}");
    assert_eq!(judged(&moved), Verdict::Valid);
    let again = sign(&moved, None).expect("a good suite").text;
    assert!(again.starts_with(&format!("{head}# about chat\n\n{apps}")), "{again}");
    assert_eq!(again.matches("[signature]\n").count(), 1);
}

#[test]
fn lines_may_end_as_they_do_elsewhere() {
    let signed = sign(&plan().replace('\n', "\r\n"), None).expect("a good suite").text;
    assert_eq!(judged(&signed), Verdict::Valid);
    assert_eq!(judged(&signed.replace("\r\n", "\n")), Verdict::Valid);
}

#[test]
fn a_signature_in_another_form_is_left_alone_with_a_remedy() {
    for line in ["signature = { key = \"a\", value = \"b\" }", "signature.key = \"a\"", "certificate = 1"] {
        let error = sign(&format!("\n{line}\n{}", plan()), None).expect_err("another form");
        assert!(error.message().contains("in another form than as a table"), "{error}");
        assert_eq!(error.line(), Some(2));
    }
}

#[test]
fn what_cannot_be_read_is_not_signed() {
    for (text, words) in [
        ("", "`suite` is missing"),
        ("[suite", "not valid TOML"),
        (TEXT, "where"),
        ("[suite]\n[[suite.app]]\nname = \"a\"\nshare = 2\n", "a fraction from 0 to 1"),
    ] {
        let error = sign(text, None).expect_err("no suite");
        assert!(error.message().contains(words), "{error}");
    }
}

#[test]
fn a_file_with_a_broken_signature_is_malformed_and_points_at_it() {
    let signed = sign(&plan(), None).expect("a good suite").text;
    let broken = signed.replace("value = \"", "value = \"*");
    let error = read(&broken).expect_err("no base64");
    assert!(error.to_string().contains("`signature.value` is no Ed25519 signature"), "{error}");
    assert_eq!(error.line(), Some(broken.lines().count() as u64));
    assert_eq!(judged(&broken), Verdict::Rejected(Reason::Malformed));
}

#[test]
fn no_byte_of_a_signed_file_can_be_changed_to_say_something_else() {
    for scope in [None, Some(certificate(only(&["chat"]), Some(NOW + 1000)))] {
        let good = sign(&plan(), scope).expect("a good suite");
        for place in 0..good.text.len() {
            for change in [1, 4, 0x20] {
                let mut bytes = good.text.clone().into_bytes();
                bytes[place] ^= change;
                let Ok(text) = String::from_utf8(bytes) else { continue };
                let same = read(&text).is_ok_and(|file| file.description() == good.description());
                assert_eq!(judged(&text) == Verdict::Valid, same, "{text}");
            }
        }
    }
}
