//! Private keys where none is expected: no message shows them, nor what is left of one that was damaged.
//!
//! A private key is known by the text around its secret, and by the bytes before it. Where both are gone, the secret is
//! known by its base64, which looks random: capitals, small letters and digits take turns at nearly every character,
//! as they do in no word and in no name. Public keys and signatures look random too; they are known by their length,
//! and by the `=` at their end. A secret in hexadecimal looks like a digest, and is taken for one.

use super::key::PublicKey;

/// Whether a text holds a private key, so that no message may show it.
pub(crate) fn holds_private_key(text: &str) -> bool {
    text.contains("PRIVATE KEY-----")
}

/// Whether a text may hold a private key or what is left of one, so that no message may show any of the text: the lines
/// around a key may be damaged or gone, and so may be some characters of the key.
#[must_use]
pub fn may_hold_key(text: &str) -> bool {
    has_mark(text) || words(text).any(Word::is_secret) || is_wrapped(text)
}

/// Whether something stands there that stands in or around private keys alone.
pub(crate) fn has_mark(text: &str) -> bool {
    // The line above a key; the number of Ed25519 in base64, how private keys begin, and what stands before the secret;
    // the same in hexadecimal; and the line above a key in base64, at each of its three offsets.
    const MARKS: [&str; 10] = [
        "PRIVATE KEY-----",
        "BEGIN PRIVATE",
        "BQYDK2Vw",
        "MC4CAQAw",
        "MFECAQEw",
        "BCIEI",
        "302e020100300506032b6570",
        "LS0tLS1CRUdJTiBQUklW",
        "0tLS0tQkVHSU4gUFJJVk",
        "tLS0tLUJFR0lOIFBSSVZB",
    ];
    // How public keys begin in PEM.
    const PUBLIC: &str = "MCowBQYDK2VwAyEA";
    let text = text.replace(PUBLIC, "");
    MARKS.iter().any(|mark| text.contains(mark))
}

/// A run of base64, and how many `=` follow it.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    pads: usize,
}

/// The runs of base64 in a text.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_other);
        let length = rest.find(is_other).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        rest = behind;
        let pads = behind.len() - behind.trim_start_matches('=').len();
        (!word.is_empty()).then_some(Word { text: word, pads })
    })
}

impl Word<'_> {
    /// Whether it is nothing that all may know, and looks like a secret.
    fn is_secret(self) -> bool {
        !self.is_public() && looks_random([self.text].into_iter())
    }

    /// Whether it may be what all may know.
    fn is_public(self) -> bool {
        let Self { text, pads } = self;
        match (text.len(), pads) {
            // The id of a cloud; a signature.
            (22 | 86, 2) => true,
            (43, 1) => PublicKey::of_base64(&format!("{text}=")).is_some(),
            // A public key in PEM.
            (59, 1) => text.starts_with("MCowBQYDK2VwAyEA"),
            _ => false,
        }
    }
}

/// Whether base64 in pieces looks random. Where a path has a slash one piece ends: its names are words.
fn looks_random<'t>(pieces: impl Iterator<Item = &'t str>) -> bool {
    const LEAST: usize = 20;
    const LONG: usize = 36;
    let class = |c: u8| (c.is_ascii_uppercase(), c.is_ascii_lowercase(), c.is_ascii_digit());
    let (mut length, mut pairs, mut turns, mut counts) = (0, 0, 0, [0; 3]);
    for piece in pieces.flat_map(|piece| piece.split('/')) {
        let bytes = piece.as_bytes();
        length += bytes.len();
        pairs += bytes.len().saturating_sub(1);
        turns += bytes.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count();
        for &byte in bytes {
            let (upper, lower, _) = class(byte);
            counts[if upper {
                0
            } else if lower {
                1
            } else {
                2
            }] += 1;
        }
    }
    // Of random characters 0.63 differ in kind from the one before; of names like FirstRunOfAll some 0.35 do.
    let is_mixed = |share: f64| turns as f64 >= share * pairs as f64;
    let has_all = counts[0] >= 3 && counts[1] >= 3;
    length >= LEAST && has_all && (is_mixed(0.5) || length >= LONG && counts[2] > 0 && is_mixed(0.42))
}

/// Whether base64 that looks random is wrapped: words that follow one another, none of which is a short one.
fn is_wrapped(text: &str) -> bool {
    const SHORTEST: usize = 10;
    let is_other = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '|' | '\\');
    let is_secret = |text: &str| {
        let mut words = words(text);
        let is_all = words.next().is_some_and(|word| word.text.len() + word.pads == text.len() && !word.is_public());
        is_all && words.next().is_none()
    };
    let mut lines: Vec<&str> = Vec::new();
    for word in text.split(is_other).filter(|word| !word.is_empty()).chain(["-"]) {
        if word.len() >= SHORTEST && is_secret(word) {
            lines.push(word);
        } else if lines.len() > 1 && looks_random(lines.drain(..)) {
            return true;
        } else {
            lines.clear();
        }
    }
    false
}
