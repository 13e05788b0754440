//! The best of some candidates: those that are nearest on each side, side by side.
//!
//! Distances of sixteen candidates are found at once. Few of them are better than the best so far, and these are put
//! among them one by one. Costs an instruction or two for each candidate that is too far.

use super::place::Space;

/// The most that are chosen, and the most candidates.
pub const MOST_CHOSEN: usize = 64;
/// The most candidates: an entry is numbered in a byte.
pub const MOST_CANDIDATES: usize = 255;

/// Candidates: where they stand, and the low byte of the cycle in which each entry was made.
#[derive(Clone, Copy, Debug)]
pub struct Candidates<'a, P> {
    /// Where they stand.
    pub places: &'a [P],
    /// When the entries were made.
    pub stamps: &'a [u8],
    /// The low byte of this cycle's number.
    pub now: u8,
    /// Entries that are older than that do not count.
    pub most_age: u8,
}

impl<P> Candidates<'_, P> {
    /// How many cycles ago an entry was made.
    #[inline]
    fn age(&self, number: usize) -> u8 {
        self.now.wrapping_sub(self.stamps[number])
    }
}

/// Those chosen of candidates, by their numbers: each member once.
#[derive(Debug)]
pub struct Chosen {
    numbers: [u8; MOST_CHOSEN],
    count: usize,
}

impl Chosen {
    /// Their numbers.
    #[must_use]
    pub fn numbers(&self) -> &[u8] {
        &self.numbers[..self.count]
    }
}

/// Candidates whose distances are found side by side.
const BLOCK: usize = 16;

/// The nearest on a side, ascending: how far each is, and its number.
struct Side<D> {
    all: [(D, u8); MOST_CHOSEN],
    count: usize,
    room: usize,
}

impl<D: Copy + Ord + Default> Side<D> {
    fn new(room: usize) -> Self {
        Self { all: [(D::default(), 0); MOST_CHOSEN], count: 0, room }
    }

    /// Whoever is farther than that is none of them.
    #[inline]
    fn limit(&self, farthest: D) -> D {
        if self.count < self.room { farthest } else { self.all[self.room.saturating_sub(1)].0 }
    }

    /// Offers one; `is_younger` says whether an entry of somebody who is there already is the younger one.
    #[inline]
    fn offer(&mut self, distance: D, number: u8, is_younger: impl Fn(u8) -> bool) {
        let all = &mut self.all[..self.room];
        if self.count == all.len() && all.last().is_none_or(|last| distance > last.0) {
            return;
        }
        let mut at = self.count;
        while at > 0 && all[at - 1].0 > distance {
            at -= 1;
        }
        if at > 0 && all[at - 1].0 == distance {
            if is_younger(all[at - 1].1) {
                all[at - 1].1 = number;
            }
            return;
        }
        let mut next = (distance, number);
        for held in all.iter_mut().take(self.count + 1).skip(at) {
            next = std::mem::replace(held, next);
        }
        self.count = (self.count + 1).min(self.room);
    }
}

