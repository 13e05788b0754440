//! Which rows of a column take part.

use rayon::prelude::*;

use super::column::Column;
use super::split::Split;

/// The byte by which a mask marks a row as a member; any other byte says that it is none.
pub const MEMBER: u8 = 1;

/// Which rows take part: all of them, or those that a column of bytes marks with [`MEMBER`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mask<'a>(Option<&'a [u8]>);

impl<'a> Mask<'a> {
    /// All rows take part.
    pub const ALL: Self = Self(None);

    /// The rows that these bytes mark.
    #[must_use]
    pub fn of(marks: &'a [u8]) -> Self {
        Self(Some(marks))
    }

    /// The rows that a column marks, or all if there is no such column.
    #[must_use]
    pub fn from(column: Option<&'a Column<u8>>) -> Self {
        Self(column.map(|column| &**column))
    }

    /// The bytes; `None` if all rows take part.
    #[inline]
    #[must_use]
    pub fn marks(self) -> Option<&'a [u8]> {
        self.0
    }

    /// Whether a row takes part.
    #[inline]
    #[must_use]
    pub fn holds(self, row: usize) -> bool {
        self.0.is_none_or(|marks| marks[row] == MEMBER)
    }

    /// How many of so many rows take part. Reads a byte a row.
    #[must_use]
    pub fn count(self, rows: usize) -> usize {
        self.0.map_or(rows, |marks| marks.par_iter().filter(|&&mark| mark == MEMBER).count())
    }
}

impl Split for Mask<'_> {
    fn rows(&self) -> usize {
        self.0.rows()
    }
    fn cut(self, middle: usize) -> (Self, Self) {
        let (before, after) = self.0.cut(middle);
        (Self(before), Self(after))
    }
}
