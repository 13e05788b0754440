//! Damage: flipped and replaced bytes, cuts, repetitions, splices, swapped and foreign words.

use crate::random::Random;

/// Words of the language and of its limits.
const WORDS: &[&str] = &[
    "[suite]",
    "[[suite.app]]",
    "[certificate]",
    "[signature]",
    "version = ",
    "until = ",
    "where = ",
    "share = ",
    "nodes = ",
    "rest = true",
    "min_mean = { load = 1 }",
    "all = true",
    "apps = []",
    "top = ",
    "\"",
    "\"\"\"",
    "'",
    "\\u0000",
    "\\",
    "#",
    "\n",
    "\r\n",
    "=",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "not ",
    " and ",
    " or ",
    "<=",
    "!=",
    "==",
    "-1",
    "0",
    "-0.0",
    "1e308",
    "1e400",
    "nan",
    "inf",
    "18446744073709551616",
    "9223372036854775807",
    "4294967296",
    "0.1",
    "1_000",
    "9999-12-31T23:59:59Z",
    "0000-01-01T00:00:00-23:59",
    "2027-01-01",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PUBLIC KEY-----",
    "AAAA",
    "====",
    "é",
    "\u{202e}",
    "\0",
];

/// A text of the corpus after one to four mishaps.
pub fn damaged(corpus: &[String], random: &mut Random) -> String {
    let mut bytes = corpus[random.below(corpus.len())].clone().into_bytes();
    for _ in 0..=random.below(4) {
        let other = corpus[random.below(corpus.len())].as_bytes();
        mishap(&mut bytes, other, random);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn mishap(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let [from, to] = range(bytes.len(), random);
    match random.below(9) {
        0 => flip(bytes, random),
        1 => bytes.truncate(from),
        2 => drop(bytes.drain(from..to)),
        3 => drop(bytes.splice(to..to, bytes[from..to].to_vec())),
        4 => {
            let [start, end] = range(other.len(), random);
            bytes.splice(from..to, other[start..end].iter().copied());
        }
        5 => drop(bytes.splice(from..from, random.pick(WORDS).bytes())),
        6 => swap_words(bytes, random),
        7 => replace_word(bytes, random),
        _ => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte = random.next() as u8;
            }
        }
    }
}

fn flip(bytes: &mut [u8], random: &mut Random) {
    let place = random.below(bytes.len());
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1 << random.below(8);
    }
}

/// A range that is short more often than not.
fn range(length: usize, random: &mut Random) -> [usize; 2] {
    let from = random.below(length + 1);
    let most = if random.below(4) == 0 { length } else { 8 };
    [from, length.min(from + random.below(most + 1))]
}

/// The places of words: letters and digits, or signs, in a row.
fn words(bytes: &[u8]) -> Vec<[usize; 2]> {
    let mut words = Vec::new();
    let mut start = 0;
    for chunk in bytes.chunk_by(|one, next| one.is_ascii_alphanumeric() == next.is_ascii_alphanumeric()) {
        words.push([start, start + chunk.len()]);
        start += chunk.len();
    }
    words
}

fn swap_words(bytes: &mut Vec<u8>, random: &mut Random) {
    let words = words(bytes);
    if words.is_empty() {
        return;
    }
    let [one, other] = [words[random.below(words.len())], words[random.below(words.len())]];
    let [[a, b], [c, d]] = if one[0] <= other[0] { [one, other] } else { [other, one] };
    if b <= c {
        *bytes = [&bytes[..a], &bytes[c..d], &bytes[b..c], &bytes[a..b], &bytes[d..]].concat();
    }
}

fn replace_word(bytes: &mut Vec<u8>, random: &mut Random) {
    let words = words(bytes);
    if let Some(&[from, to]) = words.get(random.below(words.len())) {
        bytes.splice(from..to, random.pick(WORDS).bytes());
    }
}
