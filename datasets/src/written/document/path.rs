//! Paths with backslashes, which in double quotes begin escapes: `".\temp\nodes.csv"` holds a tab and a line break.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Document;
use crate::error::{Error, Kind};

/// The keys that hold paths, without the numbers of the items of lists.
const PATHS: [&str; 9] = [
    "adversaries.suite",
    "event.suite",
    "fleet.file",
    "fleet.replay.file",
    "monitor.certificate",
    "monitor.key",
    "scenario",
    "suite.file",
    "suite.trust",
];

/// What to write instead of a path with backslashes in double quotes.
pub(super) fn remedy(written: &str) -> String {
    let slashes = written.replace("\\\\", "/").replace('\\', "/");
    let is_path = written.matches('\\').count() > 1 || slashes.contains('.') || slashes.contains(":/");
    let backslashes = written.replace("\\\\", "\\");
    match (is_path, written.contains('\'')) {
        (true, false) => format!("write the path with / as in \"{slashes}\", or in single quotes: '{backslashes}'"),
        (true, true) => format!("write the path with / as in \"{slashes}\""),
        (false, _) => "write \\\\ for a backslash, or put the text in single quotes".to_owned(),
    }
}

/// An error about the first path that holds a control character, if one does.
pub(super) fn broken(document: &Document<'_>) -> Option<Error> {
    in_table(document, document.root.get_ref(), "")
}

fn in_table(document: &Document<'_>, table: &DeTable<'_>, above: &str) -> Option<Error> {
    table.iter().find_map(|(name, value)| {
        let key = if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
        in_value(document, value, &key)
    })
}

fn in_value(document: &Document<'_>, value: &Spanned<DeValue<'_>>, key: &str) -> Option<Error> {
    match value.get_ref() {
        DeValue::Table(table) => in_table(document, table, key),
        DeValue::Array(items) => items.iter().find_map(|item| in_value(document, item, key)),
        DeValue::String(path) if PATHS.contains(&key) => {
            let control = path.chars().find(|c| c.is_control())?;
            let span = value.span();
            let shown = document.key_at(&span).unwrap_or_else(|| key.to_owned());
            let name = match control {
                '\t' => "a tab",
                '\n' | '\r' => "a line break",
                _ => "a control character",
            };
            let error = document.error(Kind::Value, span.clone(), format!("the path `{shown}` holds {name}"));
            let written = document.written(&span).filter(|text| text.starts_with('"') && text.contains('\\'));
            Some(error.helped(match &written {
                Some(text) => remedy(text.trim_matches('"')),
                None => "write the path without line breaks and tabs".to_owned(),
            }))
        }
        _ => None,
    }
}
