//! What the design names and this version cannot run yet: read, recognised and refused, never ignored.

use crate::error::{Error, Kind};

/// Keys, with `*` for the index in a list, and what they are for.
const KEYS: &[(&str, &str)] = &[
    ("slicing.on_dead", "what a node does when its partner is dead"),
    ("suite.app.*.sampling", "peer sampling that one application has for itself"),
    ("suite.app.*.contacts", "contacts that one application has for itself"),
];

/// What a key of the design is for, if it is one that comes later.
pub(crate) fn key(key: &str) -> Option<&'static str> {
    KEYS.iter().find(|(pattern, _)| matches(pattern, key)).map(|(_, what)| *what)
}

/// The refusal.
pub(crate) fn refuse(error: impl FnOnce(Kind, String) -> Error, what: &str, help: &str) -> Error {
    error(Kind::NotSupported, format!("{what} is not supported yet")).helped(help)
}

/// A list may be entered by index or, in an override, by name; a list that an override brings in whole has no index.
fn matches(pattern: &str, key: &str) -> bool {
    let fits = |want: &str, part: &str| want == "*" || want == part;
    let whole = pattern.split('.').filter(|part| *part != "*");
    key.split('.').eq(whole)
        || pattern.split('.').count() == key.split('.').count()
            && pattern.split('.').zip(key.split('.')).all(|(want, part)| fits(want, part))
}
