//! Newscast: what two nodes keep of both views when they meet.
//!
//! A view is kept freshest first. The rule is that of the released code of Jelasity, Kowalczyk and van Steen: merging
//! is interleaving by age, and both nodes end with the same entries.
//!
//! ```text
//! order: by age; within an age the k-th entry of the one view, then the k-th of the other, then the next two
//! drop:  the two nodes themselves, and of two entries of one node the later
//! keep:  the first c - 1, behind a fresh entry of whom one has met
//! ```
//!
//! - [`crate::scalar::newscast`]: the twin, the specification;
//! - `vectors.rs`: 8 addresses at a time;
//! - `avx512.rs`: 16 addresses at a time, where the processor can ([`crate::machine`]).
//!
//! The twin also merges what seldom happens: views with empty places, which no form with vectors is shown, and those
//! that both decline: where it takes entries older than six cycles (seven with AVX-512) to fill a view.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod vectors;

use crate::machine::{Form, form};
use crate::scalar;
use crate::views::{NOBODY, Pair, View};

/// Newscast: both nodes keep the freshest entries of both views, and a fresh one of each other. Views are freshest
/// first, before and after.
///
/// A stamp is the low byte of the cycle in which the entry was made, and `now` that of this cycle; a node must
/// [`crate::views::forget`] before its entries are 256 cycles old. `partner_first`, a random bit of the meeting, says
/// whose entries precede those of the other within an age.
#[inline]
pub fn newscast(meeting: &mut Pair<'_>, now: u8, partner_first: bool) {
    let is_full = |view: &View<'_>| view.addresses.last().is_some_and(|&last| last != NOBODY);
    let are_full = is_full(&meeting.own_view) && is_full(&meeting.other_view);
    let merged = are_full
        && match form() {
            Form::Built => vectors::merge(meeting, now, partner_first),
            Form::Avx512 => wide(meeting, now, partner_first),
        };
    if !merged {
        scalar::newscast::merge(meeting, now, partner_first);
    }
}

/// The form for AVX-512, for the view lengths that it has; the other lengths do without.
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "instructions that the program was not built for")]
fn wide(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    if !avx512::ENTRIES.contains(&meeting.own_view.addresses.len()) {
        return vectors::merge(meeting, now, partner_first);
    }
    // SAFETY: `machine::form` is this form only if the processor has all features that the function is compiled for.
    unsafe { avx512::merge(meeting, now, partner_first) }
}

/// There is none for other processors.
#[cfg(not(target_arch = "x86_64"))]
fn wide(meeting: &mut Pair<'_>, now: u8, partner_first: bool) -> bool {
    vectors::merge(meeting, now, partner_first)
}