/// The best `count` of some candidates for a member: on each side half of them, where there are two. A member of whom
/// there are several entries counts once, by the youngest.
///
/// # Panics
/// If more than [`MOST_CHOSEN`] are asked for, or there are more than [`MOST_CANDIDATES`] candidates.
#[must_use]
#[inline]
pub fn nearest<S: Space>(space: S, own: S::Place, candidates: &Candidates<'_, S::Place>, count: usize) -> Chosen {
    assert!(count <= MOST_CHOSEN && candidates.places.len() <= MOST_CANDIDATES);
    let room = if S::SIDES == 2 && !S::FILLS { count.div_ceil(2) } else { count };
    let mut sides = [Side::new(room), Side::new(if S::SIDES == 2 { room } else { 0 })];
    for (block, places) in candidates.places.chunks(BLOCK).enumerate() {
        let mut all = [own; BLOCK];
        all[..places.len()].copy_from_slice(places);
        let distances = all.map(|place| space.distances(own, place));
        // Most are farther than the farthest so far; whoever is as far is the same one, and may be a younger entry.
        let [limit, other_limit] = [sides[0].limit(S::FARTHEST), sides[1].limit(S::FARTHEST)];
        let is_near = |[one, other]: [S::Distance; 2]| {
            u8::from(one <= limit) | (u8::from(S::SIDES == 2) & u8::from(other <= other_limit))
        };
        let mut near = u128::from_le_bytes(distances.map(is_near));
        while near != 0 {
            let lane = (near.trailing_zeros() / u8::BITS) as usize;
            near &= near - 1;
            let number = block * BLOCK + lane;
            if number >= candidates.places.len() || candidates.age(number) > candidates.most_age {
                continue;
            }
            let age = candidates.age(number);
            for (side, distance) in sides.iter_mut().zip(distances[lane]).take(S::SIDES) {
                if distance != S::FARTHEST {
                    side.offer(distance, number as u8, |known| age < candidates.age(known.into()));
                }
            }
        }
    }
    let [one, other] = &sides;
    let half = count / 2;
    let first = one.count.min(if S::FILLS { count - other.count.min(half) } else { room });
    let second = other.count.min(if S::FILLS { count - first } else { room });
    // Of an odd number, the farthest of both sides goes.
    let (first, second) = match (first.checked_sub(1), second.checked_sub(1)) {
        (Some(last), Some(other_last)) if first + second > count => {
            if one.all[last].0 > other.all[other_last].0 {
                (last, second)
            } else {
                (first, other_last)
            }
        }
        _ => (first, second),
    };
    let mut chosen = Chosen { numbers: [0; MOST_CHOSEN], count: first };
    let number = |one: &(S::Distance, u8)| one.1;
    chosen.numbers.iter_mut().zip(one.all[..first].iter().map(number)).for_each(|(slot, number)| *slot = number);
    // Where there are few, the same ones are the nearest on both sides.
    for number in other.all[..second].iter().map(number) {
        if !chosen.numbers[..first].contains(&number) {
            chosen.numbers[chosen.count] = number;
            chosen.count += 1;
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::place::{Line, Ring, Torus};
    use super::*;

    fn chosen<S: Space>(space: S, own: S::Place, places: &[S::Place], count: usize) -> Vec<u8> {
        let stamps = vec![3; places.len()];
        let candidates = Candidates { places, stamps: &stamps, now: 3, most_age: 20 };
        let mut numbers = nearest(space, own, &candidates, count).numbers().to_vec();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn half_of_them_are_of_each_side() {
        assert_eq!(chosen(Ring, 100, &[90, 95, 99, 101, 105, 110], 2), [2, 3]);
        assert_eq!(chosen(Ring, 100, &[101, 102, 103, 104, 99], 4), [0, 1, 3, 4]);
    }

    #[test]
    fn an_odd_number_has_the_nearer_one_of_both_sides() {
        assert_eq!(chosen(Ring, 100, &[90, 99, 103], 1), [1]);
        assert_eq!(chosen(Ring, 100, &[90, 97, 101, 105], 3), [1, 2, 3]);
    }

    #[test]
    fn few_on_a_ring_are_all_there_once() {
        assert_eq!(chosen(Ring, 100, &[1, 2, 3], 8), [0, 1, 2]);
    }

    #[test]
    fn at_the_end_of_a_line_there_are_more_of_the_other_side() {
        assert_eq!(chosen(Line, 5, &[1, 2, 3, 4, 6], 4), [1, 2, 3, 4]);
        assert_eq!(chosen(Line, 0, &[1, 2, 3, 4, 6], 4), [0, 1, 2, 3]);
    }

    #[test]
    fn the_youngest_entry_of_a_member_counts() {
        let candidates = Candidates { places: &[7, 9, 7, 7], stamps: &[1, 3, 3, 2], now: 4, most_age: 20 };
        assert_eq!(nearest(Torus, 0, &candidates, 2).numbers(), [2, 1]);
        let candidates = Candidates { most_age: 2, ..candidates };
        assert_eq!(nearest(Torus, 0, &candidates, 4).numbers(), [2, 1]);
        let candidates = Candidates { most_age: 0, ..candidates };
        assert!(nearest(Torus, 0, &candidates, 4).numbers().is_empty());
    }
}
