//! What serde refuses, said in the file's own terms.

use super::Document;
use crate::error::{Error, Kind};
use crate::numeral::{self, meant};
use crate::scenario::later;

/// Turns an error of the deserializer into one with key, what was found, what is expected and a remedy.
pub(super) fn of(document: &Document<'_>, error: &toml::de::Error) -> Error {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let key = document.key_at(&span);
    let shown = key.as_deref().unwrap_or("the file");
    let refuse = |kind, message: String| document.error(kind, span.clone(), message);

    if let Some(rest) = message.strip_prefix("unknown field ") {
        let words = quoted(rest);
        let (name, known) = words.split_first().map_or(("", &[][..]), |(name, known)| (*name, known));
        // An override that brings a table in points at the table; the key inside it is the one meant.
        let key = match &key {
            Some(key) if key.rsplit('.').next() == Some(name) => key.clone(),
            Some(table) => format!("{table}.{name}"),
            None => name.to_owned(),
        };
        return match later::key(&key) {
            Some(what) => later::refuse(refuse, &format!("`{key}` ({what})"), "leave the key out"),
            None => refuse(Kind::UnknownKey, format!("unknown key `{key}`"))
                .keyed(key.as_str())
                .helped(known_help(name, known, "keys")),
        };
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        let words = quoted(rest);
        let (name, known) = words.split_first().map_or(("", &[][..]), |(name, known)| (*name, known));
        return refuse(Kind::Value, format!("`{shown}` is \"{name}\", expected one of: {}", known.join(", ")))
            .helped(known_help(name, known, "values"));
    }
    if let Some(rest) = message.strip_prefix("missing field ") {
        let field = quoted(rest).first().copied().unwrap_or_default();
        let full = key.as_ref().map_or_else(|| field.to_owned(), |key| format!("{key}.{field}"));
        return refuse(Kind::Value, format!("`{full}` is missing"))
            .keyed(full.as_str())
            .helped(format!("add the key `{field}` here"));
    }
    mistyped(document, &span, message, shown)
}

fn mistyped(document: &Document<'_>, span: &std::ops::Range<usize>, message: &str, shown: &str) -> Error {
    let Some((found, expected)) = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix)?.split_once(", expected "))
    else {
        if message == "wanted string or table" {
            let found = document.written(span).unwrap_or_else(|| "something else".to_owned());
            return document
                .error(Kind::Value, span.clone(), format!("`{shown}` is {found}, expected a string"))
                .helped("write one of its names in quotes");
        }
        return document.error(Kind::Value, span.clone(), format!("`{shown}`: {message}"));
    };
    let wanted = match expected {
        "a sequence" => "a list",
        "an array of length 2" => "a list of two numbers",
        "a TOML datetime" => "a moment such as 2026-11-22T00:00:00Z",
        struct_name if struct_name.starts_with("struct ") => "a table",
        other => other,
    };
    let found = document.written(span).unwrap_or_else(|| if found == "map" { "a table".into() } else { found.into() });
    let error = document.error(Kind::Value, span.clone(), format!("`{shown}` is {found}, expected {wanted}"));
    let number = match wanted {
        "a whole number" => Some(numeral::Kind::Whole),
        "a number" => Some(numeral::Kind::Any),
        _ => None,
    };
    if let Some(remedy) = number.and_then(|kind| meant(found.trim_matches(['"', '\'']), kind)) {
        return error.helped(format!("write {remedy}"));
    }
    match (wanted, found.as_str()) {
        ("a list", "a table") => error.helped("write its header with double brackets, as in [[event]]"),
        ("a list", _) if found.starts_with('[') => {
            error.helped("write its header with double brackets, as in [[event]]")
        }
        ("a whole number", _) => error.helped("write it as 1000, 1_000 or 1e3"),
        (wanted, _) if wanted.starts_with("a moment") => error.helped("write it without quotes, and with its offset"),
        ("a number", _) => error.helped("write it as 0.5 or 1e-3, without quotes or unit"),
        _ => error.helped(format!("write {wanted}")),
    }
}

fn known_help(name: &str, known: &[&str], what: &str) -> String {
    let list = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`? Known {what} here: {list}"),
        None => format!("known {what} here: {list}"),
    }
}

/// The word most like `name`, if one is like it.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let allowed = name.chars().count() / 3 + 1;
    known
        .iter()
        .map(|word| (edits(name, word), *word))
        .filter(|(edits, _)| *edits <= allowed)
        .min()
        .map(|(_, word)| word)
}

/// Levenshtein distance.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}

/// The words in back quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
