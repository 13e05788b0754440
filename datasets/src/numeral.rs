//! Numbers as people write them elsewhere: with percent signs, decimal commas, separated thousands and units.
//!
//! TOML has none of these. What was meant is told to whoever wrote it, and never guessed.

/// What a number is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number.
    Whole,
    /// Any number.
    Any,
}

/// Units, each with its power of ten. A small `m` may be a minute or a metre.
const UNITS: [(&str, i32); 12] = [
    ("%", -2),
    ("percent", -2),
    ("k", 3),
    ("K", 3),
    ("thousand", 3),
    ("M", 6),
    ("mio", 6),
    ("Mio", 6),
    ("million", 6),
    ("millions", 6),
    ("G", 9),
    ("billion", 9),
];

/// The most digits of a number that is understood.
const MOST_DIGITS: usize = 30;

/// The number or numbers that a text may stand for, as TOML writes them: `200_000 or 200` for `200.000`.
///
/// `None` if the text is no number in any notation. With [`Kind::Whole`], only whole numbers are told.
///
/// ```
/// use datasets::numeral::{Kind, meant};
///
/// assert_eq!(meant("10 %", Kind::Any).as_deref(), Some("0.1"));
/// assert_eq!(meant("200.000", Kind::Whole).as_deref(), Some("200_000 or 200"));
/// assert_eq!(meant("many", Kind::Whole), None);
/// ```
#[must_use]
pub fn meant(text: &str, kind: Kind) -> Option<String> {
    let mut told: Vec<String> = Vec::new();
    for decimal in readings(text)? {
        if (kind == Kind::Any || decimal.is_whole()) && !told.contains(&decimal.shown()) {
            told.push(decimal.shown());
        }
    }
    (!told.is_empty()).then(|| told.join(" or "))
}

/// Whether a text reads as a whole number to TOML, and as a thousand times as much to people who separate thousands by
/// points: `200.000`.
#[must_use]
pub fn is_ambiguous(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['+', '-']);
    let Some((whole, rest)) = text.split_once('.') else { return false };
    (1..=3).contains(&whole.len()) && !whole.starts_with('0') && is_digits(whole) && rest == "000"
}

/// A decimal number: its digits, and how many of them stand behind the point.
struct Decimal {
    is_negative: bool,
    digits: String,
    behind: usize,
}

impl Decimal {
    /// A number with its point moved to the right by so many places, or to the left.
    fn new(is_negative: bool, whole: &str, fraction: &str, places: i32) -> Self {
        let mut digits = format!("{whole}{fraction}");
        let mut behind = fraction.len() as i32 - places;
        while behind < 0 {
            digits.push('0');
            behind += 1;
        }
        let mut behind = behind as usize;
        while digits.len() < behind + 1 {
            digits.insert(0, '0');
        }
        while behind > 0 && digits.ends_with('0') {
            digits.pop();
            behind -= 1;
        }
        while digits.len() > behind + 1 && digits.starts_with('0') {
            digits.remove(0);
        }
        Self { is_negative, digits, behind }
    }

    fn is_whole(&self) -> bool {
        self.behind == 0
    }

    /// As TOML writes it, thousands set apart.
    fn shown(&self) -> String {
        let (whole, fraction) = self.digits.split_at(self.digits.len() - self.behind);
        let mut shown = String::from(if self.is_negative { "-" } else { "" });
        for (index, digit) in whole.char_indices() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                shown.push('_');
            }
            shown.push(digit);
        }
        if !fraction.is_empty() {
            shown.extend([".", fraction]);
        }
        shown
    }
}

