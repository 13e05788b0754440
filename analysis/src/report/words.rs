//! Words that several parts of the page need.

use crate::Happening;
use crate::render::number::{count, decimal, nodes};

/// A happening in a few words: `crash of 500 nodes`.
pub fn happening(happening: &Happening) -> String {
    match happening {
        Happening { version: Some(version), .. } => format!("version {version}"),
        Happening { rule: Some(rule), .. } => format!("rule {rule}"),
        Happening { kind, nodes_count, .. } => format!("{kind}, {}", nodes(*nodes_count)),
    }
}

/// A text of at most so many characters.
pub fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}

/// Things one after the other: `a, b and c`; of many the first three.
pub fn listed(things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => one.clone(),
        [a, b, c, _, _, ..] => format!("{a}, {b}, {c} and {} others", things.len() - 3),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// A number of things with their name.
pub fn counted(number: usize, one: &str, several: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{} {several}", count(number as u64)) }
}

/// A time for people.
pub fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        seconds if seconds < 120.0 => (seconds, "s"),
        seconds if seconds < 7200.0 => (seconds / 60.0, "min"),
        seconds if seconds < 172_800.0 => (seconds / 3600.0, "h"),
        seconds => (seconds / 86_400.0, "days"),
    };
    let rounded = if value >= 10.0 { format!("{value:.0}") } else { trimmed(&format!("{value:.1}")) };
    format!("{rounded} {unit}")
}

/// A number without the zeros behind its last digit that counts.
fn trimmed(number: &str) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number.to_owned() }
}

/// A measure in a text, short.
pub fn measure(value: f64) -> String {
    let text = decimal(value);
    if text.contains('e') { text } else { trimmed(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_and_numbers_have_their_unit() {
        assert_eq!([0.5, 90.0, 720.0, 7200.0, 259_200.0].map(duration), ["0.5 s", "90 s", "12 min", "2 h", "3 days"]);
        assert_eq!(listed(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d", "e"].map(str::to_owned)), "a, b, c and 2 others");
        assert_eq!((short("äöüß", 4), short("äöüßx", 4)), ("äöüß".to_owned(), "äöü…".to_owned()));
        assert_eq!([1.0, 0.25, 1e-9].map(measure), ["1", "0.25", "1.000e-9"]);
        assert_eq!(counted(1, "node", "nodes") + &counted(2000, "node", "nodes"), "1 node2,000 nodes");
    }
}
