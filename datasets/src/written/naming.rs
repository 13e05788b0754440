//! Names that people read: what is wrong with one, and which look alike.

use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_security::confusable_detection::skeleton;

/// What is wrong with a name, as the end of a sentence that begins with the name, and what to do about it; `None` if
/// nothing is. A name is in the normal form NFC of Unicode, and has no character that nobody sees.
#[must_use]
pub fn fault(name: &str) -> Option<(String, String)> {
    if name.chars().any(char::is_control) {
        let what = "holds a line break or another control character";
        return Some((what.to_owned(), "use characters that can be printed on one line".to_owned()));
    }
    if let Some(hidden) = name.chars().find(|&c| is_hidden(c)) {
        let what = format!("holds the character U+{:04X}, which nobody sees", u32::from(hidden));
        return Some((what, "leave that character out".to_owned()));
    }
    if name.trim().is_empty() {
        return Some(("is empty".to_owned(), "give it a name".to_owned()));
    }
    if !is_nfc(name) {
        let form: String = name.nfc().collect();
        return Some(("is not in the normal form NFC".to_owned(), format!("write it as \"{form}\"")));
    }
    None
}

/// Whether a character is invisible, turns the direction of the text, or has no agreed shape.
fn is_hidden(c: char) -> bool {
    use GeneralCategory::{Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Unassigned};
    match c.general_category() {
        Format | LineSeparator | ParagraphSeparator | PrivateUse | Unassigned => true,
        SpaceSeparator => c != ' ',
        // Letters and marks that are ignored as text is shown.
        _ => matches!(c, '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}'),
    }
}

/// Pairs of names that differ and look alike, by the confusable characters of Unicode's technical standard 39.
#[must_use]
pub fn alike<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<(&'n str, &'n str)> {
    let mut pairs = Vec::new();
    let mut known: Vec<(&str, String)> = Vec::new();
    for name in names {
        if known.iter().any(|(other, _)| *other == name) {
            continue;
        }
        let shape: String = skeleton(name).collect();
        pairs.extend(known.iter().filter(|(_, other)| *other == shape).map(|&(other, _)| (other, name)));
        known.push((name, shape));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::{alike, fault};

    #[test]
    fn a_name_is_in_normal_form_and_has_nothing_that_nobody_sees() {
        for good in ["chat", "Überwachung", "监控", "a b", "chat (2)", "π", "Überwachung-2"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for (bad, words) in [
            ("", "is empty"),
            ("  ", "is empty"),
            ("a\nb", "control character"),
            ("chat\u{200b}", "U+200B"),
            ("\u{202e}tahc", "U+202E"),
            ("chat\u{feff}", "U+FEFF"),
            ("chat\u{a0}b", "U+00A0"),
            ("chat\u{ad}", "U+00AD"),
            ("ch\u{fe0f}at", "U+FE0F"),
            ("\u{3164}", "U+3164"),
            ("\u{e000}", "U+E000"),
            ("U\u{308}berwachung", "NFC"),
        ] {
            assert!(fault(bad).is_some_and(|(what, _)| what.contains(words)), "{bad:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_found() {
        assert_eq!(alike(["chat", "cache", "с\u{4bb}at", "chat"]), [("chat", "с\u{4bb}at")]);
        assert_eq!(alike(["monitoring", "recorder", "recorder2"]), []);
    }
}
