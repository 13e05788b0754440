//! How numbers are written in text: with a decimal point or a decimal comma, thousands set apart or not.

use crate::scenario::Decimal;

/// A number as it is written with this decimal sign; without one, as programs write it: `0.5`, `1e-3`.
pub(super) fn read(text: &str, decimal: Option<Decimal>) -> Option<f64> {
    decimal.map_or_else(|| text.parse().ok(), |decimal| number(text, decimal))
}

/// A number as it is written with this decimal sign; `None` if the text is no such number.
///
/// Thousands may be set apart by spaces, apostrophes, low lines, or the one of `,` and `.` that is not the decimal
/// sign.
pub(super) fn number(text: &str, decimal: Decimal) -> Option<f64> {
    if decimal == Decimal::Point
        && let Ok(value) = text.parse()
    {
        return Some(value);
    }
    let (sign, other) = match decimal {
        Decimal::Point => ('.', ','),
        Decimal::Comma => (',', '.'),
    };
    let (mantissa, exponent) = text.find(['e', 'E']).map_or((text, ""), |at| text.split_at(at));
    let (whole, fraction) = mantissa.split_once(sign).map_or((mantissa, None), |(whole, rest)| (whole, Some(rest)));
    let digits = whole.strip_prefix(['-', '+', '\u{2212}']).unwrap_or(whole);
    let mut plain = String::with_capacity(text.len() + 1);
    plain.push_str(if whole.starts_with(['-', '\u{2212}']) { "-" } else { "" });
    match digits.find(|c: char| !c.is_ascii_digit()) {
        None => plain.push_str(digits),
        Some(at) => {
            let apart = digits[at..].chars().next().filter(|&c| c == other || APART.contains(&c))?;
            let mut groups = digits.split(apart);
            let first = groups.next().filter(|first| (1..=3).contains(&first.len()) && !first.starts_with('0'))?;
            plain.push_str(first);
            for group in groups {
                let is_thousands = group.len() == 3 && group.bytes().all(|byte| byte.is_ascii_digit());
                plain.push_str(is_thousands.then_some(group)?);
            }
        }
    }
    if let Some(fraction) = fraction {
        let is_fraction = fraction.bytes().all(|byte| byte.is_ascii_digit());
        plain.push('.');
        plain.push_str(is_fraction.then_some(fraction)?);
    }
    plain.push_str(exponent);
    plain.parse().ok()
}

/// What sets thousands apart, beside the other one of `,` and `.`.
const APART: [char; 6] = [' ', '\u{a0}', '\u{202f}', '\'', '\u{2019}', '_'];

/// Whether a text is a number in some notation.
pub(super) fn is_number(text: &str) -> bool {
    number(text, Decimal::Point).or_else(|| number(text, Decimal::Comma)).is_some()
}

/// A number that settles something about the notation of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Witness {
    pub row: usize,
    pub column: String,
    pub text: String,
}

/// What the numbers of a file say about their notation.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    /// The first that is a number with a decimal point alone, as `0.5` is.
    point: Option<Witness>,
    /// The first that is a number with a decimal comma alone, as `0,5` is.
    comma: Option<Witness>,
    /// The first that is one number or another, as `1,234` is.
    either: Option<Witness>,
}

/// Why the notation of a file cannot be told.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// One number has a decimal point, and another one a decimal comma.
    Mixed(Witness, Witness),
    /// This is one number or another.
    Either(Witness),
}

impl Evidence {
    /// Looks at a cell.
    pub fn see(&mut self, row: usize, column: &str, text: &str) {
        let seen = match (number(text, Decimal::Point), number(text, Decimal::Comma)) {
            (Some(_), None) => &mut self.point,
            (None, Some(_)) => &mut self.comma,
            // What is a plain number is meant as one, unless others have decimal commas.
            (Some(point), Some(comma)) if point.to_bits() != comma.to_bits() && read(text, None).is_none() => {
                &mut self.either
            }
            _ => return,
        };
        seen.get_or_insert_with(|| Witness { row, column: column.to_owned(), text: text.to_owned() });
    }

    /// The decimal sign of the file.
    pub fn decimal(self) -> Result<Decimal, Doubt> {
        match (self.point, self.comma, self.either) {
            (Some(point), Some(comma), _) => Err(Doubt::Mixed(point, comma)),
            (None, Some(_), _) => Ok(Decimal::Comma),
            (None, None, Some(either)) => Err(Doubt::Either(either)),
            (Some(_), None, _) | (None, None, None) => Ok(Decimal::Point),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Doubt, Evidence, is_number, number};
    use crate::scenario::Decimal;

    fn bits(text: &str, decimal: Decimal) -> Option<u64> {
        number(text, decimal).map(f64::to_bits)
    }

    #[test]
    fn numbers_are_read_as_they_are_written_in_the_world() {
        let same = |text: &str, decimal, value: f64| assert_eq!(bits(text, decimal), Some(value.to_bits()), "{text}");
        for (text, value) in [
            ("0,5", 0.5),
            ("-0,5", -0.5),
            ("1.234,5", 1234.5),
            ("1 234 567,25", 1_234_567.25),
            ("1\u{a0}234,5", 1234.5),
            ("1.000.000", 1e6),
            ("12", 12.0),
            ("1,5e3", 1500.0),
            ("+7,", 7.0),
            ("\u{2212}3,5", -3.5),
        ] {
            same(text, Decimal::Comma, value);
        }
        for (text, value) in [
            ("0.5", 0.5),
            ("1,234.5", 1234.5),
            ("1'234'567.25", 1_234_567.25),
            ("12_345", 12_345.0),
            ("1,234,567", 1_234_567.0),
            ("-1,234e2", -123_400.0),
        ] {
            same(text, Decimal::Point, value);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "x", "1,23.4", "12,34", "1,2345", "0,512.5", "1,,234", ",5,", "1 23", "1,234 567", "10%"] {
            assert_eq!(bits(text, Decimal::Point), None, "{text}");
        }
        for text in ["1.5", "0.512", "1,2,3", "12.34", "1.234.5", "a,b", "2010-01-01"] {
            assert_eq!(bits(text, Decimal::Comma), None, "{text}");
        }
        assert!(is_number("0,5") && is_number("1 234") && !is_number("abc") && !is_number("2010-01-01T00:00:00Z"));
    }

    #[test]
    fn one_number_settles_a_file_and_none_is_guessed() {
        let told = |cells: &[&str]| {
            let mut evidence = Evidence::default();
            cells.iter().enumerate().for_each(|(row, cell)| evidence.see(row, "up", cell));
            evidence.decimal()
        };
        assert_eq!(told(&["1,234", "0,5"]), Ok(Decimal::Comma));
        assert_eq!(told(&["1.234", "0,5"]), Ok(Decimal::Comma));
        assert_eq!(told(&["1,234", "1,234.5"]), Ok(Decimal::Point));
        assert_eq!(told(&["1 234", "12"]), Ok(Decimal::Point));
        assert!(matches!(told(&["12", "1,234"]), Err(Doubt::Either(of)) if of.text == "1,234" && of.row == 1));
        assert!(matches!(told(&["0.5", "0,5"]), Err(Doubt::Mixed(..))));
    }
}
