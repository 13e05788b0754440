//! Words that several parts of the page need.

use crate::Happening;
use crate::number::nodes;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short() {
        assert_eq!(listed(&["a", "b", "c"].map(str::to_owned)), "a, b and c");
        assert_eq!(listed(&["a", "b", "c", "d", "e"].map(str::to_owned)), "a, b, c and 2 others");
        assert_eq!((short("äöüß", 4), short("äöüßx", 4)), ("äöüß".to_owned(), "äöü…".to_owned()));
    }
}