/// What a text may mean, the likeliest first.
fn readings(text: &str) -> Option<Vec<Decimal>> {
    let text = text.trim();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (body, unit) = (&text[..end], text[end..].trim());
    let places = if unit.is_empty() { 0 } else { UNITS.iter().find(|(name, _)| *name == unit)?.1 };
    if body.len() > MOST_DIGITS {
        return None;
    }
    let decimal = |whole: &str, fraction: &str| Decimal::new(is_negative, whole, fraction, places);
    let as_point = |at: usize| Some((grouped(&body[..at])?, body.get(at + 1..)?));

    let separators: Vec<(usize, char)> = body.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    let Some(&(last, separator)) = separators.last() else { return Some(vec![decimal(body, "")]) };
    let mut readings = Vec::new();
    // `1.000.000`, `200 000`; a number that begins with 0 has no thousands.
    if let Some(whole) = grouped(body) {
        readings.push(decimal(&whole, ""));
    }
    // `0,1`, `12.5`, `1.234,5`: what separates thousands does not begin the fraction too.
    let is_first = separators.iter().filter(|(_, other)| *other == separator).count() == 1;
    let fraction = as_point(last).filter(|(_, fraction)| is_digits(fraction));
    if let Some((whole, fraction)) = fraction.filter(|_| is_first && matches!(separator, '.' | ',')) {
        readings.push(decimal(&whole, fraction));
    }
    (!readings.is_empty()).then_some(readings)
}

/// The digits of a whole number, without the one kind of separator that may stand before every third digit.
fn grouped(text: &str) -> Option<String> {
    let Some(separator) = text.chars().find(|c| !c.is_ascii_digit()) else {
        return is_digits(text).then(|| text.to_owned());
    };
    // Spaces that do not break, thin spaces, and the marks that stand for an apostrophe.
    if !" _.,'\u{a0}\u{2009}\u{202f}\u{2019}".contains(separator) {
        return None;
    }
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let is_grouped = (1..=3).contains(&first.len())
        && is_digits(first)
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3 && is_digits(group));
    is_grouped.then(|| text.chars().filter(|c| *c != separator).collect())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_ambiguous, meant};

    #[test]
    fn what_is_meant_is_told_as_toml_writes_it() {
        for (text, any, whole) in [
            ("10%", Some("0.1"), None),
            ("10 %", Some("0.1"), None),
            ("12.5%", Some("0.125"), None),
            ("12,5 %", Some("0.125"), None),
            ("0.5%", Some("0.005"), None),
            ("100%", Some("1"), Some("1")),
            ("250 percent", Some("2.5"), None),
            ("-10%", Some("-0.1"), None),
            ("0,1", Some("0.1"), None),
            ("0,100", Some("0.1"), None),
            ("0.5", Some("0.5"), None),
            ("1,5", Some("1.5"), None),
            ("200.000", Some("200_000 or 200"), Some("200_000 or 200")),
            ("200,000", Some("200_000 or 200"), Some("200_000 or 200")),
            ("1.234", Some("1_234 or 1.234"), Some("1_234")),
            ("1.000.000", Some("1_000_000"), Some("1_000_000")),
            ("1,000,000", Some("1_000_000"), Some("1_000_000")),
            ("1.234,5", Some("1_234.5"), None),
            ("1,234.50", Some("1_234.5"), None),
            ("200 000", Some("200_000"), Some("200_000")),
            ("200\u{202f}000", Some("200_000"), Some("200_000")),
            ("200'000", Some("200_000"), Some("200_000")),
            ("200\u{2019}000", Some("200_000"), Some("200_000")),
            ("2 million", Some("2_000_000"), Some("2_000_000")),
            ("1.5M", Some("1_500_000"), Some("1_500_000")),
            ("100k", Some("100_000"), Some("100_000")),
            ("100", Some("100"), Some("100")),
            ("0%", Some("0"), Some("0")),
            ("0,0 %", Some("0"), Some("0")),
        ] {
            assert_eq!(meant(text, Kind::Any).as_deref(), any, "{text}");
            assert_eq!(meant(text, Kind::Whole).as_deref(), whole, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_has_no_meaning() {
        for text in ["", "many", "%", "10 nodes", "1.2.3", "1,2,3", "20 00", "1e6k", "0x10", "2026-11-22", "1.,5", "k"]
        {
            assert_eq!(meant(text, Kind::Any), None, "{text}");
        }
    }

    #[test]
    fn only_three_zeros_behind_a_point_are_ambiguous() {
        for text in ["200.000", "1.000", "-1.000", "40.000"] {
            assert!(is_ambiguous(text), "{text}");
        }
        for text in ["200.0", "200.00", "200.0000", "0.000", "2000.000", "1e3", "1.5e3", "200_000", "1.500"] {
            assert!(!is_ambiguous(text), "{text}");
        }
    }
}
