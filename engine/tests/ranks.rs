//! Ranks are those of a stable sort, for any number of threads.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its case fails")]

use std::cmp::Ordering;

use engine::memory::Mask;
use engine::observer::ranks::{Scratch, ranks};
use kernels::philox::Stream;

/// Words of a fixed stream.
fn words(count: usize, draw: u32) -> Vec<u32> {
    let mut words = vec![0; count];
    Stream::new(11, 0, 5).fill(&mut words, 0, draw);
    words
}

/// Values by name: what a fleet may hold, and what a sort may stumble over.
fn values(count: usize) -> Vec<(&'static str, Vec<f32>)> {
    let words = words(count, 0);
    let all = |value: fn(u32) -> f32| words.iter().map(|&word| value(word)).collect();
    vec![
        ("equal", all(|_| 0.25)),
        ("few", all(|word| (word >> 29) as f32)),
        ("whole", all(|word| (word >> 20) as f32 - 2000.0)),
        ("ties at one", all(|word| (word as f32 / 3e9).min(1.0))),
        ("unit", all(|word| (word >> 8) as f32 / 16_777_216.0)),
        ("narrow", all(|word| 0.9 + 0.1 * (word as f32 / 4_294_967_296.0))),
        ("zeros of both signs", all(|word| [0.0, -0.0, 1.0, -1.0][(word >> 30) as usize])),
        ("any", all(|word| if f32::from_bits(word).is_nan() { f32::INFINITY } else { f32::from_bits(word) })),
    ]
}

/// Who is marked.
fn masks(count: usize) -> Vec<Option<Vec<u8>>> {
    let words = words(count, 1);
    let share = |below: u32| Some(words.iter().map(|&word| u8::from(word < below)).collect());
    vec![None, share(u32::MAX / 3), share(u32::MAX - (1 << 20)), share(0), share(1 << 24)]
}

fn mask(marks: Option<&Vec<u8>>) -> Mask<'_> {
    marks.map_or(Mask::ALL, |marks| Mask::of(marks))
}

/// The nodes that are marked, in order.
fn order(values: &[f32], mask: Mask<'_>) -> Vec<usize> {
    let mut order: Vec<_> = (0..values.len()).filter(|&k| mask.holds(k)).collect();
    order.sort_by(|&a, &b| values[a].partial_cmp(&values[b]).unwrap());
    order
}

fn in_pool<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

#[test]
fn ranks_are_those_of_a_stable_sort_for_any_number_of_threads() {
    for count in [0, 1, 2, 3, 1000, 4096, 4097, 100_000] {
        // One room for all rankings: what an earlier one left must not matter.
        let mut scratch = Scratch::new(count).unwrap();
        for (name, values) in values(count) {
            for marks in masks(count) {
                let mask = mask(marks.as_ref());
                let order = order(&values, mask);
                let mut expected = vec![u32::MAX; count];
                order.iter().enumerate().for_each(|(rank, &node)| expected[node] = rank as u32);
                for threads in [1, 2, 3, 8] {
                    let mut found = vec![7; count];
                    let marked = in_pool(threads, || ranks(&mut found, &values, mask, &mut scratch));
                    assert_eq!(marked, order.len(), "{name}, {count} nodes, {threads} threads");
                    assert!(found == expected, "{name}, {count} nodes, {threads} threads");
                }
            }
        }
    }
}

#[test]
fn values_and_ties_are_found_at_their_ranks() {
    for count in [1, 2, 1000, 100_000] {
        let mut scratch = Scratch::new(count).unwrap();
        for (name, values) in values(count) {
            for marks in masks(count) {
                let mask = mask(marks.as_ref());
                let order = order(&values, mask);
                ranks(&mut vec![0; count], &values, mask, &mut scratch);
                for rank in (0..order.len()).step_by(order.len() / 50 + 1).chain(order.len().checked_sub(1)) {
                    let value = values[order[rank]];
                    let first = order.partition_point(|&node| values[node] < value);
                    let end = order.partition_point(|&node| values[node] <= value);
                    assert!(
                        scratch.value_at(rank).partial_cmp(&value) == Some(Ordering::Equal),
                        "{name}, rank {rank} of {count}"
                    );
                    assert_eq!(scratch.ties_at(rank), first..end, "{name}, rank {rank} of {count}");
                }
            }
        }
    }
}

#[test]
fn a_room_may_be_larger_than_what_is_ranked() {
    let mut scratch = Scratch::new(1000).unwrap();
    let mut found = [0; 3];
    assert_eq!(ranks(&mut found, &[2.0, -1.0, 2.0], Mask::ALL, &mut scratch), 3);
    assert_eq!(found, [1, 0, 2]);
    assert_eq!(scratch.ties_at(2), 1..3);
}
