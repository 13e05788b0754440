//! The best of some candidates: those that are nearest on each side, side by side.
//!
//! Of each candidate it is counted how many are nearer, by comparing all pairs. Some 80 candidates are 6,400
//! comparisons, eight in an instruction. That is faster than to sort them: no jump depends on what is found.

use super::place::{Distance, MOST_RANKED, Space};

/// The most that are chosen, and the most candidates.
pub const MOST_CHOSEN: usize = 64;
/// The most candidates: an entry is numbered in a byte.
pub const MOST_CANDIDATES: usize = MOST_RANKED - 1;

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

/// An entry that is none: all others are less.
const NONE: u16 = u16::MAX;

/// Candidates in order of their distances: at the rank of each, which is how many are nearer, its youngest entry.
struct Ranked {
    /// The age of an entry and, in the lower byte, its number; [`NONE`] where a member has several entries.
    entries: [u16; MOST_CANDIDATES + 1],
    /// Those who count: all are nearer than those who do not.
    count: usize,
}

/// Ranks of some who are chosen.
type Ranks = ([u8; MOST_CHOSEN], usize);

impl Ranked {
    #[inline]
    fn new<S: Space>(space: S, own: S::Place, candidates: &Candidates<'_, S::Place>) -> Self {
        let Candidates { places, stamps, now, most_age } = *candidates;
        let mut distances = [S::Distance::FARTHEST; MOST_CANDIDATES + 1];
        let mut ages = [0; MOST_CANDIDATES + 1];
        let mut count = 0;
        for (((distance, age), place), stamp) in distances.iter_mut().zip(&mut ages).zip(places).zip(stamps) {
            *age = now.wrapping_sub(*stamp);
            let away = space.distance(own, *place);
            *distance = if *age > most_age { S::Distance::FARTHEST } else { away };
            count += usize::from(*distance != S::Distance::FARTHEST);
        }
        let mut ranks = [0; MOST_CANDIDATES + 1];
        S::Distance::ranks(&distances[..places.len()], &mut ranks[..places.len()]);
        let mut entries = [NONE; MOST_CANDIDATES + 1];
        for (number, (rank, age)) in (0..).zip(ranks.iter().zip(ages)).take(places.len()) {
            let entry = &mut entries[usize::from(*rank)];
            *entry = (*entry).min(u16::from(age) << u8::BITS | number);
        }
        Self { entries, count }
    }

    /// The first of some ranks that are anybody's, so many or all.
    #[inline]
    fn first(&self, ranks: impl Iterator<Item = usize>, count: usize) -> Ranks {
        let (mut found, mut next) = ([0; MOST_CHOSEN], 0);
        for rank in ranks {
            if next == count.min(MOST_CHOSEN) {
                break;
            }
            found[next] = rank as u8;
            next += usize::from(self.entries[rank] != NONE);
        }
        (found, next)
    }

