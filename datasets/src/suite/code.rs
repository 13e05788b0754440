//! The code of an application: what a node must fetch from other members before it runs it.
//!
//! An application says of its code what it wants other than the scenario's `[subcloud]` has it, under
//! `[[suite.app]]`; what it says is signed with the suite. An upgrade is a version of the suite in which the number of
//! the code is another one: members fetch the new code while they run the old one, and pass that on.

use serde::{Deserialize, Serialize};

/// Chunks where nobody says how many.
const CHUNKS: u32 = 16;

/// The most chunks: a member holds a bit of each in a word.
pub(super) const MOST_CHUNKS: u64 = 64;

/// What is said of the code of an application, or of all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeSettings {
    /// Bytes of all chunks, at least 1.
    pub bytes: Option<u64>,
    /// Chunks, 1 to 64.
    pub chunks: Option<u32>,
    /// Chunks that either of two members sends the other when they meet, at least 1.
    pub per_exchange: Option<u32>,
    /// The number of the code, at least 1: another one is other code.
    pub version: Option<u32>,
}

/// The code of an application, which its members send each other chunk by chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Bytes of all chunks, at least 1.
    pub bytes: u64,
    /// Chunks, 1 to 64.
    pub chunks: u32,
    /// Chunks that either of two members sends the other when they meet, at least 1.
    pub per_exchange: u32,
    /// The number of the code, at least 1.
    pub version: u32,
}

impl CodeSettings {
    /// What holds where nobody says anything.
    pub(crate) const DEFAULT: Self =
        Self { bytes: None, chunks: Some(CHUNKS), per_exchange: Some(1), version: Some(1) };

    /// The same, with what it does not say taken from elsewhere.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.or(other.bytes),
            chunks: self.chunks.or(other.chunks),
            per_exchange: self.per_exchange.or(other.per_exchange),
            version: self.version.or(other.version),
        }
    }

    /// The code, if it is said how many bytes it has.
    #[must_use]
    pub fn code(self) -> Option<Code> {
        let Self { bytes, chunks, per_exchange, version } = self.or(Self::DEFAULT);
        Some(Code { bytes: bytes?, chunks: chunks?, per_exchange: per_exchange?, version: version? })
    }

    /// What is said, as a table in TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let said = self.numbers().into_iter().filter_map(|(key, value)| Some(format!("{key} = {}", value?)));
        format!("{{ {} }}", said.collect::<Vec<_>>().join(", "))
    }

    /// The numbers under their keys, in the order in which they are signed.
    pub(super) fn numbers(&self) -> [(&'static str, Option<u64>); 4] {
        let Self { bytes, chunks, per_exchange, version } = *self;
        [
            ("bytes", bytes),
            ("chunks", chunks.map(u64::from)),
            ("per_exchange", per_exchange.map(u64::from)),
            ("version", version.map(u64::from)),
        ]
    }
}
