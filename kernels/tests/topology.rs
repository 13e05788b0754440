//! Topologies that grow from random samples, node by node in random order, as they were measured.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::ops::Range;

use kernels::permutation::Permutation;
use kernels::philox::Stream;
use kernels::topology::place::{Positions, Ring, Space, Torus, Tree};
use kernels::topology::prefix;
use kernels::topology::record::Kept;
use kernels::topology::tman::{Member, Shape, exchange};
use kernels::views::Words;

const SHAPE: Shape = Shape { near: 20, sides: 2, samples: 10, sent: 20, most_age: 20, fingers: false };

/// A random one of some.
fn one(words: &mut Words, of: Range<usize>) -> usize {
    of.start + words.below(of.len())
}

/// Two records of many, of different numbers.
fn two<P>(records: &mut [P], cells: usize, [one, other]: [usize; 2]) -> [&mut [P]; 2] {
    let (low, high) = records.split_at_mut(one.max(other) * cells);
    let (low, high) = (&mut low[one.min(other) * cells..][..cells], &mut high[..cells]);
    if one < other { [low, high] } else { [high, low] }
}

/// The share of the target links that are missing after each cycle.
fn missing<S: Space>(
    space: S,
    shape: &Shape,
    (places, links): (&[S::Place], &[Vec<S::Place>]),
    (seed, cycles): (u64, u32),
) -> Vec<f64>
where
    S::Place: Ord,
{
    let all = 0..places.len();
    missing_among(space, shape, (places, links), (seed, cycles), |_, _| all.clone())
}

/// The same, where a node knows nobody but those between two indices in a cycle.
fn missing_among<S: Space>(
    space: S,
    shape: &Shape,
    (places, links): (&[S::Place], &[Vec<S::Place>]),
    (seed, cycles): (u64, u32),
    known: impl Fn(u32, usize) -> Range<usize>,
) -> Vec<f64>
where
    S::Place: Ord,
{
    let (nodes, cells) = (places.len(), shape.parts().cells::<S::Place>());
    let mut by_place: Vec<(S::Place, usize)> = places.iter().copied().zip(0..).collect();
    by_place.sort_unstable();
    let node_at = |place: S::Place| by_place[by_place.binary_search_by_key(&place, |(place, _)| *place).unwrap()].1;
    let mut records = vec![places[0]; nodes * cells];
    for (node, record) in records.chunks_exact_mut(cells).enumerate() {
        let mut words = Words::new(Stream::new(seed, 0, 0), node as u32);
        let mut member = Member::begin(space, shape, places[node], record, 0);
        member.record.sample((0..shape.samples).map(|_| (places[one(&mut words, known(0, node))], 0)));
        member.start(0);
    }
    let mut found = Vec::new();
    for cycle in 1..=cycles {
        let now = cycle as u8;
        records.chunks_exact_mut(cells).for_each(|record| Member::of(space, shape, record).turn(now));
        let order = Permutation::new(nodes as u32, &Stream::new(seed, cycle, 2));
        for node in (0..nodes as u32).map(|place| order.of(place) as usize) {
            let mut words = Words::new(Stream::new(seed, cycle, 1), node as u32);
            let own = Member::of(space, shape, &mut records[node * cells..][..cells]);
            let best = own.record.best(space, 10, (now, shape.most_age));
            let other = match best.numbers() {
                [] => one(&mut words, known(cycle, node)),
                numbers => node_at(own.record.place(usize::from(numbers[words.below(numbers.len())]))),
            };
            if other == node {
                continue;
            }
            let mut members = two(&mut records, cells, [node, other]).map(|record| Member::of(space, shape, record));
            for member in &mut members {
                let mut sample = || (places[one(&mut words, known(cycle, node))], now);
                let samples: Vec<_> = (0..shape.samples).map(|_| sample()).collect();
                member.record.sample(samples.into_iter());
            }
            exchange(members, now, false);
        }
        let mut lost = 0;
        for (record, links) in records.chunks_exact_mut(cells).zip(links) {
            let near = Kept::of(shape.parts(), record).near();
            lost += links.iter().filter(|link| !near.contains(link)).count();
        }
        found.push(lost as f64 / links.iter().map(Vec::len).sum::<usize>() as f64);
    }
    found
}

