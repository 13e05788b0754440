//! Ranking: what a node remembers of others, and what it makes of it.

use kernels::exchange::{Cross, Nodes, REQUEST_LOST};
use kernels::ranking::{Memory, nearest, smaller, tell, words};
use kernels::slicing::Slot;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    /// A ring of bits is the last comparisons of a list; without a window all count.
    #[test]
    fn the_rank_is_the_share_of_the_smaller_ones_among_those_remembered(
        seen in vec(any::<bool>(), 0..400),
        window in prop::sample::select(vec![0_usize, 32, 64, 128]),
    ) {
        let mut record = vec![0; words(window)];
        let mut memory = Memory::of(&mut record);
        for (count, &is_smaller) in (1..).zip(&seen) {
            memory.add(is_smaller);
            let kept = &seen[if window == 0 { 0 } else { count.max(window) - window }..count];
            let share = ((kept.iter().filter(|&&is_smaller| is_smaller).count() as u64) << 32) / kept.len() as u64;
            prop_assert_eq!(memory.rank(), Some(share.min(u32::MAX.into()) as u32));
        }
        memory.clear();
        prop_assert_eq!(memory.rank(), None);
    }

    /// A node counts itself below what it equals: of two equal attributes the one at the lower index is smaller.
    #[test]
    fn those_are_smaller_whose_attribute_is_or_equal_at_a_lower_index(
        own in (0..9_u32, 0..100_u32),
        others in vec((0..9_u32, 0..100_u32), 0..=128),
    ) {
        let slot = |(key, _): (u32, u32)| Slot::new(key, 7);
        let seen: Vec<Slot> = others.iter().map(|&other| slot(other).seen_from(own.1 < other.1)).collect();
        let bits = smaller(slot(own), &seen);
        for (k, &other) in others.iter().enumerate() {
            let is_smaller = other.0 < own.0 || other.0 == own.0 && other.1 <= own.1;
            prop_assert_eq!(bits >> k & 1 == 1, is_smaller);
        }
    }

    #[test]
    fn the_nearest_to_a_border_is_found_from_anywhere_on(
        ids in vec(0..1_000_u32, 0..40),
        borders in vec(0..1_000_u32, 0..4),
        first in 0..40_usize,
    ) {
        let candidates: Vec<Slot> = ids.iter().map(|&id| Slot::new(0, id)).collect();
        let first = if ids.is_empty() { 0 } else { first % ids.len() };
        let distance = |id: u32| borders.iter().map(|&border| id.abs_diff(border)).min();
        let found = nearest(&candidates, &borders, first);
        prop_assert_eq!(found.is_some(), !ids.is_empty() && !borders.is_empty());
        if let Some(found) = found {
            let least = ids.iter().filter_map(|&id| distance(id)).min();
            prop_assert_eq!(distance(ids[found]), least);
            let mut before = (0..ids.len()).map(|k| (first + k) % ids.len()).take_while(|&k| k != found);
            prop_assert!(before.all(|k| distance(ids[k]) > least), "of equal ones the first");
        }
    }
}

#[test]
fn who_is_told_remembers_and_a_lost_message_tells_nobody() {
    let cells = words(0);
    let record = |key: u32| vec![key, 0, 0];
    let (mut own, mut other) = ([record(5), record(9)].concat(), [record(5), record(7)].concat());
    let mut ends = Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&10)] };
    // 5 tells 5, at a higher index: it is smaller. 9 tells 7: it is not. 5 tells 7, and that is lost.
    let tally = tell(&mut ends, &[0, 1, 0], &[0, 1, 1], &[0, 0, REQUEST_LOST], cells);
    assert_eq!((tally.requests, tally.one_way, tally.requests_lost), (3, 2, 1));
    assert_eq!(tally.messages(), 3, "nobody replies");
    assert_eq!(&other[1..3], [1, 1]);
    assert_eq!(&other[4..6], [1, 0]);
    assert_eq!([own[1], own[4]], [0, 0], "who tells remembers nothing");
}
