//! Which words of a draw for life belong to which random application.
//!
//! Every node has a word, uniform and kept for life. A layout cuts the range of all words into segments, each an
//! application's or nobody's. A new version is laid out from the one before it: applications that shrink give up the
//! ends of what they have, and those that grow take from what was given up; what neither gave nor took stays. So
//! exactly as many words change hands as the change requires: half the sum of all differences in size. (Without the
//! version before, no rule could: a node that knows only its word and the new sizes moves up to twice as often as it
//! must, whatever the rule.) So a description carries its layout, five bytes a segment: an application and an end.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::suite::NONE;

/// All words.
pub const WHOLE: u64 = 1 << 32;

/// Who has which words: segments in order, without gaps, from 0 to [`WHOLE`]. [`NONE`] has those that nobody has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Segment>", into = "Vec<Segment>")]
pub struct Layout {
    segments: Vec<Segment>,
}

/// A segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// The application that has it.
    pub app: u8,
    /// Its first word.
    pub from: u64,
    /// The word after its last.
    pub to: u64,
}

impl Segment {
    fn width(&self) -> u64 {
        self.to - self.from
    }
}

impl Default for Layout {
    fn default() -> Self {
        Self { segments: vec![Segment { app: NONE, from: 0, to: WHOLE }] }
    }
}

impl TryFrom<Vec<Segment>> for Layout {
    type Error = &'static str;

    /// Refuses segments that leave a gap, overlap, are empty, or do not end with the last word.
    fn try_from(segments: Vec<Segment>) -> Result<Self, Self::Error> {
        let end = segments
            .iter()
            .try_fold(0, |word, segment| (segment.from == word && segment.to > word).then_some(segment.to));
        if end == Some(WHOLE) {
            Ok(Self { segments })
        } else {
            Err("the segments of a layout are not all words, in order")
        }
    }
}

impl From<Layout> for Vec<Segment> {
    fn from(layout: Layout) -> Self {
        layout.segments
    }
}

impl Layout {
    /// The next layout, in which applications have so many words, in this order where they take new ones; all others
    /// none.
    ///
    /// # Panics
    /// If they ask for more than there are.
    #[must_use]
    pub fn next(&self, wanted: &[(u8, u64)]) -> Self {
        let asked: u64 = wanted.iter().map(|(_, words)| words).sum();
        assert!(asked <= WHOLE, "there are 2^32 words");
        let mut want: BTreeMap<u8, u64> = wanted.iter().copied().collect();
        want.insert(NONE, WHOLE - asked);
        let held = |app| self.of(app).map(|segment| segment.width()).sum::<u64>();
        // Applications give up the ends of what they have, nobody the beginning.
        let mut given = held(NONE).saturating_sub(want[&NONE]);
        let mut left = want.clone();
        let (mut kept, mut free) = (Vec::new(), Vec::new());
        for segment in &self.segments {
            let left = left.entry(segment.app).or_default();
            let [keeps, frees] = if segment.app == NONE {
                let cut = segment.from + segment.width().min(given);
                given -= cut - segment.from;
                [(cut, segment.to), (segment.from, cut)]
            } else {
                let cut = segment.from + segment.width().min(*left);
                [(segment.from, cut), (cut, segment.to)]
            };
            *left -= keeps.1 - keeps.0;
            kept.push(Segment { app: segment.app, from: keeps.0, to: keeps.1 });
            free.push(Segment { app: segment.app, from: frees.0, to: frees.1 });
        }
        let mut growing = wanted.iter().map(|&(app, _)| app).chain([NONE]).map(|app| (app, left[&app]));
        let (mut app, mut needs) = growing.next().unwrap_or((NONE, 0));
        for mut part in free {
            while part.from < part.to {
                while needs == 0
                    && let Some(next) = growing.next()
                {
                    (app, needs) = next;
                }
                let to = part.from + part.width().min(needs);
                kept.push(Segment { app, from: part.from, to });
                needs -= to - part.from;
                part.from = to;
            }
        }
        kept.retain(|segment| segment.from < segment.to);
        kept.sort_unstable_by_key(|segment| segment.from);
        kept.dedup_by(|next, last| {
            let joins = next.app == last.app;
            if joins {
                last.to = next.to;
            }
            joins
        });
        Self { segments: kept }
    }

    /// Bytes of its segments; none while all words are nobody's.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        const SEGMENT: u64 = 5;
        if *self == Self::default() { 0 } else { SEGMENT * self.segments.len() as u64 }
    }

    /// The segments of an application.
    pub fn of(&self, app: u8) -> impl Iterator<Item = Segment> {
        self.segments.iter().copied().filter(move |segment| segment.app == app)
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, Segment, WHOLE};

    fn made(segments: &[(u64, u64)]) -> bool {
        let segments: Vec<Segment> = segments.iter().map(|&(from, to)| Segment { app: 0, from, to }).collect();
        Layout::try_from(segments).is_ok()
    }

    #[test]
    fn a_layout_that_is_read_has_all_words_in_order() {
        assert!(made(&[(0, WHOLE)]) && made(&[(0, 5), (5, WHOLE)]));
        for bad in [
            &[][..],
            &[(1, WHOLE)],
            &[(0, WHOLE - 1)],
            &[(0, WHOLE + 1)],
            &[(0, 5), (6, WHOLE)],
            &[(0, 6), (5, WHOLE)],
            &[(0, 5), (5, 5), (5, WHOLE)],
            &[(5, WHOLE), (0, 5)],
        ] {
            assert!(!made(bad), "{bad:?}");
        }
    }
}
