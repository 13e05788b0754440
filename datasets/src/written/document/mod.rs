//! A file as a TOML document that remembers where everything stands, with the overrides put in.

mod encoding;
mod path;
mod refusal;
mod set;
mod syntax;

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use serde::de::{DeserializeOwned, IntoDeserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Error, Kind};
use crate::suite::secret::{has_mark, holds_private_key};

pub(crate) use refusal::nearest;

/// A parsed document.
///
/// What an override put in carries a marker for its span: it starts at the byte `text.len() + 1 + index of the
/// override`, and is as long as the number of parts of the override's key that lead there.
pub(crate) struct Document<'t> {
    pub path: &'t Path,
    pub text: &'t str,
    pub overrides: &'t [(String, String)],
    root: Spanned<DeTable<'t>>,
}

/// No file is longer.
const LONGEST_FILE: u64 = 1 << 24;

/// Reads the text of a file: a scenario, or whatever `what` says.
///
/// A private key is refused unseen, since what is wrong with a text is shown with its lines.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<String, Error> {
    let error = |message: String| {
        Error::new(Kind::Unreadable, path, message).helped(format!("give the path of a {what} file in TOML"))
    };
    let fail = |cause: io::Error| error(format!("cannot read the {what}: {cause}")).caused_by(cause);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(fail)?;
    file.take(LONGEST_FILE + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(error(format!("longer than {LONGEST_FILE} bytes: this is no {what}")));
    }
    let text = encoding::text(bytes).map_err(|foreign| {
        let error = error(format!("cannot read the {what}: {}", foreign.message)).helped(foreign.remedy);
        match foreign.line {
            Some(line) => error.line_number(line),
            None => error,
        }
    })?;
    if holds_private_key(&text) {
        return Err(error(format!("holds a private key: this is no {what}")));
    }
    if has_mark(&text) {
        return Err(error(format!("holds a private key, or what is left of one: this is no {what}")));
    }
    Ok(text)
}

/// The keys of a text that no table is around, each with its place.
pub(crate) fn keys(path: &Path, text: &str) -> Result<Vec<(String, Range<usize>)>, Error> {
    let document = Document::parse(path, text, &[])?;
    Ok(document.root.get_ref().keys().map(|key| (key.get_ref().to_string(), key.span())).collect())
}

impl<'t> Document<'t> {
    /// Parses the text and puts the overrides in.
    pub(crate) fn parse(path: &'t Path, text: &'t str, overrides: &'t [(String, String)]) -> Result<Self, Error> {
        let root = DeTable::parse(text).map_err(|error| syntax::refuse(path, text, &error))?;
        let mut document = Self { path, text, overrides, root };
        for (index, (key, value)) in overrides.iter().enumerate() {
            let start = text.len() + 1 + index;
            let marker = |parts: usize| start..start + parts;
            set::set(document.root.get_mut(), key, value, marker)
                .map_err(|reason| document.error(Kind::Value, marker(key.split('.').count()), reason))?;
        }
        path::broken(&document).map_or(Ok(document), Err)
    }

    /// Gives every value its type and refuses unknown keys.
    pub(crate) fn typed<T: DeserializeOwned>(&self) -> Result<T, Error> {
        T::deserialize(self.root.clone().into_deserializer()).map_err(|error| refusal::of(self, &error))
    }

    /// What stands at a key of the outermost table.
    pub(crate) fn value(&self, key: &str) -> Option<&Spanned<DeValue<'t>>> {
        self.root.get_ref().get(key)
    }

    /// An error about what stands at a span, be it in the file or in an override.
    pub(crate) fn error(&self, kind: Kind, span: Range<usize>, message: impl Into<String>) -> Error {
        let error = Error::new(kind, self.path, message);
        let error = match self.key_at(&span) {
            Some(key) => error.keyed(key),
            None => error,
        };
        match self.override_at(&span) {
            Some((key, value)) => error.set_by(format!("{key}={value}")),
            None => error.at(self.text, span),
        }
    }

    /// An error about a part of the text that stands at a span: at that part, if its place in the file is plain.
    pub(crate) fn error_in(&self, span: &Range<usize>, value: &str, part: &Range<usize>, message: String) -> Error {
        let error = self.error(Kind::Value, span.clone(), message);
        let inner = span.start.saturating_add(1)..span.end.saturating_sub(1);
        // Between single quotation marks without escapes, the value stands letter by letter.
        if !part.is_empty() && self.text.get(inner.clone()) == Some(value) {
            return error.at(self.text, inner.start + part.start..inner.start + part.end);
        }
        error
    }

    /// What stands at a span, as it was written, if it is short.
    pub(crate) fn written(&self, span: &Range<usize>) -> Option<String> {
        let text = match self.override_at(span) {
            Some((_, value)) => value.as_str(),
            None => self.text.get(span.clone())?,
        };
        (!text.is_empty() && text.len() <= 60 && !text.contains('\n')).then(|| text.to_owned())
    }

    /// The key whose name or value stands at a span, as `--set` spells it.
    pub(crate) fn key_at(&self, span: &Range<usize>) -> Option<String> {
        match self.override_at(span) {
            Some((key, _)) => Some(key.split('.').take(span.len()).collect::<Vec<_>>().join(".")),
            None => find_in_table(self.root.get_ref(), span),
        }
    }

    /// Whether a span stands for something that an override put in.
    pub(crate) fn is_override(&self, span: &Range<usize>) -> bool {
        self.override_at(span).is_some()
    }

    fn override_at(&self, span: &Range<usize>) -> Option<&'t (String, String)> {
        self.overrides.get(span.start.checked_sub(self.text.len() + 1)?)
    }
}

fn find_in_table(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        match find_in_value(value, span) {
            Some(rest) => Some(format!("{name}.{rest}")),
            None => (key.span() == *span || value.span() == *span).then(|| name.to_string()),
        }
    })
}

fn find_in_value(value: &Spanned<DeValue<'_>>, span: &Range<usize>) -> Option<String> {
    match value.get_ref() {
        DeValue::Table(table) => find_in_table(table, span),
        DeValue::Array(array) => array.iter().enumerate().find_map(|(index, item)| match find_in_value(item, span) {
            Some(rest) => Some(format!("{index}.{rest}")),
            None => (item.span() == *span).then(|| index.to_string()),
        }),
        _ => None,
    }
}
