//! The last rows of a streamed table: those of the open part that no save has taken.

use std::ops::Range;

use super::rows::Batched;
use crate::trace::Meta;
use crate::trace::encoding::ROW_GROUP_ROWS;

/// Rows of the open part since the last save. They are kept beside what is encoded of them, since nobody can read an
/// encoded file before it is closed.
#[derive(Default)]
pub(super) struct Tail<R> {
    /// Cycles in the order of the rows, each with the number of its rows.
    cycles: Vec<(u32, usize)>,
    /// Columns of all of them; the cycle that stands here means nothing.
    rows: R,
}

impl<R: Batched> Tail<R> {
    /// Puts some of the `rows` behind those that are there.
    pub(super) fn append(&mut self, rows: &R, part: Range<usize>, meta: &Meta) {
        if self.rows.is_empty() {
            self.rows = R::empty(0, meta);
        }
        match self.cycles.last_mut() {
            Some((cycle, count)) if *cycle == rows.of_cycle() => *count += part.len(),
            _ => self.cycles.push((rows.of_cycle(), part.len())),
        }
        self.rows.append(rows, part);
    }

    /// The rows in batches of one cycle each, of a row group at most.
    pub(super) fn batches<'a>(&'a self, meta: &'a Meta) -> impl Iterator<Item = R> + 'a {
        let mut next = 0;
        let ranges = self.cycles.iter().flat_map(move |&(cycle, count)| {
            let (start, end) = (next, next + count);
            next = end;
            (start..end).step_by(ROW_GROUP_ROWS).map(move |from| (cycle, from..end.min(from + ROW_GROUP_ROWS)))
        });
        ranges.map(|(cycle, range)| {
            let mut batch = R::empty(cycle, meta);
            batch.append(&self.rows, range);
            batch
        })
    }
}
