//! Topologies that grow from random samples, node by node in random order, as they were measured.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use kernels::permutation::Permutation;
use kernels::philox::Stream;
use kernels::topology::place::{Positions, Ring, Space, Torus, Tree};
use kernels::topology::tman::{Member, Shape, exchange};
use kernels::views::Words;

const SHAPE: Shape = Shape { near: 20, sides: 2, samples: 10, sent: 20, most_age: 20, fingers: false };

/// The share of the target links that are missing after each cycle.
fn missing<S: Space>(space: S, shape: &Shape, places: &[S::Place], links: &[Vec<S::Place>], cycles: u32) -> Vec<f64>
where
    S::Place: Ord,
{
    let (nodes, cells) = (places.len(), shape.cells::<S::Place>());
    let mut by_place: Vec<(S::Place, usize)> = places.iter().copied().zip(0..).collect();
    by_place.sort_unstable();
    let node_at = |place: S::Place| by_place[by_place.binary_search_by_key(&place, |(place, _)| *place).unwrap()].1;
    let mut records = vec![places[0]; nodes * cells];
    for (node, record) in records.chunks_exact_mut(cells).enumerate() {
        let mut words = Words::new(Stream::new(1, 0, 0), node as u32);
        let mut member = Member::begin(space, shape, places[node], record, 0);
        member.sample((0..shape.samples).map(|_| (places[words.below(nodes)], 0)));
        member.start(0);
    }
    let mut found = Vec::new();
    for cycle in 1..=cycles {
        let now = cycle as u8;
        for (node, record) in records.chunks_exact_mut(cells).enumerate() {
            Member::of(space, shape, record).turn(now);
        }
        let order = Permutation::new(nodes as u32, &Stream::new(1, cycle, 2));
        for node in (0..nodes as u32).map(|place| order.of(place) as usize) {
            let mut words = Words::new(Stream::new(1, cycle, 1), node as u32);
            let own = Member::of(space, shape, &mut records[node * cells..][..cells]);
            let best = own.best(10, now);
            let other = match best.numbers() {
                [] => words.below(nodes),
                numbers => node_at(own.place(usize::from(numbers[words.below(numbers.len())]))),
            };
            if other == node {
                continue;
            }
            let (low, high) = records.split_at_mut(node.max(other) * cells);
            let (low, high) = (&mut low[node.min(other) * cells..][..cells], &mut high[..cells]);
            let [one, two] = if node < other { [low, high] } else { [high, low] };
            let mut members = [Member::of(space, shape, one), Member::of(space, shape, two)];
            for member in &mut members {
                let samples: Vec<_> = (0..shape.samples).map(|_| (places[words.below(nodes)], now)).collect();
                member.sample(samples.into_iter());
            }
            exchange(members, now, false);
        }
        let mut lost = 0;
        for (record, links) in records.chunks_exact_mut(cells).zip(links) {
            let member = Member::of(space, shape, record);
            let near: Vec<_> = member.entries(0..shape.near, now).map(|(place, _)| place).collect();
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

fn show(name: &str, found: &[f64]) {
    let shown: Vec<String> = found.iter().map(|share| format!("{share:.5}")).collect();
    println!("{name}: {}", shown.join(" "));
}

#[test]
fn explore() {
    let (places, links) = ring(1 << 12);
    show("ring 2^12", &missing(Ring, &SHAPE, &places, &links, 14));
    let (places, links) = ring(1 << 14);
    show("ring 2^14", &missing(Ring, &SHAPE, &places, &links, 16));
    show("ring 2^14 no far", &missing(Ring, &Shape { sides: 0, ..SHAPE }, &places, &links, 30));
    show("chord 2^14", &missing(Ring, &Shape { fingers: true, ..SHAPE }, &places, &links, 16));
    let nodes = 1_u32 << 12;
    let one = Shape { sides: 1, ..SHAPE };
    let order = Permutation::new(nodes, &Stream::new(1, 0, 3));
    let places: Vec<u32> = (0..nodes).map(|node| order.of(node) + 1).collect();
    let around = |&place: &u32| {
        [place / 2, 2 * place, 2 * place + 1].into_iter().filter(|other| (1..=nodes).contains(other)).collect()
    };
    let links = places.iter().map(around).collect::<Vec<Vec<u32>>>();
    show("tree 2^12", &missing(Tree, &one, &places, &links, 24));
    let grid = |number: u32| (number % 64) << 10 | (number / 64) << 26;
    let places: Vec<u32> = (0..nodes).map(|node| grid(order.of(node))).collect();
    let around = |&place: &u32| {
        let (x, y) = (place as u16, (place >> 16) as u16);
        let at = |x: u16, y: u16| u32::from(y) << 16 | u32::from(x);
        vec![
            at(x.wrapping_add(1024), y),
            at(x.wrapping_sub(1024), y),
            at(x, y.wrapping_add(1024)),
            at(x, y.wrapping_sub(1024)),
        ]
    };
    let links = places.iter().map(around).collect::<Vec<Vec<u32>>>();
    show("torus 2^12", &missing(Torus, &one, &places, &links, 14));
}
