//! Overrides: `--set KEY=VALUE`.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// Puts a value in at a dotted key, making tables on the way; an array is entered by index or by the `name` of its
/// item.
///
/// `marker` gives the span for what stands at so many parts of the key. Returns why it cannot be done.
pub(super) fn set<'t>(
    root: &mut DeTable<'t>,
    key: &'t str,
    value: &'t str,
    marker: impl Fn(usize) -> Range<usize>,
) -> Result<(), String> {
    let parts: Vec<&str> = key.split('.').collect();
    let Some((last, parents)) = parts.split_last().filter(|_| !parts.contains(&"")) else {
        return Err(format!("`{key}` is not a key; write it with dots, as in `slicing.protocol=ordered`"));
    };
    let mut table = root;
    let mut path = (1..).zip(parents);
    while let Some((depth, part)) = path.next() {
        let new = || Spanned::new(marker(depth), DeValue::Table(DeTable::new()));
        let entry = table.entry(Spanned::new(marker(depth), Cow::Borrowed(*part)));
        table = match entry.or_insert_with(new).get_mut() {
            DeValue::Table(inner) => inner,
            DeValue::Array(array) => match path.next() {
                Some((_, which)) => item(array, part, which)?,
                None => return replace(array, part, last, parse(value, &marker(parts.len()))),
            },
            other => {
                let found = article(other.type_str());
                return Err(format!("`{part}` is {found}, so it has no `{last}`"));
            }
        };
    }
    let marker = marker(parts.len());
    table.insert(Spanned::new(marker.clone(), Cow::Borrowed(last)), parse(value, &marker));
    Ok(())
}

/// Replaces a whole item of a list.
fn replace<'t>(array: &mut DeArray<'t>, list: &str, which: &str, value: Spanned<DeValue<'t>>) -> Result<(), String> {
    let count = array.len();
    match which.parse().ok().and_then(|index: usize| array.get_mut(index)) {
        Some(item) => {
            *item = value;
            Ok(())
        }
        None => Err(format!(
            "`{list}` is a list of {count} without an item `{which}`: say which one, as in `{list}.0.{which}`"
        )),
    }
}

fn item<'a, 't>(array: &'a mut DeArray<'t>, list: &str, which: &str) -> Result<&'a mut DeTable<'t>, String> {
    let count = array.len();
    let named = |item: &Spanned<DeValue<'_>>| {
        item.get_ref().as_table().and_then(|table| table.get("name")).and_then(|name| name.get_ref().as_str())
            == Some(which)
    };
    let index = which.parse().ok().or_else(|| array.iter().position(named));
    match index.and_then(|index: usize| array.get_mut(index)).map(Spanned::get_mut) {
        Some(DeValue::Table(table)) => Ok(table),
        Some(_) => Err(format!("`{list}.{which}` is not a table")),
        None => Err(format!("`{list}` has no item `{which}`; it has {count}, counted from 0, or give the name of one")),
    }
}

/// A TOML value; what is not TOML is a string.
fn parse<'t>(value: &'t str, marker: &Range<usize>) -> Spanned<DeValue<'t>> {
    let parsed = DeValue::parse(value).map_or(DeValue::String(Cow::Borrowed(value)), Spanned::into_inner);
    mark(parsed, marker)
}

/// Gives a value and all it holds the marker for its span.
fn mark<'t>(value: DeValue<'t>, marker: &Range<usize>) -> Spanned<DeValue<'t>> {
    let value = match value {
        DeValue::Array(array) => {
            let mut items = DeArray::new();
            array.into_iter().for_each(|item| items.push(mark(item.into_inner(), marker)));
            DeValue::Array(items)
        }
        DeValue::Table(table) => DeValue::Table(
            table
                .into_iter()
                .map(|(key, value)| (Spanned::new(marker.clone(), key.into_inner()), mark(value.into_inner(), marker)))
                .collect(),
        ),
        plain => plain,
    };
    Spanned::new(marker.clone(), value)
}

fn article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'i']) { "an" } else { "a" };
    format!("{article} {kind}")
}