    /// The number of the entry of a rank.
    #[inline]
    fn number(&self, rank: u8) -> u8 {
        self.entries[usize::from(rank)] as u8
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
    let ranked = Ranked::new(space, own, candidates);
    let room = if S::SIDES == 2 && !S::FILLS { count.div_ceil(2) } else { count };
    // Where sides differ, ranks below are those behind the ones above.
    let border = if S::FILLS {
        let above = |number: usize| space.is_above(own, candidates.places[number]);
        (0..ranked.count).position(|rank| ranked.entries[rank] != NONE && !above(ranked.number(rank as u8).into()))
    } else {
        None
    };
    let border = if S::FILLS { border.unwrap_or(ranked.count) } else { 0 };
    let (above, one) = ranked.first(0..if S::FILLS { border } else { ranked.count }, room);
    let (below, other) = ranked.first((border..ranked.count).rev(), if S::SIDES == 2 { room } else { 0 });
    let half = count / 2;
    let first = one.min(if S::FILLS { count - other.min(half) } else { room });
    let second = other.min(if S::FILLS { count - first } else { room });
    // Of an odd number, the farthest of both sides goes.
    let (first, second) = match (first.checked_sub(1), second.checked_sub(1)) {
        (Some(last), Some(other_last)) if first + second > count => {
            let distance = |rank: u8| space.distance(own, candidates.places[usize::from(ranked.number(rank))]);
            if distance(above[last]) > distance(below[other_last]).down() {
                (last, second)
            } else {
                (first, other_last)
            }
        }
        _ => (first, second),
    };
    let mut chosen = Chosen { numbers: [0; MOST_CHOSEN], count: first };
    for (slot, rank) in chosen.numbers.iter_mut().zip(&above[..first]) {
        *slot = ranked.number(*rank);
    }
    // Where there are few, the same ones are the nearest on both sides.
    let last = above[..first].last();
    for rank in below[..second].iter().take_while(|rank| last.is_none_or(|last| *rank > last)) {
        chosen.numbers[chosen.count] = ranked.number(*rank);
        chosen.count += 1;
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::super::place::{Line, Ring, Torus, Tree};
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

    /// The same, member by member.
    fn searched<S: Space>(space: S, own: S::Place, candidates: &Candidates<'_, S::Place>, count: usize) -> Vec<u8> {
        let Candidates { places, stamps, now, most_age } = *candidates;
        let age = |number: &usize| now.wrapping_sub(stamps[*number]);
        let mut known: Vec<usize> = (0..places.len()).filter(|k| places[*k] != own && age(k) <= most_age).collect();
        known.sort_by_key(|number| (space.distance(own, places[*number]), age(number)));
        known.dedup_by_key(|number| places[*number]);
        let (above, below): (Vec<usize>, Vec<usize>) = match (S::SIDES, S::FILLS) {
            (1, _) => (known.clone(), Vec::new()),
            (_, false) => (known.clone(), known.iter().rev().copied().collect()),
            (_, true) => {
                let (above, below): (Vec<_>, Vec<_>) =
                    known.iter().partition(|number| space.is_above(own, places[**number]));
                (above, below.into_iter().rev().collect())
            }
        };
        let (mut first, mut second) = (above.len().min(count), below.len().min(count));
        if S::SIDES == 2 {
            if S::FILLS {
                first = first.min(count - second.min(count / 2));
                second = second.min(count - first);
            } else {
                [first, second] = [first, second].map(|side| side.min(count.div_ceil(2)));
            }
            if first + second > count {
                let away = |number: usize| space.distance(own, places[number]);
                let is_above_farther = away(above[first - 1]) > away(below[second - 1]).down();
                (first, second) = if is_above_farther { (first - 1, second) } else { (first, second - 1) };
            }
        }
        let mut all: Vec<u8> = above[..first].iter().chain(&below[..second]).map(|number| *number as u8).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn assert_searched<S: Space>(space: S, place: impl Fn(u32) -> S::Place) {
        let mut words = crate::views::Words::new(crate::philox::Stream::new(1, 2, 3), 4);
        for round in 0..3_000 {
            let (len, range) = (words.below(100), 1 + words.below(150));
            let places: Vec<S::Place> = (0..len).map(|_| place(words.below(range) as u32)).collect();
            let stamps: Vec<u8> = (0..len).map(|_| words.below(8) as u8).collect();
            let candidates = Candidates { places: &places, stamps: &stamps, now: 7, most_age: words.below(9) as u8 };
            let (own, count) = (place(words.below(range) as u32), words.below(25));
            let mut found = nearest(space, own, &candidates, count).numbers().to_vec();
            found.sort_unstable();
            // Of two entries of a member that are as old as each other, the first.
            assert_eq!(found, searched(space, own, &candidates, count), "round {round}");
        }
    }

    #[test]
    fn the_nearest_are_those_of_a_search() {
        assert_searched(Ring, |k| crate::scalar::mixed([1, 2], k));
        assert_searched(Torus, |k| crate::scalar::mixed([1, 2], k));
        assert_searched(Tree, |k| k + 1);
        assert_searched(Line, |k| u64::from(k % 7) << 32 | u64::from(k));
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
