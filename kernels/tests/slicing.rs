//! Candidates, swaps and farewells, against their definitions.

use std::array::from_fn;

use kernels::coarse::{Bins, COMPARED, Coarse, compare};
use kernels::exchange::{BATCH, Cross, Nodes, REPLY_LOST, REQUEST_LOST, WINDOW, Windowed, Within};
use kernels::philox::Stream;
use kernels::scalar;
use kernels::slicing::{Slot, first_misplaced, ordered, ordered_max_gain, out_of_order, part, retest};

/// Slots with few keys and ids, so that both tie often.
fn slots(count: usize, values: u32, draw: u32) -> Vec<Slot> {
    let stream = Stream::new(9, 0, 0);
    let word = |node: usize, draw| (u64::from(stream.word(node as u32, draw)) * u64::from(values) >> 32) as u32;
    (0..count).map(|node| Slot::new(1 + word(node, draw), word(node, draw + 1))).collect()
}

#[test]
fn misplaced_candidates_are_those_of_the_scalar_twin() {
    for values in [3, 50, u32::MAX] {
        for count in 0..=32 {
            let all = slots(500, values, 0);
            for start in 0..all.len() - count.max(1) {
                let (own, candidates) = (all[start], &all[start + 1..start + 1 + count.min(all.len() - start - 1)]);
                // Groups are filled up with oneself, who is never misplaced.
                let groups: Vec<[Slot; 4]> =
                    candidates.chunks(4).map(|four| from_fn(|k| four.get(k).copied().unwrap_or(own))).collect();
                let found = first_misplaced(own, &groups, |group| *group);
                assert_eq!(found, scalar::slicing::first_misplaced(own, candidates), "{own:?} {candidates:?}");
            }
        }
    }
}

#[test]
fn coarse_slots_tell_most_pairs_apart_and_none_wrongly() {
    let nodes = 5000;
    let ids = slots(nodes, u32::MAX, 2);
    for values in [1, 3, u32::MAX] {
        let slot = |(key, id): (&Slot, &Slot)| Slot::new(key.key(), id.id());
        let all: Vec<Slot> = slots(nodes, values, 0).iter().zip(&ids).map(slot).collect();
        let place = |node: usize| all[node].place(node as u32);
        let bins = Bins::of(&mut (0..nodes).step_by(7).map(place).collect::<Vec<_>>());
        let takes_part = |node: usize| node % 10 != 3;
        let coarse = |k: usize| if takes_part(k) { bins.coarse(all[k], k as u32) } else { Coarse::ABSENT };
        let (mut open_pairs, mut pairs) = (0, 0);
        for node in (0..nodes).filter(|&node| takes_part(node)) {
            let others: [usize; COMPARED] = from_fn(|k| (node * 7 + 1 + k * 1543) % nodes);
            let (own, coarse) = (coarse(node), others.map(coarse));
            let [wrong, open] = compare(own, coarse);
            assert_eq!([wrong, open], scalar::slicing::compare(own, coarse));
            open_pairs += open.count_ones();
            for (k, other) in others.into_iter().enumerate() {
                let (is_wrong, is_open) = (wrong >> k & 1 == 1, open >> k & 1 == 1);
                if takes_part(other) {
                    let truth = out_of_order(all[node], all[other], node < other);
                    assert!(is_open || is_wrong == truth, "{values} values: {node} and {other}");
                    pairs += 1;
                } else {
                    assert!(!is_wrong && !is_open, "{other} takes no part");
                }
            }
        }
        // One in fifteen lies in the same bin of places, one in sixteen in the same of ids: .125 of the pairs.
        let share = f64::from(open_pairs) / f64::from(pairs);
        assert!((0.12..0.135).contains(&share), "{values} values: {share} of the pairs are open");
    }
}

#[test]
fn bins_of_nobody_tell_nobody_apart() {
    let bins = Bins::of(&mut []);
    let others = from_fn(|k| bins.coarse(Slot::new(k as u32, (k as u32) << 28), k as u32));
    assert_eq!(compare(others[0], others), [0, u32::MAX]);
}

/// One candidate for each of the nodes 0.., the candidate's place being given.
fn rows(places: &[u32]) -> Vec<[u32; BATCH]> {
    let mut row = [0; BATCH];
    row[..places.len()].copy_from_slice(places);
    vec![row]
}

