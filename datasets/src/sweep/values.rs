//! The keys of a scenario that a sweep sets, and their values.

use std::ops::Range;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::raw::{self, Spacing};
use super::{MOST_POINTS, Param};
use crate::error::{Error, Kind};
use crate::written::Check;

/// A key with one value.
#[derive(Clone, Debug)]
pub(super) struct Assignment {
    /// The key, as `--set` spells it.
    pub key: String,
    /// The value, in TOML.
    pub text: String,
    /// What it is called in tables.
    pub param: Param,
    /// Where it stands in the sweep.
    pub span: Range<usize>,
}

/// A key, its place, and what was written for it.
pub(super) struct Entry<'d, 't> {
    pub key: String,
    pub span: Range<usize>,
    pub value: &'d Spanned<DeValue<'t>>,
}

impl<'d, 't> Check<'d, 't> {
    /// The keys of a table. A table that is written as such, rather than in braces, is a part of the key: `a.b = 1` is
    /// `"a.b" = 1`.
    pub(super) fn entries(&self, table: &'d DeTable<'t>) -> Vec<Entry<'d, 't>> {
        let mut entries = Vec::new();
        for (name, value) in table {
            let braces = self.document.text.get(value.span()).is_some_and(|text| text.starts_with('{'));
            match value.get_ref() {
                DeValue::Table(inner) if !braces && !inner.is_empty() => {
                    let inner = self.entries(inner);
                    entries.extend(inner.into_iter().map(|Entry { key, span, value }| Entry {
                        key: format!("{}.{key}", name.get_ref()),
                        span,
                        value,
                    }));
                }
                _ => entries.push(Entry { key: name.get_ref().to_string(), span: name.span(), value }),
            }
        }
        entries
    }

    /// A key with the value that stands there.
    pub(super) fn assignment(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Assignment, Error> {
        let typed = toml::Value::deserialize(value.clone().into_deserializer()).map_err(|error| {
            let message = format!("`{key}`: {}", error.message());
            self.refuse(value.span(), message, "write a value as in a scenario")
        })?;
        let mut assignment = assignment(key, &typed, value.span());
        // A float stays as it is written: `200.000` is no whole number without doubt.
        if let Some(written) = self.document.written(&value.span()).filter(|_| typed.is_float()) {
            assignment.text = written;
        }
        Ok(assignment)
    }

    /// A key with each of its values: those of a list, or of a range of numbers.
    pub(super) fn values(&self, entry: &Entry<'_, '_>) -> Result<Vec<Assignment>, Error> {
        let values = match entry.value.get_ref() {
            DeValue::Array(items) => {
                items.iter().map(|item| self.assignment(&entry.key, item)).collect::<Result<Vec<_>, Error>>()?
            }
            DeValue::Table(_) => self.range(entry)?,
            _ => {
                let message = format!("`{}` has one value here, expected a list of values", entry.key);
                return Err(self.refuse(entry.value.span(), message, "write [a, b, …], or put the key under [set]"));
            }
        };
        if values.is_empty() {
            let message = format!("`{}` has no values", entry.key);
            return Err(self.refuse(entry.value.span(), message, "list at least one, or leave the key out"));
        }
        Ok(values)
    }

    /// The numbers of a range, its ends included.
    fn range(&self, entry: &Entry<'_, '_>) -> Result<Vec<Assignment>, Error> {
        let span = entry.value.span();
        let range = raw::Range::deserialize(entry.value.clone().into_deserializer()).map_err(|error| {
            let message = format!("`{}`: {}", entry.key, error.message());
            let help = "write a list of values, or { from = 0.1, to = 0.4, steps = 4 }, with spacing = \
                \"logarithmic\" or \
                        whole = true beside them if you like";
            self.document.error(Kind::Value, error.span().unwrap_or(span.clone()), message).helped(help)
        })?;
        let (from, to) = (self.finite(&range.from)?, self.finite(&range.to)?);
        let steps = self.whole(&range.steps, 2, MOST_POINTS as u64)?;
        let logarithmic = range.spacing == Some(Spacing::Logarithmic);
        if logarithmic && (from <= 0.0 || to <= 0.0) {
            let message = format!("`{}` goes from {from} to {to} in logarithmic steps", entry.key);
            return Err(self.refuse(span, message, "give both ends above 0, or leave `spacing` out"));
        }
        let value = |step: u64| match (step, step == steps - 1) {
            (0, _) => from,
            (_, true) => to,
            _ => {
                let part = step as f64 / (steps - 1) as f64;
                if logarithmic { from * (to / from).powf(part) } else { from * (1.0 - part) + to * part }
            }
        };
        let whole = range.whole == Some(true);
        let number = |value: f64| match rounded(value) {
            value if whole || value.fract() == 0.0 && value.abs() < 9e15 => toml::Value::Integer(value.round() as i64),
            value => toml::Value::Float(value),
        };
        Ok((0..steps).map(|step| assignment(&entry.key, &number(value(step)), span.clone())).collect())
    }
}

/// A number of twelve digits: steps between round numbers are round.
fn rounded(value: f64) -> f64 {
    format!("{value:.11e}").parse().unwrap_or(value)
}

pub(super) fn assignment(key: &str, value: &toml::Value, span: Range<usize>) -> Assignment {
    let text = value.to_string();
    let number = value.as_float().or_else(|| value.as_integer().map(|number| number as f64));
    let shown = value.as_str().map_or_else(|| text.clone(), str::to_owned);
    Assignment { key: key.to_owned(), text, param: Param { key: key.to_owned(), value: shown, number }, span }
}
