//! From the rows of a trace to the sessions of each host.
//!
//! Archives have rows that are no sessions of their own. These rules make sessions of them, and count what they do:
//!
//! - **no end**: nothing stands there, 0 behind a begin above it, or the archive's own mark. The session lasts until
//!   the next one of its host begins, or to the end of the trace; it is left out if another row of the host has the
//!   same begin, and an end.
//! - **no length**: the session ends where it begins. It is left out, and so is a host without any other; the moment
//!   counts for how long the trace is.
//! - **repeated**: a row has the host, begin and end of another. It is left out.
//! - **overlapping**, **touching**: the session begins before, or when, an earlier one of its host ends. Both are one.
//!
//! That leaves rows that end before they begin, of which no reading is sensible.

use std::ops::Range;

use crate::fleet::table::{Fault, Faults, Ids, OPEN};
use crate::record::MendedRecord;
use crate::scenario::Replay;

/// The rows of a trace.
pub(super) struct Rows<'r> {
    /// Whose session each is.
    pub ids: &'r Ids,
    /// When it begins.
    pub begins: &'r [f64],
    /// When it ends.
    pub ends: &'r [f64],
    /// How long it lasts beyond its end.
    pub until: f64,
}

/// The sessions of a trace.
pub(super) struct Found {
    /// Sessions, from and up to, of one host after the other, counted from where the trace begins.
    pub sessions: Vec<[f64; 2]>,
    /// The sessions of each host, in the order of their ids.
    pub hosts: Vec<Range<u32>>,
    /// The host of each id; `None` if it has no session.
    pub of_id: Vec<Option<u32>>,
    /// When the trace begins.
    pub begins: f64,
    /// How long it is.
    pub length: f64,
    /// What was done to the rows.
    pub mended: MendedRecord,
}

impl Rows<'_> {
    /// The sessions of each host, and which rows make none. `replay` has the names of the columns.
    ///
    /// Sorts the rows: 24 bytes each.
    pub fn sessions(&self, replay: &Replay) -> (Found, Faults) {
        let mut faults = Faults::default();
        let ranks = self.ids.ranks();
        let (mut first, mut last) = (f64::INFINITY, f64::NEG_INFINITY);
        let mut rows: Vec<(u32, f64, f64)> = Vec::with_capacity(self.begins.len());
        for (row, (&begin, &end)) in self.begins.iter().zip(self.ends).enumerate() {
            // A negative zero is no other moment.
            let (begin, end) = (begin + 0.0, if is_open(begin, end) { OPEN } else { end + 0.0 });
            if end < begin {
                faults.note(|| backwards(replay, row + 1, begin, end));
            }
            let seen = if end.is_finite() { end } else { begin };
            (first, last) = (first.min(begin), last.max(seen + self.until));
            rows.push((ranks[self.ids.rows[row] as usize], begin, end));
        }
        rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.total_cmp(&b.2)));
        let mut found = Found {
            sessions: Vec::new(),
            hosts: Vec::new(),
            of_id: vec![None; self.ids.names.len()],
            begins: first,
            length: last - first,
            mended: MendedRecord::default(),
        };
        let mut of_rank = vec![None; self.ids.names.len()];
        for rows in rows.chunk_by(|a, b| a.0 == b.0) {
            let from = found.sessions.len();
            found.host(rows, self.until, last);
            if found.sessions.len() > from {
                of_rank[rows[0].0 as usize] = Some(found.hosts.len() as u32);
                found.hosts.push(from as u32..found.sessions.len() as u32);
            } else {
                found.mended.hosts_left_out_count += 1;
            }
        }
        found.of_id.iter_mut().zip(&ranks).for_each(|(host, &rank)| *host = of_rank[rank as usize]);
        (found, faults)
    }
}

impl Found {
    /// Takes the rows of a host, ascending by begin and end; those without an end come last of their begin.
    fn host(&mut self, rows: &[(u32, f64, f64)], until: f64, last: f64) {
        let own = self.sessions.len();
        for (k, &(_, begin, end)) in rows.iter().enumerate() {
            let before = k.checked_sub(1).map(|before| rows[before]);
            let mended = &mut self.mended;
            let is_there = |(_, begun, ended): (u32, f64, f64)| {
                is_same(begun, begin) && (is_same(ended, end) || !end.is_finite() && ended + until > begun)
            };
            if before.is_some_and(is_there) {
                mended.repeated_count += 1;
                continue;
            }
            let to = if end.is_finite() {
                end + until
            } else {
                mended.open_count += 1;
                rows[k + 1..].iter().find(|next| next.1 > begin).map_or(last, |next| next.1)
            };
            let session = [begin, to].map(|time| time - self.begins);
            let earlier = self.sessions[own..].last_mut();
            if is_same(to, begin) {
                mended.no_length_count += 1;
                continue;
            }
            match earlier {
                Some(earlier) if session[0] <= earlier[1] => {
                    // An open session ends where the next one begins: that is no mending of its own.
                    let was_open = before.is_some_and(|before| !before.2.is_finite());
                    if session[0] < earlier[1] {
                        mended.overlapping_count += 1;
                    } else if !was_open {
                        mended.touching_count += 1;
                    }
                    earlier[1] = earlier[1].max(session[1]);
                }
                _ => self.sessions.push(session),
            }
        }
    }
}

/// Whether a moment is the end of a session that was not over.
fn is_open(begin: f64, end: f64) -> bool {
    // Nothing ends before it begins: a 0 behind a begin above it stands for no end.
    !end.is_finite() || end.abs() == 0.0 && begin > 0.0
}

/// Whether two moments are the same.
fn is_same(one: f64, other: f64) -> bool {
    one.total_cmp(&other).is_eq()
}

fn backwards(replay: &Replay, row: usize, begin: f64, end: f64) -> Fault {
    Fault {
        row,
        message: format!(": a session from {begin} to {end}: it ends before it begins"),
        column: replay.to.clone(),
        help: "swap the two or remove the row; if the session was not over, leave its end empty or give what stands \
               there as `open_end` in [fleet.replay]"
            .to_owned(),
    }
}
