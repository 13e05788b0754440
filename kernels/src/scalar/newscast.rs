//! The twin of Newscast: an entry after the other.

use crate::views::{OLDEST, Pair};

/// What two nodes keep of both views (see [`crate::newscast::newscast`]).
pub fn merge(meeting: &mut Pair<'_>, now: u8, partner_first: bool) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let room = own_view.addresses.len() - 1;
    // All entries: (age, number among the entries of this age in its view, view, address, stamp).
    let mut union: Vec<(u8, usize, bool, u32, u8)> = Vec::new();
    for (view, second) in [(&*own_view, partner_first), (&*other_view, !partner_first)] {
        let (mut last, mut number) = (None, 0);
        for (address, stamp) in view.entries() {
            let age = now.wrapping_sub(stamp).min(OLDEST);
            number = if last == Some(age) { number + 1 } else { 0 };
            last = Some(age);
            union.push((age, number, second, address, stamp));
        }
    }
    union.sort_unstable();
    let mut kept: Vec<(u32, u8)> = Vec::with_capacity(room);
    for (.., address, stamp) in union {
        let known = kept.iter().any(|&(known, _)| known == address);
        if kept.len() < room && !known && address != *own && address != *other {
            kept.push((address, stamp));
        }
    }
    other_view.fill([(*own, now)].into_iter().chain(kept.iter().copied()));
    if !*reply_lost {
        own_view.fill([(*other, now)].into_iter().chain(kept));
    }
}
