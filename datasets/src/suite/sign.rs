//! Signing a file: its text stays as it was written, but for the tables `[certificate]` and `[signature]`.

use std::ops::Range;
use std::path::Path;

use super::{Certificate, CloudId, File, Names, PrivateKey, SignedBy, parse};
use crate::error::{Error, Kind};
use crate::written::{keys, read_text};

/// The tables that signing replaces.
const TABLES: [&str; 2] = ["certificate", "signature"];

/// Reads a suite file and signs it for a cloud: the result has the text of a file that is to be written.
///
/// # Errors
///
/// The first thing that is wrong in the file, with its place and remedy.
pub fn sign(path: &Path, key: &PrivateKey, certificate: Option<Certificate>, cloud: CloudId) -> Result<File, Error> {
    sign_text(path, &read_text(path, "suite")?, (key, certificate), cloud)
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

/// The text without the tables that signing replaces; comments behind them stay.
fn without_tables(path: &Path, text: &str) -> Result<String, Error> {
    let mut bare = String::new();
    let mut start = 0;
    for span in tables(path, text)? {
        bare.push_str(text.get(start..span.start).unwrap_or_default());
        start = span.end;
    }
    bare.push_str(text.get(start..).unwrap_or_default());
    Ok(bare)
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
