//! Text that is not TOML, but that people write all the same: paths with backslashes, numbers in other notations.

use std::ops::Range;
use std::path::Path;

use super::path;
use crate::error::{Error, Kind};
use crate::numeral::{self, meant};

/// What stands in a number, in whatever notation.
const IN_NUMBERS: &str = "+-_.,'%\u{a0}\u{2009}\u{202f}\u{2019} ";

/// Turns an error of the parser into one with a remedy that fits what was typed.
pub(super) fn refuse(file: &Path, text: &str, error: &toml::de::Error) -> Error {
    let span = error.span().unwrap_or(0..0);
    let refuse =
        |span, message: String| Error::new(Kind::Syntax, file, format!("not valid TOML: {message}")).at(text, span);
    let start = boundary(text, span.start);
    if let Some((string, inside)) = string_around(text, start).filter(|(_, inside)| inside.contains('\\')) {
        let message = format!("{} holds \"{inside}\", and in double quotes \\ begins an escape", place(text, start));
        return refuse(string, message).helped(path::remedy(inside));
    }
    if let Some((number, remedy)) = number_around(text, &span) {
        let message = format!("{} is {}, which is no number in TOML", place(text, start), &text[number.clone()]);
        return refuse(number, message).helped(format!("write {remedy}"));
    }
    refuse(span, error.message().to_owned())
        .helped("correct the text here: keys stand as `key = value`, text in double quotes")
}

/// The key on the line of a byte, as it is written there.
fn place(text: &str, at: usize) -> String {
    let line = line_around(text, at);
    let before = text[line.start..at].rsplit_once('=').map(|(key, _)| key.rsplit(['{', '=', ',']).next());
    match before.flatten().map(str::trim).filter(|key| !key.is_empty()) {
        Some(key) => format!("`{key}`"),
        None => "the value".to_owned(),
    }
}

/// The string in double quotes that a byte stands in, with its quotes, and what is inside of them. A string that does
/// not end goes to the end of its line.
fn string_around(text: &str, at: usize) -> Option<(Range<usize>, &str)> {
    let line = line_around(text, at);
    let mut rest = text[line.clone()].char_indices().map(|(index, c)| (line.start + index, c));
    while let Some((open, quote)) = rest.next() {
        match quote {
            '#' => return None,
            '"' | '\'' => {
                let mut is_escaped = false;
                let close = rest.find(|&(_, c)| {
                    let is_end = c == quote && !is_escaped;
                    is_escaped = quote == '"' && c == '\\' && !is_escaped;
                    is_end
                });
                let end = close.map_or(line.end, |(end, _)| end);
                if open < at && at <= end || close.is_none() {
                    let inside = text[open + 1..end].trim_end();
                    let inside = if close.is_none() { inside.trim_end_matches('"') } else { inside };
                    return (quote == '"').then_some((open..close.map_or(end, |(end, _)| end + 1), inside));
                }
            }
            _ => {}
        }
    }
    None
}

/// The number that the parser stumbled over, and how TOML writes it.
fn number_around(text: &str, error: &Range<usize>) -> Option<(Range<usize>, String)> {
    let start = boundary(text, error.start);
    let line = line_around(text, start);
    let is_part = |c: char| c.is_ascii_digit() || IN_NUMBERS.contains(c);
    let before = text[line.start..start].trim_end_matches(is_part);
    let first = line.start + before.len();
    // Behind a key, a comma may be a part of the number; in a list it stands between two.
    let separates = |at: usize, c: char| {
        let next = text[at + c.len_utf8()..].chars().next();
        "#]}".contains(c) || c == ',' && (!before.ends_with('=') || !next.is_some_and(|c| c.is_ascii_digit()))
    };
    let begin = match text[first..start].rfind(',').filter(|_| !before.ends_with('=')) {
        Some(comma) => first + comma + 1,
        None => first,
    };
    let stretch = &text[begin..line.end];
    let end = stretch.char_indices().find(|&(at, c)| separates(begin + at, c)).map_or(line.end, |(at, _)| begin + at);
    let written = text[begin..end].trim();
    let begin = begin + (text[begin..end].len() - text[begin..end].trim_start().len());
    Some((begin..begin + written.len(), meant(written, numeral::Kind::Any)?))
}

/// The begin of the letter that a byte belongs to.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The line that a byte is on, without its end.
fn line_around(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let length = text[start..].find(['\n', '\r']).unwrap_or(text.len() - start);
    start..(start + length).max(at)
}
