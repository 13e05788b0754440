//! The words of a condition, and where they stand.

use std::ops::Range;

use super::{Comparison, Fault};

/// What a condition consists of, said to those who wrote something else.
const PARTS: &str = "a condition has attributes, numbers, comparisons, `and`, `or`, `not` and parentheses";

/// A word of a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// An attribute, or `and`, `or`, `not`.
    Word(&'t str),
    Number(f64),
    Comparison(Comparison),
    Open,
    Close,
}

/// A word and the bytes of the text where it stands.
#[derive(Clone, Debug)]
pub(super) struct Placed<T> {
    pub what: T,
    pub span: Range<usize>,
}

/// Splits a condition into its words.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<Token<'_>>>, Fault> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while let Some(first) = text[start..].chars().next() {
        let rest = &text[start..];
        if first.is_whitespace() {
            start += first.len_utf8();
            continue;
        }
        let end = start + length(first, rest);
        let span = start..end;
        tokens.push(Placed { what: token(first, &text[span.clone()], &span)?, span });
        start = end;
    }
    Ok(tokens)
}

/// Bytes of the word with which `rest` begins.
fn length(first: char, rest: &str) -> usize {
    let while_it = |fits: fn(char) -> bool| rest.find(|c| !fits(c)).unwrap_or(rest.len());
    match first {
        _ if is_number(rest) => number_length(rest),
        '<' | '>' | '=' | '!' | '&' | '|' => while_it(|c| "<>=!&|".contains(c)),
        _ if first.is_alphabetic() || first == '_' => while_it(|c| c.is_alphanumeric() || c == '_'),
        _ => first.len_utf8(),
    }
}

fn is_number(rest: &str) -> bool {
    let unsigned = rest.strip_prefix(['+', '-']).unwrap_or(rest);
    unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit())
}

/// A number reaches as far as letters, digits and points do, so that `50GB` is one wrong number.
fn number_length(rest: &str) -> usize {
    let mut before = 'e';
    for (place, c) in rest.char_indices() {
        let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E');
        if !(sign || c.is_alphanumeric() || matches!(c, '.' | '_')) {
            return place;
        }
        before = c;
    }
    rest.len()
}

fn token<'t>(first: char, word: &'t str, span: &Range<usize>) -> Result<Token<'t>, Fault> {
    let fault = |help: &str| Fault::new(span, format!("`{word}` is not part of a condition"), help);
    Ok(match word {
        "<" => Token::Comparison(Comparison::Less),
        "<=" => Token::Comparison(Comparison::AtMost),
        ">" => Token::Comparison(Comparison::Greater),
        ">=" => Token::Comparison(Comparison::AtLeast),
        "==" => Token::Comparison(Comparison::Equal),
        "!=" => Token::Comparison(Comparison::NotEqual),
        "(" => Token::Open,
        ")" => Token::Close,
        "=" | "===" => return Err(fault("write `==` to compare")),
        "=<" => return Err(fault("write `<=`")),
        "=>" => return Err(fault("write `>=`")),
        "<>" => return Err(fault("write `!=`")),
        "[" | "]" | "{" | "}" => return Err(fault("write `(` and `)`")),
        _ => match first {
            '&' => return Err(fault("write `and`")),
            '|' => return Err(fault("write `or`")),
            '!' => return Err(fault("write `not`")),
            '"' | '\'' => return Err(fault("attributes and numbers stand without quotes")),
            _ if is_number(word) => Token::Number(number(word, span)?),
            '+' | '-' | '*' | '/' | '%' => {
                return Err(fault("conditions do not calculate: compare an attribute with a number or another one"));
            }
            _ if first.is_alphabetic() || first == '_' => Token::Word(word),
            _ => return Err(fault(PARTS)),
        },
    })
}

fn number(word: &str, span: &Range<usize>) -> Result<f64, Fault> {
    let bytes = word.as_bytes();
    let is_digit = |place: Option<usize>| place.and_then(|place| bytes.get(place)).is_some_and(u8::is_ascii_digit);
    let between = |place: usize| is_digit(place.checked_sub(1)) && is_digit(Some(place + 1));
    let separated = word.match_indices('_').all(|(place, _)| between(place));
    let value = word.replace('_', "").parse::<f64>().ok().filter(|_| separated);
    let Some(value) = value else {
        let help = "write it as 50, 1_000, 0.5 or 1e3, without a unit";
        return Err(Fault::new(span, format!("`{word}` is not a number"), help));
    };
    // Attributes are 32-bit floats.
    if value.abs() > f64::from(f32::MAX) {
        let message = format!("`{word}` is beyond the largest 32-bit float, 3.4e38");
        return Err(Fault::new(span, message, "write a smaller number: no attribute is as large"));
    }
    Ok(value + 0.0)
}
