//! What people write in TOML, be it a scenario or a suite: where each value stands, numbers and moments as they are
//! spelt, and errors that point at them.

mod document;
mod moment;
mod naming;
mod number;
mod spelling;

use std::ops::Range;

use crate::error::{Error, Kind};

pub(crate) use document::{Document, keys, nearest, read_text};
pub(crate) use moment::Moment;
pub use naming::{alike, fault};
pub(crate) use spelling::{At, Named, Number, Whole, quoted};

/// From what is written to what is meant: ranges are checked, names resolved.
pub(crate) struct Check<'d, 't> {
    /// The document that errors point into.
    pub document: &'d Document<'t>,
    /// Whether the number of cycles comes from the command line.
    pub shortened: bool,
}

impl Check<'_, '_> {
    pub(crate) fn refuse(&self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Error {
        self.document.error(Kind::Value, span, message).helped(help)
    }
}
