//! What the design has and this version has not: refused by name, at its line, never ignored.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fs;

use datasets::{Kind, scenario};

const HEAD: &str = "[run]\nnodes = 10\n\n[[fleet.class]]\nname = \"n\"\nshare = 1\nattributes.x = 1\n";

/// The text after [`HEAD`] is refused as not supported yet, at the line that holds `at`.
fn later(text: &str, at: &str, key: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cloud.toml");
    let text = format!("{HEAD}{text}");
    fs::write(&path, &text).unwrap();
    let error = scenario::read(&path, &[]).unwrap_err();
    assert_eq!(error.kind(), Kind::NotSupported, "{error}");
    assert!(error.to_string().contains("not supported yet"), "{error}");
    assert!(error.message().contains(key), "{key}: {error}");
    let line = 1 + text[..text.find(at).unwrap()].matches('\n').count();
    assert_eq!(error.line(), Some(line as u64), "{error}");
    assert!(error.help().is_some());
}

#[test]
fn what_slicing_does_about_the_dead_comes_later() {
    later("[slicing]\non_dead = \"retry\"", "on_dead", "slicing.on_dead");
}
