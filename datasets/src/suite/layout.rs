//! Which words of the draws for life belong to which random application, as the signer of a version lays them out.
//!
//! Every node draws a word for life, uniform below 2^32, for the random applications without a condition, and another
//! one for those of each condition: a *draw*. The applications of a draw share out all words, so that a node that knows
//! its word and the layout knows where it belongs:
//!
//! ```toml
//! [[suite.layout]]                              # one for each draw
//! apps = ["chat", "game", ""]                   # whose words these are; "" for nobody's
//! ends = [2147483648, 3435973837, 4294967296]   # the word behind the last one of each
//! ```
//!
//! Here a node with the word 3,000,000,000 belongs to "game". The next version is laid out from the one before, so that
//! no more nodes move than must. A version may leave its layout out: nodes then find it themselves, from the layout of
//! the version before and from what the applications ask for.

use serde::{Deserialize, Serialize};

use super::Suite;
use crate::written::quoted;

/// All words of a draw.
pub const WORDS: u64 = 1 << 32;

/// Who has which words of a draw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draw {
    /// Runs of words in order, from 0 to [`WORDS`], at least one of them an application's.
    pub segments: Vec<Segment>,
}

/// A run of words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// The application to which they belong; `None` if they are nobody's.
    pub app: Option<String>,
    /// The word behind the last one.
    pub end: u64,
}

impl Draw {
    /// The words of an application: the first one of each run, and the one behind its last.
    pub fn words_of<'d>(&'d self, app: &'d str) -> impl Iterator<Item = [u64; 2]> + 'd {
        let begins = std::iter::once(0).chain(self.segments.iter().map(|segment| segment.end));
        let runs = begins.zip(&self.segments).filter(move |(_, segment)| segment.app.as_deref() == Some(app));
        runs.map(|(from, segment)| [from, segment.end])
    }

    /// Whether an application has words of this draw.
    #[must_use]
    pub fn has(&self, app: &str) -> bool {
        self.segments.iter().any(|segment| segment.app.as_deref() == Some(app))
    }

    /// The layout of this draw in TOML.
    pub(super) fn lines(&self) -> [String; 3] {
        let names: Vec<String> =
            self.segments.iter().map(|segment| quoted(segment.app.as_deref().unwrap_or(""))).collect();
        let ends: Vec<String> = self.segments.iter().map(|segment| segment.end.to_string()).collect();
        let table = format!("[[{TABLE}]]");
        [table, format!("apps = [{}]", names.join(", ")), format!("ends = [{}]", ends.join(", "))]
    }
}

/// The table of a draw in a file.
pub(super) const TABLE: &str = "suite.layout";

/// The words of an application under a suite.
pub(super) fn words_of(suite: &Suite, app: &str) -> Vec<[u64; 2]> {
    suite.layout.iter().flat_map(|draw| draw.words_of(app)).collect()
}