#[test]
fn ties_of_the_attribute_are_broken_by_the_place_in_the_cloud() {
    for lower in [true, false] {
        let (mut own, mut other) = ([Slot::new(5, 900)], [Slot::new(5, 100)]);
        let firsts = [!lower, lower].map(u32::from);
        let nodes = [Nodes::from(&firsts[0]), Nodes::from(&firsts[1])];
        let mut ends = Cross { own: &mut own, other: &mut other, nodes };
        let tally = ordered(&mut ends, &[0], &rows(&[0]), &[]);
        // The lower node must hold the lower id.
        assert_eq!(tally.requests, u64::from(lower));
        assert_eq!(own[0].id(), if lower { 100 } else { 900 });
        assert_eq!(other[0].id(), if lower { 900 } else { 100 });
    }
    let mut both = [Slot::new(5, 900), Slot::new(5, 100)];
    ordered(&mut Within(&mut both), &[0], &rows(&[1]), &[]);
    assert_eq!(both.map(Slot::id), [100, 900]);
    ordered(&mut Within(&mut both), &[1], &rows(&[0]), &[]);
    assert_eq!(both.map(Slot::id), [100, 900], "they are in order now");
}

#[test]
fn a_lost_request_changes_nothing_and_a_lost_reply_the_partner_alone() {
    for (loss, ids) in [(0, [1, 9]), (REQUEST_LOST, [9, 1]), (REPLY_LOST, [9, 9])] {
        let (mut own, mut other) = ([Slot::new(1, 9)], [Slot::new(2, 1)]);
        let mut ends = Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&(1 << 20))] };
        let tally = ordered(&mut ends, &[0], &rows(&[0]), &[loss]);
        assert_eq!([own[0].id(), other[0].id()], ids);
        assert_eq!((tally.requests, tally.lost()), (1, u64::from(loss != 0)));
    }
}

#[test]
fn a_window_gives_what_a_block_gives() {
    let block = slots(WINDOW, u32::MAX, 4);
    let initiators = slots(BATCH, u32::MAX, 8);
    let stream = Stream::new(2, 0, 0);
    let mut candidates = vec![[0; BATCH]; 20];
    kernels::peers::in_window(&mut candidates, BATCH, &stream, 0);
    let from: Vec<u32> = (0..BATCH as u32).collect();
    let (mut own, mut other) = (initiators.clone(), block.clone());
    ordered(
        &mut Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&(1 << 20))] },
        &from,
        &candidates,
        &[],
    );
    let (mut own_again, mut window) = (initiators, block);
    let view = window.first_chunk_mut().unwrap();
    ordered(&mut Windowed { own: &mut own_again, other: view, own_is_lower: true }, &from, &candidates, &[]);
    assert_eq!((own, other), (own_again, window));
}

#[test]
fn the_largest_gain_is_the_largest_product_of_local_rank_differences() {
    // Oneself: key 30, id 50. Misplaced: (10, 90): ranks 0 and 4, oneself 2 and 2: gain 4; (20, 60): ranks 1 and 3:
    // gain 1.
    let mut own = [Slot::new(30, 50)];
    let mut other = [Slot::new(20, 60), Slot::new(10, 90), Slot::new(40, 70), Slot::new(50, 95)];
    let candidates: Vec<[u32; BATCH]> = (0..4).map(|place| rows(&[place])[0]).collect();
    let mut ends = Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&(1 << 20))] };
    ordered_max_gain(&mut ends, &[0], &candidates, &[], &mut [0; 8]);
    assert_eq!((own[0].id(), other[1].id()), (90, 50));
}

#[test]
fn a_farewell_swaps_whatever_the_order() {
    let (mut own, mut other) = ([Slot::new(1, 1)], [Slot::new(2, 2)]);
    part(
        &mut Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&(1 << 20))] },
        &[0],
        &[0],
    );
    assert_eq!((own[0].id(), other[0].id()), (2, 1));
}

#[test]
fn a_swap_that_is_no_longer_due_is_refused() {
    let (mut own, mut other) = ([Slot::new(1, 9)], [Slot::new(2, 1)]);
    for tried in 0..2 {
        let mut ends = Cross { own: &mut own, other: &mut other, nodes: [Nodes::from(&0), Nodes::from(&1)] };
        assert_eq!(retest(&mut ends, &[0], &[0], &[]).requests, 1);
        assert_eq!([own[0].id(), other[0].id()], [1, 9], "after {tried}");
    }
}
