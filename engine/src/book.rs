//! All that lasts from one cycle to the next, beside the columns.

use datasets::trace::CycleRow;
use serde::{Deserialize, Serialize};

use crate::aggregate::GroupCourse;
use crate::error::Error;
use crate::{application, government, observer, own};

/// The book of a run: with the columns, all that the cycles to come depend on. What can be found again from the
/// scenario is not in it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Book {
    /// Cycles completed.
    pub cycle: u32,
    /// The course of each group of aggregates.
    pub aggregation: Vec<GroupCourse>,
    /// Versions, moves, constraints.
    pub government: (government::VersionsBook, government::Course),
    /// What has happened inside applications, if anything does.
    pub applications: Option<application::Course>,
    /// What has been sent by protocols among members.
    pub own: own::OwnCourse,
    /// What the observer has found.
    pub observer: observer::Known,
    /// What has happened since the last row.
    pub counts: CycleRow,
}

impl Book {
    /// The book that these bytes are.
    ///
    /// # Errors
    /// If they are no book, or one of another version of the engine.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let read = postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty());
        read.map(|(book, _)| book).ok_or_else(|| Error::State { what: "its book cannot be read".to_owned() })
    }

    /// The book as bytes, the same for the same book.
    ///
    /// # Panics
    /// Never: there is room for bytes, and everything in a book can be written.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_else(|error| unreachable!("a book can be written: {error}"))
    }
}
