//! Signing a file: its text stays as it was written, but for the tables `[certificate]` and `[signature]`, and for
//! `[[suite.layout]]` where words are laid out anew.

use std::ops::Range;
use std::path::Path;

use super::layout::{self, Draw};
use super::{Certificate, CloudId, File, Names, PrivateKey, SignedBy, Suite, parse};
use crate::error::{Error, Kind};
use crate::written::{keys, read_text};

/// The tables that signing replaces.
const TABLES: [&str; 2] = ["certificate", "signature"];

/// How words are laid out anew: what finds the layout of a suite whose attributes have these names, or begin with them.
#[derive(Clone, Copy)]
pub struct LayOut<'l> {
    /// Names of attributes, by their index.
    pub attributes: &'l [String],
    /// Finds the layout.
    pub of: &'l dyn Fn(&Suite) -> Vec<Draw>,
}

/// Reads a suite file and signs it for a cloud: the result has the text of a file that is to be written. Without
/// `layout`, the layout of words stays as it is written.
///
/// # Errors
///
/// The first thing that is wrong in the file, with its place and remedy.
pub fn sign(
    path: &Path,
    (key, certificate): (&PrivateKey, Option<Certificate>),
    cloud: CloudId,
    layout: Option<LayOut<'_>>,
) -> Result<File, Error> {
    let text = read_text(path, "suite")?;
    match layout {
        None => sign_text(path, &text, (key, certificate), cloud),
        Some(LayOut { attributes, of }) => {
            let bare = without_layout(&text);
            same_but_for(path, &text, &bare, &[["suite", "layout"].as_slice()])?;
            let suite = parse(path, &without_tables(path, &bare)?, Names::Any(attributes.to_vec()))?.suite;
            let draws: Vec<String> = of(&suite).iter().map(|draw| draw.lines().join("\n")).collect();
            let text = format!("{}\n\n{}\n", bare.trim_end(), draws.join("\n\n"));
            sign_text(path, &text, (key, certificate), cloud)
        }
    }
}

/// Signs the text of a suite file, as [`sign`] does; `path` is what errors call it.
///
/// # Errors
///
/// The first thing that is wrong in the text, with its place and remedy.
pub fn sign_text(
    path: &Path,
    text: &str,
    (key, certificate): (&PrivateKey, Option<Certificate>),
    cloud: CloudId,
) -> Result<File, Error> {
    let bare = without_tables(path, text)?;
    let names = || Names::Any(Vec::new());
    let description = parse(path, &bare, names())?.description().signed(key, certificate, Some(cloud));
    let tables = [
        description.certificate.as_ref().map(Certificate::to_toml),
        description.signed_by.as_ref().map(SignedBy::to_toml),
    ];
    let mut text = bare.trim_end().to_owned();
    for table in tables.into_iter().flatten() {
        text.push_str("\n\n");
        text.push_str(table.trim_end());
    }
    text.push('\n');
    let signed = parse(path, &text, names())?;
    if signed.description() == description {
        return Ok(signed);
    }
    let help = "write a file with [suite] and [[suite.app]] in their usual form";
    Err(Error::new(Kind::Value, path, "the signed text would not read as what was signed").helped(help))
}

/// The text without the tables of its layout.
fn without_layout(text: &str) -> String {
    let mut bare = String::new();
    let (mut rest, header) = (text, format!("[[{}]]", layout::TABLE));
    while let Some(start) = begin_of(rest, &header) {
        bare.push_str(&rest[..start]);
        rest = &rest[start + length(&rest[start..])..];
    }
    bare + rest
}

/// Where a line begins that is the header of a table.
fn begin_of(text: &str, header: &str) -> Option<usize> {
    let mut start = 0;
    let is_header = |line: &&str| line.trim_start().starts_with(header);
    let lines = text.split_inclusive('\n').map(|line| {
        start += line.len();
        (start - line.len(), line)
    });
    lines.into_iter().find(|(_, line)| is_header(line)).map(|(start, _)| start)
}

/// The text without the tables that signing replaces; comments behind them stay.
fn without_tables(path: &Path, text: &str) -> Result<String, Error> {
    let mut bare = String::new();
    let mut start = 0;
    for span in tables(path, text)? {
        bare.push_str(text.get(start..span.start).unwrap_or_default());
        start = span.end;
    }
    bare.push_str(text.get(start..).unwrap_or_default());
    same_but_for(path, text, &bare, &TABLES.map(|name| [name]).each_ref().map(<[&str; 1]>::as_slice))?;
    Ok(bare)
}

/// Refuses a text of which more, or less, than these tables was cut out: what is signed is what the file says.
fn same_but_for(path: &Path, text: &str, cut: &str, tables: &[&[&str]]) -> Result<(), Error> {
    let read = |text: &str| toml::from_str::<toml::Table>(text).ok();
    // What is no TOML is told of by whoever parses it.
    let Some(mut whole) = read(text) else { return Ok(()) };
    for table in tables {
        remove(&mut whole, table);
    }
    if read(cut).is_some_and(|cut| cut == whole) {
        return Ok(());
    }
    let names: Vec<String> = tables.iter().map(|table| format!("`{}`", table.join("."))).collect();
    let message = format!("{} is written in another form than as a table of its own", names.join(" or "));
    let help = "remove what an earlier signature has left there, and write no line within a text that begins with [";
    Err(Error::new(Kind::Value, path, message).helped(help))
}

/// Removes what stands at a key, given part by part.
fn remove(table: &mut toml::Table, key: &[&str]) {
    match key {
        [name] => drop(table.remove(*name)),
        [name, rest @ ..] => {
            if let Some(toml::Value::Table(inner)) = table.get_mut(*name) {
                remove(inner, rest);
            }
        }
        [] => {}
    }
}

/// Where these tables stand, in the order of the text.
fn tables(path: &Path, text: &str) -> Result<Vec<Range<usize>>, Error> {
    let mut spans = Vec::new();
    for (name, span) in keys(path, text)? {
        if TABLES.contains(&name.as_str()) {
            let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
            if !text[start..].trim_start().starts_with('[') {
                let message = format!("`{name}` is written in another form than as a table");
                let help = format!("remove it, or write it below a line [{name}]");
                return Err(Error::new(Kind::Value, path, message).keyed(name).at(text, span).helped(help));
            }
            spans.push(start..start + length(&text[start..]));
        }
    }
    spans.sort_by_key(|span| span.start);
    Ok(spans)
}

/// Bytes of a table that begins here: up to its last line with a key.
fn length(text: &str) -> usize {
    let mut length = 0;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        if end > 0 && content.starts_with('[') {
            break;
        }
        end += line.len();
        if !content.is_empty() && !content.starts_with('#') {
            length = end;
        }
    }
    length
}