fn ring(nodes: u32) -> (Vec<u32>, Vec<Vec<u32>>) {
    let positions = Positions { key: [5, 9] };
    let places: Vec<u32> = (0..nodes).map(|node| positions.of(node)).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    let next = |place: &u32| {
        let at = sorted.binary_search(place).unwrap();
        let len = sorted.len();
        vec![sorted[(at + 1) % len], sorted[(at + len - 1) % len]]
    };
    let links = places.iter().map(next).collect();
    (places, links)
}

/// The mean over seeds, against published figures that are themselves of two or three seeds.
#[track_caller]
fn assert_published(found: impl Fn(u64) -> Vec<f64>, published: &[(usize, f64, f64)]) {
    let runs: Vec<Vec<f64>> = (1..=3).map(found).collect();
    for &(cycle, expected, tolerance) in published {
        let mean = runs.iter().map(|run| run[cycle - 1]).sum::<f64>() / runs.len() as f64;
        assert!((mean / expected - 1.0).abs() <= tolerance, "{mean} after cycle {cycle}, published {expected}");
    }
}

#[test]
fn a_ring_grows_as_was_measured() {
    let (places, links) = ring(1 << 12);
    let of = |seed| missing(Ring, &SHAPE, (&places, &links), (seed, 6));
    assert_published(of, &[(3, 0.654, 0.03), (6, 0.0145, 0.25)]);
}

#[test]
fn two_rings_merge_as_was_measured() {
    // Two rings of half the nodes each, who know each other from cycle 20 on.
    let (places, links) = ring(1 << 13);
    let half = places.len() / 2;
    let known = |cycle: u32, node: usize| match (cycle < 20, node < half) {
        (false, _) => 0..2 * half,
        (true, true) => 0..half,
        (true, false) => half..2 * half,
    };
    let runs = (1..=3).map(|seed| missing_among(Ring, &SHAPE, (&places, &links), (seed, 30), known));
    let runs: Vec<Vec<f64>> = runs.collect();
    let after = |cycles: usize| runs.iter().map(|run| run[18 + cycles]).sum::<f64>() / 3.0;
    assert!((after(0) / 0.494 - 1.0).abs() < 0.02, "{}", after(0));
    // Within a cycle.
    for (cycles, published) in [(3, 0.383), (5, 0.114), (7, 0.0049)] {
        assert!(after(cycles - 1) > published && after(cycles + 1) < published, "{cycles}: {}", after(cycles));
    }
    assert!(after(10) < 1e-9, "{}", after(10));
}

#[test]
fn a_grid_grows_into_a_torus_as_was_measured() {
    let nodes = 1_u32 << 12;
    let order = Permutation::new(nodes, &Stream::new(1, 0, 3));
    let grid = |number: u32| (number % 64) << 10 | (number / 64) << 26;
    let places: Vec<u32> = (0..nodes).map(|node| grid(order.of(node))).collect();
    let around = |&place: &u32| {
        let (x, y) = (place as u16, (place >> 16) as u16);
        let at = |dx: u16, dy: u16| u32::from(y.wrapping_add(dy)) << 16 | u32::from(x.wrapping_add(dx));
        vec![at(1 << 10, 0), at(0, 1 << 10), at(63 << 10, 0), at(0, 63 << 10)]
    };
    let links = places.iter().map(around).collect::<Vec<Vec<u32>>>();
    let shape = Shape { sides: 1, ..SHAPE };
    let of = |seed| missing(Torus, &shape, (&places, &links), (seed, 9));
    assert_published(of, &[(3, 0.668, 0.03), (6, 0.040, 0.15)]);
}

#[test]
fn numbers_of_a_heap_grow_into_a_tree_as_was_measured() {
    let nodes = 1_u32 << 12;
    let order = Permutation::new(nodes, &Stream::new(1, 0, 3));
    let places: Vec<u32> = (0..nodes).map(|node| order.of(node) + 1).collect();
    let around = |&place: &u32| {
        [place / 2, 2 * place, 2 * place + 1].into_iter().filter(|other| (1..=nodes).contains(other)).collect()
    };
    let links = places.iter().map(around).collect::<Vec<Vec<u32>>>();
    let shape = Shape { sides: 1, ..SHAPE };
    let of = |seed| missing(Tree, &shape, (&places, &links), (seed, 9));
    assert_published(of, &[(3, 0.705, 0.03), (6, 0.145, 0.1), (9, 0.018, 0.2)]);
}

