//! The twin of Newscast: an entry after the other.

use super::mixed;
use crate::views::{OLDEST, Pair};

/// What two nodes keep of both views (see [`crate::newscast::newscast`]).
pub fn merge(meeting: &mut Pair<'_>, now: u8, seed: [u32; 2]) {
    let Pair { own, other, own_view, other_view, reply_lost } = meeting;
    let entries = own_view.addresses.len();
    // (address, age, stamp, slot) of all entries, without the two nodes and without older copies. The slots of the
    // second view begin in the next word of 32.
    let half = entries.next_multiple_of(32);
    let mut union: Vec<(u32, u8, u8, usize)> = Vec::new();
    let slots = (0..).zip(own_view.entries()).chain((half..).zip(other_view.entries()));
    for (slot, (address, stamp)) in slots {
        let age = now.wrapping_sub(stamp).min(OLDEST);
        match union.iter().position(|&(known, ..)| known == address) {
            _ if address == *own || address == *other => {}
            // The younger one stays, where it is.
            Some(place) if age < union[place].1 => {
                union.remove(place);
                union.push((address, age, stamp, slot));
            }
            Some(_) => {}
            None => union.push((address, age, stamp, slot)),
        }
    }
    let mut ages: Vec<u8> = union.iter().map(|&(_, age, ..)| age).collect();
    ages.sort_unstable();
    let last = if entries == 1 { 0 } else { ages.get(entries - 2).copied().unwrap_or(OLDEST) };
    let ties: Vec<usize> = union.iter().filter(|&&(_, age, ..)| age == last).map(|&(.., slot)| slot).collect();
    let room = entries - 1 - ages.iter().filter(|&&age| age < last).count();
    for (number, view, met, keep) in [(0, own_view, *other, *reply_lost), (1, other_view, *own, false)] {
        let bit = |plane: usize, slot: usize| {
            let word = (2 * plane + number) * (half / 16) + slot / 32;
            mixed(seed, word as u32) >> (slot % 32) & 1 == 1
        };
        let chosen = choose(ties.clone(), room, bit);
        let stays = |&&(_, age, _, slot): &&(u32, u8, u8, usize)| age < last || chosen.contains(&slot);
        if !keep {
            let kept = union.iter().filter(stays).map(|&(address, _, stamp, _)| (address, stamp));
            view.fill(kept.chain(std::iter::once((met, now))));
        }
    }
}

/// A random choice of `count` of some slots: those first in the order of their random bits, of which there are as many
/// planes as it takes. Those whose bit is set are taken, unless these are too many: then the others go.
fn choose(mut open: Vec<usize>, count: usize, bit: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut chosen = Vec::new();
    for plane in 0.. {
        if chosen.len() + open.len() <= count {
            chosen.append(&mut open);
        }
        if chosen.len() == count || open.is_empty() {
            break;
        }
        let (mut ones, zeros): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&slot| bit(plane, slot));
        if chosen.len() + ones.len() <= count {
            chosen.append(&mut ones);
            open = zeros;
        } else {
            open = ones;
        }
    }
    chosen
}
