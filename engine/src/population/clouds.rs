//! To which cloud each place belongs, where clouds are several: those of the beginning, and those that part from
//! others. Whoever is at the place belongs to it, be it the same node as before or another one.
//!
//! A place has a number for life, or until it parts: a byte a node. Clouds that become one keep their numbers apart, so
//! that it can be told how they mix; which cloud a number stands for now is a table of 256 bytes, which stays in cache.

use crate::memory::{Column, Kind, fields};

/// How many numbers a byte can tell apart.
pub const NUMBERS: usize = 256;

/// To which cloud each place belongs.
#[derive(Debug)]
pub struct Clouds {
    /// The number of each place.
    pub of: Column<u8>,
    /// The number of the cloud to which those of a number belong now.
    pub now: Column<u8>,
    /// Whom some nodes meet in this cycle instead of an entry of their view, ascending by node.
    pub calls: Vec<(u32, u32)>,
}

/// Who belongs to the same cloud.
#[derive(Clone, Copy, Debug)]
pub struct Borders<'a> {
    /// The number of each place.
    pub of: &'a [u8],
    now: &'a [u8],
}

impl Borders<'_> {
    /// The cloud of a node.
    #[inline]
    #[must_use]
    pub fn cloud(&self, node: u32) -> u8 {
        self.cloud_now(self.of[node as usize])
    }

    /// The cloud to which those of a number belong now.
    #[inline]
    #[must_use]
    pub fn cloud_now(&self, number: u8) -> u8 {
        self.now[usize::from(number)]
    }

    /// Whether messages arrive between two nodes.
    #[inline]
    #[must_use]
    pub fn join(&self, node: u32, other: u32) -> bool {
        self.cloud(node) == self.cloud(other)
    }
}

impl Clouds {
    /// The columns.
    #[must_use]
    pub fn declare() -> Self {
        Self {
            of: Column::new(Kind::Slow, "clouds"),
            now: Column::new(Kind::Slow, "clouds-now").of_rows(NUMBERS),
            calls: Vec::new(),
        }
    }

    /// Who belongs to the same cloud.
    #[must_use]
    pub fn borders(&self) -> Borders<'_> {
        Borders { of: &self.of, now: &self.now }
    }

    /// Every number stands for a cloud of its own, and all places belong to the first.
    pub fn begin(&mut self) {
        self.of.fill(0);
        self.now.iter_mut().enumerate().for_each(|(number, now)| *now = number as u8);
    }
}

fields!(Clouds { of, now } but calls);