/// The shares of the entries of leaf sets, and of tables, that are missing after each cycle.
fn unfilled(shape: &prefix::Shape, nodes: usize, (seed, cycles): (u64, u32)) -> Vec<[f64; 2]> {
    let (parts, cells) = (shape.parts(), shape.parts().cells::<u32>());
    let positions = Positions { key: [seed as u32, 9] };
    let places: Vec<u32> = (0..nodes as u32).map(|node| positions.of(node)).collect();
    let mut sorted = places.clone();
    sorted.sort_unstable();
    let mut wanted = 0;
    for own in &places {
        let mut members = vec![0; shape.rows * shape.slots()];
        places.iter().filter_map(|other| shape.slot(*own, *other)).for_each(|slot| members[slot] += 1);
        wanted += members.into_iter().map(|members: usize| members.min(shape.per_slot)).sum::<usize>();
    }
    let mut records = vec![0; nodes * cells];
    let drawn = |words: &mut Words, now: u8| -> Vec<(u32, u8)> {
        (0..shape.samples).map(|_| (places[words.below(nodes)], now)).collect()
    };
    for (node, record) in records.chunks_exact_mut(cells).enumerate() {
        let mut member = prefix::Member::begin(shape, places[node], record, 0);
        member.record.sample(drawn(&mut Words::new(Stream::new(seed, 0, 0), node as u32), 0).into_iter());
        member.start(0);
    }
    let mut found = Vec::new();
    for cycle in 1..=cycles {
        let now = cycle as u8;
        records.chunks_exact_mut(cells).for_each(|record| prefix::Member::of(shape, record).turn(now));
        let order = Permutation::new(nodes as u32, &Stream::new(seed, cycle, 2));
        for node in (0..nodes as u32).map(|place| order.of(place) as usize) {
            let mut words = Words::new(Stream::new(seed, cycle, 1), node as u32);
            let own = prefix::Member::of(shape, &mut records[node * cells..][..cells]);
            let best = own.record.best(Ring, shape.leaf / 2, (now, shape.most_age));
            let other = match best.numbers() {
                [] => words.below(nodes),
                numbers => {
                    let place = own.record.place(usize::from(numbers[words.below(numbers.len())]));
                    positions.node(place) as usize
                }
            };
            if other == node {
                continue;
            }
            let mut members = two(&mut records, cells, [node, other]).map(|record| prefix::Member::of(shape, record));
            for member in &mut members {
                member.record.sample(drawn(&mut words, now).into_iter());
            }
            let keys = [0, 1].map(|_| [words.word(), words.word()]);
            let _sent = prefix::exchange(members, now, false, keys);
        }
        let (mut leaf, mut table) = (0, 0);
        for record in records.chunks_exact(cells) {
            let kept = Kept::of(parts, record);
            let at = sorted.binary_search(&kept.own).unwrap();
            let next = (1..=shape.leaf / 2).flat_map(|k| [sorted[(at + k) % nodes], sorted[(at + nodes - k) % nodes]]);
            leaf += next.filter(|place| kept.near().contains(place)).count();
            table += kept.table().iter().filter(|place| **place != kept.own).count();
        }
        let missing = |held: usize, of: usize| 1.0 - held as f64 / of as f64;
        found.push([missing(leaf, nodes * shape.leaf), missing(table, wanted)]);
    }
    found
}

#[test]
fn leaf_sets_and_tables_fill_as_was_measured() {
    let shape = prefix::Shape { leaf: 20, bits: 4, rows: 4, per_slot: 3, samples: 30, most_age: 20 };
    let runs: Vec<Vec<[f64; 2]>> = (1..=3).map(|seed| unfilled(&shape, 1 << 12, (seed, 8))).collect();
    let part = |part: usize, seed: u64| runs[seed as usize - 1].iter().map(|found| found[part]).collect();
    assert_published(|seed| part(0, seed), &[(3, 0.46, 0.03), (4, 0.133, 0.03), (5, 0.021, 0.08), (6, 0.0032, 0.15)]);
    assert_published(|seed| part(1, seed), &[(3, 0.084, 0.03), (4, 0.021, 0.03), (5, 0.0033, 0.08), (6, 0.0005, 0.15)]);
}
