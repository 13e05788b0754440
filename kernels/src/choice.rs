//! Whom a node meets: an entry of its view, or a random member.

use crate::philox::Stream;
use crate::scalar::index;
use crate::views::{NOBODY, View, Words};

/// The entry at a random place, and if nobody is there, at others in random order until somebody is; if it is not
/// accepted and the node may `retry`, others in random order. `words` are drawn only if the first place will not do.
pub fn any(
    addresses: &[u32],
    first: u32,
    words: impl Fn() -> Words,
    retry: bool,
    accept: impl Fn(u32) -> bool,
) -> Option<usize> {
    let place = first as usize;
    if addresses[place] != NOBODY && accept(addresses[place]) {
        return Some(place);
    }
    if addresses[place] != NOBODY && !retry {
        return None;
    }
    let mut words = words();
    let count = addresses.iter().take_while(|&&address| address != NOBODY).count();
    let mut rest: Vec<usize> = (0..count).filter(|&other| other != place).collect();
    while !rest.is_empty() {
        let next = rest.swap_remove(words.below(rest.len()));
        if accept(addresses[next]) {
            return Some(next);
        }
        if !retry {
            return None;
        }
    }
    None
}

/// The oldest entry, of several any; if it is not accepted and the node may `retry`, the next.
pub fn oldest(view: &View<'_>, words: &mut Words, retry: bool, accept: impl Fn(u32) -> bool) -> Option<usize> {
    let mut rest: Vec<usize> = (0..view.len()).collect();
    while !rest.is_empty() {
        let age = rest.iter().map(|&place| view.ages[place]).max()?;
        let ties: Vec<usize> = (0..rest.len()).filter(|&k| view.ages[rest[k]] == age).collect();
        let place = rest.swap_remove(if ties.len() == 1 { ties[0] } else { ties[words.below(ties.len())] });
        if accept(view.addresses[place]) {
            return Some(place);
        }
        if !retry {
            return None;
        }
    }
    None
}

/// The first member other than itself that a node draws: `first`, or further ones from a stream. `marks` has a 1 for
/// each member; there must be two.
#[must_use]
pub fn other(stream: &Stream, node: u32, first: u32, marks: &[u8]) -> u32 {
    let others = marks.len() as u32 - 1;
    let mut partner = first;
    let mut attempt = 1;
    while marks[partner as usize] != 1 {
        // Any word will do that is neither biased nor used: again by rejection.
        if let Some(index) = index(stream.word(node, attempt), others) {
            partner = index + u32::from(index >= node);
        }
        attempt += 1;
    }
    partner
}
